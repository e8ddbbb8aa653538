"""Real accounts decide: whatever the environment claims, the kernel's name is recorded; a race has one winner."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gonogo.cli.parser import VERBS
from support.servers import Canned, Fixture, serving
from support.shared_install import Accounts, SharedPython, as_user, popen_as

pytestmark = pytest.mark.needs("accounts")

PLAN = """\
release: {release}
environments: [staging, production]
manager: ana
people:
  ana: {{account: {ana}, roles: [release-manager, engineering, qa]}}
  ben: {{account: {ben}, roles: [release-manager, engineering, qa]}}
products:
  web: {{version: 1.4.0, previous: 1.3.0, probe: {{url: "{base}/{{environment}}/version", instances: 1}}}}
checklist:
  - {{id: one, title: First thing}}
  - {{id: two, title: Second thing}}
  - {{id: three, title: Third thing}}
  - {{id: health, title: It answers, check: {{http: "{base}/staging/version"}}}}
approvals:
  engineering: {{role: engineering}}
  qa: {{role: qa, same_person: true}}
rollback:
  triggers: [{{id: errors, when: any error}}]
waivers: {{roles: [release-manager]}}
authority:
  go: [release-manager]
  complete: [release-manager]
  cancel: [release-manager]
  resume: [release-manager]
  unfreeze: [release-manager]
