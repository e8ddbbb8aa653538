"""Every field of a record, written by the wrong account into its own file: found, or shown as a claim."""

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gonogo.io.journal import init_shared
from support.shared_install import Accounts, SharedPython, as_user

pytestmark = pytest.mark.needs("accounts")

RELEASE = "2026.11"
PLAN = """\
release: "2026.11"
environments:
  production: {{production: true}}
products:
  web: {{version: 1.0.0}}
people:
  ana: {{name: Ana, account: {alice}, roles: [quality]}}
approvals:
  quality: {{role: quality}}
gates:
  production: [{{approvals: [quality]}}]
checklist:
  Before:
    - {{id: smoke, title: Smoke}}
"""
FORGE = """
import sys, json, os, hashlib
from pathlib import Path
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal, record
from gonogo.events import Draft, EventId
directory, change = Path(sys.argv[1]), json.loads(sys.argv[2])
journal = DirectoryJournal.open(directory.parent, "2026.11", UnixIdentity(), SystemClock(), "cli")
last = journal.tail().events[-1]
draft = Draft(EventId("forged"), "item.noted", "item:smoke", {"text": "hm"})
sealed = record.seal(draft, UnixIdentity().actor("cli"), SystemClock().now(), last.seq + 1, last.hash)
body = json.loads(sealed.line)
body.pop("hash")
fixed = change.pop("hash", "")
body["actor"] |= change.pop("actor", {})
body |= {name: last.id if value == "LAST" else value for name, value in change.items()}
encode = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
digest = fixed or hashlib.sha256(b"gonogo-event@1\\n" + body["prev"].encode() + encode(body)).hexdigest()
own = next(directory.glob(f"{os.getuid()}-*.jsonl"), directory / f"{os.getuid()}-0123456789ab.jsonl")
with own.open("ab") as file:
    file.write(encode(body | {"hash": digest}) + b"\\n")
"""
LEFT = """
import os
from gonogo.events import Actor
class Left:
    def actor(self, via):
        return Actor(uid=os.getuid(), user="zoe", via=via)
"""


class Desk:
    """A shared journal in which alice and bob have each recorded something, with the command."""

    def __init__(self, python: SharedPython, accounts: Accounts) -> None:
        self.python = python
        self.alice, self.bob, self.carol = accounts.names[:3]
        self.uid = accounts.uid(self.alice)
        self.root = python.root / f"forgery-{os.urandom(4).hex()}"
        init_shared(self.root, accounts.group, RELEASE, datetime(2026, 11, 24, tzinfo=UTC))
        self.directory = self.root / RELEASE
        self.plan = self.root / "release.yaml"
        self.plan.write_text(PLAN.format(alice=self.alice), encoding="utf-8")
        self.plan.chmod(0o644)
        for user in (self.alice, self.bob):
            assert self.gonogo(user, "note", "smoke", "here").returncode == 0

    def gonogo(
        self, user: str, *words: str, env: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """The command as `user`."""
        words = (*words, "--plan", str(self.plan), "--journal", str(self.root))
        return as_user(user, [self.python.gonogo, *words], env=env, timeout=60)

    def forge(self, user: str, change: dict[str, object]) -> None:
        """A record with `change` in it, well chained, at the end of the account's own file."""
        done = as_user(user, [self.python.python, "-c", FORGE, str(self.directory), json.dumps(change)])
        assert done.returncode == 0, done.stderr

    def verify(self, user: str) -> "subprocess.CompletedProcess[str]":
        """What a full check says to `user`."""
        return self.gonogo(user, "journal", "verify")


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts) -> Desk:
    """Alice's and bob's; intact."""
    made = Desk(shared_python, accounts)
    assert made.verify(made.carol).returncode == 0
    return made


FOUND: dict[str, tuple[dict[str, object], str]] = {
    "actor.uid": ({"actor": {"uid": "ALICE"}}, "claims to be"),
    "actor.user": ({"actor": {"user": "alice"}}, "gives its author the name"),
    "actor.user, none": ({"actor": {"user": ""}}, "gives its author the name"),
    "actor.user, an account that never was": ({"actor": {"user": "zoe"}}, "gives its author the name zoe"),
    "actor.user, simulated": ({"actor": {"user": "ana (demo)"}}, "gives its author the name ana (demo)"),
    "actor.user, gone": ({"actor": {"user": "ana (account gone)"}}, "gives its author the name"),
    "actor, one more field": ({"actor": {"role": "quality"}}, "is not what was written"),
    "expect, not yet": ({"expect": 99}, "which came later"),
    "hash": ({"hash": "0" * 64}, "is not what was written"),
    "id of another event": ({"id": "LAST"}, "has the id of an event before it"),
    "prev": ({"prev": "0" * 64}, "does not follow"),
    "seq, one left out": ({"seq": 4}, "is missing"),
    "seq, one that is there": ({"seq": 1}, "event 1"),
    "sig": ({"sig": "x"}, "is not what was written"),
    "ts, none": ({"ts": "yesterday"}, "is not what was written"),
    "v": ({"v": 2}, "newer gonogo"),
    "one more field": ({"approved": True}, "is not what was written"),
}


