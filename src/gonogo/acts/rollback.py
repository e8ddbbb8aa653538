"""Going back: recorded as a decision, with the old version held in place. Nothing is deployed by it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import Command, Kept
from gonogo.acts.lifecycle import moved
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import Draft
from gonogo.matrix import Cell
from gonogo.plan import Product
from gonogo.rules.confirmation import Preview
from gonogo.rules.rollback import Place, Point, Readiness, WayBack, target_in, target_point, ways_back
from gonogo.rules.snapshot import Snapshot
from gonogo.text import clean, describe_command
from gonogo.versions import same_build


class RollBack(Command, frozen=True):
    """One product goes back, in the environments named or in all of production that is not there already."""

    product: str
    environments: tuple[str, ...]
    reason: str
    mark_bad: bool
    """Whether the planned version is marked bad as well: nobody ships it any more."""
    confirm: str
    """Code of the list that was on screen."""
    kept = Kept("rollback start", "rollback:{product}")

    def may(self, scene: Scene) -> Refusal | None:
        """No running release, no named person, no such name, or not the lead where one was named."""
        return (
            slips.not_running(scene, "a rollback")
            or slips.no_person(scene, "a rollback")
            or _unknown(scene, self)
            or slips.not_driving(scene, "rollback.driver", "the way back is theirs to choose")
        )

    def judge(self, scene: Scene) -> Answer:
        """One decision for all its environments, by a lead who took the lead by name, else by anybody named."""
        if refusal := self.may(scene):
            return refusal
        typed = f"gonogo rollback start {self.product} --reason '...'"
        if refusal := slips.need_reason("rollback.reason", "a rollback", self.reason, typed):
            return refusal
        seen = _seen(scene, self)
        if isinstance(seen, Refusal):
            return seen
        product, way, steps = seen
        shown = _preview(scene, product, way, steps, mark_bad=self.mark_bad)
        if self.confirm != shown.code:
            return moved(scene, "rollback", shown, f"{typed} --confirm {shown.code}")
        return tuple(_drafts(scene, self, product, way, steps))


class _Step(Struct, frozen=True):
    cell: Cell
    to: str

    @property
    def runs(self) -> str:
        return " + ".join(one.version for one in self.cell.versions) or "unknown"


def preview(scene: Scene, command: RollBack) -> Preview | Refusal:
    """What would go back where, what stands against it, and what will be recorded; for those alone who may."""
    if refusal := command.may(scene):
        return refusal
    seen = _seen(scene, command)
    if isinstance(seen, Refusal):
        return seen
    return _preview(scene, *seen, mark_bad=command.mark_bad)


def _unknown(scene: Scene, command: RollBack) -> Refusal | None:
    """The plan has no such product or environment."""
    if scene.plan.product(command.product) is None:
        known = [one.name for one in scene.plan.products]
        return slips.unknown_name("product.unknown", "product", command.product, known)
    for name in command.environments:
        if scene.plan.environment(name) is None:
            known = [one.name for one in scene.plan.environments]
            return slips.unknown_name("environment.unknown", "environment", name, known)
    return None


def _seen(scene: Scene, command: RollBack) -> tuple[Product, WayBack, Sequence[_Step]] | Refusal:
    if refusal := _unknown(scene, command):
        return refusal
    product = scene.plan.product(command.product)
    assert product is not None
    way = next(one for one in ways_back(scene.inputs, scene.now) if one.product == product.name)
    wanted = command.environments or tuple(one.name for one in scene.plan.environments if one.production)
    places = [target_in(scene.inputs, product, name) for name in wanted]
    for place in places or way.places:
        target = target_point(scene.inputs, product, place, named=len(places) > 1)
        if target.readiness is not Readiness.READY:
            return Refusal(ExitCode.NO_GO, "rollback.target", target.fact, target.remedy)
    steps = _steps(scene.snapshot(), product, places)
    if not steps:
        return Refusal(
            ExitCode.NO_GO,
            "rollback.nothing",
            f"{product.name} runs {way.shown_target} in production already, and is held there",
            "gonogo rollback plan",
        )
    return product, way, steps


def _steps(snapshot: Snapshot, product: Product, places: Sequence[Place]) -> list[_Step]:
    steps = [_Step(snapshot.matrix.cell(product.name, one.environment), one.version) for one in places]
    return [one for one in steps if not _is_there(snapshot, product, one.cell, one.to)]


def _is_there(snapshot: Snapshot, product: Product, cell: Cell, version: str) -> bool:
    """Whether it runs the old version, and somebody keeps it there: then nothing is left to decide."""
    hold = snapshot.state.version_holds.get(cell.target)
    return hold is not None and same_build(hold.version, version, product.scheme, product.name)


def _preview(scene: Scene, product: Product, way: WayBack, steps: Sequence[_Step], *, mark_bad: bool) -> Preview:
    lines = [_move(step, product) for step in steps]
    lines += [f"{_WEIGHTS[point.readiness]}  {point.name}: {point.fact}" for point in _concerns(way)]
    if way.command:
        lines.append(f"type it yourself: {describe_command(way.command)}")
    goals = tuple(dict.fromkeys(step.to for step in steps))
    lines.append(f"recorded: {product.name} {' and '.join(goals)} is held there until somebody resumes")
    if mark_bad:
        lines.append(f"recorded: {product.name} {product.version} is marked bad")
    places = ", ".join(step.cell.target.environment for step in steps)
    bound = (
        scene.loaded.sha256,
        str(mark_bad),
        *(f"{step.cell.target} {step.runs} {step.to}" for step in steps),
        *(f"{point.name} {point.readiness}" for point in way.points),
    )
    return Preview(
        "rollback",
        f"{product.name}/{places}",
        goals[0],
        f"ROLL BACK {product.name} to {' and '.join(goals)} in {places}",
        tuple(lines),
        bound,
    )


def _move(step: _Step, product: Product) -> str:
    place = step.cell.target.environment
    if same_build(step.runs, step.to, product.scheme, product.name):
        return f"{place}: runs {step.to} already, and nothing keeps it there yet"
    return f"{place}: from {step.runs} to {step.to}"


_WEIGHTS = {Readiness.GONE: "blocker", Readiness.NOT_READY: "warning", Readiness.UNKNOWN: "unknown"}


def _concerns(way: WayBack) -> Iterable[Point]:
    return (point for point in way.points if point.readiness is not Readiness.READY)


def _drafts(
    scene: Scene, command: RollBack, product: Product, way: WayBack, steps: Sequence[_Step]
) -> Iterable[Draft]:
    reason = clean(command.reason.strip())
    concerns = [f"{point.name}: {point.fact}"[:300] for point in _concerns(way)]
    number = 0
    for step in steps:
        target = step.cell.target
        data = {"from": step.runs, "to": step.to, "reason": reason, "concerns": concerns}
        yield scene.draft(kinds.ROLLBACK_STARTED, f"rollback:{target}", data, number=number)
        held = {"version": step.to, "reason": f"rolled back: {reason}"}
        before = scene.state.version_holds.get(target)
        expect = before.seq if before else 0
        yield scene.draft(kinds.VERSION_HELD, f"cell:{target}", held, expect=expect, number=number + 1)
        number += 2
    if command.mark_bad and (product.name, product.version) not in scene.state.bad:
        bad = {"reason": f"rolled back: {reason}"}
        subject = f"version:{product.name}/{product.version}"
        yield scene.draft(kinds.VERSION_MARKED_BAD, subject, bad, number=number)
