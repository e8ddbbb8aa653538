"""What every command is: what is asked for, who may ask for it, how it is judged, what is kept of a refusal."""

from typing import Any, ClassVar, Final

from msgspec import Struct

from gonogo.acts.scene import Answer, Refusal, Scene


class Kept(Struct, frozen=True):
    """What the journal keeps of an attempt that a rule turned down; a slip is never kept, see `on_record`."""

    act: str
    """In the words of the trail, such as `break-glass confirm`."""
    subject: str
    """What it is about, with the command's fields in braces: `approval:{name}`."""
    only: frozenset[str] = frozenset()
    """Ids of the rules whose refusals are kept; empty means all of them."""


NOT_KEPT: Final = Kept("", "")
"""Nothing is kept: a machine's report, or an act whose refusals are no more than everyday slips."""


class Command(Struct, frozen=True):
    """Something a person or a machine asks for. One that lacks a part does not come into being: see below."""

    kept: ClassVar[Kept]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if cls.__module__ == __name__:
            return  # the forms of this module are judged by nobody
        lacks = [name for name, there in (("kept", hasattr(cls, "kept")), ("judge", _says(cls))) if not there]
        if lacks:
            raise TypeError(f"{cls.__name__} is a command without {' and '.join(lacks)}")

    def may(self, scene: Scene) -> Refusal | None:  # noqa: ARG002  most are judged only after a look
        """Why it is refused whatever runs and ships: the account, its role, the state, the plan.

        Asked before anything outside is. None when only a look at the world can tell: `judge` asks all of it anew.
        """
        return None

    def judge(self, scene: Scene) -> Answer:
        """The facts it makes, or why it makes none."""
        raise NotImplementedError


class BoundToPlan(Command, frozen=True):
    """A command that decides on the plan as a whole: refused when the file was edited since it was read."""


def _says(cls: type[Command]) -> bool:
    return cls.judge is not Command.judge
