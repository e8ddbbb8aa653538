"""What `merges carry`, `continue` and `abort` share: the executor of hotfixes on one fix and one branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gonogo.cli.commands._hotfix import told
from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode, RefusedError, UsageError
from gonogo.hotfix.outcome import Finished, Given
from gonogo.hotfix.work import Kind
from gonogo.text.tones import Span, Tone
from gonogo.view import hotfix as words

if TYPE_CHECKING:
    from gonogo.engine.session import Session
    from gonogo.events.hotfixes import Hotfix
    from gonogo.facts.ledger import LedgerCell
    from gonogo.hotfix.outcome import Aborted, Outcome
    from gonogo.hotfix.wish import Planned
    from gonogo.hotfix_jobs.service import Hotfixes


def carry(context: Context, cell: LedgerCell) -> int:
    """Show what would come of it; with its code, do it."""
    from gonogo.hotfix_jobs.carrying import plan_carry

    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        planned = plan_carry(session.loaded.plan, cell, context.doors.clock().now())
        work = planned.work
        if work is None or planned.preview.blockers or not context.args.confirm:
            _show(context, planned, cell)
            if planned.preview.blockers:
                return ExitCode.NO_GO
            context.say.note("nothing is done yet")
            return ExitCode.NO_GO
        outcome = context.doors.hotfixes(session).start(work, context.args.confirm, Given())
        return _finish(context, session, outcome, session.inputs.state.hotfixes[work.id])
    finally:
        session.close()


def go_on(context: Context, product: str) -> int:
    """Go on after a conflict, or after an interruption."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        hotfixes = context.doors.hotfixes(session)
        known = _live(hotfixes, product)
        given = Given(tuple(context.args.resolved), tuple(context.args.ours))
        return _finish(context, session, hotfixes.go_on(known, given), known)
    finally:
        session.close()


def abort(context: Context, product: str) -> int:
    """Take it back."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        hotfixes = context.doors.hotfixes(session)
        known = _live(hotfixes, product)
        return _finish(context, session, hotfixes.abort(known, context.args.reason), known)
    finally:
        session.close()


def _live(hotfixes: Hotfixes, product: str) -> Hotfix:
    found = [one for one in hotfixes.all() if one.kind == Kind.CARRY.value and not one.is_over]
    found = [one for one in found if product in {"", one.product}]
    if not found:
        whose = f" of {product}" if product else ""
        raise RefusedError(f"no fix{whose} is being carried", remedy="gonogo merges")
    if len(found) > 1:
        named = ", ".join(one.product for one in found)
        raise UsageError(f"several are being carried: {named}", remedy="name the product")
    return found[0]


def _show(context: Context, planned: Planned, cell: LedgerCell) -> None:
    code = planned.work.code if planned.work else ""
    if context.options.json:
        context.out.json({**msgspec.to_builtins(planned), "confirm": code})
        return
    context.out.lines(words.plan_lines(planned))
    if code and not planned.preview.blockers:
        typed = f"gonogo merges carry {cell.called} {cell.branch} --confirm {code}"
        context.out.line(Span("to do it: ", Tone.MUTED), Span(typed, Tone.STRONG))


def _finish(context: Context, session: Session, outcome: Outcome | Aborted, known: Hotfix) -> int:
    if not isinstance(outcome, Finished) or context.options.json:
        return told(context, session, outcome, known)
    for problem in session.inputs.journal_told:
        context.say.warning(problem)
    context.out.line(Span("done: ", Tone.GOOD), Span(f"{known.branch} is at {outcome.commit[:12]} now"))
    push = f"git -C {known.repo} push origin {known.branch}"
    context.out.line(Span("nothing was pushed: ", Tone.MUTED), Span(push, Tone.STRONG))
    return ExitCode.OK
