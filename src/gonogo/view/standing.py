"""How the release stands, as one text: its life, who drives, approvals, decisions, waivers, the calendar."""

from gonogo.events.glass import Glass
from gonogo.events.people import named
from gonogo.events.state import Vote
from gonogo.plan import Freeze
from gonogo.rules import amendment, glass, waivers
from gonogo.rules import votes as approvals
from gonogo.rules.snapshot import Snapshot
from gonogo.rules.windows import holds_until, next_start
from gonogo.text.clocks import local_and_utc
from gonogo.text.spans import span
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.about import about
from gonogo.view.release import (
    beyond_return,
    driver_line,
    end_line,
    freeze_lines,
    go_lines,
    life_line,
    rollback_word,
)
from gonogo.view.rollback import way_back_lines
from gonogo.view.verdict import headline, window_line, window_times

_LABEL = 11


def standing_lines(snapshot: Snapshot) -> tuple[Line, ...]:
    """The whole text; a section that has nothing to say is left out."""
    sections = (
        ("", _life(snapshot)),
        ("Plan edited since the start", _edit(snapshot)),
        ("Approvals", approval_details(snapshot)),
        ("Go", go_lines(snapshot)),
        ("Let pass", (*_waivers(snapshot), *_glasses(snapshot))),
        ("Rollback triggers", _triggers(snapshot)),
        ("Versions", _versions(snapshot)),
        ("Stopped by hand", freeze_lines(snapshot)),
        ("Calendar", _calendar(snapshot)),
        (_way_back_heading(snapshot), _ways_back(snapshot)),
    )
    lines: list[Line] = []
    for heading, body in sections:
        if not body:
            continue
        if heading:
            lines += [(), (Span(heading, Tone.STRONG),)]
        lines += body
    return tuple(lines)


def _way_back_heading(snapshot: Snapshot) -> str:
    return f"Way back: {rollback_word(snapshot)}" if beyond_return(snapshot) else "Way back"


def _label(text: str) -> Span:
    return Span(f"{text:<{_LABEL}}", Tone.MUTED)


def _life(snapshot: Snapshot) -> tuple[Line, ...]:
    ended = end_line(snapshot)
    return (
        *((ended,) if ended else ()),
        (_label("release"), Span(snapshot.plan.name or snapshot.plan.release, Tone.STRONG)),
        (_label("stands"), *life_line(snapshot)),
        *((Span(f"{label:<{_LABEL - 1}} ", Tone.MUTED), Span(text)) for label, text in about(snapshot.plan)),
        (_label("lead"), *driver_line(snapshot)),
        *((_label(one.environment), *headline(one, snapshot.plan)) for one in snapshot.verdicts),
    )


def _edit(snapshot: Snapshot) -> tuple[Line, ...]:
    waits = amendment.pending(snapshot.loaded, snapshot.state)
    if waits is None:
        return ()
    return diff_lines(waits)


def diff_lines(waits: amendment.Pending) -> tuple[Line, ...]:
    """The edit as a diff: what was agreed on with -, what stands there now with +."""
    if not waits.changes:
        return tuple((Span(f"  {line}"),) for line in waits.lines)
    lines: list[Line] = []
    for one in waits.changes:
        lines.append((Span(f"  {one.name.replace('/', ' ', 1)}", Tone.STRONG),))
        if one.before:
            lines.append((Span(f"  - {one.before}", Tone.BAD),))
        if one.after:
            lines.append((Span(f"  + {one.after}", Tone.GOOD),))
    return tuple(lines)


_TONES = {
    approvals.Standing.GIVEN: Tone.GOOD,
    approvals.Standing.REJECTED: Tone.BAD,
    approvals.Standing.MISSING: Tone.WARN,
    approvals.Standing.UNKNOWN: Tone.UNKNOWN,
}


def approval_details(snapshot: Snapshot, only: str = "") -> tuple[Line, ...]:
    """Each approval, or the one named `only`: who said what, which votes do not count and what voided them."""
    lines: list[Line] = []
    for one in snapshot.approvals:
        if only and one.slot.name != only:
            continue
        lines.append(
            (
                Span(f"  {one.slot.name} ", Tone.STRONG),
                Span(f"{len(one.counted)} of {one.slot.quorum}, role {one.slot.role}: "),
                Span(one.standing.value, _TONES[one.standing]),
            )
        )
        lines += [(Span("    approved by ", Tone.GOOD), *_vote(vote)) for vote in one.counted]
        lines += [(Span("    rejected by ", Tone.BAD), *_vote(vote)) for vote in one.rejections]
        for lost in one.discounted:
            lines.append((Span("    does not count: ", Tone.WARN), *_vote(lost.vote)))
            lines.append((Span(f"      {lost.why}", Tone.MUTED),))
            lines += [(Span(f"      {change}", Tone.MUTED),) for change in lost.changed[:12]]
    return tuple(lines)


def _vote(vote: Vote) -> Line:
    until = f", until {vote.expires:%Y-%m-%d %H:%M} UTC" if vote.expires else ""
    reason = f": {vote.reason}" if vote.reason else ""
    return (Span(f"{vote.actor.user} at {vote.at:%Y-%m-%d %H:%M:%S} UTC{until}{reason}"),)


