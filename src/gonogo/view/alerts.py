"""What nobody may overlook, one line each: what was not decided, a trigger, a hold, a freeze, an edited plan."""

from datetime import datetime, timedelta

from gonogo.events.glass import Glass
from gonogo.matrix import Cell
from gonogo.rules import amendment, glass
from gonogo.rules.cells import contest_words
from gonogo.rules.completion import open_deployments
from gonogo.rules.snapshot import Snapshot
from gonogo.rules.standing_go import Given
from gonogo.text.spans import age
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.release import go_worth, short_when

_BY_THE_CALENDAR = {"freeze.active", "window.not-open"}


def alerts(snapshot: Snapshot) -> tuple[Line, ...]:
    """The most urgent first; empty when nothing is out of the ordinary."""
    return (
        *glass_alerts(snapshot),
        *_without_go(snapshot), *_triggers(snapshot), *_lost(snapshot), *_contested(snapshot),
        *_going_back(snapshot), *_held(snapshot), *_stopped(snapshot), *_edited(snapshot), *_frozen(snapshot),
        *_taken_over(snapshot),
    )  # fmt: skip


def decision_alerts(snapshot: Snapshot) -> tuple[Line, ...]:
    """Break-glass, deployments without a go, and goes that are void or lost their ground."""
    return (*glass_alerts(snapshot), *_without_go(snapshot), *_lost(snapshot))


def glass_alerts(snapshot: Snapshot, environment: str = "") -> tuple[Line, ...]:
    """Break-glass that waives something now, then the requests that wait for a second person."""
    plan, state, now = snapshot.plan, snapshot.state, snapshot.now
    broken = glass.in_force(plan, state, now, environment, snapshot.shared_accounts)
    return (
        *(_broken_line(snapshot, one) for one in broken),
        *(_request_line(snapshot, one) for one in glass.requests(state, now, environment)),
    )


def _broken_line(snapshot: Snapshot, one: Glass) -> Line:
    end = glass.ends(snapshot.plan, one)
    assert end is not None and one.broken_by is not None  # noqa: PT018  it is in force
    both = f"{one.asked_by.user} and {one.broken_by.user}"
    until = short_when(end, snapshot.now)
    many = f"{len(one.panes)} waived until {until} by {both} (#{one.seq})"
    return (
        Span(" BREAK-GLASS ", Tone.BAD),
        Span(f"{one.environment} ", Tone.STRONG),
        Span(f"{many}: {one.reason}"),
    )


def _request_line(snapshot: Snapshot, one: Glass) -> Line:
    until = short_when(one.asked_at + glass.PATIENCE, snapshot.now)
    asks = f"until {until}: a second person confirms, asked by {one.asked_by.user} (#{one.seq}): {one.reason}"
    return (Span(" BREAK-GLASS ASKED ", Tone.WARN), Span(f"{one.environment} ", Tone.STRONG), Span(asks))


def _without_go(snapshot: Snapshot) -> tuple[Line, ...]:
    """All of them in one line, how many first: each is a reason of its environment."""
    found = open_deployments(snapshot)
    if not found:
        return ()
    many = f"{len(found)} deployments: " if len(found) > 1 else ""
    return ((Span(" WITHOUT GO ", Tone.BAD), Span(many, Tone.STRONG), Span(found[0].fact)),)


def _lost(snapshot: Snapshot) -> tuple[Line, ...]:
    """One line each; blockers before what is only unknown."""
    lost = sorted((one for one in snapshot.goes if one.is_lost), key=lambda one: not one.blockers)
    void = (one for one in snapshot.goes if one.is_void)
    return (*(_void_line(snapshot, one) for one in void), *(_lost_line(snapshot, one) for one in lost))


def _void_line(snapshot: Snapshot, given: Given) -> Line:
    decision = given.decision
    return (
        Span(" GO VOID ", Tone.BAD),
        Span(f"{given.environment} ", Tone.STRONG),
        Span(f"GO {short_when(decision.at, snapshot.now)} {decision.actor.user}, {go_worth(given)}"),
    )


def _lost_line(snapshot: Snapshot, given: Given) -> Line:
    decision = given.decision
    label = Span(" GO LOST ", Tone.BAD) if given.blockers else Span(" GO UNKNOWN ", Tone.UNKNOWN)
    first = (*given.blockers, *given.unknowns)[0]
    return (
        label,
        Span(f"{given.environment} ", Tone.STRONG),
        Span(f"GO {short_when(decision.at, snapshot.now)} {decision.actor.user}, {go_worth(given)}: "),
        Span(first.fact),
    )


