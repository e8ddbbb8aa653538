"""What is open, mine first: `gonogo tick` without ITEM."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from gonogo.cli.commands._scripts import read_scripts
from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode
from gonogo.events.state import ItemStatus, ReleaseState
from gonogo.facts.named_files import NamedFiles
from gonogo.plan import Item, Plan
from gonogo.text.tones import Span, Tone
from gonogo.view import checklist


class Listed(NamedTuple):
    """What the list is made from: neither an endpoint nor git has to be asked for it."""

    plan: Plan
    state: ReleaseState
    now: datetime
    check_files: Mapping[str, NamedFiles]


def list_open(context: Context) -> int:
    """What is open: first what this account owns, then the rest, each in the plan's order."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        read_scripts(session)
        now, known = context.doors.clock().now(), session.inputs
        release = Listed(session.loaded.plan, known.state, now, known.check_files)
    finally:
        session.close()
    for problem in session.inputs.journal_told:
        context.say.warning(problem)
    open_items = [item for item in release.plan.items if release.state.item(item.id).status is ItemStatus.OPEN]
    mine = [item for item in open_items if is_mine(release.plan, item, session.actor.user)]
    others = [item for item in open_items if item not in mine]
    if context.options.json:
        context.out.json(_as_facts(release, session.actor.user, mine, others))
        return ExitCode.OK
    if not open_items:
        context.out.line(
            Span("nothing is open: ", Tone.GOOD),
            f"{len(release.plan.items)} of {len(release.plan.items)} items are closed",
        )
    _print_items(context, release, f"Yours ({len(mine)})", mine)
    _print_items(context, release, f"Others ({len(others)})" if mine else f"Open ({len(others)})", others)
    return ExitCode.OK


def is_mine(plan: Plan, item: Item, account: str) -> bool:
    """Whether the item's owner is the person behind this account."""
    me = plan.person_of(account)
    return me is not None and me.key == item.owner


def _print_items(context: Context, release: Listed, heading: str, items: list[Item]) -> None:
    if not items:
        return
    context.out.line(Span(heading, Tone.STRONG))
    rows = {row.key: row for row in checklist.rows(release)}
    for item in items:
        context.out.lines((checklist.row_line(rows[item.id]), *checklist.how_lines(item)))
        if item.point_of_no_return:
            below = rows[f"return:{item.id}"]
            context.out.line(Span(f"    -- {below.title}", below.tone))


def _as_facts(release: Listed, account: str, mine: list[Item], others: list[Item]) -> dict[str, Any]:
    from gonogo.cli.facts import item_facts, moment, seconds

    return {
        "release": release.plan.release,
        "account": account,
        "open": [
            {
                **item_facts(release.state.item(item.id)),
                "item": item.id,
                "title": item.title,
                "phase": item.phase,
                "group": item.group,
                "due": moment(item.due),
                "late": checklist.is_late(item, release.state.item(item.id), release.now),
                "link": item.guide.link,
                "command": item.guide.command,
                "description": item.guide.description,
                "estimate_seconds": seconds(item.guide.estimate),
                "owner": item.owner,
                "mine": item in mine,
                "after": list(item.after),
                "two_person": item.two_person,
                "evidence_required": item.evidence_required,
                "point_of_no_return": item.point_of_no_return,
            }
            for item in [*mine, *others]
        ],
    }
