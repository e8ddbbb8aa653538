"""Wishes that decide something about the release. What each asks for and records is in `gonogo.tui.deeds`."""

from gonogo.acts import glass as breaking
from gonogo.acts import slips
from gonogo.acts.scene import Scene
from gonogo.events import people
from gonogo.events.lifecycle import ReleaseStatus
from gonogo.plan import Plan
from gonogo.rules import amendment, glass, waivers
from gonogo.rules.authority import Act
from gonogo.rules.checks import commands
from gonogo.tui.intents.base import LISTS, Context, Intent, unwritable


class Deciding(Intent):
    """A wish that asks for something, or for a word typed, before anything is recorded."""

    places = LISTS

    @classmethod
    def refused(cls, context: Context) -> str:
        """Needs a journal that takes entries, and what the particular wish needs."""
        if reason := super().refused(context) or unwritable(context):
            return reason
        return "the journal is still being opened" if context.scene is None else cls.against(context.scene)

    @classmethod
    def against(cls, scene: Scene) -> str:
        """What speaks against it, as far as that is cheap to say; the rules say the rest when it is judged."""
        return _over(scene)


def _over(scene: Scene) -> str:
    refusal = slips.over(scene)
    return refusal.reason if refusal else ""


def _not_running(scene: Scene, what: str) -> str:
    refusal = slips.not_running(scene, what)
    return refusal.reason if refusal else ""


def _without(scene: Scene, act: Act) -> str:
    """Why this account may not, with who may; "" when it may."""
    refusal = slips.no_person(scene, "this") or slips.without_authority(scene, act)
    return refusal.reason if refusal else ""


def _no_person(scene: Scene, what: str) -> str:
    """Why this account is not one person that the plan names; "" when it is."""
    refusal = slips.no_person(scene, what)
    return refusal.reason if refusal else ""


def _undecided(scene: Scene, what: str) -> str:
    """Why this account is not one certain person; "" when it is."""
    refusal = slips.undecided(scene, what)
    return refusal.reason if refusal else ""


# -- the life of the release --------------------------------------------------------------------------------------


class StartRelease(Deciding):
    """draft -> in progress."""

    label, title = "start", "Start the release"
    help = "the release begins: plan, versions and pins are recorded, later edits must be accepted"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Only a draft is started."""
        life = scene.state.lifecycle
        if life.status is ReleaseStatus.IN_PROGRESS:
            return f"the release was started{slips.by(life.actor, life.at, scene.now)}"
        return _over(scene) or _no_person(scene, "starting")


class HoldRelease(Deciding):
    """Nothing goes."""

    label, title = "hold", "Put the release on hold"
    help = "nothing goes until somebody resumes; asks for the reason"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Only a running release is held, and once."""
        held = scene.state.held
        if held is not None:
            return f"it is on hold already{slips.by(held.actor, held.at, scene.now)}: {held.reason}"
        return _not_running(scene, "a hold")


class ResumeRelease(Deciding):
    """It goes on."""

    label, title = "resume", "Resume the release after a hold"
    help = "the release goes on; asks for the reason"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Only what is on hold is resumed."""
        if reason := _not_running(scene, "resuming"):
            return reason
        return _without(scene, Act.RESUME) if scene.state.held else "the release is not on hold"


class CompleteRelease(Deciding):
    """Done."""

    label, title = "complete", "Complete the release"
    help = "everything is done; with anything open it is refused with the list"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Only a running release is completed."""
        return _not_running(scene, "completing") or _without(scene, Act.COMPLETE)


class CancelRelease(Deciding):
    """Not done."""

    label, title = "cancel", "Cancel the release"
    help = "the release ends without being done; nothing is rolled back by that"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The release lead, or a role the plan names for it."""
        return _over(scene) or _without(scene, Act.CANCEL)


class AcceptAmendment(Deciding):
    """The edited plan."""

    label, title = "amend", "Accept the amended plan"
    help = "show what was edited since the start, and accept it by name"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Only an edit after the start waits for somebody."""
        if reason := _not_running(scene, "an amendment"):
            return reason
        if amendment.pending(scene.loaded, scene.state) is None:
            return "the plan is the one that was agreed on"
        return _no_person(scene, "accepting an amendment")


