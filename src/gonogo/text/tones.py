"""What a piece of text means, apart from how it looks: a tone is always paired with a glyph or a word."""

from enum import StrEnum
from typing import NamedTuple


class Tone(StrEnum):
    """Meaning of a piece of text. Each front end has one table from tone to its own colours."""

    PLAIN = "plain"
    MUTED = "muted"
    STRONG = "strong"
    GOOD = "good"
    BAD = "bad"
    WARN = "warn"
    UNKNOWN = "unknown"
    BUSY = "busy"
    """Something is under way."""
    PRODUCTION = "production"
    STRUCK = "struck"
    """It counts no more; the words beside it say why."""


class Span(NamedTuple):
    """A piece of one line."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]


def line_text(line: Line) -> str:
    """The characters of a line without their tones."""
    return "".join(span.text for span in line)
