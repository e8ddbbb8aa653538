"""One release from draft to completed: four accounts over a real sshd, real HTTP, one shared journal.

A rejected approval, an amended plan, a freeze, a waiver, a handover and a trigger that fires; after each step
`status` must say what is so, and at the end the trail and the report must tell the day.
"""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.servers import Canned, Fixture, serving
from support.shared_install import Accounts, SharedPython, open_directory
from support.sshd import Bastion, bastion, quoted

pytestmark = [pytest.mark.needs("accounts", "sshd"), pytest.mark.timeout(400)]

PLAN = """\
release: "2026.11"
name: Autumn train
environments: [staging, production]
people:
  ana: {{name: Ana Ruiz, account: {0}, roles: [release-manager]}}
  ben: {{name: Ben Okafor, account: {1}, roles: [engineering]}}
  chloe: {{name: Chloe Martin, account: {2}, roles: [qa]}}
  dai: {{name: Dai Sato, account: {3}, roles: [release-manager]}}
manager: ana
on_call: [dai]
products:
  web: {{version: VERSION, previous: 1.3.0, probe: {{url: "{base}/{{environment}}/version", instances: 1}}}}
checklist:
  Preparation:
    - {{id: tests, title: Run the full test suite, owner: chloe}}
    - {{id: announce, title: Announce the window in the status page, owner: ben}}
approvals:
  engineering: {{role: engineering}}
  qa: {{role: qa}}
gates:
  production:
    - checklist: [Preparation]
    - approvals: [engineering, qa]
waivers: {{roles: [release-manager]}}
sources: [{{id: prom, use: prometheus, url: "{base}/prom"}}]
metrics: {{error-rate: {{source: prom, query: errors, every: 5s}}}}
rollback:
  triggers: [{{id: errors, when: more than 1 % errors, metric: error-rate, above: 1}}]
"""
ANA, BEN, CHLOE, DAI = range(4)


