"""The way back of one product, whole: points, what lies between, triggers, point of no return, command."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gonogo.commits.shipping import CannotTell, Shipping, WhatShips, commit_line
from gonogo.matrix import Cell
from gonogo.plan import Product
from gonogo.rules.rollback import WayBack, points_of_no_return
from gonogo.rules.snapshot import Snapshot
from gonogo.text import describe_command
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.rollback import TONES, WORDS, taken_away
from gonogo.view.triggers import incident

Question = tuple[Product, str, str]
"""As the product would be after going back, the version that runs, its revision."""
Key = tuple[str, str, str, str]
_SHOWN = 6


def between_questions(snapshot: Snapshot, way: WayBack) -> tuple[Question, ...]:
    """What git is asked: for each version that production runs, what going back would take away."""
    found = {key_of(one): one for cell in _cells(snapshot, way) for one in _questions(snapshot, way, cell)}
    return tuple(found.values())


def key_of(question: Question) -> Key:
    """Names a question: product, where to, what runs."""
    back, version, revision = question
    return (back.name, back.version, version, revision)


def _cells(snapshot: Snapshot, way: WayBack) -> tuple[Cell, ...]:
    names = [one.name for one in snapshot.plan.environments if one.production]
    return tuple(snapshot.matrix.cell(way.product, name) for name in names)


def _questions(snapshot: Snapshot, way: WayBack, cell: Cell) -> tuple[Question, ...]:
    product = snapshot.plan.product(way.product)
    if product is None or not product.repo or not way.target:
        return ()
    goal = way.version_in(cell.target.environment)
    back = replace(product, version=goal, target="", revision="")
    return tuple((back, one.version, one.revision) for one in cell.judged if goal and one.version != goal)


def way_back_view(snapshot: Snapshot, way: WayBack, ships: Mapping[Key, WhatShips]) -> tuple[Line, ...]:
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


def _cell(snapshot: Snapshot, way: WayBack, cell: Cell, ships: Mapping[Key, WhatShips]) -> Iterator[Line]:
    runs = " + ".join(one.version for one in cell.versions) or "unknown"
    held = snapshot.state.version_holds.get(cell.target)
    note = f", held at {held.version} by {held.actor.user}" if held else ""
    yield (Span(f"{cell.target.environment:<10} ", Tone.STRONG), Span(f"runs {runs}{note}"))
    for question in _questions(snapshot, way, cell):
        yield from _between(question[1], ships.get(key_of(question)))


def _between(version: str, found: WhatShips | None) -> Iterator[Line]:
    match found:
        case Shipping():
            yield (
                Span(f"{'':<10} ", Tone.MUTED),
                Span(f"{version}: {taken_away(found.lost_count)}", Tone.WARN),
            )
            yield from (
                (Span(f"{'':<12} ", Tone.MUTED), Span(commit_line(one), Tone.MUTED)) for one in found.lost[:_SHOWN]
            )
            if found.lost_count > _SHOWN:
                yield (Span(f"{'':<12} ", Tone.MUTED), Span(f"and {found.lost_count - _SHOWN} more", Tone.MUTED))
        case CannotTell():
            yield (
                Span(f"{'':<10} ", Tone.MUTED),
                Span(f"{version}: what lies between is unknown: {found.reason}", Tone.UNKNOWN),
            )
        case None:
            yield (Span(f"{'':<10} ", Tone.MUTED), Span(f"{version}: reading what lies between", Tone.BUSY))


def _around(snapshot: Snapshot) -> Iterator[Line]:
    for trigger in snapshot.plan.triggers:
        fired = snapshot.state.triggers.get(trigger.id)
        yield (
            Span("trigger    ", Tone.MUTED), Span(f"{trigger.id}  ", Tone.STRONG), Span(f"{trigger.when}  "),
            incident(fired),
        )  # fmt: skip
    for item, behind in points_of_no_return(snapshot.plan, snapshot.state):
        said = "is behind us: roll forward" if behind else "is not reached yet"
        yield (
            Span("no return  ", Tone.MUTED), Span(f"'{item.title}' "),
            Span(said, Tone.BAD if behind else Tone.GOOD),
        )  # fmt: skip
    for number, step in enumerate(snapshot.plan.rollback_checklist, 1):
        yield (Span(f"step {number:<6}", Tone.MUTED), Span(step))
    if snapshot.plan.rollback_notes:
        yield (Span("notes      ", Tone.MUTED), Span(snapshot.plan.rollback_notes))
