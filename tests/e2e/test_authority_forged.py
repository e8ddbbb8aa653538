"""A decision written by hand, well chained, into one's own file: it counts only with the right to it."""

import hashlib
import json
import os
import pwd
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from gonogo.cli.context import Options
from gonogo.io.journal import init_shared
from gonogo.rules.outline import outline_of, pack
from gonogo.wiring import load_plan
from support.shared_install import Accounts, SharedPython, as_user

pytestmark = pytest.mark.needs("accounts")

RELEASE = "2026.11"
PLAN = """\
release: "2026.11"
environments:
  production: {{production: true}}
products:
  web: {{version: 1.0.0}}
checklist:
  - {{id: migrate, title: Migrate the orders, two_person: true}}
  - {{id: receipt, title: Keep the log, evidence: required}}
  - {{id: smoke, title: Smoke test, check: {{run: ["/bin/true"]}}}}
  - {{id: tell, title: Tell support}}
people:
  ana: {{name: Ana, account: {alice}, roles: [release-manager]}}
  ben: {{name: Ben, account: {bob}, roles: [engineering]}}
authority:
  take_lead: [release-manager]
rollback: {{triggers: [{{id: errors, when: too many errors}}]}}
"""
BY_HAND = """
import json, sys
from pathlib import Path
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal
from gonogo.events import Draft, EventId
journal = DirectoryJournal.open(Path(sys.argv[1]), "2026.11", UnixIdentity(), SystemClock(), "cli")
kind, subject, data = sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
journal.transact(lambda tail: [Draft(EventId(f"by-hand-{len(tail.events)}"), kind, subject, data)])
"""
GO = ("go.decided", "go:production", {"answer": "go", "confirmed": "0000", "versions": {"web": "1.0.0"}})


class Desk:
    """A release that alice starts; the plan names bob without authority, and carol not at all."""

    def __init__(self, python: SharedPython, accounts: Accounts, *, start: bool = True) -> None:
        self.python = python
        self.alice, self.bob, self.carol = accounts.names[:3]
        self.root = python.root / f"entitled-{os.urandom(4).hex()}"
        init_shared(self.root, accounts.group, RELEASE, datetime(2026, 11, 24, tzinfo=UTC))
        self.plan = self.root / "release.yaml"
        self.plan.write_text(PLAN.format(alice=self.alice, bob=self.bob), encoding="utf-8")
        self.plan.chmod(0o644)
        if start:
            done = self.gonogo(self.alice, "start")
            assert done.returncode == 0, done.stderr

    def gonogo(self, user: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """The command as `user`."""
        words = (*words, "--plan", str(self.plan), "--journal", str(self.root))
        return as_user(user, [self.python.gonogo, *words], timeout=60)

    def by_hand(self, user: str, kind: str, subject: str, data: dict[str, Any]) -> None:
        """A line past the program, as `user`, at the end of the account's own file."""
        words = ("-c", BY_HAND, str(self.root), kind, subject, json.dumps(data))
        done = as_user(user, [self.python.python, *words], timeout=60)
        assert done.returncode == 0, done.stderr

    def last(self) -> dict[str, Any]:
        """The newest event."""
        found: dict[str, Any] = json.loads(self.gonogo(self.carol, "log", "--json").stdout)["events"][-1]
        return found


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts) -> Desk:
    """Started by alice, who leads."""
    made = Desk(shared_python, accounts)
    assert made.gonogo(made.carol, "journal", "verify").returncode == 0
    return made


@pytest.mark.parametrize("who", ["bob", "carol"])
def test_a_go_by_hand_without_authority_does_not_count_and_is_told(desk: Desk, who: str) -> None:
    """Every reader judges it by the plan that was agreed on."""
    user = getattr(desk, who)

    desk.by_hand(user, *GO)

    assert "does not name" in desk.last()["flaw"] or "only the release lead" in desk.last()["flaw"]
    verified = desk.gonogo(desk.carol, "journal", "verify")
    assert verified.returncode == 6
    assert "go.decided" in verified.stdout
    assert "does not count" in verified.stdout
    why = desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout
    assert "decision.denied" in why


