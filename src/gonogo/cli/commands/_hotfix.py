"""What `gonogo hotfix` and `gonogo prepare` share: plan, start, continue, abort, status, approve, reject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from gonogo.acts.hotfixes import ApproveHotfix, RejectHotfix, may_not_approve
from gonogo.cli.commands import _act
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode, UsageError
from gonogo.events.hotfixes import HotfixStatus
from gonogo.facts.ledger import Arrival
from gonogo.hotfix import review
from gonogo.hotfix.outcome import Aborted, Finished, Given, Outcome, PushFailed
from gonogo.hotfix.seen import seen_of
from gonogo.hotfix.typed import typed
from gonogo.hotfix.wish import Planned, Wish
from gonogo.hotfix.work import Kind
from gonogo.rules.confirmation import Preview as Shown
from gonogo.text.tones import Span, Tone
from gonogo.view import hotfix as words
from gonogo.view.hotfix_table import merges, status_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gonogo.acts import Refusal
    from gonogo.engine.session import Session
    from gonogo.events.hotfixes import Hotfix
    from gonogo.facts.ledger import Ledger
    from gonogo.hotfix_jobs.service import Hotfixes


def dispatch(context: Context, kind: Kind, act: str, words_: Sequence[str]) -> int:
    """Do one act."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        if act in {"plan", "start"}:
            return _plan(context, session, kind, words_, start=act == "start")
        hotfixes = context.doors.hotfixes(session)
        product = words_[0] if words_ else ""
        if act == "status":
            return _status(context, session, hotfixes, kind, product)
        if act in {"approve", "reject"}:
            return _vote(context, session, hotfixes.live(kind.value, product), act, words_)
        known = hotfixes.live(kind.value, product)
        if act in {"edit", "shell"}:
            from gonogo.hotfix_jobs.hands import edit, shell

            tree = hotfixes.bench(known).tree
            return shell(tree) if act == "shell" else edit(tree, known.conflicts)
        if act == "abort":
            return told(context, session, hotfixes.abort(known, context.args.reason), known)
        return told(context, session, hotfixes.go_on(known, _given(context)), known)
    finally:
        session.close()


def _given(context: Context) -> Given:
    args = context.args
    return Given(tuple(args.resolved), tuple(args.ours), args.tested, args.push, args.without_push)


def _planned(context: Context, session: Session, kind: Kind, words_: Sequence[str]) -> Planned:
    args, plan = context.args, session.loaded.plan
    wish = Wish(
        words_[0], kind, getattr(args, "from_version", ""), tuple(words_[1:]), args.as_version, args.remote,
        args.offline, args.sign,
    )  # fmt: skip
    product = plan.product(wish.product)
    if kind is Kind.HOTFIX and product is not None:
        from gonogo.cli.commands._look import ask

        ask(context, session, git=False)
        snapshot = session.snapshot()
        seen = seen_of(plan, snapshot.matrix, snapshot.state, product)
        return context.doors.plan_hotfix(plan, wish, seen)
    return context.doors.plan_prepare(plan, wish)


def _plan(context: Context, session: Session, kind: Kind, words_: Sequence[str], *, start: bool) -> int:
    planned = _planned(context, session, kind, words_)
    work = planned.work
    if not start or work is None or planned.preview.blockers:
        _show(context, planned, kind, words_)
        return ExitCode.NO_GO if planned.preview.blockers else ExitCode.OK
    confirm = context.args.confirm
    if not confirm:
        _show(context, planned, kind, words_)
        if not _act.typed_on_terminal(Shown("start", work.id, work.version, "")):
            context.say.note("nothing is done yet")
            return ExitCode.NO_GO
        confirm = work.code
    hotfixes = context.doors.hotfixes(session)
    outcome = hotfixes.start(work, confirm)
    return told(context, session, outcome, session.inputs.state.hotfixes[work.id])


def _show(context: Context, planned: Planned, kind: Kind, words_: Sequence[str]) -> None:
    if context.options.json:
        facts = msgspec.to_builtins(planned)
        facts["confirm"] = planned.work.code if planned.work else ""
        context.out.json(facts)
        return
    wanted = getattr(context.args, "filter", "")
    if wanted and planned.candidates is not None:
        found = tuple(one for one in planned.candidates.found if wanted.lower() in one.commit.subject.lower())
        planned = msgspec.structs.replace(
            planned, candidates=msgspec.structs.replace(planned.candidates, found=found)
        )
    context.out.lines(words.plan_lines(planned))
    if context.args.diff:
        context.out.text(planned.preview.diff)
    if planned.work is None:
        context.out.line(
            Span("pick some: ", Tone.MUTED),
            Span(f"{typed(kind.value, 'plan', words_[0])} COMMIT ...", Tone.STRONG),
        )
    elif not planned.preview.blockers:
        command = " ".join([typed(kind.value, "start"), *words_, *_repeated(context)])
        context.out.line(
            Span("to do it: ", Tone.MUTED), Span(f"{command} --confirm {planned.work.code}", Tone.STRONG)
        )