class Drive(Deciding):
    """The lead of the release."""

    keys, shown_key, label = ("d",), "d", "drive"
    title = "Take the lead of the release"
    help = "become the release lead; asks for a note to take over from somebody"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The lead has it; who named themselves by starting only confirms it."""
        baton = scene.state.baton
        if baton is not None and baton.driver == scene.actor.user:
            return "you are the release lead already"
        return _over(scene) or _undecided(scene, "driving")


class PassBaton(Deciding):
    """Handover."""

    label, title = "hand over", "Hand over the lead of the release"
    help = "hand the release over to somebody, with a note of what they must know"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The lead hands it over."""
        baton = scene.state.baton
        if baton is not None and not people.is_account_of(scene.plan, baton.driver, scene.actor):
            return (
                f"{people.named(scene.plan, baton.driver)} is the release lead and hands over the lead; d takes it"
            )
        return _over(scene) or (
            "" if scene.plan.people else "the plan names nobody to hand it to: gonogo drive --to ACCOUNT"
        )


# -- approvals, waivers, go ---------------------------------------------------------------------------------------


def _approvals(scene: Scene) -> str:
    if reason := _over(scene):
        return reason
    plan = scene.plan
    if not plan.approvals:
        return "the plan asks for no approval"
    mine = set(people.roles_of(plan, scene.actor))
    wanted = list(dict.fromkeys(slot.role for slot in plan.approvals))
    return _undecided(scene, "an approval") or (
        "" if mine & set(wanted) else f"approvals are given by role {' or '.join(wanted)}"
    )


class Approve(Deciding):
    """Sign."""

    keys, shown_key, label = ("a",), "a", "approve"
    title = "Approve what ships"
    help = "sign what ships: versions, revisions, changes, the way back; the version is typed"
    confirm = True
    in_footer = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The plan says who."""
        return _approvals(scene)


class Reject(Deciding):
    """Block."""

    label, title = "reject", "Reject: block an approval"
    help = "block an approval until you take it back; asks for the reason"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The plan says who."""
        return _approvals(scene)


class Revoke(Deciding):
    """Take back."""

    label, title = "revoke", "Take back my approval or rejection"
    help = "take back what you said on an approval"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Only one's own word."""
        if reason := _over(scene):
            return reason
        votes = (vote for slot in scene.plan.approvals for vote in scene.state.votes(slot.name))
        mine = any(vote.actor.uid == scene.actor.uid for vote in votes)
        return _undecided(scene, "taking a word back") if mine else "you have said nothing on any approval"


class GiveGo(Deciding):
    """Lets the release into an environment; what it stands on is asked anew first."""

    keys, shown_key, label = ("o",), "o", "go"
    title = "Go: let the release in"
    help = "let the release into an environment, on the list of this moment; the version is typed"
    confirm = True
    in_footer = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The release lead, or a role the plan names for it."""
        return _not_running(scene, "a go") or _without(scene, Act.GO)


def _may_waive(plan: Plan, scene: Scene) -> str:
    if not plan.waiver_roles:
        return "the plan lets nobody waive anything"
    mine = set(plan.waiver_roles) & set(people.roles_of(plan, scene.actor))
    return _undecided(scene, "a waiver") or (
        "" if mine else f"waivers are given by role {' or '.join(plan.waiver_roles)}"
    )


class Waive(Deciding):
    """Let pass."""

    keys, shown_key, label = ("v",), "v", "waive"
    title = "Waive: let a reason pass"
    help = "let one reason pass in one environment, with your name, why and until when"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The plan says who."""
        return _over(scene) or _may_waive(scene.plan, scene)

    @classmethod
    def stands(cls, context: Context) -> bool:
        """Among the reasons."""
        return context.place.value == "why"


class WithdrawWaiver(Deciding):
    """No longer."""

    label, title = "end waiver", "End a waiver before its time"
    help = "what was let pass weighs again"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Needs one that holds."""
        if reason := _over(scene) or _may_waive(scene.plan, scene):
            return reason
        return "" if waivers.in_force(scene.plan, scene.state, scene.now) else "no waiver holds"


class AskBreakGlass(Deciding):
    """Two persons."""

    label, title = "break-glass", "Break-glass: request"
    help = "name the blockers of an environment and why; a second person confirms within 15 minutes"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """The lead or a role of the plan; never alone."""
        return _no_glass(scene)


class ConfirmBreakGlass(Deciding):
    """The second one."""

    label, title = "confirm glass", "Break-glass: confirm"
    help = "waive what the first person named, for a short time, in both names"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Needs a request."""
        if reason := _no_glass(scene):
            return reason
        waits = glass.requests(scene.state, scene.now)
        barriers = [glass.pair_barrier(scene.plan, scene.state, one.asked_by, scene.actor) for one in waits]
        if not all(barriers):
            return ""
        return next((f"{one.fact}: {one.remedy}" for one in barriers if one), "no break-glass request is open")