def test_a_go_by_hand_of_the_lead_counts(desk: Desk) -> None:
    """It is the right that is judged, not the program."""
    desk.by_hand(desk.alice, *GO)

    assert desk.last()["flaw"] == ""
    assert desk.gonogo(desk.carol, "journal", "verify").returncode == 0


@pytest.mark.parametrize("kind", ["release.completed", "release.cancelled"])
def test_an_end_by_hand_without_authority_ends_nothing(desk: Desk, kind: str) -> None:
    """The release stays in progress."""
    desk.by_hand(desk.bob, kind, "release", {"reason": "over"})

    assert desk.last()["flaw"]
    assert desk.gonogo(desk.alice, "hold", "--reason", "it goes on").returncode == 0


def test_a_hold_and_a_freeze_stay_when_somebody_without_authority_lifts_them_by_hand(desk: Desk) -> None:
    """What stops is everybody's, what ends it is not."""
    assert desk.gonogo(desk.carol, "hold", "--reason", "fire").returncode == 0
    hold = desk.last()["seq"]
    assert desk.gonogo(desk.carol, "freeze", "now", "--reason", "fire").returncode == 0
    freeze = desk.last()["seq"]

    desk.by_hand(desk.bob, "release.resumed", "release", {"reason": "on", "hold": hold})
    desk.by_hand(desk.bob, "freeze.thawed", "freeze:now", {"freeze": freeze})

    why = desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout
    assert "release.held" in why
    assert "freeze.now" in why


def test_a_decision_to_go_back_is_not_ended_by_an_account_that_is_not_named(desk: Desk) -> None:
    """Neither with the program, nor by hand, nor by firing the trigger anew."""
    for words in (
        ("fire", "errors", "--reason", "fire"),
        ("answer", "errors", "roll_back", "--reason", "we go back"),
    ):
        assert desk.gonogo(desk.alice, "trigger", *words).returncode == 0

    assert desk.gonogo(desk.carol, "trigger", "over", "errors").returncode == 77
    desk.by_hand(desk.carol, "trigger.cleared", "trigger:errors", {})
    assert "does not name" in desk.last()["flaw"]
    desk.by_hand(desk.carol, "trigger.fired", "trigger:errors", {"when": "x", "observation": "x"})

    assert "trigger.roll-back" in desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout
    assert desk.gonogo(desk.bob, "trigger", "over", "errors").returncode == 0


def test_a_take_over_by_hand_makes_no_lead_and_gives_no_right(desk: Desk) -> None:
    """What rests on it does not count either."""
    desk.by_hand(desk.bob, "baton.taken", "baton", {"driver": desk.bob, "note": "mine"})
    assert "does not let" in desk.last()["flaw"]

    desk.by_hand(desk.bob, *GO)

    assert desk.last()["flaw"]


def test_an_amendment_by_hand_of_an_account_that_is_not_named_gives_it_no_right(desk: Desk) -> None:
    """Nobody gets a right by writing another plan into the journal."""
    desk.by_hand(desk.carol, "plan.amended", "plan:" + "1" * 64, {"plan": "1" * 64, "before": "", "parts": 0})
    assert "does not name" in desk.last()["flaw"]

    desk.by_hand(desk.carol, *GO)

    assert desk.last()["flaw"]


def test_a_warning_stays_when_an_account_that_is_not_named_takes_it_away_by_hand(desk: Desk) -> None:
    """A bad version would be planned again; the same holds for whatever needs a person that the plan names."""
    done = desk.gonogo(desk.alice, "mark-bad", "web", "1.0.0", "--reason", "it lost orders")
    assert done.returncode == 0, done.stderr
    marked = desk.last()
    assert marked["kind"] == "version.marked-bad"

    desk.by_hand(desk.carol, "version.cleared", marked["subject"], {**marked["data"], "reason": "it is fine"})

    assert f"does not name {desk.carol}" in desk.last()["flaw"]
    assert "version.bad" in desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout


