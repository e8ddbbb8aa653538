"""`gonogo rollback plan [PRODUCT]`: where to go back to, what lies between, and whether the way back is safe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from gonogo.cli.commands._look import look
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context
from gonogo.cli.facts import readiness_facts, trigger_facts
from gonogo.commits.shipping import CannotTell, Shipping, WhatShips, commit_line
from gonogo.errors import ExitCode
from gonogo.rules.rollback import Readiness, WayBack
from gonogo.text.tones import Span, Tone
from gonogo.view.rollback import TONES, WORDS, taken_away
from gonogo.view.triggers import incident

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from gonogo.matrix import Cell
    from gonogo.rules.snapshot import Snapshot

_EXIT = {
    Readiness.GONE: ExitCode.NO_GO,
    Readiness.NOT_READY: ExitCode.NO_GO,
    Readiness.UNKNOWN: ExitCode.UNKNOWN,
    Readiness.READY: ExitCode.OK,
}
_COMMITS_SHOWN = 10


class Between(NamedTuple):
    """One production cell and what going back would take away from it."""

    cell: Cell
    ships: WhatShips | None
    """None when it runs the old version already, or nobody knows what it runs."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PRODUCT."""
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="only this one; by default all")


def run(context: Context) -> int:
    """Print every way back. Exit 3 when one is not ready or gone, 4 when one is not known."""
    snapshot = look(context)
    require_name(context.args.product, (one.name for one in snapshot.plan.products), "product")
    ways = [way for way in snapshot.ways_back if context.args.product in {"", way.product}]
    between = {way.product: _between(context, snapshot, way) for way in ways}
    if context.options.json:
        context.out.json(
            {
                "release": snapshot.plan.release,
                "products": [_facts(way, between[way.product]) for way in ways],
                "triggers": [
                    trigger_facts(one, snapshot.state.triggers.get(one.id)) for one in snapshot.plan.triggers
                ],
                "checklist": list(snapshot.plan.rollback_checklist),
                "notes": snapshot.plan.rollback_notes,
            }
        )
    else:
        for way in ways:
            _print(context, way, between[way.product])
        _print_around(context, snapshot)
    order = list(Readiness)
    return _EXIT[min((way.readiness for way in ways), key=order.index, default=Readiness.READY)]


def _between(context: Context, snapshot: Snapshot, way: WayBack) -> list[Between]:
    product = snapshot.plan.product(way.product)
    assert product is not None
    found = []
    for environment in snapshot.plan.environments:
        if not environment.production:
            continue
        cell = snapshot.matrix.cell(product.name, environment.name)
        running = cell.judged[0] if len(cell.judged) == 1 else None
        goal = way.version_in(environment.name)
        back = replace(product, version=goal, target="", revision="")
        asks = goal and running is not None and running.version != goal
        ships = context.doors.what_ships(back, running.version, running.revision) if asks and running else None
        found.append(Between(cell, ships))
    return found


def _print(context: Context, way: WayBack, between: list[Between]) -> None:
    target = f" back to {way.shown_target}" if way.shown_target else ""
    context.out.line(
        Span(f"{way.product}{target}: ", Tone.STRONG), Span(WORDS[way.readiness], TONES[way.readiness])
    )
    for point in way.points:
        remedy = f"; {point.remedy}" if point.remedy else ""
        context.out.line(
            Span(f"  {WORDS[point.readiness]:<10.10} ", TONES[point.readiness]),
            Span(f"{point.name}: ", Tone.MUTED),
            Span(f"{point.fact}{remedy}"),
        )
    for one in between:
        _print_cell(context, one)
    if way.command:
        from gonogo.text import describe_command

        context.out.line(
            Span("  type it yourself: ", Tone.MUTED), Span(describe_command(way.command), Tone.STRONG)
        )
    context.out.line()


def _print_cell(context: Context, one: Between) -> None:
    runs = " + ".join(running.version for running in one.cell.versions) or "unknown"
    context.out.line(Span(f"  {one.cell.target.environment}", Tone.STRONG), Span(f" runs {runs}"))
    match one.ships:
        case Shipping() as found:
            context.out.text(f"    {taken_away(found.lost_count)}, {found.count} would come back")
            for commit in found.lost[:_COMMITS_SHOWN]:
                context.out.line(Span(f"      {commit_line(commit)}", Tone.MUTED))
            if found.lost_count > _COMMITS_SHOWN:
                context.out.line(Span(f"      and {found.lost_count - _COMMITS_SHOWN} more", Tone.MUTED))
        case CannotTell() as unknown:
            context.out.line(Span("    what lies between is unknown: ", Tone.UNKNOWN), Span(unknown.reason))
        case None:
            pass


def _print_around(context: Context, snapshot: Snapshot) -> None:
    """Triggers, the point of no return and the plan's own words: they are about all products."""
    for trigger in snapshot.plan.triggers:
        fired = snapshot.state.triggers.get(trigger.id)
        head = Span(f"trigger {trigger.id}: ", Tone.STRONG)
        context.out.line(head, Span(f"{trigger.when}  "), incident(fired))
    for item in snapshot.plan.items:
        if item.point_of_no_return:
            behind = snapshot.state.item(item.id).happened
            said = "is behind us: from here on, roll forward" if behind else "is not reached yet"
            context.out.line(
                Span(f"point of no return '{item.title}' ", Tone.STRONG),
                Span(said, Tone.BAD if behind else Tone.GOOD),
            )
    for number, step in enumerate(snapshot.plan.rollback_checklist, 1):
        context.out.line(Span(f"{number}. ", Tone.MUTED), Span(step))
    if snapshot.plan.rollback_notes:
        context.out.text(snapshot.plan.rollback_notes)


def _facts(way: WayBack, between: list[Between]) -> dict[str, Any]:
    return {
        "product": way.product,
        "to": way.target,
        **readiness_facts(way),
        "environments": [
            {
                "environment": one.cell.target.environment,
                "to": way.version_in(one.cell.target.environment),
                "runs": [running.version for running in one.cell.versions],
                "taken_away": one.ships.lost_count if isinstance(one.ships, Shipping) else None,
                "unknown": one.ships.reason if isinstance(one.ships, CannotTell) else "",
            }
            for one in between
        ],
    }
