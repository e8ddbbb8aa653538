"""Stop the line by hand, and let it run again."""

from datetime import datetime
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import Command, Kept
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events.freezes import FreezeNow
from gonogo.rules.authority import Act
from gonogo.text import clean


class FreezeLine(Command, frozen=True):
    """Nothing goes from now on: everywhere, or only in these environments and for these products."""

    reason: str
    environments: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    until: datetime | None = None
    """UTC, when it ends by itself; None: somebody must end it."""
    kept = Kept("freeze", "freeze:now")

    def judge(self, scene: Scene) -> Answer:
        """Anybody may stop the line."""
        return slips.over(scene) or _freeze(scene, self)


class Thaw(Command, frozen=True):
    """End a freeze; 0 stands for the only one there is."""

    freeze: int = 0
    reason: str = ""
    kept = Kept("thaw", "freeze:now")

    def judge(self, scene: Scene) -> Answer:
        """Letting it run again needs a person, and the right to it."""
        return slips.over(scene) or _thaw(scene, self)


def _freeze(scene: Scene, command: FreezeLine) -> Answer:
    if refusal := slips.need_reason(
        "freeze.reason", "a freeze", command.reason, "gonogo freeze now --reason '...'"
    ):
        return refusal
    environments = [one.name for one in scene.plan.environments]
    products = [one.name for one in scene.plan.products]
    for name in command.environments:
        if name not in environments:
            return slips.unknown_name("environment.unknown", "environment", name, environments)
    for name in command.products:
        if name not in products:
            return slips.unknown_name("product.unknown", "product", name, products)
    if command.until is not None and command.until <= scene.now:
        return Refusal(
            ExitCode.USAGE,
            "freeze.until",
            f"a freeze must end later than now, not at {command.until:%Y-%m-%d %H:%M} UTC",
            "gonogo freeze now --reason '...' --until 2h",
        )
    scope = (command.environments, command.products)
    same = next((one for one in scene.state.stopped_at(scene.now) if _lasts(one, scope, command.until)), None)
    if same is not None and same.actor.uid == scene.actor.uid:
        return ()
    if same is not None:
        return slips.lost("freeze.declared", "the line was stopped", same.actor, same.at, scene.now, "gonogo thaw")
    data: dict[str, Any] = {
        "reason": clean(command.reason.strip()),
        "environments": list(command.environments),
        "products": list(command.products),
    }
    if command.until is not None:
        data["until"] = command.until.isoformat(timespec="seconds")
    return (scene.draft(kinds.FREEZE_DECLARED, "freeze:now", data),)


def _lasts(one: FreezeNow, scope: tuple[tuple[str, ...], ...], until: datetime | None) -> bool:
    """Whether a freeze stops the same, and no shorter than until then: a longer one is another one."""
    return (one.environments, one.products) == scope and (
        one.until is None or (until is not None and until <= one.until)
    )


def _thaw(scene: Scene, command: Thaw) -> Answer:
    if refusal := slips.no_person(scene, "lifting a freeze"):
        return refusal
    standing = scene.state.stopped_at(scene.now)
    if not standing or (command.freeze and all(one.seq != command.freeze for one in standing)):
        return _ended(scene, command)
    if refusal := slips.without_authority(scene, Act.UNFREEZE):
        return refusal
    if not command.freeze and len(standing) > 1:
        names = ", ".join(f"#{one.seq} ({one.reason})" for one in standing)
        return Refusal(
            ExitCode.USAGE,
            "freeze.several",
            f"{len(standing)} freezes hold: {names}",
            f"gonogo thaw {standing[0].seq}",
            tuple(f"#{one.seq} by {one.actor.user}: {one.reason}" for one in standing),
        )
    ending = next(one for one in standing if command.freeze in {0, one.seq})
    data: dict[str, Any] = {"freeze": ending.seq, "was": ending.reason}
    if reason := clean(command.reason.strip()):
        data["reason"] = reason
    return (scene.draft(kinds.FREEZE_THAWED, "freeze:now", data, expect=ending.seq),)


def _ended(scene: Scene, command: Thaw) -> Answer:
    """Whoever thaws what is thawed is told by whom; a mistyped number is a slip."""
    ends = [one for one in scene.state.events if one.kind == kinds.FREEZE_THAWED]
    last = next((one for one in reversed(ends) if command.freeze in {0, one.data.get("freeze")}), None)
    if last is None:
        what = f"there is no freeze #{command.freeze}" if command.freeze else "no freeze was declared by hand"
        return Refusal(ExitCode.NO_GO, "freeze.nothing", what, "freezes of the plan end by the clock")
    if last.actor.uid == scene.actor.uid:
        return ()
    return slips.lost("freeze.thawed", "the freeze was ended", last.actor, last.at, scene.now)
