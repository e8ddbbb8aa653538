"""Where a hotfix has got to after somebody let it go on."""

from msgspec import Struct

from gonogo.hotfix.preview import Conflict, Pick
from gonogo.hotfix.steps import Step


class Given(Struct, frozen=True):
    """What a person brings when they let it go on."""

    resolved: tuple[str, ...] = ()
    """Conflicting files they resolved, by name."""
    ours: tuple[str, ...] = ()
    """Conflicting files where the line's own content stays, by name."""
    tested: str = ""
    """What was tested."""
    push: str = ""
    """The version, typed to push it."""
    without_push: bool = False
    """It is not to be pushed from here."""


class Stopped(Struct, frozen=True):
    """A pick met a conflict."""

    step: Step
    pick: Pick
    conflicts: tuple[Conflict, ...]
    folder: str
    """Where to resolve it."""


class Waiting(Struct, frozen=True):
    """A step that a person ends."""

    step: Step
    facts: tuple[str, ...]
    """What is missing, one line each."""
    remedy: str
    """The command to type."""
    folder: str = ""
    """The workspace, where it matters."""


class Finished(Struct, frozen=True):
    """All of it is done."""

    commit: str
    tag_object: str
    pushed_to: str = ""


class PushFailed(Struct, frozen=True):
    """The remote said no; everything is as it was before."""

    step: Step
    remote: str
    reason: str
    lines: tuple[str, ...] = ()
    """What the remote's hooks said, cleaned."""
    remedy: str = ""
    lost_race: bool = False
    """Somebody else was first: it must be planned anew."""


class Aborted(Struct, frozen=True):
    """Everything was taken back, but for what `remains` names."""

    remains: tuple[str, ...] = ()


Outcome = Stopped | Waiting | Finished | PushFailed
