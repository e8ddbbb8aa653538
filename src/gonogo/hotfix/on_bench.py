"""A hotfix as it lies on the machine where it is made: its plan, its workspace, its command log."""

from msgspec import Struct

from gonogo.hotfix.work import Work


class Ran(Struct, frozen=True):
    """One call of git, as the command log keeps it."""

    where: str
    """`workspace`, or the path of the person's repository."""
    command: str
    code: int
    ms: float
    said: str = ""
    """First line of its complaint; "" when it had none."""


class OnBench(Struct, frozen=True):
    """What lies there."""

    work: Work | None = None
    """None once it is over, or when it is another account's."""
    commands: tuple[Ran, ...] = ()
    """Oldest first."""
    folder: str = ""
    """The workspace."""
