"""`sign: decisions`: what is decided carries a signature, and counts only with a good one."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Here, Release, account
from gonogo import wiring
from gonogo.acts import Command, approvals
from gonogo.acts.approvals import Approve
from gonogo.acts.freezes import Thaw
from gonogo.acts.lifecycle import Resume
from gonogo.acts.scene import Accepted
from gonogo.cli.context import Options
from gonogo.engine.session import Session
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal, state_home
from gonogo.plan import ApprovalSlot
from support.repositories import CommitSpec, git, make_repository
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
    """Nothing but what runs is recorded, and the line to write is named."""
    set_key("")

    found = gonogo("start")

    assert found.code == 78
    assert "signing_key" in found.err
    assert {one["kind"] for one in gonogo("log", "--json").facts["events"]} == {"cell.changed"}


def test_a_tick_needs_no_signature(gonogo: Here, desk: Path) -> None:
    """What is signed are decisions."""
    set_key("")
    assert gonogo("tick", "tests").code == 0


def past_the_program(make: Callable[[Session], Command]) -> None:
    """Somebody writes a decision into their own journal file with a program that signs nothing."""
    options = Options()
    loaded = wiring.load_plan(options)
    place = wiring.journal_place(options, loaded.plan.release)
    journal = DirectoryJournal.open(
        place.root, place.release, UnixIdentity(), wiring.clock(), "cli", shared=False, state_dir=state_home()
    )
    session = Session(loaded, journal, wiring.clock(), journal.actor, wiring.new_event_id)
    for changes in wiring.read_changes(loaded.plan, loaded.plan.products):
        session.learn(changes)
    outcome = session.submit(make(session))
    assert isinstance(outcome, Accepted), outcome
    session.close()


def an_approval(session: Session) -> Approve:
    """Of what ships, as the session sees it."""
    slot = approvals.find_slot(session.scene(), "qa")
    assert isinstance(slot, ApprovalSlot)
    return Approve("qa", approvals.preview(session.scene(), slot).code)


def test_an_unsigned_approval_does_not_count_and_says_so(gonogo: Here, desk: Path) -> None:
    """In status, in the trail and in what proves the journal; signing it after all makes it good."""
    past_the_program(an_approval)

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


def test_what_ends_a_stop_is_signed(gonogo: Here, desk: Path) -> None:
    """Hold and freeze need no key, resume and thaw do; each is in the proof of the journal."""
    set_key(str(desk / "key"))
    assert gonogo("start").code == 0
    set_key("")
    assert gonogo("hold", "--reason", "the vendor is down").code == 0
    assert gonogo("freeze", "now", "--reason", "pager storm").code == 0
    assert (gonogo("resume", "--reason", "it is up").code, gonogo("thaw").code) == (78, 78)

    set_key(str(desk / "key"))
    assert (gonogo("resume", "--reason", "it is up").code, gonogo("thaw").code) == (0, 0)
    assert gonogo("status", "--json").facts["held"] is None
    assert "signed: 3 decisions" in gonogo("journal", "verify").out


def test_an_end_that_nobody_signed_ends_nothing(gonogo: Here, desk: Path) -> None:
    """A resume and a thaw written past the program: the hold and the freeze stand, and the trail says why."""
    assert gonogo("start").code == 0
    assert gonogo("hold", "--reason", "the vendor is down").code == 0
    assert gonogo("freeze", "now", "--reason", "pager storm").code == 0
    past_the_program(lambda _: Resume("it is up"))
    past_the_program(lambda _: Thaw())

    facts = gonogo("status", "--json").facts
    assert facts["held"]["reason"] == "the vendor is down"
    assert [one["reason"] for one in facts["freezes"]] == ["pager storm"]
    assert gonogo("log").out.count("[does not count: it is not signed]") == 2


def test_the_keys_may_lie_on_a_branch(gonogo: Here, desk: Path, release: Release) -> None:
    """Read from the branch of a clone: the file beside the plan decides nothing any more."""
    keys = allow(desk / "branch_keys", {account(): (desk / "key.pub").read_text(encoding="ascii").strip()})
    made = make_repository(
        desk / "policy", [CommitSpec("chore: keys", {"signers": keys.read_text(encoding="ascii")})]
    )
    text = release.plan.read_text(encoding="utf-8")
    branch = "allowed_signers: {repo: policy, ref: main, file: signers}"
    release.plan.write_text(text.replace("allowed_signers: allowed_signers", branch), encoding="utf-8")
    (desk / "allowed_signers").unlink()

    assert approve(gonogo) == 0
    assert "is given by" in standing(gonogo)
    (given,) = (one for one in gonogo("log", "--json").facts["events"] if one["kind"] == "approval.given")
    assert given["data"]["content"]["signatures"] == "decisions are signed, by keys in main:signers"

    git(made.path, "update-ref", "-d", "refs/heads/main")
    assert "there is no branch main with the allowed signers" in standing(gonogo)


def test_a_decision_that_would_not_count_is_not_recorded_as_done(gonogo: Here, desk: Path) -> None:
    """The own key is not in the list: that is said at once, instead of in a trail somebody reads later."""
    assert gonogo("start").code == 0
    make_key(desk / "other")
    set_key(str(desk / "other"))
    assert gonogo("hold", "--reason", "the vendor is down").code == 0

    found = gonogo("resume", "--reason", "it is up")

    assert found.code == 78
    assert "what you decide would not count: its signature is not accepted" in found.err
    assert gonogo("status", "--json").facts["held"] is not None
    assert "resumed" not in gonogo("log").out
