"""`gonogo merges`: every fix that was hotfixed, against every branch it must reach."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

import msgspec

from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context, via
from gonogo.cli.facts import moment
from gonogo.errors import ExitCode, GonogoError
from gonogo.facts.ledger import Arrival, Ledger, LedgerCell, push_command
from gonogo.plan import Plan
from gonogo.rules.authority import agreed
from gonogo.rules.next_act import missing_in_flight
from gonogo.text.tones import Span, Tone
from gonogo.view.merges import CarryPreview, asides, carry_preview, nothing_to_carry, preview_spans

Previews = Mapping[LedgerCell, CarryPreview]

_MANY = 10
"""Open cells of which some are likely to be history that nobody carries any more."""
_TONES = {
    Arrival.PRESENT: Tone.GOOD,
    Arrival.MISSING: Tone.BAD,
    Arrival.UNPUSHED: Tone.BAD,
    Arrival.WAIVED: Tone.WARN,
    Arrival.UNKNOWN: Tone.UNKNOWN,
}


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PRODUCT and --preview."""
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="only this one; by default all")
    parser.add_argument(
        "--preview",
        action="store_true",
        help="find out of each that is missing whether it would conflict, and where",
    )


def run(context: Context) -> int:
    """Print the ledger. Exit 3 while a fix is missing somewhere, 4 when unknown or without any release."""
    ledger, plan = read_with_plan(context, context.args.product)
    previews = _previews(context, ledger) if context.args.preview else {}
    if context.options.json:
        context.out.json(ledger_facts(ledger, previews))
    else:
        _print(context, ledger, previews, plan)
    arrivals = {cell.arrival for cell in ledger.cells}
    if arrivals & {Arrival.MISSING, Arrival.UNPUSHED}:
        return ExitCode.NO_GO
    unknown = ledger.problem or ledger.followed_nothing or Arrival.UNKNOWN in arrivals
    return ExitCode.UNKNOWN if unknown else ExitCode.OK


def read(context: Context, product: str = "") -> Ledger:
    """The ledger of one product, or of all, with what people have said. Raises UsageError."""
    return read_with_plan(context, product)[0]


def read_with_plan(context: Context, product: str = "") -> tuple[Ledger, Plan]:
    """The ledger, and the plan that says who may answer for it. Raises UsageError."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        plan = session.loaded.plan
        require_name(product, (one.name for one in plan.products), "product")
        wanted = tuple(one for one in plan.products if product in {"", one.name})
        known = session.inputs
        ledger = context.doors.read_ledger(plan, wanted, known.state.merges.values(), known.journal)
        return ledger, agreed(session.loaded, known.state)
    finally:
        session.close()


def _previews(context: Context, ledger: Ledger) -> Previews:
    """What carrying each open cell would come to. Nothing is touched."""
    from gonogo.hotfix_jobs.carrying import plan_carry

    plan, now = context.doors.load_plan(context.options).plan, context.doors.clock().now()
    found: dict[LedgerCell, CarryPreview] = {}
    for cell in ledger.open:
        if cell.arrival is Arrival.UNPUSHED:
            continue
        try:
            found[cell] = carry_preview(plan_carry(plan, cell, now))
        except GonogoError as error:
            found[cell] = CarryPreview("unknown", told=error.message)
    return found


def _print(context: Context, ledger: Ledger, previews: Previews, plan: Plan) -> None:
    if ledger.problem:
        context.say.warning(ledger.problem)
    if not ledger.cells:
        unknown = "whether a fix is missing anywhere is not known"
        context.out.text(unknown if ledger.problem else nothing_to_carry(ledger))
        context.out.lines(asides(ledger))
        return
    fix = ""
    for cell in ledger.cells:
        if cell.oid != fix:
            fix = cell.oid
            context.out.line(
                Span(f"{cell.product} {cell.version}  ", Tone.STRONG),
                Span(f"{cell.fix}  ", Tone.MUTED),
                Span(cell.subject),
            )
        context.out.line(
            Span(f"  {cell.arrival:<8} ", _TONES[cell.arrival]),
            Span(f"{cell.branch}  ", Tone.STRONG),
            Span(cell.detail, Tone.MUTED),
        )
        if cell in previews:
            context.out.line(Span("           "), *preview_spans(previews[cell]))
    context.out.lines(asides(ledger))
    if ledger.open:
        first = next((cell for cell in ledger.open if not cell.in_flight), ledger.open[0])
        context.out.line()
        context.out.line(
            Span(f"{len(ledger.open)} open", Tone.BAD),
            Span(": carry each forward, or answer for it"),
        )
        looks = () if previews else (("would they conflict?", "gonogo merges --preview"),)
        keys = "`since:` and `retired:` at `branches:` in the plan"
        old = (("old ones at once", keys),) if len(ledger.open) > _MANY else ()
        for what, typed in (*looks, *_ways_out(first, plan), *old):
            context.out.line(Span(f"  {what:<23}", Tone.MUTED), Span(typed, Tone.STRONG))


def _ways_out(cell: LedgerCell, plan: Plan) -> tuple[tuple[str, str], ...]:
    """What to type about a cell that is open, as far as somebody whom the plan names can do it."""
    named = f"{cell.called} {cell.branch}"
    if cell.in_flight:
        waiver = missing_in_flight(plan, cell.product, cell.fix)
        return (
            ("make a patch with it", f"gonogo hotfix plan {cell.product} {cell.fix} --from VERSION"),
            ("or a new tag with it", "gonogo merges carry, then plan the new tag"),
            ("another commit does it", f"gonogo merges equal {named} --commit COMMIT --reason '...'"),
            *((("it may be missing", f"{waiver.remedy}    (by {waiver.who})"),) if waiver else ()),
        )
    if cell.arrival is Arrival.UNPUSHED:
        return (("push it", push_command(cell)),)
    commit = f" --commit {cell.alike[:10]}" if cell.alike else ""
    return (
        ("bring it there", f"gonogo merges carry {named}"),
        ("another commit does it", f"gonogo merges equal {named}{commit} --reason '...'"),
        ("it need not go there", f"gonogo merges waive {named} --reason '...'"),
    )


def ledger_facts(ledger: Ledger, previews: Previews | None = None) -> dict[str, Any]:
    """The ledger for JSON; what carrying would come to with each cell it was found out for."""
    told = previews or {}
    return {
        "read_at": moment(ledger.read_at),
        "problem": ledger.problem,
        "open": len(ledger.open),
        "retired": list(ledger.retired),
        "older": ledger.old,
        "notes": list(ledger.notes),
        "looked": msgspec.to_builtins(ledger.looked),
        "cells": [
            {**cell_facts(cell), **({"preview": msgspec.to_builtins(told[cell])} if cell in told else {})}
            for cell in ledger.cells
        ],
    }


def cell_facts(cell: LedgerCell) -> dict[str, Any]:
    """One cell for JSON."""
    return {
        "product": cell.product,
        "version": cell.version,
        "fix": cell.oid,
        "subject": cell.subject,
        "branch": cell.branch,
        "arrival": cell.arrival.value,
        "detail": cell.detail,
        "alike": cell.alike,
        "remote": cell.remote,
        "names": list(cell.names),
        "in_flight": cell.in_flight,
        "said_by": cell.said.actor.user if cell.said else "",
        "said_in": cell.said.release if cell.said else "",
        "said_at": moment(cell.said.at) if cell.said else None,
    }