def _waivers(snapshot: Snapshot) -> tuple[Line, ...]:
    standing = waivers.in_force(
        snapshot.plan, snapshot.state, snapshot.now, "", snapshot.shared_accounts, snapshot.digest
    )
    return tuple(
        (
            Span(f"  {one.environment} ", Tone.STRONG),
            Span(one.about, Tone.WARN),
            Span(f" by {one.actor.user} until {one.until:%Y-%m-%d %H:%M} UTC"),
            Span(f" ({span(one.until - snapshot.now)} left): {one.reason}"),
        )
        for one in standing
    )


def _glasses(snapshot: Snapshot) -> tuple[Line, ...]:
    """Break-glass: what it waives and until when; of a request, who may confirm it and how."""
    standing = glass.standing(snapshot.plan, snapshot.state, snapshot.now, "", snapshot.shared_accounts)
    return tuple(line for one in standing for line in _glass(snapshot, one))


def _glass(snapshot: Snapshot, one: Glass) -> tuple[Line, ...]:
    plan, end = snapshot.plan, glass.ends(snapshot.plan, one)
    who = glass.by(plan, one)
    covers = tuple((Span(f"    {pane.rule} {pane.subject}".rstrip(), Tone.WARN),) for pane in one.panes)
    if end is None:
        until = one.asked_at + glass.PATIENCE
        others = ", ".join(
            named(plan, person.account) for person in glass.seconds(plan, snapshot.state, one.asked_by)
        )
        left = f" waits until {until:%Y-%m-%d %H:%M} UTC ({span(until - snapshot.now)} left): {one.reason}"
        confirm = (Span(f"    gonogo break-glass confirm {one.environment}    by {others}", Tone.MUTED),)
        return ((Span(f"  {one.environment} ", Tone.STRONG), Span(f"asked: {who}"), Span(left)), *covers, confirm)
    left = f" until {end:%Y-%m-%d %H:%M} UTC ({span(end - snapshot.now)} left): {one.reason}"
    return ((Span(f"  {one.environment} ", Tone.STRONG), Span(who, Tone.BAD), Span(left)), *covers)


def _triggers(snapshot: Snapshot) -> tuple[Line, ...]:
    lines: list[Line] = []
    for trigger in snapshot.plan.triggers:
        fired = snapshot.state.triggers.get(trigger.id)
        lines.append((Span(f"  {trigger.id} ", Tone.STRONG), Span(trigger.when)))
        if fired is None:
            continue
        at = f"{fired.fired_at:%Y-%m-%d %H:%M:%S} UTC"
        lines.append((Span("    fired ", Tone.BAD), Span(f"{at}, {fired.actor.user}: {fired.observation}")))
        if fired.asks:
            lines.append((Span("    nobody has answered", Tone.BAD),))
        elif fired.answered_by is not None:
            said = rollback_word(snapshot) if fired.answer == "roll_back" else "go on"
            lines.append((Span(f"    {said}", Tone.WARN), Span(f", {fired.answered_by.user}: {fired.reason}")))
    return tuple(lines)


def _versions(snapshot: Snapshot) -> tuple[Line, ...]:
    bad = (
        (
            Span(f"  {one.product} {one.version} "),
            Span("bad", Tone.BAD),
            Span(f" by {one.actor.user}: {one.reason}"),
        )
        for one in snapshot.state.bad.values()
    )
    held = (
        (
            Span(f"  {one.target} {one.version} "),
            Span("held", Tone.WARN),
            Span(f" by {one.actor.user}: {one.reason}"),
        )
        for one in snapshot.state.version_holds.values()
    )
    return (*bad, *held)


def _calendar(snapshot: Snapshot) -> tuple[Line, ...]:
    plan = snapshot.plan
    lines: list[Line] = []
    if plan.window is not None:
        lines.append((Span("  window     "), *window_line(plan.window, snapshot.now)))
        lines.append((Span(f"             {window_times(plan.window)}", Tone.MUTED),))
    lines += [calendar_line(snapshot, one, "freeze") for one in plan.freezes]
    lines += [calendar_line(snapshot, one, "open in") for one in plan.windows]
    return tuple(lines)


def calendar_line(snapshot: Snapshot, times: Freeze, word: str) -> Line:
    """A freeze or a window: whether it holds and until when, or when it begins, in its own zone and in UTC."""
    until, start = holds_until(times, snapshot.now), next_start(times, snapshot.now)
    if until is not None:
        tone = Tone.WARN if word == "freeze" else Tone.GOOD
        when = Span(f"now, until {local_and_utc(until, times.zone)}", tone)
    elif start is not None:
        when = Span(f"from {local_and_utc(start, times.zone)}, in {span(start - snapshot.now)}")
    else:
        when = Span("is over", Tone.MUTED)
    scope = ", ".join((*times.environments, *times.products))
    rest = "".join((f"  {scope} only" if scope else "", f": {times.reason}" if times.reason else ""))
    return (Span(f"  {word:<10} "), Span(f"{times.name} ", Tone.STRONG), when, Span(rest, Tone.MUTED))


def _ways_back(snapshot: Snapshot) -> tuple[Line, ...]:
    return tuple(line for way in snapshot.ways_back for line in way_back_lines(way))
