"""Who asks the endpoints, in words."""

from collections import Counter
from collections.abc import Iterable, Sequence

from gonogo.facts.pollers import PolledBy
from gonogo.matrix import Cell
from gonogo.text.tones import Line, Span, Tone

_NAMED = 2
"""Sessions named; of more, how many there are."""


def polled_by(pollers: Sequence[PolledBy]) -> str:
    """`polled by ana (pid 4711)`, `polled here`, `polled here and by ana (pid 4711)`; "" while nobody is known."""
    asking = [one for one in pollers if one.sources and not one.stopped]
    if not asking:
        return ""
    here = ["here"] if any(one.here for one in asking) else []
    others = [_name(one) for one in asking if not one.here]
    named = others[:_NAMED] if len(others) <= _NAMED else [*others[:1], f"{len(others) - 1} more"]
    if not named:
        return "polled here"
    by = f"by {' and '.join(named)}"
    return f"polled {' and '.join([*here, by])}"


def seen_by(cells: Iterable[Cell], me: str = "") -> str:
    """` seen by ana and bob`: accounts other than `me` that asked last somewhere; "" when there are none."""
    found = Counter(one.by for cell in cells for one in cell.accounts if one.by not in {"", me})
    names = [name for name, _ in sorted(found.items(), key=lambda one: (-one[1], one[0]))]
    if not names:
        return ""
    named = names if len(names) <= _NAMED else [names[0], f"{len(names) - 1} more"]
    return f" seen by {' and '.join(named)}"


def stopped(pollers: Sequence[PolledBy]) -> str:
    """Whose session does not go on, and what to do about it; "" when all do."""
    first = next((one for one in pollers if one.stopped), None)
    if first is None:
        return ""
    remedy = f"fg, or kill {first.pid}" if first.pid else "fg"
    return f"{_name(first)} is stopped: {remedy}"


def polling_line(pollers: Sequence[PolledBy]) -> Line:
    """Both, for a title; nothing where nobody shares."""
    spans = []
    if asking := polled_by(pollers):
        spans.append(Span(asking, Tone.MUTED))
    if idle := stopped(pollers):
        spans.append(Span(f"{'; ' if spans else ''}{idle}", Tone.WARN))
    return tuple(spans)


def _name(one: PolledBy) -> str:
    return f"{one.account} (pid {one.pid})" if one.pid else one.account
