"""What the writing verbs share: submit, then one line saying what holds now.

Imports what a tick needs and no more: matrix, verdict and their wording stay out of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gonogo.acts import Command
from gonogo.acts.checklist import Note, Tick, Undo
from gonogo.acts.items import find_item
from gonogo.acts.scene import Accepted, Refused
from gonogo.cli.context import Context, via
from gonogo.engine.session import Session
from gonogo.errors import ExitCode
from gonogo.events.state import ItemState, ItemStatus
from gonogo.plan import Item, Plan

if TYPE_CHECKING:
    from datetime import datetime

    from gonogo.events import Event

_WORDS = {ItemStatus.DONE: "ticked", ItemStatus.OPEN: "open", ItemStatus.SKIPPED: "marked as not applicable"}


def submit(context: Context, command: Command) -> int:
    """Submit one command and say what now holds."""
    session = context.doors.open_session(context.options, via())
    try:
        if isinstance(command, Tick) and any(item.check for item in session.loaded.plan.items):
            from gonogo.cli.commands._scripts import read_scripts

            session.refresh()
            read_scripts(session)
        outcome = session.submit(command)
    finally:
        session.close()
    for problem in session.inputs.journal_told:
        context.say.warning(problem)
    match outcome:
        case Refused(refusal):
            return context.say.refusal(refusal)
        case Accepted(events):
            context.out.recorded()
            _report(context, session, command, events)
            return ExitCode.OK


def _report(context: Context, session: Session, command: Command, events: tuple[Event, ...]) -> None:
    name = _item_of(session.loaded.plan, command, events)
    state = session.inputs.state.item(name)
    said = sentence(name, state, command, events, context.doors.clock().now())
    if context.options.json:
        from gonogo.cli.facts import event_facts, item_facts

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
        context.out.text(said)


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
    if state.status is ItemStatus.OPEN and state.first is not None:
        first = state.first
        return (
            f"{name} stays open: {first.actor.user} {first.words}, at {clock_time(first.at, now)} (#{first.seq}); "
            "a second person must say so too"
        )
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
