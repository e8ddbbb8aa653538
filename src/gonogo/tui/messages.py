"""What the threads tell the screen. Values only: a message never carries something that lives in a thread."""

from textual.message import Message

from gonogo.domain.decide import Command
from gonogo.domain.events import Actor
from gonogo.domain.snapshot import Inputs
from gonogo.errors import GonogoError
from gonogo.present.tones import Tone
from gonogo.session import Outcome


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
    """A command could not be recorded. It is never sent again by itself."""

    def __init__(self, ticket: int, command: Command, error: GonogoError) -> None:
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


class Stopped(Message):
    """One of the threads has come to an unexpected end; what it brought is not renewed any more."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__()
        self.part = part
        self.reason = reason


class Record(Message):
    """A screen wants something recorded; the words say what, for the status line."""

    def __init__(self, command: Command, words: str) -> None:
        super().__init__()
        self.command = command
        self.words = words


class Say(Message):
    """One line for the status line."""

    def __init__(self, text: str, tone: Tone = Tone.PLAIN) -> None:
        super().__init__()
        self.text = text
        self.tone = tone


class LookNow(Message):
    """Journal, endpoints and git are to be asked now."""


class ShowProblems(Message):
    """Somebody wants to read the problems log."""


class Depart(Message):
    """Somebody wants to go."""
