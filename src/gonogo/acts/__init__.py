"""`decide(scene, command) -> drafts | Refusal`: the only place where a wish becomes a fact.

The front door of `acts`: each topic keeps its commands and how they are judged in a module of its own, and whoever
submits one imports that topic. A tick must not pay for what a go is judged on.
"""

from msgspec.structs import replace

from gonogo.acts.command import BoundToPlan, Command
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import RELEASE_STARTED, Draft
from gonogo.events.edition import RULES

__all__ = ["Answer", "BoundToPlan", "Command", "Refusal", "Scene", "decide", "may"]


def may(scene: Scene, command: Command) -> Refusal | None:
    """Why `command` is refused whatever runs and ships: the account, its role, the state, the plan.

    Asked before anything outside is. None when only a look at the world can tell; `decide` judges all of it again.
    """
    return _older(scene, command) or command.may(scene)


def decide(scene: Scene, command: Command) -> Answer:
    """Return the facts that `command` makes, or why it makes none.

    An empty tuple means: what was asked for holds already, by the same account. What a rule turned down carries
    what the journal keeps of the attempt.
    """
    answer = _older(scene, command) or command.judge(scene)
    if isinstance(answer, Refusal):
        from gonogo.acts.on_record import kept

        return kept(scene, command, answer)
    return _stamped(scene, answer)


def _older(scene: Scene, command: Command) -> Refusal | None:
    """Why this program decides nothing: a newer one has decided by newer rules. Stopping is everybody's."""
    by = scene.state.judged_by
    if by.edition <= RULES or not isinstance(command, BoundToPlan):
        return None
    who = f" by {by.actor.user} (#{by.seq})" if by.actor else ""
    return Refusal(
        ExitCode.CONFIG,
        "program.older",
        f"this program judges by rules {RULES}, and the release was decided{who} by rules {by.edition}",
        "install the newer gonogo, then open the release again",
    )


def _stamped(scene: Scene, drafts: tuple[Draft, ...]) -> tuple[Draft, ...]:
    """The drafts, the first naming the rules they were judged by where the journal names older ones."""
    started = next((at for at, draft in enumerate(drafts) if draft.kind == RELEASE_STARTED), None)
    newer = scene.state.lifecycle.started_seq and scene.state.judged_by.edition < RULES
    if not drafts or (started is None and not newer):
        return drafts
    at = started or 0
    named = replace(drafts[at], data={**drafts[at].data, "rules": RULES})
    return (*drafts[:at], named, *drafts[at + 1 :])
