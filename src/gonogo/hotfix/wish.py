"""What a person asks for, and what came of asking."""

from msgspec import Struct

from gonogo.hotfix.lines import Observed
from gonogo.hotfix.preview import Candidates, Preview
from gonogo.hotfix.steps import Step
from gonogo.hotfix.work import Kind, Work


class Wish(Struct, frozen=True):
    """What is to be planned."""

    product: str
    kind: Kind = Kind.HOTFIX
    version: str = ""
    """Which of the versions that run; "" when only one does."""
    picks: tuple[str, ...] = ()
    """Names of commits, in the order they are picked."""
    as_version: str = ""
    """The new version; "" for the next free one of the line."""
    remote: str = ""
    """Name of the remote; "" for origin, or the only one."""
    offline: bool = False
    """Whether the remote is not asked."""
    sign: bool = False


class Seen(Struct, frozen=True):
    """What is known from outside git when it is planned."""

    observed: tuple[Observed, ...] = ()
    """What production runs by observations that succeeded, the widest spread first."""
    running: tuple[tuple[str, str], ...] = ()
    """(version, place) of everything that runs anywhere."""
    pins: tuple[tuple[str, str, str], ...] = ()
    """(version, commit, who says so)."""
    reserved: tuple[tuple[str, str], ...] = ()
    """(version, by what) of other work that is under way."""
    bad: tuple[tuple[str, str], ...] = ()
    """(version, by whom) that was marked bad: it is not given to anything any more."""
    not_counted: tuple[str, ...] = ()
    """What production says besides, and nothing starts from: what waits, rolls out or is silent."""


class Planned(Struct, frozen=True):
    """A plan and everything to read before it is started."""

    preview: Preview
    candidates: Candidates | None = None
    """What could be picked; only while nothing is."""
    work: Work | None = None
    """None while something is missing: commits to pick, or a way around a blocker."""
    steps: tuple[Step, ...] = ()
