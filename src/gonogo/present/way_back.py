"""The way back of one product, whole: points, what lies between, triggers, point of no return, command."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gonogo.domain.checks import describe_command
from gonogo.domain.matrix import Cell
from gonogo.domain.plan import Product
from gonogo.domain.rollback import WayBack, points_of_no_return
from gonogo.domain.shipping import CannotTell, Shipping, WhatShips, commit_line
from gonogo.domain.snapshot import Snapshot
from gonogo.present.rollback import TONES, WORDS
from gonogo.present.tones import Line, Span, Tone

Question = tuple[Product, str, str]
_SHOWN = 6


def between_questions(snapshot: Snapshot, way: WayBack) -> tuple[Question, ...]:
    """What git is asked: for each version that production runs, what going back would take away."""
    found = (_question(snapshot, way, cell) for cell in _cells(snapshot, way))
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _cells(snapshot: Snapshot, way: WayBack) -> tuple[Cell, ...]:
    names = [one.name for one in snapshot.plan.environments if one.production]
    return tuple(snapshot.matrix.cell(way.product, name) for name in names)


def _question(snapshot: Snapshot, way: WayBack, cell: Cell) -> Question | None:
    product = snapshot.plan.product(way.product)
    running = cell.judged[0] if len(cell.judged) == 1 else None
    if product is None or not product.repo or not way.target or running is None or running.version == way.target:
        return None
    return (replace(product, version=way.target, target="", revision=""), running.version, running.revision)


def way_back_view(snapshot: Snapshot, way: WayBack, ships: Mapping[Question, WhatShips]) -> tuple[Line, ...]:
    """Everything there is to read before going back."""
    lines: list[Line] = []
    for point in way.points:
        word = Span(f"{WORDS[point.readiness]}  ", TONES[point.readiness])
        lines.append((Span(f"{point.name:<10} ", Tone.MUTED), word, Span(point.fact)))
        if point.remedy:
            lines.append((Span(" " * 11), Span("next: ", Tone.MUTED), Span(point.remedy)))
    lines.append(())
    for cell in _cells(snapshot, way):
        lines += _cell(snapshot, way, cell, ships)
    lines += [(), *_around(snapshot)]
    if way.command:
        lines += [(), (Span("to type    ", Tone.MUTED), Span(describe_command(way.command), Tone.STRONG))]
        lines.append((Span(" " * 11), Span("y copies it; gonogo never runs it", Tone.MUTED)))
    else:
        told = "the plan names no command: `rollback: {command: [...]}` at the product"
        lines += [(), (Span("to type    ", Tone.MUTED), Span(told, Tone.MUTED))]
    never = "a pushed tag is never moved: go back, or ship a higher patch (h)"
    return (*lines, (Span("never      ", Tone.MUTED), Span(never, Tone.MUTED)))


def _cell(snapshot: Snapshot, way: WayBack, cell: Cell, ships: Mapping[Question, WhatShips]) -> Iterator[Line]:
    runs = " + ".join(one.version for one in cell.versions) or "unknown"
    held = snapshot.state.version_holds.get(cell.target)
    note = f", held at {held.version} by {held.actor.user}" if held else ""
    yield (Span(f"{cell.target.environment:<10} ", Tone.STRONG), Span(f"runs {runs}{note}"))
    question = _question(snapshot, way, cell)
    if question is None:
        return
    match ships.get(question):
        case Shipping() as found:
            yield (Span(" " * 11), Span(f"{found.lost_count} commits would be taken away", Tone.WARN))
            yield from ((Span(" " * 13), Span(commit_line(one), Tone.MUTED)) for one in found.lost[:_SHOWN])
            if found.lost_count > _SHOWN:
                yield (Span(" " * 13), Span(f"and {found.lost_count - _SHOWN} more", Tone.MUTED))
        case CannotTell() as unknown:
            yield (Span(" " * 11), Span(f"what lies between is unknown: {unknown.reason}", Tone.UNKNOWN))
        case None:
            yield (Span(" " * 11), Span("reading what lies between", Tone.BUSY))


def _around(snapshot: Snapshot) -> Iterator[Line]:
    for trigger in snapshot.plan.triggers:
        fired = snapshot.state.triggers.get(trigger.id)
        burns = fired is not None and fired.cleared_at is None
        said = f"FIRED: {fired.observation}" if fired is not None and burns else "quiet"
        yield (
            Span("trigger    ", Tone.MUTED), Span(f"{trigger.id}  ", Tone.STRONG), Span(f"{trigger.when}  "),
            Span(said, Tone.BAD if burns else Tone.GOOD),
        )  # fmt: skip
    for item, behind in points_of_no_return(snapshot.plan, snapshot.state):
        said = "is behind us: roll forward" if behind else "is not reached yet"
        yield (
            Span("no return  ", Tone.MUTED), Span(f"'{item.title}' "),
            Span(said, Tone.BAD if behind else Tone.GOOD),
        )  # fmt: skip
    if snapshot.plan.rollback_notes:
        yield (Span("notes      ", Tone.MUTED), Span(snapshot.plan.rollback_notes))
