"""Who asks the endpoints on this machine."""

from msgspec import Struct


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
