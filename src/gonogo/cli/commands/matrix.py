"""`gonogo matrix`: what runs where."""

import time
from argparse import ArgumentParser
from typing import Any

from gonogo.cli.commands._look import ask, require_name
from gonogo.cli.context import Context, via
from gonogo.cli.facts import cell_facts, moment
from gonogo.cli.output import aligned
from gonogo.domain.matrix import Cell
from gonogo.domain.plan import Plan
from gonogo.domain.snapshot import Snapshot
from gonogo.errors import ExitCode
from gonogo.present import matrix as words
from gonogo.present.glyphs import Glyphs
from gonogo.present.tones import Line, Span, Tone
from gonogo.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the filter and the watch."""
    parser.add_argument("--product", metavar="PRODUCT", default="", help="everything known about this product")
    parser.add_argument(
        "--watch", action="store_true", help="ask again at the plan's pace, print again when a cell has changed"
    )


def run(context: Context) -> int:
    """Ask once and print; or go on until interrupted, which is how a watch ends well."""
    session = context.doors.open_session(context.options, via())
    try:
        require_name(context.args.product, (one.name for one in session.loaded.plan.products), "product")
        if context.args.watch:
            return _watch(context, session)
        ask(context, session, git=False)
        _print(context, session.snapshot())
    finally:
        session.close()
    return ExitCode.OK


def _watch(context: Context, session: Session) -> int:
    """Print again only when something besides an age has changed."""
    shown: object = None
    try:
        while True:
            started = time.monotonic()
            if session.reload_plan() and session.inputs.plan_problem:
                context.say.warning(f"the plan is not the one shown: {session.inputs.plan_problem}")
            ask(context, session, git=False)
            snapshot = session.snapshot()
            seen = [_essence(cell) for cell in _cells(snapshot, context.args.product)]
            if seen != shown:
                _print(context, snapshot)
                context.out.flush()
                shown = seen
            pace = min(_paces(session.loaded.plan))
            time.sleep(max(pace - (time.monotonic() - started), pace / 10))
    except KeyboardInterrupt:
        return ExitCode.OK


def _paces(plan: Plan) -> list[float]:
    return [probe.timing.every.total_seconds() for product in plan.products for probe in product.probes] or [
        plan.timing.every.total_seconds()
    ]


def _essence(cell: Cell) -> object:
    """What makes a cell look different, ages apart."""
    return (cell.versions, cell.relation, cell.status, cell.freshness, cell.reason, cell.planned)


def _cells(snapshot: Snapshot, product: str) -> list[Cell]:
    return [cell for cell in snapshot.matrix.cells.values() if product in {"", cell.target.product}]


def _print(context: Context, snapshot: Snapshot) -> None:
    wanted = context.args.product
    if context.options.json:
        context.out.json(_facts(snapshot, wanted), one_line=context.args.watch)
    elif wanted:
        for cell in _cells(snapshot, wanted):
            context.out.lines(words.details(cell, snapshot.now))
            context.out.line()
    else:
        context.out.lines(table(snapshot, context.out.style.glyphs))
        context.out.line(Span(f"asked at {snapshot.now:%Y-%m-%d %H:%M:%S} UTC", Tone.MUTED))


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


def _facts(snapshot: Snapshot, product: str) -> dict[str, Any]:
    return {
        "release": snapshot.plan.release,
        "asked_at": moment(snapshot.now),
        "cells": [cell_facts(cell) for cell in _cells(snapshot, product)],
    }