def open_items(desk: Desk) -> set[str]:
    """Items that are open for somebody who only looks."""
    told = desk.gonogo(desk.carol, "tick").stdout
    return {
        item for item in ("migrate", "receipt", "smoke", "tell") if f" {item} " in f" {' '.join(told.split())} "
    }


@pytest.mark.parametrize("kind", ["item.ticked", "item.skipped"])
@pytest.mark.parametrize("first", ["nobody", "themselves", "another number", "a colleague who never spoke"])
def test_one_hand_alone_does_not_close_an_item_of_two_persons(desk: Desk, kind: str, first: str) -> None:
    """Whatever it says of a first one: that must be the word of another human that stands before it."""
    data: dict[str, Any] = {"title": "Migrate the orders", "reason": "not needed"}
    if first == "themselves":
        assert desk.gonogo(desk.bob, "tick", "migrate").returncode == 0
        data["first"] = {"uid": 0, "user": desk.alice, "seq": desk.last()["seq"]}
    elif first == "another number":
        assert desk.gonogo(desk.alice, "tick", "migrate").returncode == 0
        data["first"] = {"uid": 0, "user": desk.alice, "seq": 1}
    elif first != "nobody":
        data["first"] = {"uid": 0, "user": desk.alice, "seq": 2}

    desk.by_hand(desk.bob, kind, "item:migrate", data)

    assert "takes two persons" in desk.last()["flaw"]
    assert "migrate" in open_items(desk)
    verified = desk.gonogo(desk.carol, "journal", "verify")
    assert verified.returncode == 6
    assert f"{kind} by {desk.bob} does not count" in verified.stdout


def test_the_second_of_two_persons_by_hand_must_be_one_that_the_plan_names(desk: Desk) -> None:
    """And where it is, it is the right that counts, not the program."""
    assert desk.gonogo(desk.alice, "tick", "migrate").returncode == 0
    data = {"title": "Migrate the orders", "first": {"seq": desk.last()["seq"]}}

    desk.by_hand(desk.carol, "item.ticked", "item:migrate", data)
    assert f"does not name {desk.carol}" in desk.last()["flaw"]
    assert "migrate" in open_items(desk)

    desk.by_hand(desk.bob, "item.ticked", "item:migrate", data)
    assert desk.last()["flaw"] == ""
    assert "migrate" not in open_items(desk)


def test_two_persons_close_it_with_the_program_and_every_reader_agrees(desk: Desk) -> None:
    """What the program lets pass, reading lets pass."""
    for user in (desk.alice, desk.bob):
        assert desk.gonogo(user, "tick", "migrate").returncode == 0
        assert desk.gonogo(user, "tick", "tell").returncode in {0, 5}
    assert desk.gonogo(desk.bob, "tick", "receipt", "--output", "all went well").returncode == 0

    assert open_items(desk) == {"smoke"}
    assert desk.gonogo(desk.carol, "journal", "verify").returncode == 0


@pytest.mark.parametrize(("item", "why"), [("receipt", "only with evidence"), ("smoke", "has not passed")])
def test_a_word_by_hand_stands_in_for_no_evidence_and_no_check(desk: Desk, item: str, why: str) -> None:
    """The program asks for them, and so does whoever reads."""
    desk.by_hand(desk.bob, "item.ticked", f"item:{item}", {"title": "it is fine"})

    assert why in desk.last()["flaw"]
    assert item in open_items(desk)


def test_a_word_by_hand_on_an_item_that_is_open_to_all_counts(desk: Desk) -> None:
    """Whoever may write may tick it: under their own name."""
    desk.by_hand(desk.carol, "item.ticked", "item:tell", {"title": "Tell support"})

    assert desk.last()["flaw"] == ""
    assert "tell" not in open_items(desk)


