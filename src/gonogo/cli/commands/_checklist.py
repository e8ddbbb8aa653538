"""What the writing verbs share: submit, then one line saying what holds now."""

import os
from datetime import datetime
from typing import Any

from gonogo.cli.context import Context
from gonogo.cli.facts import event_facts, item_facts
from gonogo.domain.decide import Command, Note, Undo, find_item
from gonogo.domain.events import Event
from gonogo.domain.plan import Item, Plan
from gonogo.domain.snapshot import Snapshot
from gonogo.domain.state import ItemState, ItemStatus
from gonogo.errors import ExitCode
from gonogo.present import checklist
from gonogo.present.tones import Span, Tone
from gonogo.session import Accepted, Refused, Session

_WORDS = {**checklist.WORDS, ItemStatus.SKIPPED: "marked as not applicable"}


def via() -> str:
    """From where an act comes. What CI says about itself is noted, never trusted with anything."""
    return "ci" if os.environ.get("CI", "") not in {"", "0", "false"} else "cli"


def submit(context: Context, command: Command) -> int:
    """Submit one command and say what now holds."""
    session = context.doors.open_session(context.options, via())
    try:
        outcome = session.submit(command)
    finally:
        session.close()
    for problem in session.inputs.journal_problems:
        context.say.warning(problem)
    match outcome:
        case Refused(refusal):
            return context.say.refusal(refusal)
        case Accepted(events):
            _report(context, session, command, events)
            return ExitCode.OK


def _report(context: Context, session: Session, command: Command, events: tuple[Event, ...]) -> None:
    name = _item_of(session.loaded.plan, command, events)
    state = session.inputs.state.item(name)
    said = sentence(name, state, command, events, context.doors.clock().now())
    if context.options.json:
        context.out.json(
            {
                "release": session.loaded.plan.release,
                "item": name,
                **item_facts(state),
                "recorded": [event_facts(event) for event in events],
                "message": said,
            }
        )
    else:
        context.out.line(said)


def _item_of(plan: Plan, command: Command, events: tuple[Event, ...]) -> str:
    if events:
        return events[0].subject.partition(":")[2]
    item = find_item(plan, getattr(command, "item", ""))
    return item.id if isinstance(item, Item) else ""


def sentence(name: str, state: ItemState, command: Command, events: tuple[Event, ...], now: datetime) -> str:
    """What holds now: `smoke-eu is ticked by bokafor at 21:14:03 UTC (#42)`."""
    if isinstance(command, Note):
        event = events[0]
        return f"{name} has a note by {event.actor.user} at {clock_time(event.at, now)} (#{event.seq})"
    if state.actor is None or state.at is None:
        return f"{name} is open; nobody has acted on it"
    word = _WORDS[state.status]
    if not events:
        word = f"{word} already,"
    elif isinstance(command, Undo):
        word = f"{word} again: #{events[0].data['undoes']} is taken back"
    elif state.status is ItemStatus.OPEN:
        word = f"{word} again,"
    said = f"{name} is {word} by {state.actor.user} at {clock_time(state.at, now)} (#{state.seq})"
    return f"{said}: {state.reason}" if state.reason else said


def clock_time(at: datetime, now: datetime) -> str:
    """A moment in UTC, with its date unless it is today."""
    return f"{at:%H:%M:%S} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M:%S} UTC"


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
    owner = plan.person(item.owner)
    return owner is not None and owner.account == account


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
