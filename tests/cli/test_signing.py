"""`sign: decisions`: what is decided carries a signature, and counts only with a good one."""

import os
from pathlib import Path

import pytest

from cli.conftest import Here, Release, account
from gonogo import bootstrap
from gonogo.adapters.identity_unix import UnixIdentity
from gonogo.adapters.journal_dir import DirectoryJournal, state_home
from gonogo.cli.context import Options
from gonogo.domain.decide import Approve
from gonogo.domain.decisions import approvals
from gonogo.domain.plan import ApprovalSlot
from gonogo.session import Accepted, Session
from support.ssh_keys import allow, make_key

pytestmark = pytest.mark.needs("sshd")

SIGNED = """\
approvals: {qa: {role: qa}}
gates: {production: [{approvals: [qa]}]}
waivers: {roles: [qa]}
sign: decisions
allowed_signers: allowed_signers
"""


@pytest.fixture
def desk(release: Release) -> Path:
    """The plan asks for signatures; the account has a key that counts. Returns where it lies."""
    text = release.plan.read_text(encoding="utf-8").replace(
        "account: ", "roles: [qa], shared: false, account: ", 1
    )
    release.plan.write_text(text + SIGNED, encoding="utf-8")
    key = release.directory / "key"
    allow(release.directory / "allowed_signers", {account(): make_key(key)})
    set_key(str(key))
    return release.directory


def set_key(key: str) -> None:
    """The user's own configuration."""
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "gonogo" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'signing_key = "{key}"\n', encoding="utf-8")
    path.chmod(0o600)


def approve(gonogo: Here) -> int:
    """Look, then sign."""
    code = gonogo("approve", "qa", "--json").facts["confirm"]
    return gonogo("approve", "qa", "--confirm", code).code


def standing(gonogo: Here) -> str:
    """Where the approval stands."""
    return str(gonogo("status", "--json").facts["approvals"][0]["fact"])


def test_a_decision_is_signed_and_counts(gonogo: Here, desk: Path) -> None:
    """Draft to go with signatures, and the journal proves them."""
    assert approve(gonogo) == 0
    assert "is given by" in standing(gonogo)
    assert gonogo("start").code == 0

    verified = gonogo("journal", "verify")
    assert (verified.code, "signed: 2 decisions" in verified.out) == (0, True)
    events = gonogo("log", "--json").facts["events"]
    signed = {event["kind"] for event in events if "signature" in event["data"]}
    assert signed == {"approval.given", "release.started"}
    assert "  - signed" in gonogo("report").out


def test_without_a_key_nothing_is_decided(gonogo: Here, desk: Path) -> None:
    """Nothing is recorded, and the line to write is named."""
    set_key("")

    found = gonogo("start")

    assert found.code == 78
    assert "signing_key" in found.err
    assert gonogo("log", "--json").facts["events"] == []


def test_a_tick_needs_no_signature(gonogo: Here, desk: Path) -> None:
    """What is signed are decisions."""
    set_key("")
    assert gonogo("tick", "tests").code == 0


def past_the_door() -> None:
    """Somebody writes an approval into their own journal file with a program that signs nothing."""
    options = Options()
    loaded = bootstrap.load_plan(options)
    place = bootstrap.journal_place(options, loaded.plan.release)
    journal = DirectoryJournal.open(
        place.root, place.release, UnixIdentity(), bootstrap.clock(), "cli", shared=False, state_dir=state_home()
    )
    session = Session(loaded, journal, bootstrap.clock(), journal.actor, bootstrap.new_event_id)
    for changes in bootstrap.read_changes(loaded.plan, loaded.plan.products):
        session.learn(changes)
    slot = approvals.find_slot(session.scene(), "qa")
    assert isinstance(slot, ApprovalSlot)
    outcome = session.submit(Approve("qa", approvals.preview(session.scene(), slot).code))
    assert isinstance(outcome, Accepted), outcome
    session.close()


def test_an_unsigned_approval_does_not_count_and_says_so(gonogo: Here, desk: Path) -> None:
    """In status, in the trail and in what proves the journal; signing it after all makes it good."""
    past_the_door()

    assert f"{account()}'s does not count: it is not signed" in standing(gonogo)
    assert "approval.missing" in gonogo("why", "--env", "production").out
    assert "[does not count: it is not signed]" in gonogo("log").out
    verified = gonogo("journal", "verify")
    assert (verified.code, "it is not signed" in verified.out) == (6, True)

    assert approve(gonogo) == 0
    assert "is given by" in standing(gonogo)


def test_a_key_that_is_taken_out_takes_its_start_with_it(gonogo: Here, desk: Path) -> None:
    """The release then stands on something nobody signed, and that blocks everywhere."""
    assert gonogo("start").code == 0
    assert "decision.unsigned" not in gonogo("why", "--env", "production").out

    allow(desk / "allowed_signers", {account(): make_key(desk / "other")})

    found = gonogo("why", "--env", "production")
    assert found.code == 3
    assert "release.started by Me Myself" in found.out
    assert "decision.unsigned" in found.out


def test_taking_the_wish_for_signatures_out_voids_what_was_signed(
    gonogo: Here, desk: Path, release: Release
) -> None:
    """Nobody gets rid of signatures by an edit that nobody notices."""
    assert approve(gonogo) == 0
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("sign: decisions\n", ""), encoding="utf-8")

    assert "signatures: decisions are signed is gone" in standing(gonogo)