@pytest.mark.parametrize("kind", ["merge.equated", "merge.waived"])
def test_an_account_that_is_not_named_answers_for_no_forward_merge_by_hand(desk: Desk, kind: str) -> None:
    """A missing fix stays missing."""
    fix = {"product": "web", "fix": "1" * 40, "branch": "main", "reason": "it is in there, believe me"}

    desk.by_hand(desk.carol, kind, "merge:web/11111111/main", fix)

    assert f"does not name {desk.carol}" in desk.last()["flaw"]
    assert desk.gonogo(desk.carol, "journal", "verify").returncode == 6


def test_a_held_version_is_not_moved_by_hand_by_an_account_that_is_not_named(desk: Desk) -> None:
    """Holding is everybody's; moving what holds to the planned version would end the hold."""
    subject = "cell:web/production"
    desk.by_hand(desk.carol, "version.held", subject, {"version": "0.9.0", "reason": "it worked"})
    assert desk.last()["flaw"] == ""

    desk.by_hand(desk.carol, "version.held", subject, {"version": "1.0.0", "reason": "go on"})

    assert f"does not name {desk.carol}" in desk.last()["flaw"]


def test_nobody_ends_a_hotfix_of_somebody_else_by_hand(desk: Desk) -> None:
    """Its fix would be out of sight for whoever asks what ships."""
    data = {"product": "web", "version": "1.0.1", "steps": 3, "base": "v1.0.0"}
    desk.by_hand(desk.alice, "hotfix.started", "hotfix:web/1.0.1", data)
    desk.by_hand(desk.bob, "hotfix.aborted", "hotfix:web/1.0.1", {"reason": "over"})

    assert "workspace is theirs" in desk.last()["flaw"]


def test_a_tick_of_the_draft_is_a_first_hand_where_the_plan_that_starts_asks_two(
    shared_python: SharedPython, accounts: Accounts
) -> None:
    """One person's line before the start does not close it either."""
    desk = Desk(shared_python, accounts, start=False)
    desk.by_hand(desk.bob, "item.ticked", "item:migrate", {"title": "Migrate the orders"})
    assert desk.gonogo(desk.alice, "start").returncode == 0

    assert "migrate" in open_items(desk)
    assert desk.gonogo(desk.bob, "tick", "migrate").returncode != 0
    assert desk.gonogo(desk.alice, "tick", "migrate").returncode == 0
    assert "migrate" not in open_items(desk)
    assert desk.gonogo(desk.carol, "journal", "verify").returncode == 0


def outline_with(desk: Desk, **changed: str) -> str:
    """The plan's outline, packed in one part, with these names changed; without what has no text there."""
    outline = {**outline_of(load_plan(Options(plan=str(desk.plan))).plan), **changed}
    gone = tuple(name for name, text in changed.items() if not text)
    [part] = pack({name: text for name, text in outline.items() if not gone or not name.startswith(gone)})
    return part


def start_by_hand(desk: Desk, user: str, outline: str | None, rules: int | None = 2) -> None:
    """A start past the program, with the hash of the plan on disk and that outline beside it."""
    sha256 = hashlib.sha256(desk.plan.read_bytes()).hexdigest()
    if outline is not None:
        desk.by_hand(user, "plan.recorded", f"plan:{sha256}", {"part": 1, "parts": 1, "outline": outline})
    data: dict[str, Any] = {
        "plan": sha256,
        "parts": 0 if outline is None else 1,
        "versions": {},
        "pins": {},
        **({} if rules is None else {"rules": rules}),
    }
    desk.by_hand(user, "release.started", "release", data)


ANOTHER_PLAN = {
    "another lead": {"people/ana/account": "somebody"},
    "an item of one person": {"items/migrate/two_person": "no"},
    "an item without its check": {"items/smoke/check": ""},
    "a right of its own": {"authority/go": "engineering"},
}


