"""What the threads tell the screen. Values only: a message never carries something that lives in a thread."""

from collections.abc import Callable, Mapping
from typing import Literal

from textual.message import Message

from gonogo.acts import Command
from gonogo.acts.checks import RecordCheck
from gonogo.acts.scene import Outcome
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.facts.finding import Progress as Running
from gonogo.rules.snapshot import Inputs
from gonogo.text.tones import Tone


class Opened(Message):
    """The session is there."""

    def __init__(self, actor: Actor) -> None:
        super().__init__()
        self.actor = actor


class NotOpened(Message):
    """The session could not be opened: there is nothing to show."""

    def __init__(self, error: GonogoError) -> None:
        super().__init__()
        self.error = error


class Learned(Message):
    """Something is known that was not known before. Only the newest of several waiting ones counts."""

    def __init__(self, inputs: Inputs) -> None:
        super().__init__()
        self.inputs = inputs

    def can_replace(self, message: Message) -> bool:
        """A newer one stands for all before it."""
        return isinstance(message, Learned)


class Done(Message):
    """A command was judged, and recorded when it was accepted. The snapshot that shows it came before."""

    def __init__(self, ticket: int, command: Command, outcome: Outcome) -> None:
        super().__init__()
        self.ticket = ticket
        self.command = command
        self.outcome = outcome


class Failed(Message):
    """What was asked for could not be done. A command is never sent again by itself."""

    def __init__(self, ticket: int, command: Command | None, error: GonogoError) -> None:
        super().__init__()
        self.ticket = ticket
        self.command = command
        self.error = error


class Trouble(Message):
    """Something went wrong that a person should know of."""

    def __init__(self, source: str, text: str, remedy: str = "") -> None:
        super().__init__()
        self.source = source
        """journal | plan | endpoints | git | cockpit"""
        self.text = text
        self.remedy = remedy


Part = Literal["journal", "endpoints", "outside", "git"]
"""What the cockpit has a thread for."""


class Stopped(Message):
    """One of the threads has come to an unexpected end; what it brought is not renewed any more."""

    def __init__(self, part: Part, reason: str) -> None:
        super().__init__()
        self.part = part
        self.reason = reason


class AskedAnew(Message):
    """So many of the questions that were asked anew have been answered."""

    def __init__(self, ticket: int, answered: int, of: int) -> None:
        super().__init__()
        self.ticket = ticket
        self.answered = answered
        self.of = of


class LookedAnew(Message):
    """Everything asked anew has been answered, or was given up; the snapshot that shows it came before."""

    def __init__(self, ticket: int) -> None:
        super().__init__()
        self.ticket = ticket


Reply = Callable[[Outcome | GonogoError | None], object]
"""What became of it, None where nothing was to be recorded; called in the screen's thread."""
Answered = Callable[[int, int], object]
"""Called with how many questions were answered, of how many."""


class Record(Message):
    """A screen wants something recorded; the words say what, for the status line."""

    def __init__(
        self, command: Command, words: str, *, anew: str | None = None, reply: Reply | None = None
    ) -> None:
        super().__init__()
        self.command = command
        self.words = words
        self.anew = anew
        """The environment whose cells are asked anew before it is judged; "" for all, None for none."""
        self.reply = reply


class LookAnew(Message):
    """A dialog wants the cells that a decision rests on asked now, before it shows them."""

    def __init__(self, environment: str, progress: Answered, done: Callable[[GonogoError | None], object]) -> None:
        super().__init__()
        self.environment = environment
        self.progress = progress
        self.done = done


class RunIt(Message):
    """The check of an item is to be run, or stopped when it is running."""

    def __init__(self, item: str) -> None:
        super().__init__()
        self.item = item


class AskTrust(Message):
    """The commands of the plan are to be looked at; with `item`, because its check wants to run one of them."""

    def __init__(self, item: str = "", files: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.item = item
        self.files = files
        """SHA-256 of the files the commands name, by word; None while nobody has read them."""


class CheckMoved(Message):
    """A running check has something to tell."""

    def __init__(self, item: str, progress: Running) -> None:
        super().__init__()
        self.item = item
        self.progress = progress


class CheckEnded(Message):
    """A check came to its end: what it found, or why it could not be run."""

    def __init__(self, item: str, found: RecordCheck | GonogoError) -> None:
        super().__init__()
        self.item = item
        self.found = found


class Trusted(Message):
    """The commands are trusted now, or could not be."""

    def __init__(self, reply: Reply, outcome: GonogoError | None) -> None:
        super().__init__()
        self.reply = reply
        self.outcome = outcome


class Say(Message):
    """One line for the status line of the view on top. What was not done is said by `Refuse`, and kept."""

    def __init__(self, text: str, tone: Literal[Tone.PLAIN, Tone.GOOD] = Tone.PLAIN) -> None:
        super().__init__()
        self.text = text
        self.tone: Tone = tone


class Refuse(Message):
    """What somebody wanted was not done: said in the view on top, and kept in the problems log."""

    def __init__(
        self,
        text: str,
        tone: Literal[Tone.WARN, Tone.BAD] = Tone.WARN,
        remedy: str = "",
        source: str = "you",
        still: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__()
        self.text = text
        self.tone: Tone = tone
        self.remedy = remedy
        self.source = source
        """As in `problems.Problem`."""
        self.still = still
        """Whether it is so: the line goes when it is not any more."""


class LookNow(Message):
    """Journal, endpoints and git are to be asked now."""


class ShowProblems(Message):
    """Somebody wants to read the problems log."""


class Depart(Message):
    """Somebody wants to go."""
