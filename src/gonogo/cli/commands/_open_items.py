"""What is open, mine first: `gonogo tick` without ITEM."""

from typing import Any

from gonogo.cli.context import Context, via
from gonogo.cli.facts import item_facts
from gonogo.domain.plan import Item, Plan
from gonogo.domain.snapshot import Snapshot
from gonogo.domain.state import ItemStatus
from gonogo.errors import ExitCode
from gonogo.present import checklist
from gonogo.present.tones import Span, Tone


def list_open(context: Context) -> int:
    """What is open: first what this account owns, then the rest, each in the plan's order."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        snapshot = session.snapshot()
    finally:
        session.close()
    for problem in snapshot.journal_problems:
        context.say.warning(problem)
    open_items = [item for item in snapshot.plan.items if snapshot.state.item(item.id).status is ItemStatus.OPEN]
    mine = [item for item in open_items if is_mine(snapshot.plan, item, session.actor.user)]
    others = [item for item in open_items if item not in mine]
    if context.options.json:
        context.out.json(_as_facts(snapshot, session.actor.user, mine, others))
        return ExitCode.OK
    if not open_items:
        context.out.line(
            Span("nothing is open: ", Tone.GOOD),
            f"{len(snapshot.plan.items)} of {len(snapshot.plan.items)} items are closed",
        )
    _print_items(context, snapshot, f"Yours ({len(mine)})", mine)
    _print_items(context, snapshot, f"Others ({len(others)})" if mine else f"Open ({len(others)})", others)
    return ExitCode.OK


def is_mine(plan: Plan, item: Item, account: str) -> bool:
    """Whether the item's owner is the person behind this account."""
    me = plan.person_of(account)
    return me is not None and me.key == item.owner


def _print_items(context: Context, snapshot: Snapshot, heading: str, items: list[Item]) -> None:
    if not items:
        return
    context.out.line(Span(heading, Tone.STRONG))
    for item in items:
        context.out.lines((checklist.row_line(checklist.item_row(snapshot, item)),))


def _as_facts(snapshot: Snapshot, account: str, mine: list[Item], others: list[Item]) -> dict[str, Any]:
    return {
        "release": snapshot.plan.release,
        "account": account,
        "open": [
            {
                "item": item.id,
                "title": item.title,
                "phase": item.phase,
                "owner": item.owner,
                "mine": item in mine,
                "after": list(item.after),
                **item_facts(snapshot.state.item(item.id)),
            }
            for item in [*mine, *others]
        ],
    }