@pytest.mark.parametrize("how", [*ANOTHER_PLAN, "nothing"])
def test_a_start_by_hand_that_records_another_plan_lets_nothing_go(
    shared_python: SharedPython, accounts: Accounts, how: str
) -> None:
    """Who may decide is read from that record: its author could have put their own name into it."""
    desk = Desk(shared_python, accounts, start=False)
    start_by_hand(desk, desk.bob, outline_with(desk, **ANOTHER_PLAN[how]) if how in ANOTHER_PLAN else None)

    why = desk.gonogo(desk.carol, "why", "--env", "production", "--json")
    assert "plan.misrecorded" in why.stdout, why.stderr
    refused = desk.gonogo(desk.alice, "go", "production")
    assert refused.returncode in {3, 77}, refused.stdout
    ended = desk.gonogo(desk.alice, "complete")
    assert ended.returncode in {3, 77}, ended.stdout


def test_a_start_by_hand_that_records_the_plan_as_it_is_counts(
    shared_python: SharedPython, accounts: Accounts
) -> None:
    """It is what is recorded that is judged, not the program."""
    desk = Desk(shared_python, accounts, start=False)
    start_by_hand(desk, desk.alice, outline_with(desk))

    assert "plan.misrecorded" not in desk.gonogo(desk.carol, "why", "--env", "production", "--json").stdout


@pytest.mark.parametrize("rules", [None, 0, 1])
def test_a_start_by_hand_under_older_rules_is_judged_by_those_of_the_journal(
    shared_python: SharedPython, accounts: Accounts, rules: int | None
) -> None:
    """Whoever names no edition, or an older one, gets no right that a start with the program would not give."""
    desk = Desk(shared_python, accounts, start=False)
    start_by_hand(desk, desk.alice, outline_with(desk), rules)

    desk.by_hand(desk.bob, *GO)
    desk.by_hand(desk.bob, "item.ticked", "item:migrate", {"title": "Migrate the orders"})

    assert "only the release lead" in desk.gonogo(desk.carol, "log").stdout
    assert "migrate" in open_items(desk)
    verified = desk.gonogo(desk.carol, "journal", "verify")
    assert (verified.returncode, "go.decided" in verified.stdout) == (6, True)


def test_verify_finds_a_record_of_another_plan(shared_python: SharedPython, accounts: Accounts) -> None:
    """It is said where somebody looks for what is wrong with the record, with the same exit code."""
    desk = Desk(shared_python, accounts, start=False)
    start_by_hand(desk, desk.bob, outline_with(desk, **ANOTHER_PLAN["another lead"]))

    verified = desk.gonogo(desk.carol, "journal", "verify")

    assert verified.returncode == 6
    assert "people/ana/account" in verified.stdout
    assert json.loads(desk.gonogo(desk.carol, "journal", "verify", "--json").stdout)["misrecorded"]


def test_a_start_by_hand_makes_nobody_the_lead_whom_the_plan_does_not_let_lead(
    shared_python: SharedPython, accounts: Accounts
) -> None:
    """The program writes down that such a starter does not lead; whoever reads does not rely on it."""
    desk = Desk(shared_python, accounts, start=False)
    start_by_hand(desk, desk.bob, outline_with(desk))

    desk.by_hand(desk.bob, *GO)

    assert "only the release lead" in desk.last()["flaw"]


def test_the_edition_of_a_shared_journal_is_roots_to_say(shared_python: SharedPython, accounts: Accounts) -> None:
    """No member lowers it: neither by another file under that name nor by taking it away."""
    desk = Desk(shared_python, accounts, start=False)
    store = desk.root / RELEASE / "store.json"
    assert json.loads(store.read_text(encoding="utf-8"))["rules"] == 2
    for words in (("rm", "-f", str(store)), ("mv", str(desk.plan), str(store)), ("tee", str(store))):
        assert as_user(desk.bob, list(words), timeout=60).returncode != 0, words
    os.chown(store, *_ids(desk.bob))

    verified = desk.gonogo(desk.carol, "journal", "verify")

    assert verified.returncode == 6
    assert "could be exchanged or written by others than root" in verified.stdout


def _ids(user: str) -> tuple[int, int]:
    found = pwd.getpwnam(user)
    return found.pw_uid, found.pw_gid
