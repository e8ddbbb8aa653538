"""What happened to a hotfix, in sentences for the trail."""

from collections.abc import Callable, Mapping

from gonogo import events as kinds
from gonogo.events import Event
from gonogo.events.reading import number, rows, text
from gonogo.text import clean
from gonogo.text.tones import Line, Span, Tone


def _said(event: Event, words: str, tone: Tone, after: str = "") -> Line:
    name = clean(event.subject.replace(":", " ", 1), 120)
    line = (Span(f"{words} ", tone), Span(name, Tone.STRONG))
    return (*line, Span(f": {after}")) if after else line


def _step(event: Event, words: str) -> Line:
    data = event.data
    commit = text(data, "commit")[:10]
    found = "found done" if data.get("found") else words
    after = f" {commit}" if commit else ""
    return _said(event, f"step {number(data, 'step')} {text(data, 'name')} {found} of", Tone.PLAIN, after.strip())


def _files(event: Event) -> str:
    return ", ".join(text(one, "path") for one in rows(event.data, "files")[:12])


SENTENCES: Mapping[str, Callable[[Event], Line]] = {
    kinds.HOTFIX_STARTED: lambda event: _said(event, "started", Tone.BUSY, f"from {text(event.data, 'base')}"),
    kinds.HOTFIX_STEP_BEGUN: lambda event: _step(event, "begun"),
    kinds.HOTFIX_STEP_DONE: lambda event: _step(event, "done"),
    kinds.HOTFIX_STOPPED: lambda event: _said(event, "stopped at a conflict of", Tone.WARN, _files(event)),
    kinds.HOTFIX_RESOLVED: lambda event: _said(event, "resolved by hand for", Tone.WARN, _files(event)),
    kinds.HOTFIX_TESTED: lambda event: _said(event, "tested", Tone.GOOD, text(event.data, "evidence")),
    kinds.HOTFIX_APPROVED: lambda event: _said(event, "approved", Tone.GOOD, text(event.data, "approval")),
    kinds.HOTFIX_REJECTED: lambda event: _said(
        event, "rejected", Tone.BAD, f"{text(event.data, 'approval')}: {text(event.data, 'reason')}"
    ),
    kinds.HOTFIX_PUSHED: lambda event: _said(event, "pushed", Tone.GOOD, f"to {text(event.data, 'remote')}"),
    kinds.HOTFIX_PUSH_REFUSED: lambda event: _said(event, "could not push", Tone.BAD, text(event.data, "reason")),
    kinds.HOTFIX_ABORTED: lambda event: _said(event, "took back", Tone.WARN, text(event.data, "reason")),
    kinds.HOTFIX_FINISHED: lambda event: _said(event, "finished", Tone.GOOD, text(event.data, "tag")),
}