class Day:
    """The host, the fleet, and four people who type."""

    def __init__(
        self, ssh: Bastion, install: SharedPython, accounts: Accounts, directory: Path, fleet: Fixture
    ) -> None:
        self.accounts = accounts
        self._ssh = ssh
        self._gonogo = install.gonogo
        self._plan = directory / "release.yaml"
        self._journal = directory / "journal"
        self._fleet = fleet

    def types(self, who: int, *words: str, code: int = 0) -> str:
        """What somebody types, over ssh; the exit code must be that one."""
        done = self._run(who, *words)
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def confirms(self, who: int, *words: str) -> str:
        """Somebody looks, then does it with the code of what they saw."""
        seen = json.loads(self.types(who, *words, "--json", code=3))
        return self.types(who, *words, "--confirm", seen["confirm"])

    def facts(self, who: int, *words: str) -> Any:
        """What a command says as JSON."""
        return json.loads(self._run(who, *words, "--json").stdout)

    def production(self, who: int) -> tuple[str, list[str]]:
        """The verdict of production, as somebody's `status` says it, with the rules that stand against it."""
        facts = self.facts(who, "status", "--env", "production")
        (judged,) = facts["environments"]
        against = [*judged["blockers"], *judged["unknowns"]]
        return judged["verdict"], sorted({one["rule"] for one in against})

    def plans(self, version: str) -> None:
        """Somebody edits the plan."""
        base = self._fleet.url("").rstrip("/")
        text = PLAN.format(*self.accounts.names, base=base).replace("VERSION", version)
        self._plan.write_text(text, encoding="utf-8")
        self._plan.chmod(0o644)

    def runs(self, environment: str, version: str) -> None:
        """Somebody deploys."""
        body = json.dumps({"version": version}).encode()
        self._fleet.answers[f"/{environment}/version"] = Canned(body, {"content-type": "application/json"})

    def errors(self, percent: float) -> None:
        """The error rate, from now on."""
        result = {"resultType": "vector", "result": [{"metric": {}, "value": [time.time(), str(percent)]}]}
        body = json.dumps({"status": "success", "data": result}).encode()
        self._fleet.answers["/prom/api/v1/query"] = Canned(body, {"content-type": "application/json"})

    def _run(self, who: int, *words: str) -> "subprocess.CompletedProcess[str]":
        options = ["--plan", self._plan, "--journal", self._journal]
        return self._ssh.run(self.accounts.names[who], quoted([self._gonogo, *words, *options]))


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that everybody may enter."""
    with open_directory() as directory:
        yield directory


@pytest.fixture
def day(shared_python: SharedPython, accounts: Accounts, place: Path) -> Iterator[Day]:
    """Everything as it is in the morning: production and staging run the version before."""
    with serving({}) as fleet, bastion(place, accounts) as ssh:
        made = Day(ssh, shared_python, accounts, place, fleet)
        made.plans("1.4.0")
        made.runs("staging", "1.3.0")
        made.runs("production", "1.3.0")
        made.errors(0.1)
        words = [str(shared_python.gonogo), "journal", "init", "--shared", str(place / "journal")]
        words += ["--group", accounts.group, "--plan", str(place / "release.yaml")]
        subprocess.run(words, check=True, capture_output=True)
        yield made


def test_a_release_from_draft_to_completed(day: Day) -> None:
    """Each step through the program, each status by somebody else."""
    begins(day)
    is_rejected_and_amended(day)
    is_approved_and_frozen(day)
    goes_with_a_waiver(day)
    sees_a_trigger_after_the_handover(day)
    is_completed(day)
    the_trail_tells_it(day)
    the_report_tells_it(day)


def begins(day: Day) -> None:
    """A draft that Ana starts, and drives."""
    assert day.facts(BEN, "status")["lifecycle"]["status"] == "draft"
    day.types(ANA, "go", "production", code=3)
    day.types(ANA, "drive")
    day.types(ANA, "start")

    facts = day.facts(DAI, "status")
    assert facts["lifecycle"]["status"] == "in_progress"
    assert facts["lifecycle"]["started_by"] == facts["driver"]["account"] == day.accounts.names[ANA]
    assert day.production(BEN) == ("no_go", ["approval.missing", "cell.behind", "item.open"])


def is_rejected_and_amended(day: Day) -> None:
    """Ben says no, the plan ships another version, and somebody stands up for that."""
    day.types(BEN, "reject", "engineering", "--reason", "1.4.0 loses the session on login")
    assert "approval.rejected" in day.production(CHLOE)[1]

    day.plans("1.4.1")
    assert "plan.amended" in day.production(BEN)[1]
    day.types(ANA, "go", "production", code=3)
    assert "1.4.0" in day.types(ANA, "amend", "show", code=3)
    day.confirms(ANA, "amend", "accept")
    assert "plan.amended" not in day.production(DAI)[1]


def is_approved_and_frozen(day: Day) -> None:
    """Two of them sign what ships now; Ana may not, she asked for it. Then the line is stopped for a while."""
    day.types(BEN, "revoke", "engineering", "--reason", "1.4.1 has the fix")
    day.types(ANA, "approve", "engineering", code=77)
    day.confirms(BEN, "approve", "engineering")
    day.confirms(CHLOE, "approve", "qa")
    day.types(CHLOE, "tick", "tests")
    day.runs("staging", "1.4.1")
    assert day.production(BEN) == ("no_go", ["item.open"])

    day.types(DAI, "freeze", "now", "--reason", "the data centre is on its generator")
    assert day.production(ANA) == ("no_go", ["freeze.now", "item.open"])
    day.types(ANA, "thaw", "--reason", "power is back")
    assert day.production(DAI) == ("no_go", ["item.open"])


def goes_with_a_waiver(day: Day) -> None:
    """One item stays open, by name and for two hours."""
    day.types(ANA, "go", "production", code=3)
    named = "item.open:item:announce"
    reason = ["--reason", "the status page is down itself", "--until", "2h", "--env", "production"]
    day.types(BEN, "waive", named, *reason, code=77)
    day.confirms(ANA, "waive", named, *reason)
    facts = day.facts(BEN, "status", "--env", "production")
    (judged,) = facts["environments"]
    assert (judged["verdict"], [one["rule"] for one in judged["waived"]]) == ("go", ["item.open"])

    day.confirms(ANA, "go", "production")
    (decision,) = day.facts(CHLOE, "status")["decisions"]
    assert (decision["environment"], decision["by"]) == ("production", day.accounts.names[ANA])
    day.types(DAI, "go", "production", code=77)


def sees_a_trigger_after_the_handover(day: Day) -> None:
    """Ana hands over and goes to bed; the number rises, everybody is asked once, Dai answers."""
    day.types(ANA, "drive", "--to", "dai", "--note", "deployed at noon, watch the error rate")
    assert day.facts(BEN, "status")["driver"]["account"] == day.accounts.names[DAI]
    day.runs("production", "1.4.1")
    day.errors(4.2)
    assert "trigger.asks" in day.production(CHLOE)[1]
    assert "error-rate is 4.2, above 1" in day.types(BEN, "why", "--env", "production", code=3)
    day.types(DAI, "trigger", "answer", "errors", "go_on", "--reason", "one bad client, blocked by now")
    day.errors(0.2)
    assert day.production(CHLOE) == ("go", [])


def is_completed(day: Day) -> None:
    """Not before everything is done; by whoever drives now."""
    assert "announce" in day.types(DAI, "complete", code=3)
    day.types(BEN, "tick", "announce")
    day.confirms(DAI, "complete")
    assert day.facts(ANA, "status")["lifecycle"]["status"] == "completed"
    day.types(ANA, "tick", "tests", code=3)


def the_trail_tells_it(day: Day) -> None:
    """Who did what, in the order it was done, under the accounts the kernel named."""
    names = day.accounts.names
    events = day.facts(BEN, "log")["events"]
    told = [(event["kind"], event["actor"]["user"]) for event in events]
    story = [
        ("baton.taken", names[ANA]),
        ("release.started", names[ANA]),
        ("approval.rejected", names[BEN]),
        ("plan.amended", names[ANA]),
        ("approval.revoked", names[BEN]),
        ("act.refused", names[ANA]),
        ("approval.given", names[BEN]),
        ("approval.given", names[CHLOE]),
        ("freeze.declared", names[DAI]),
        ("freeze.thawed", names[ANA]),
        ("act.refused", names[BEN]),
        ("waiver.given", names[ANA]),
        ("go.decided", names[ANA]),
        ("baton.taken", names[ANA]),
        ("trigger.fired", names[CHLOE]),
        ("trigger.answered", names[DAI]),
        ("trigger.cleared", names[CHLOE]),
        ("act.refused", names[DAI]),
        ("release.completed", names[DAI]),
    ]
    rest = iter(told)
    missing = [step for step in story if step not in rest]
    assert missing == [], told
    assert [kind for kind, _ in told].count("trigger.fired") == 1
    assert "intact" in day.types(CHLOE, "journal", "verify")


def the_report_tells_it(day: Day) -> None:
    """The same for everybody, in words."""
    written = day.types(CHLOE, "report")

    assert written == day.types(DAI, "report")
    for words in (
        "rejected engineering: 1.4.0 loses the session on login",
        "products web/version: 1.4.0 -> 1.4.1",
        "stopped the line: the data centre is on its generator",
        "item.open item:announce in production: the status page is down itself",
        "said GO for production with 1 waived",
        "handed over the lead to",
        "saw the rollback trigger errors: error-rate is 4.2, above 1",
        "answered the trigger errors with: go on: one bad client, blocked by now",
        "web in production: 1.4.1 (succeeded)",
        "completed the release",
    ):
        assert words in written, f"{words!r} is missing in\n{written}"
