"""What the steps of the wizard are written with: rows, sentences, labels, the line of the eight steps."""

from gonogo.errors import GonogoError
from gonogo.text.tones import Line, Span, Tone

Rows = tuple[tuple[str, Line], ...]
CUT = "cut:"
"""Key of a line that cannot be chosen and is cut where there is no room, instead of being wrapped."""

STEPS = ("broken", "from", "fixes", "preview", "do", "approve", "push", "carry")


def step_line(current: int) -> Line:
    """The eight steps, the current one (from 1) in brackets."""
    line: list[Span] = [Span(" ")]
    for number, word in enumerate(STEPS, 1):
        if number == current:
            line.append(Span(f"[{number} {word}]", Tone.STRONG))
        else:
            line.append(Span(f" {number} {word} ", Tone.GOOD if number < current else Tone.MUTED))
    return tuple(line)


def text(*lines: Line) -> Rows:
    """Lines that cannot be chosen."""
    return tuple(("", line) for line in lines)


def say(words: str, tone: Tone = Tone.PLAIN) -> Line:
    """One sentence."""
    return (Span(words, tone),)


def label(name: str, *rest: Span) -> Line:
    """A line below a name of its own, in the width of all of them."""
    return (Span(f"{name:<10} ", Tone.MUTED), *rest)


def trouble(error: GonogoError) -> tuple[Line, ...]:
    """Why it does not go on, and what to do."""
    found = [label("not possible", Span(error.message, Tone.BAD))]
    if error.where:
        found.append(label("where", Span(error.where)))
    if error.remedy:
        found.append(label("next", Span(error.remedy, Tone.STRONG)))
    return tuple(found)