def _repeated(context: Context) -> list[str]:
    """The options that made this plan, so that the command makes the same one."""
    args = context.args
    given = [("--from", getattr(args, "from_version", "")), ("--as", args.as_version), ("--remote", args.remote)]
    found = [word for name, value in given if value for word in (name, value)]
    return [*found, *(["--offline"] if args.offline else []), *(["--sign"] if args.sign else [])]


def told(context: Context, session: Session, outcome: Outcome | Aborted, known: Hotfix) -> int:
    """Say where it has got to; the exit code with it."""
    code = _exit_code(outcome)
    context.out.recorded(code)
    for problem in session.inputs.journal_told:
        context.say.warning(problem)
    if context.options.json:
        facts: dict[str, Any] = {
            "id": known.id, "outcome": type(outcome).__name__.lower(), **msgspec.to_builtins(outcome)
        }  # fmt: skip
        context.out.json(facts)
    else:
        carries = _carries(context, session, known) if isinstance(outcome, Finished) else ()
        context.out.lines(words.outcome_lines(outcome, known.kind, known.product, carries))
    return code


def _exit_code(outcome: Outcome | Aborted) -> ExitCode:
    if isinstance(outcome, Finished) or (isinstance(outcome, Aborted) and not outcome.remains):
        return ExitCode.OK
    return ExitCode.CONFLICT if isinstance(outcome, PushFailed) and outcome.lost_race else ExitCode.NO_GO


def _carries(context: Context, session: Session, known: Hotfix) -> tuple[str, ...]:
    """What brings the release commit to each branch that needs it: its changelog would be repeated otherwise."""
    wanted = [product for product in session.loaded.plan.products if product.name == known.product]
    if known.kind != Kind.PREPARE.value or not wanted:
        return ()
    words_ = session.inputs.state.merges.values()
    ledger = context.doors.read_ledger(session.loaded.plan, wanted, words_, session.inputs.journal)
    return tuple(
        f"gonogo merges carry {cell.called} {cell.branch}"
        for cell in ledger.open
        if known.tag in cell.names and cell.arrival is Arrival.MISSING
    )


def _status(context: Context, session: Session, hotfixes: Hotfixes, kind: Kind, product: str) -> int:
    del kind  # one table for the whole release
    made = [one.product for one in hotfixes.all()]
    require_name(product, dict.fromkeys([*(one.name for one in session.loaded.plan.products), *made]), "product")
    found = [one for one in hotfixes.all() if product in {"", one.product}]
    ledger = _ledger(context, session, found)
    now = context.doors.clock().now()
    if context.options.json:
        rows = [
            {
                **msgspec.to_builtins(one),
                "merges": merges(one, ledger, now).text,
                "commands": list(hotfixes.bench(one).commands()) if context.args.log else [],
            }
            for one in found
        ]
        context.out.json({"release": session.loaded.plan.release, "hotfixes": rows})
        return ExitCode.OK
    if not found:
        context.out.text("no hotfix has been made in this release")
        return ExitCode.OK
    context.out.table(status_rows(found, now, ledger))
    for one in found if product else []:
        context.out.lines(words.detail_lines(one))
        for ran in hotfixes.bench(one).commands() if context.args.log else ():
            context.out.line(
                Span(f"{ran['code']!s:>3} {ran['ms']!s:>8} ms  ", Tone.MUTED), Span(str(ran["command"])),
                Span(f"  {ran['said']}" if ran["said"] else "", Tone.WARN),
            )  # fmt: skip
    return ExitCode.OK


def _ledger(context: Context, session: Session, hotfixes: Sequence[Hotfix]) -> Ledger | None:
    """The forward-merges of what was hotfixed; None when nothing was yet."""
    made = {
        one.product for one in hotfixes if one.kind == Kind.HOTFIX.value and one.status is HotfixStatus.FINISHED
    }
    plan, known = session.loaded.plan, session.inputs
    wanted = [product for product in plan.products if product.name in made]
    if not wanted:
        return None
    return context.doors.read_ledger(plan, wanted, known.state.merges.values(), known.journal)


def _vote(context: Context, session: Session, known: Hotfix, act: str, words_: Sequence[str]) -> int:
    if len(words_) != 2:
        raise UsageError("which approval?", remedy=f"{typed(known.kind, act, known.product)} NAME")
    name = words_[1]
    if act == "reject":
        return _act.submit(context, session, RejectHotfix(known.id, name, context.args.reason))

    def see(session: Session) -> Shown | Refusal:
        slot = next((one for one in session.loaded.plan.approvals if one.name == name), None)
        if slot is None:
            raise UsageError(f"the plan has no approval '{name}'")
        return may_not_approve(session.scene(), known, slot) or review.preview(known, slot)

    command = f"{typed(known.kind, 'approve', known.product)} {name}"
    return _act.confirm_and_submit(
        context, session, see, command, lambda code: ApproveHotfix(known.id, name, code, context.args.reason)
    )
