"""A deed: what is asked for before it is recorded, one question after the other, and what it records.

Deeds are values: an intent names one in the table of `gonogo.tui.deeds`, and `course` leads a person through it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct

from gonogo.acts import Command, Refusal, Scene
from gonogo.rules.confirmation import Preview
from gonogo.rules.snapshot import Snapshot
from gonogo.text.durations import parse_duration, parse_local
from gonogo.text.tones import Line

Answers = Mapping[str, str]
"""What is known so far, by name. `subject` is what was under the cursor."""
LONG = 1_000
"""Characters of a reason."""


class Choice(Struct, frozen=True):
    """One of several."""

    key: str
    line: Line


class Pick(Struct, frozen=True):
    """Which one?"""

    title: str
    choices: tuple[Choice, ...]
    ask: str = ""


def fine(_scene: Scene, _text: str) -> str:
    """Any text will do."""
    return ""


class Write(Struct, frozen=True):
    """A line of text."""

    title: str
    ask: str
    placeholder: str = "the reason"
    limit: int = LONG
    least: int = 1
    """Characters it needs; 0 where it may be left empty."""
    about: Callable[[Snapshot], tuple[Line, ...]] | None = None
    """What it is about, kept up to date while somebody types."""
    wrong: Callable[[Scene, str], str] = fine
    """What is wrong with the text; "" when nothing is."""


class Known(Struct, frozen=True):
    """Nothing to ask: this is the answer."""

    text: str


class Nothing(Struct, frozen=True):
    """It leads nowhere, and why."""

    reason: str


Ask = Pick | Write | Known | Nothing
Step = Callable[[Scene, Answers], Ask]


class Seeing(Struct, frozen=True):
    """What a dialog shows before the word is typed."""

    title: str
    see: Callable[[Scene, Answers], Preview | Refusal]
    anew: Callable[[Answers], str] | None = None
    """The environment whose cells are asked anew before anything is shown, and again before it is recorded; ""
    stands for all of them. None: it rests on no cell."""


class Deed(Struct, frozen=True):
    """Everything an intent asks for and does."""

    steps: tuple[tuple[str, Step], ...]
    make: Callable[[Scene, Answers], Command]
    """`confirm` among the answers is the code of what was on the screen."""
    words: Callable[[Answers], str]
    """For the status line, while it is being recorded."""
    seeing: Seeing | None = None
    """For what cannot be taken back."""


def one_of(title: str, choices: tuple[Choice, ...], none: str, ask: str = "") -> Ask:
    """The only one, or a question, or why there is none."""
    if not choices:
        return Nothing(none)
    return Known(choices[0].key) if len(choices) == 1 else Pick(title, choices, ask)


def reason(title: str, ask: str, least: int = 1) -> Step:
    """Ask why."""
    return lambda _scene, _answers: Write(title, ask, least=least)


def remark(title: str) -> Step:
    """Ask for a remark that may be left out."""
    return lambda _scene, _answers: Write(title, "A remark, or Enter for none.", "a remark", least=0)


def subject_name(answers: Answers, kind: str) -> str:
    """The name under the cursor when it is of that kind; "" otherwise."""
    found, _, name = answers.get("subject", "").partition(":")
    return name if found == kind else ""


def zone_of(scene: Scene) -> str:
    """The zone that people write times in."""
    return scene.plan.window.zone if scene.plan.window else "UTC"


def moment_of(scene: Scene, text: str) -> datetime:
    """UTC of `2h` from now, or of a local time. Raises ValueError."""
    if "-" in text:
        return parse_local(text, ZoneInfo(zone_of(scene)))
    try:
        return scene.now.replace(microsecond=0) + parse_duration(text)
    except OverflowError as error:
        raise ValueError(f"{text} is not a moment of the calendar") from error
