"""The life of the release, and who drives it."""

from gonogo.acts import Refusal, Scene, amendments, lifecycle, previews
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.baton import Drive
from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.rules import amendment, authority
from gonogo.rules.confirmation import Preview
from gonogo.text.tones import Span, Tone
from gonogo.tui.deeds.form import Answers, Ask, Choice, Deed, Known, Seeing, Write, one_of, reason

START = Deed(
    (),
    lambda _scene, _answers: Start(),
    lambda _: "start the release",
    Seeing("Start the release", lambda scene, _: previews.start(scene)),
)
HOLD = Deed(
    (("reason", reason("Put the release on hold", "Why? Nothing goes until somebody resumes.")),),
    lambda _, answers: Hold(answers["reason"]),
    lambda _: "hold the release",
)


def _why_resume(scene: Scene, _: Answers) -> Ask:
    held = scene.state.held
    why = f"{held.actor.user} holds it: {held.reason}. " if held else ""
    return Write("Resume the release", f"{why}Why may it go on?")


RESUME = Deed(
    (("reason", _why_resume),), lambda _, answers: Resume(answers["reason"]), lambda _: "resume the release"
)
COMPLETE = Deed(
    (),
    lambda _, answers: Complete(answers["confirm"]),
    lambda _: "complete the release",
    Seeing("Complete the release", lambda scene, _: lifecycle.preview_complete(scene), lambda _: ""),
)
CANCEL = Deed(
    (("reason", reason("Cancel the release", "Why does it end without being done? Nothing is rolled back.")),),
    lambda _, answers: Cancel(answers["reason"], answers["confirm"]),
    lambda _: "cancel the release",
    Seeing("Cancel the release", lambda scene, _: lifecycle.preview_cancel(scene)),
)


def see_amendment(scene: Scene, _: Answers) -> Preview | Refusal:
    """The diff, and what it makes void."""
    waits = amendment.pending(scene.loaded, scene.state)
    if waits is None:
        return Refusal(
            ExitCode.NO_GO, "amend.nothing", "the plan is the one that was agreed on: nothing to accept"
        )
    return amendments.preview(scene, waits)


AMEND = Deed(
    (),
    lambda _, answers: AcceptAmendment(answers["confirm"]),
    lambda _: "accept the amended plan",
    Seeing("Accept the amended plan", see_amendment),
)


def _baton(scene: Scene, _: Answers) -> Ask:
    baton = scene.state.baton
    return Known(str(baton.seq if baton else 0))


def _takes_over(scene: Scene, _: Answers) -> Ask:
    baton = scene.state.baton
    if baton is None:
        return Write("Take the lead", "A note for everybody, or Enter for none.", "a note", least=0)
    before = people.named(scene.plan, baton.driver)
    if authority.accepts_offer(scene.plan, scene.state, scene.actor):
        ask = f"{before} leads because they started the release. A note for everybody, or Enter for none."
        return Write("Take the lead", ask, "a note", least=0)
    ask = f"{before} is the release lead. Say why you take over; it stays in the trail."
    return Write("Take over the lead", ask, "a note")


def _to_whom(scene: Scene, _: Answers) -> Ask:
    others = tuple(
        Choice(one.key, (Span(f"{one.name}  ", Tone.STRONG), Span(f"{one.account}  {', '.join(one.roles)}")))
        for one in scene.plan.people
        if not one.shared and not people.is_account_of(scene.plan, one.account, scene.actor)
    )
    return one_of("Hand over the lead to whom?", others, "the plan names nobody else")


DRIVE = Deed(
    (("seen", _baton), ("note", _takes_over)),
    lambda _, answers: Drive(answers["note"], expect=int(answers["seen"])),
    lambda _: "take the lead",
)


PASS = Deed(
    (
        ("seen", _baton),
        ("to", _to_whom),
        (
            "note",
            lambda _, answers: Write("Hand over the lead", f"What must {answers['to']} know?", "a note", least=0),
        ),
    ),
    lambda _, answers: Drive(answers["note"], answers["to"], expect=int(answers["seen"])),
    lambda answers: f"hand over the lead to {answers['to']}",
)