"""

LIES = ("USER={0}", "LOGNAME={0}", "SUDO_USER={0}", "SUDO_UID=0", "GIT_AUTHOR_NAME={0}", "GIT_COMMITTER_NAME={0}")


class Desk:
    """A shared release that two accounts work on."""

    def __init__(self, python: SharedPython, accounts: Accounts, fleet: Fixture, release: str) -> None:
        self.ana, self.ben = accounts.names[:2]
        self._python = python
        self.directory = python.root / f"desk-{release}"
        self.directory.mkdir(mode=0o755)
        self.plan = self.directory / "release.yaml"
        self.plan.write_text(
            PLAN.format(release=release, ana=self.ana, ben=self.ben, base=fleet.url("").rstrip("/"))
        )
        self.plan.chmod(0o644)
        made = subprocess.run(
            [
                *(python.gonogo, "journal", "init", "--shared", self.directory / "journal"),
                *("--group", accounts.group, "--plan", self.plan),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr

    def words(self, *verb: str) -> list[str]:
        """A command line on this release."""
        return [
            str(self._python.gonogo),
            *verb,
            *("--plan", str(self.plan), "--journal", str(self.directory / "journal")),
        ]

    def run(self, user: str, *verb: str) -> "subprocess.CompletedProcess[str]":
        """Run a verb as that account."""
        return as_user(user, self.words(*verb))

    def do(self, user: str, *verb: str) -> None:
        """A verb that must succeed."""
        done = self.run(user, *verb)
        assert done.returncode == 0, done.stderr

    def lie(self, user: str, name: str, *verb: str) -> "subprocess.CompletedProcess[str]":
        """Run a verb as `user`, with an environment that says `name` everywhere and nothing else."""
        claims = [claim.format(name) for claim in LIES]
        return as_user(user, ["/usr/bin/env", "-i", *claims, *self.words(*verb)])

    def code(self, user: str, *verb: str) -> str:
        """The code that confirms what this verb shows."""
        shown = self.run(user, *verb, "--json")
        assert shown.returncode == 3, shown.stderr or shown.stdout
        return str(json.loads(shown.stdout)["confirm"])

    def events(self) -> list[dict[str, Any]]:
        """The whole trail."""
        done = self.run(self.ana, "log", "--json")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)["events"]
        return found


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fixture]:
    """Staging has the new version, production the one before."""
    answers = {
        f"/{environment}/version": Canned(
            json.dumps({"version": version}).encode(), {"Content-Type": "application/json"}
        )
        for environment, version in (("staging", "1.4.0"), ("production", "1.3.0"))
    }
    with serving(answers) as made:
        yield made


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts, fleet: Fixture, tmp_path: Path) -> Desk:
    """A release of its own for each test."""
    return Desk(shared_python, accounts, fleet, f"r{abs(hash(tmp_path)) % 10**9}")


Step = tuple[str, ...]
START: Step = ("start",)
CASES: Mapping[str, tuple[tuple[Step, ...], Step]] = {
    "tick": ((), ("tick", "one")),
    "untick": ((("tick", "one"),), ("untick", "one")),
    "skip": ((), ("skip", "one", "--reason", "not needed")),
    "claim": ((), ("claim", "one")),
    "unclaim": ((("claim", "one"),), ("unclaim", "one", "--reason", "she went home")),
    "note": ((), ("note", "one", "a remark")),
    "undo": ((), ("undo",)),
    "check run": ((), ("check", "run", "health")),
    "start": ((), START),
    "approve": ((START,), ("approve", "engineering")),
    "reject": ((START,), ("reject", "engineering", "--reason", "not tested")),
    "revoke": ((START,), ("revoke", "engineering")),
    "go": ((START,), ("go", "staging")),
    "waive": (
        (START,),
        ("waive", "item.open", "--env", "production", "--reason", "they were told", "--until", "2h"),
    ),
    "break-glass": ((START,), ("break-glass", "production", "item.open", "--reason", "customers cannot pay")),
    "drive": ((START,), ("drive", "--note", "she went home")),
    "trigger": ((START,), ("trigger", "fire", "errors", "--reason", "nothing but 500")),
    "amend": ((START,), ("amend", "accept")),
    "freeze": ((START,), ("freeze", "now", "--reason", "payments fail")),
    "thaw": ((START, ("freeze", "now", "--reason", "payments fail")), ("thaw",)),
    "hold": ((START,), ("hold", "--reason", "vendor")),
    "resume": ((START, ("hold", "--reason", "vendor")), ("resume", "--reason", "it is over")),
    "mark-bad": ((START,), ("mark-bad", "web", "1.2.0", "--reason", "leaks memory")),
    "complete": ((START,), ("complete",)),
    "cancel": ((START,), ("cancel", "--reason", "too late")),
}
"""By verb: what ana did before, and what ben types while his environment says that he is ana."""
CONFIRMED = {"approve", "go", "amend", "cancel", "waive"}
GROUPS = {"Checklist", "Decide"}


def test_every_deciding_verb_is_tried() -> None:
    """A new verb of these groups must be put into the table."""
    assert {verb.name for verb in VERBS if verb.group in GROUPS} <= set(CASES)


@pytest.mark.parametrize("verb", sorted(CASES))
def test_the_kernels_account_is_recorded_whatever_the_environment_says(desk: Desk, verb: str) -> None:
    """`env -i USER=ana LOGNAME=ana SUDO_USER=ana ...` run by ben is ben, in every command."""
    before, words = CASES[verb]
    for step in before:
        desk.do(desk.ana, *step)
    _prepare(desk, verb)
    if verb in CONFIRMED:
        words = (*words, "--confirm", desk.code(desk.ben, *words))
    known = len(desk.events())

    done = desk.lie(desk.ben, desk.ana, *words)

    new = desk.events()[known:]
    assert new, done.stderr
    assert {event["actor"]["user"] for event in new} == {desk.ben}
    assert {event["actor"]["sudo_claim"] for event in new} == {desk.ana}
    assert done.returncode == (3 if verb == "complete" else 0), done.stderr


def _prepare(desk: Desk, verb: str) -> None:
    """What only some verbs need before them."""
    if verb == "undo":
        desk.do(desk.ben, "tick", "one")
    if verb == "revoke":
        desk.do(desk.ben, "reject", "engineering", "--reason", "not tested")
    if verb == "amend":
        desk.plan.write_text(desk.plan.read_text().replace("First thing", "The very first thing"))
    if verb == "go":
        for item in ("one", "two", "three"):
            desk.do(desk.ana, "tick", item)


def test_claiming_to_be_somebody_else_gives_no_second_vote(desk: Desk) -> None:
    """The requester stays the requester, however they call themselves."""
    desk.do(desk.ana, "start")

    done = desk.lie(desk.ana, desk.ben, "approve", "engineering", "--confirm", "0000-0000")

    assert done.returncode == 77
    assert "you requested this release" in done.stderr


@pytest.mark.timeout(300)
def test_two_processes_race_and_one_wins(desk: Desk) -> None:
    """Hold against hold, resume against resume: each time one is recorded, the other is told by whom."""
    desk.do(desk.ana, "start")
    for round_number in range(10):
        for words, kind in (
            (("hold", "--reason", "vendor"), "put there by"),
            (("resume", "--reason", "it is over"), "was resumed by"),
        ):
            users = (desk.ana, desk.ben) if round_number % 2 else (desk.ben, desk.ana)
            children = [
                popen_as(user, desk.words(*words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                for user in users
            ]
            told = [child.communicate(timeout=60)[1] for child in children]
            codes = [child.returncode for child in children]
            assert sorted(codes) == [0, 5], told
            winner = users[codes.index(0)]
            assert f"{kind} {winner}" in told[codes.index(5)]
    kinds = [event["kind"] for event in desk.events()]
    assert (kinds.count("release.held"), kinds.count("release.resumed")) == (10, 10)