@pytest.mark.parametrize("field", FOUND)
def test_a_field_that_is_not_its_authors_to_choose_is_an_alarm_for_everybody(desk: Desk, field: str) -> None:
    """The kernel's owner is the author; what contradicts it, or the chain, stops the release."""
    change, told = FOUND[field]
    actor = change.get("actor")
    if isinstance(actor, dict):
        change = {
            "actor": {name: {"ALICE": desk.uid, "alice": desk.alice}.get(one, one) for name, one in actor.items()}
        }

    desk.forge(desk.bob, change)

    checked = desk.verify(desk.carol)
    assert checked.returncode == 6
    assert told in checked.stdout
    status = desk.gonogo(desk.carol, "status")
    assert status.returncode != 0
    assert desk.gonogo(desk.alice, "note", "smoke", "more").returncode != 0


CLAIMS = {
    "login": "alice",
    "via": "tui",
    "sudo": "alice",
    "host": "elsewhere",
    "boot_id": "1-2-3",
    "pid": 1,
    "tty": "/dev/pts/99",
    "ssh_from": "203.0.113.9",
}


def test_what_only_its_author_says_stands_in_the_log_as_a_claim(desk: Desk) -> None:
    """Nothing of it is another account's name: who acted is bob, whatever else the record says."""
    desk.forge(
        desk.bob, {"actor": CLAIMS, "plan_sha256": "f" * 64, "kind": "moon.landed", "data": {"by": desk.alice}}
    )

    assert desk.verify(desk.carol).returncode == 0
    event = json.loads(desk.gonogo(desk.carol, "log", "--json").stdout)["events"][-1]
    assert event["actor"]["user"] == desk.bob
    assert event["actor"]["claims"] == CLAIMS
    assert (event["plan_sha256"], event["kind"], event["data"]) == ("f" * 64, "moon.landed", {"by": desk.alice})
    shown = desk.gonogo(desk.carol, "log").stdout.splitlines()[-1]
    assert f"{desk.bob} (login alice)" in shown


def test_an_approval_under_another_name_is_none(desk: Desk) -> None:
    """One hand-made line in one's own file made "alice approved", GO, and an intact journal."""
    desk.forge(
        desk.bob,
        {
            "actor": {"user": desk.alice},
            "kind": "approval.given",
            "subject": "approval:quality",
            "data": {"role": "quality", "digest": "0" * 64, "confirmed": "web@1.0.0"},
        },
    )

    done = desk.gonogo(desk.carol, "status", "--env", "production")
    assert done.returncode != 0
    assert f"which is {desk.bob}'s, gives its author the name {desk.alice}" in done.stdout + done.stderr
    assert "approval.missing" in done.stdout or "quality" in done.stdout


def test_a_record_of_an_account_that_left_keeps_its_name_and_is_no_alarm(
    desk: Desk, shared_python: SharedPython, accounts: Accounts
) -> None:
    """An archive is read years later, or on another host: the name stands there with that the account is gone."""
    gone = 54_321
    script = LEFT + FORGE.replace("UnixIdentity()", "Left()")
    subprocess.run(
        [shared_python.python, "-c", script, str(desk.directory), "{}"],
        check=True,
        user=gone,
        group=accounts.gid,
        extra_groups=[],
        umask=0o027,
        cwd="/",
        env={"HOME": str(desk.root), "PATH": os.environ["PATH"]},
    )

    assert desk.verify(desk.carol).stdout.startswith("intact: ")
    events = json.loads(desk.gonogo(desk.carol, "log", "--json").stdout)["events"]
    assert events[-1]["actor"]["user"] == "zoe (account gone)"
    assert "zoe (account gone)" in desk.gonogo(desk.carol, "log").stdout
    assert desk.gonogo(desk.alice, "note", "smoke", "more").returncode == 0
    assert Path(desk.directory, f"{gone}-0123456789ab.jsonl").stat().st_uid == gone