class EndBreakGlass(Deciding):
    """Over."""

    label, title = "end glass", "Break-glass: end"
    help = "the blockers it waives count again"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Needs one in force, or a request."""
        found = glass.standing(scene.plan, scene.state, scene.now, "", scene.inputs.shared_accounts)
        return _over(scene) or ("" if found else "no break-glass is in force, and none is requested")


def _no_glass(scene: Scene) -> str:
    refusal = breaking.may_not(scene)
    return refusal.reason if refusal else ""


# -- stopping, going back -----------------------------------------------------------------------------------------


class StopLine(Deciding):
    """Freeze now."""

    keys, shown_key, label = ("f",), "f", "freeze"
    title = "Stop the line: freeze now"
    help = "nothing goes from now on, everywhere or in one place; asks for the reason"


class Thaw(Deciding):
    """The line runs again."""

    label, title = "thaw", "Let the line run again"
    help = "end a freeze that was declared by hand"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Freezes of the plan end by the clock."""
        if reason := _over(scene):
            return reason
        return (
            _without(scene, Act.UNFREEZE)
            if scene.state.stopped_at(scene.now)
            else "no freeze was declared by hand"
        )


class AnswerTrigger(Deciding):
    """Go back, or on?"""

    keys, shown_key, label = ("t",), "t", "answer"
    title = "Answer a rollback trigger"
    help = "a trigger has fired: say whether to go back or on, and why; nothing is done by it"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Needs one that asks."""
        asks = any(fired.asks for fired in scene.state.triggers.values())
        if not asks:
            return _over(scene) or "no rollback trigger asks for an answer"
        return _over(scene) or _no_person(scene, "answering a trigger")

    @classmethod
    def stands(cls, context: Context) -> bool:
        """While one asks."""
        fired = context.snapshot.state.triggers.values() if context.snapshot else ()
        return any(one.asks for one in fired)


class CallTrigger(Deciding):
    """Somebody saw it."""

    label, title = "call trigger", "Say that a rollback trigger has fired"
    help = "say what was seen; everybody is asked whether to go back"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Triggers are agreed on in the plan."""
        if not scene.plan.triggers:
            return "the plan agrees on no rollback trigger"
        return _not_running(scene, "a trigger")


class GoBack(Deciding):
    """Roll back."""

    label, title = "roll back", "Roll a product back"
    help = "decide to go back to the version before, which is held there; nothing is deployed by it"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Only a running release goes back."""
        return _not_running(scene, "a rollback") or _no_person(scene, "a rollback")


class MarkBad(Deciding):
    """Never again."""

    label, title = "mark bad", "Mark a version as bad"
    help = "nobody ships this version any more; refused everywhere from then on"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:  # noqa: ARG003  anybody may warn, at any time
        """Anybody may warn."""
        return ""


class ClearBad(Deciding):
    """A mistake."""

    label, title = "clear version", "Take back a bad mark"
    help = "the mark was a mistake: the version may ship again"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Needs a mark."""
        return _no_person(scene, "taking a warning back") if scene.state.bad else "no version is marked bad"


class HoldVersion(Deciding):
    """It stays."""

    label, title = "hold version", "Hold a version where it runs"
    help = "what runs there stays there, as after a rollback"


class ReleaseVersion(Deciding):
    """It need not stay."""

    label, title = "release version", "Release a held version"
    help = "the version need not stay where it is any longer"

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Needs a held one."""
        if not scene.state.version_holds:
            return _over(scene) or "no version is held"
        return _over(scene) or _no_person(scene, "releasing a held version")


class TrustCommands(Deciding):
    """The plan's commands."""

    label, title = "trust", "Look at the plan's commands, and trust them"
    help = "every command the plan would have run; none is run for you before you typed their code"
    confirm = True

    @classmethod
    def against(cls, scene: Scene) -> str:
        """Needs commands."""
        return "" if commands(scene.plan) else "the plan runs no commands"