def _contested(snapshot: Snapshot) -> tuple[Line, ...]:
    """One line for each account whose answers differ from this account's: one of the two is wrong."""
    found: dict[str, list[Cell]] = {}
    for cell in snapshot.matrix.cells.values():
        for by in {one.by for one in cell.contests}:
            found.setdefault(by, []).append(cell)
    return tuple(_contested_line(by, cells) for by, cells in found.items())


def _contested_line(by: str, cells: list[Cell]) -> Line:
    first = next(one for one in cells[0].contests if one.by == by)
    more = f"; {len(cells) - 1} more" if len(cells) > 1 else ""
    return (
        Span(" ANSWERS DIFFER ", Tone.BAD),
        Span(f"{cells[0].target}: ", Tone.STRONG),
        Span(f"{contest_words(first)}{more}"),
    )


def _ago(snapshot: Snapshot, then: datetime) -> str:
    return f"{age(snapshot.now - then)} ago" if then <= snapshot.now else "just now"


def _triggers(snapshot: Snapshot) -> tuple[Line, ...]:
    return tuple(
        (
            Span(" TRIGGER ", Tone.BAD),
            Span(f"{fired.trigger}: ", Tone.STRONG),
            Span(f"{fired.observation} "),
            Span(f"({_ago(snapshot, fired.fired_at)})", Tone.MUTED),
        )
        for fired in snapshot.state.triggers.values()
        if fired.asks
    )


def _going_back(snapshot: Snapshot) -> tuple[Line, ...]:
    """It was decided, and until somebody says that it is over, nobody may think that the release goes on."""
    going_back = {"trigger.roll-back", "rollback.incomplete"}
    reasons = [one for one in snapshot.next.reasons if one.rule in going_back]
    return tuple((Span(" WAY BACK ", Tone.BAD), Span(one.fact)) for one in reasons)


def _held(snapshot: Snapshot) -> tuple[Line, ...]:
    held = snapshot.state.held
    if held is None:
        return ()
    who = f"by {held.actor.user} {_ago(snapshot, held.at)}: "
    return ((Span(" ON HOLD ", Tone.BAD), Span(who, Tone.MUTED), Span(held.reason)),)


def _stopped(snapshot: Snapshot) -> tuple[Line, ...]:
    return tuple(
        (
            Span(" LINE STOPPED ", Tone.BAD),
            Span(f"by {one.actor.user} {_ago(snapshot, one.at)}", Tone.MUTED),
            Span(_only((*one.environments, *one.products))),
            Span(f", until {short_when(one.until, snapshot.now)} UTC" if one.until is not None else ""),
            Span(f": {one.reason}"),
        )
        for one in snapshot.state.stopped_at(snapshot.now)
    )


def _only(places: tuple[str, ...]) -> str:
    return f", {', '.join(places)} only" if places else ""


def _edited(snapshot: Snapshot) -> tuple[Line, ...]:
    waits = amendment.pending(snapshot.loaded, snapshot.state)
    if waits is None:
        return ()
    many = f"{len(waits.changes)} change{'s' if len(waits.changes) != 1 else ''}" if waits.readable else "changes"
    return ((Span(" PLAN EDITED ", Tone.BAD), Span(f"since the start, {many}: nobody has accepted them")),)


TOLD_FOR = timedelta(minutes=15)
"""How long every screen says that the lead was taken over."""


def _taken_over(snapshot: Snapshot) -> tuple[Line, ...]:
    baton = snapshot.state.baton
    if baton is None or not baton.taken_over or snapshot.now - baton.at > TOLD_FOR:
        return ()
    who = f"{baton.driver} took over from {baton.before} {_ago(snapshot, baton.at)}"
    return ((Span(" LEAD ", Tone.WARN), Span(who), Span(f": {baton.note}" if baton.note else "")),)


def _frozen(snapshot: Snapshot) -> tuple[Line, ...]:
    """By the calendar, for the next environment: with its end in local time and UTC."""
    reasons = [one for one in snapshot.next.reasons if one.rule in _BY_THE_CALENDAR]
    return tuple((Span(" FROZEN ", Tone.WARN), Span(one.fact)) for one in reasons)
