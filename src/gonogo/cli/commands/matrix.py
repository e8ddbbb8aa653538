"""`gonogo matrix`: what runs where, everything about one cell, and what ran at a moment."""

from argparse import ArgumentParser
from typing import Any

from gonogo.cli.commands import _recorded as recorded
from gonogo.cli.commands._look import ask
from gonogo.cli.commands._names import require_name
from gonogo.cli.commands._wanted import Wanted
from gonogo.cli.context import Context, via
from gonogo.cli.facts import cell_facts, moment, poller_facts, shipping_facts
from gonogo.cli.following import follow, has_news, unwound_by_signals
from gonogo.cli.output import aligned
from gonogo.commits.shipping import WhatShips
from gonogo.engine.session import Session
from gonogo.errors import ExitCode, UsageError
from gonogo.events.state import Deployed
from gonogo.facts.history import transitions
from gonogo.matrix import Cell
from gonogo.matrix.silence import outage_sentence, outages
from gonogo.plan import Plan, Target
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.view import matrix as words
from gonogo.view.cell import details, shipping_question
from gonogo.view.glyphs import Glyphs


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the filter and the watch."""
    parser.add_argument("product_name", metavar="PRODUCT", nargs="?", default="", help="everything known about it")
    parser.add_argument(
        "environment", metavar="ENV", nargs="?", default="", help="only there, with the commits that would ship"
    )
    parser.add_argument("--product", metavar="PRODUCT", default="", help="the same as PRODUCT alone")
    parser.add_argument(
        "--at",
        metavar="TIME",
        default="",
        help="what was recorded for this moment, 'YYYY-MM-DD HH:MM' or the last HH:MM, asking nobody",
    )
    parser.add_argument(
        "--zone", metavar="ZONE", default="", help="zone of TIME; by default the zone of the window, else UTC"
    )
    parser.add_argument(
        "--watch", action="store_true", help="ask again at the plan's pace, print again when a cell has changed"
    )


def run(context: Context) -> int:
    """Ask once and print; or go on until interrupted, which is how a watch ends well."""
    session = context.doors.open_session(context.options, via())
    try:
        wanted = _wanted(context, session.loaded.plan)
        if context.args.at:
            return recorded.show(context, session, wanted)
        if context.args.watch:
            return _watch(context, session, wanted)
        ask(context, session, git=False, shared=True)
        session.polled_by(context.doors.who_polls(context.options, session.loaded.plan))
        _print(context, session.snapshot(), wanted)
    finally:
        session.close()
    return ExitCode.OK


def _wanted(context: Context, plan: Plan) -> Wanted:
    """The part of the matrix asked for. Raises UsageError with the nearest name."""
    args = context.args
    if args.product and args.product_name and args.product != args.product_name:
        raise UsageError("two products are named", remedy=f"gonogo matrix {args.product_name}")
    product = args.product_name or args.product
    require_name(product, (one.name for one in plan.products), "product")
    require_name(args.environment, (one.name for one in plan.environments), "environment")
    if args.zone and not args.at:
        raise UsageError("--zone is the zone of --at", remedy="gonogo matrix --at '2026-11-24 02:13' --zone UTC")
    if args.watch and args.at:
        raise UsageError("what was recorded does not change", remedy="leave out --watch or --at")
    return Wanted(product, args.environment)


def _watch(context: Context, session: Session, wanted: Wanted) -> int:
    """Print again only when something besides an age has changed; the first time when everybody was asked."""
    shown: object = None

    def look() -> None:
        nonlocal shown
        snapshot = session.snapshot()
        cells = cells_of(snapshot, wanted)
        seen = [_essence(cell) for cell in cells]
        if seen != shown and all(has_news(cell) for cell in cells):
            _print(context, snapshot, wanted)
            context.out.flush()
            shown = seen

    try:
        with unwound_by_signals():
            follow(context, session, look, git=False)
    except KeyboardInterrupt:
        pass
    return ExitCode.OK


def _essence(cell: Cell) -> object:
    """What makes a cell look different, ages apart."""
    return (cell.versions, cell.relation, cell.status, cell.freshness, cell.reason, cell.planned)


def cells_of(snapshot: Snapshot, wanted: Wanted) -> list[Cell]:
    """The cells asked for, in the order of the matrix."""
    return [cell for cell in snapshot.matrix.cells.values() if wanted.includes(cell.target)]


def _print(context: Context, snapshot: Snapshot, wanted: Wanted) -> None:
    cells = cells_of(snapshot, wanted)
    ships = _ships(context, snapshot, cells) if wanted.environment else {}
    if context.options.json:
        facts = _facts(snapshot, cells, ships, histories=bool(wanted.product))
        context.out.json(facts, one_line=context.args.watch)
    elif wanted.product:
        for cell in cells:
            context.out.folded(details(snapshot, cell, ships.get(cell.target)))
            context.out.line()
    else:
        context.out.lines(table(snapshot, context.out.style.glyphs))
        for outage in outages(snapshot.matrix):
            if len(outage.cells) > 1:
                context.out.line(Span(outage_sentence(outage), Tone.UNKNOWN))
        context.out.line(Span(f"asked at {snapshot.now:%Y-%m-%d %H:%M:%S} UTC", Tone.MUTED))


def _ships(context: Context, snapshot: Snapshot, cells: list[Cell]) -> dict[Target, WhatShips]:
    """What git says of each of them; only a single cell's worth of questions is ever asked."""
    questions = {cell.target: shipping_question(snapshot, cell) for cell in cells}
    return {target: context.doors.what_ships(*asked) for target, asked in questions.items() if asked is not None}


def table(snapshot: Snapshot, glyphs: Glyphs) -> tuple[Line, ...]:
    """Products below each other, environments side by side."""
    head: list[Line] = [(Span("", Tone.STRONG),), (Span("planned", Tone.STRONG),)]
    head += [
        (Span(words.environment_heading(snapshot.plan, name), Tone.STRONG),)
        for name in snapshot.matrix.environments
    ]
    rows: list[list[Line]] = [head]
    for product in snapshot.plan.products:
        cells = [snapshot.matrix.cell(product.name, name) for name in snapshot.matrix.environments]
        shown = [words.cell_line(cell, snapshot.now, glyphs) for cell in cells]
        rows.append([(Span(product.name, Tone.STRONG),), (Span(product.version),), *shown])
    return aligned(rows)


def _facts(
    snapshot: Snapshot, cells: list[Cell], ships: dict[Target, WhatShips], *, histories: bool
) -> dict[str, Any]:
    facts = []
    for cell in cells:
        one = cell_facts(cell)
        if histories:
            one["history"] = [_record(record) for record in transitions(snapshot.state, cell.target)]
        if cell.target in ships:
            one["would_ship"] = shipping_facts(ships[cell.target])
        facts.append(one)
    return {
        "release": snapshot.plan.release,
        "asked_at": moment(snapshot.now),
        "polling": poller_facts(snapshot.pollers),
        "cells": facts,
        "unreachable": [
            {
                "place": outage.place,
                "reason": outage.reason.value,
                "detail": outage.detail,
                "since": moment(outage.since),
                "cells": [str(target) for target in outage.cells],
            }
            for outage in outages(snapshot.matrix)
        ],
    }


def _record(record: Deployed) -> dict[str, Any]:
    return {
        "since": moment(record.since),
        "versions": list(record.versions),
        "status": record.status,
        "seen_by": record.by,
    }
