"""What is behind a reason that no pane shows: an approval, a freeze, a trigger, the plan, the journal."""

from gonogo.rules import amendment
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.standing import approval_details, calendar_line, diff_lines, standing_lines
from gonogo.view.trail import event_line
from gonogo.view.verdict import reason_lines

WORDS = {
    "approval": "Approval", "freeze": "Freeze", "window": "Window", "trigger": "Rollback trigger",
    "plan": "The plan",
    "release": "The release", "journal": "The journal", "metric": "Metric", "environment": "Environment",
    "merge": "Forward-merge", "version": "Version", "rollback": "Rollback",
}  # fmt: skip


def subject_lines(snapshot: Snapshot, subject: str) -> tuple[Line, ...]:
    """Everything known about it: what it is, what the verdicts say about it, what was recorded of it."""
    kind, _, name = subject.partition(":")
    own = _own(snapshot, kind, name)
    return tuple(
        line
        for section in (own, _reasons(snapshot, subject), _history(snapshot, subject, name))
        if section
        for line in (*section, ())
    )


def _own(snapshot: Snapshot, kind: str, name: str) -> tuple[Line, ...]:
    match kind:
        case "approval":
            return approval_details(snapshot, name)
        case "release":
            return standing_lines(snapshot)
        case "plan":
            return _plan(snapshot)
        case "journal":
            return tuple((Span(problem, Tone.BAD),) for problem in snapshot.journal_problems)
        case "freeze" | "window":
            times = [*snapshot.plan.freezes, *snapshot.plan.windows]
            word = "freeze" if kind == "freeze" else "open in"
            return tuple(calendar_line(snapshot, one, word) for one in times if one.name == name.partition("/")[0])
        case "trigger":
            found = next((one for one in snapshot.plan.triggers if one.id == name), None)
            return ((Span("agreed to mean: go back  ", Tone.MUTED), Span(found.when)),) if found else ()
        case _:
            return ()


def _plan(snapshot: Snapshot) -> tuple[Line, ...]:
    lines: list[Line] = [(Span("file  ", Tone.MUTED), Span(snapshot.loaded.path))]
    if snapshot.plan_problem:
        lines += [(Span(text, Tone.BAD),) for text in snapshot.plan_problem.splitlines()]
    waits = amendment.pending(snapshot.loaded, snapshot.state)
    if waits is not None:
        heading = "Edited after the start; nobody has accepted it (':' amend, or gonogo amend accept)"
        lines += [(), (Span(heading, Tone.STRONG),), *diff_lines(waits)]
    return tuple(lines)


def _reasons(snapshot: Snapshot, subject: str) -> tuple[Line, ...]:
    lines: list[Line] = []
    for verdict in snapshot.verdicts:
        found = [one for one in verdict.reasons if one.subject == subject]
        if found:
            lines.append((Span(f"For {verdict.environment}", Tone.STRONG),))
        for one in found:
            lines += reason_lines(one, snapshot.now)
    return tuple(lines)


def _history(snapshot: Snapshot, subject: str, name: str) -> tuple[Line, ...]:
    """Events about it; of a freeze by hand, the event that is its number."""
    number = int(name[1:]) if name.startswith("#") and name[1:].isdecimal() else -1
    events = [event for event in snapshot.state.events if event.subject == subject or event.seq == number]
    if not events:
        return ()
    return ((Span("History, newest first", Tone.STRONG),), *(event_line(event) for event in reversed(events)))
