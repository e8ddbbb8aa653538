"""Rollback triggers: fired once for each incident, then answered by a person. Nothing here acts."""

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import NOT_KEPT, Command, Kept
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.text import clean

ANSWERS = ("roll_back", "go_on")


class FireTrigger(Command, frozen=True):
    """What was agreed to mean "go back" was seen; `observation` names it."""

    trigger: str
    observation: str
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Recorded once for each incident, by whoever sees it first; it survives every restart that way."""
        return _unknown(scene, self.trigger) or _fire(scene, self)


class AnswerTrigger(Command, frozen=True):
    """What is done about it; `answer` is roll_back or go_on."""

    trigger: str
    answer: str
    reason: str
    kept = Kept("trigger answer", "trigger:{trigger}")

    def judge(self, scene: Scene) -> Answer:
        """One answer, of one certain person."""
        return _unknown(scene, self.trigger) or _answer(scene, self)


class ClearTrigger(Command, frozen=True):
    """The condition is over: the trigger may fire again."""

    trigger: str
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """A number ends what a number fired; a decision to go back ends by a person."""
        return _unknown(scene, self.trigger) or _clear(scene, self)


def _unknown(scene: Scene, trigger: str) -> Refusal | None:
    known = [one.id for one in scene.plan.triggers]
    return None if trigger in known else slips.unknown_name("trigger.unknown", "trigger", trigger, known)


def _fire(scene: Scene, command: FireTrigger) -> Answer:
    fired = scene.state.triggers.get(command.trigger)
    if fired is not None and fired.cleared_at is None:
        return ()
    if refusal := slips.not_running(scene, "a trigger"):
        return refusal
    data = {"observation": clean(command.observation)}
    trigger = next(one for one in scene.plan.triggers if one.id == command.trigger)
    return (scene.draft(kinds.TRIGGER_FIRED, f"trigger:{trigger.id}", {**data, "when": trigger.when}),)


def _answer(scene: Scene, command: AnswerTrigger) -> Answer:
    if refusal := slips.over(scene) or slips.no_person(scene, "answering a trigger"):
        return refusal
    fired = scene.state.triggers.get(command.trigger)
    if fired is None:
        return Refusal(ExitCode.NO_GO, "trigger.not-fired", f"trigger '{command.trigger}' has not fired")
    if command.answer not in ANSWERS:
        return Refusal(ExitCode.USAGE, "trigger.answer", f"the answer is {' or '.join(ANSWERS)}")
    if not fired.asks:
        if (
            fired.answered_by is not None
            and fired.answered_by.uid == scene.actor.uid
            and fired.answer == command.answer
        ):
            return ()
        what = f"trigger '{command.trigger}' was answered with {fired.answer}"
        return slips.lost("trigger.answered", what, fired.answered_by, fired.answered_at, scene.now)
    if refusal := slips.need_reason("trigger.reason", "the answer", command.reason, ""):
        return refusal
    data = {"answer": command.answer, "reason": clean(command.reason.strip()), "fired": fired.seq}
    return (scene.draft(kinds.TRIGGER_ANSWERED, f"trigger:{command.trigger}", data, expect=fired.seq),)


def _clear(scene: Scene, command: ClearTrigger) -> Answer:
    fired = scene.state.triggers.get(command.trigger)
    if fired is None or fired.cleared_at is not None:
        return ()
    if refusal := slips.over(scene):
        return refusal
    # what fired by a number is over when the number says so, whoever sees it; a decision to go back is people's
    if fired.answer == "roll_back" and (refusal := slips.no_person(scene, "ending what was decided on a trigger")):
        return refusal
    return (
        scene.draft(kinds.TRIGGER_CLEARED, f"trigger:{command.trigger}", {"fired": fired.seq}, expect=fired.seq),
    )
