"""Who asks the endpoints on this machine, and what they have looked at just now."""

from msgspec import Struct

from gonogo.facts import Seen


class PolledBy(Struct, frozen=True):
    """One session whose answers are used, or one that is stopped and so cannot be relied on."""

    account: str
    """As the kernel names the owner of what it published."""
    pid: int
    """0 when it cannot be told."""
    here: bool = False
    """Whether it is this very session."""
    sources: int = 0
    """How many of the plan's sources answered it last."""
    stopped: bool = False
    """Whether its process does not go on (Ctrl-Z, a debugger), while it keeps what it holds."""


class Window(Struct, frozen=True):
    """What another session of this account has looked at just now."""

    seen: Seen

    @property
    def looks(self) -> int:
        """How many looks in a row said it."""
        return self.seen.in_all

    def agrees_with(self, seen: Seen) -> bool:
        """Whether it says the same."""
        return len(self.seen.versions) == 1 and said_by(self.seen) == said_by(seen)


def said_by(seen: Seen) -> tuple[object, ...]:
    """What must be the same for two looks to say the same."""
    running = seen.versions[0]
    return running.version, running.revision, seen.status, seen.elsewhere
