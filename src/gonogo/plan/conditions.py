"""Gates before a promotion, and checks that decide an item: one struct for each kind. `rules` judges by them."""

from datetime import timedelta
from enum import StrEnum
from typing import Final, Literal, get_args

from msgspec import Struct


class Level(StrEnum):
    """How much a rule weighs."""

    OFF = "off"
    WARN = "warn"
    BLOCK = "block"


ChangelogMust = Literal["no-breaking-without-major", "version-fits", "not-empty"]
TagMust = Literal["exists", "annotated", "pinned"]
MigrationMust = Literal["reversible", "planned"]


class _Weighed(Struct, frozen=True, kw_only=True):
    level: Level = Level.BLOCK


class BaseGate(_Weighed, frozen=True, tag_field="kind"):
    """What every kind has."""

    environment: str
    """Before which it stands."""


class ChecklistGate(BaseGate, frozen=True, tag="checklist"):
    """No item of these phases is open."""

    phases: tuple[str, ...]


class ApprovalsGate(BaseGate, frozen=True, tag="approvals"):
    """These approvals are given."""

    approvals: tuple[str, ...]


class ChangelogGate(BaseGate, frozen=True, tag="changelog"):
    """It holds for the commits of every product."""

    must: ChangelogMust


class MetricGate(BaseGate, frozen=True, tag="metric"):
    """A number lies above or below a bound; one of the two is set."""

    metric: str
    above: float | None = None
    below: float | None = None
    duration: timedelta = timedelta(0)
    """For so long; zero asks for its newest value only."""


class ObservedGate(BaseGate, frozen=True, tag="observed"):
    """The planned versions were seen in these environments."""

    seen_in: tuple[str, ...]


class SoakGate(BaseGate, frozen=True, tag="soak"):
    """The planned versions have run for so long."""

    length: timedelta
    places: tuple[str, ...] = ()
    """In these environments; empty means those that come directly before."""


class FilesGate(BaseGate, frozen=True, tag="files"):
    """Version files agree at the tag."""

    products: tuple[str, ...]
    """Empty means every product that names files."""


class TagGate(BaseGate, frozen=True, tag="tag"):
    """It holds for the tag of every product."""

    must: TagMust


class MergesGate(BaseGate, frozen=True, tag="merges"):
    """Every fix has reached every active branch."""


class MigrationGate(BaseGate, frozen=True, tag="migration"):
    """The migrations fit the way back."""

    must: MigrationMust


Gate = (
    ChecklistGate
    | ApprovalsGate
    | ChangelogGate
    | MetricGate
    | ObservedGate
    | SoakGate
    | FilesGate
    | TagGate
    | MergesGate
    | MigrationGate
)
GATES: Final[tuple[type[Gate], ...]] = get_args(Gate)
"""Every kind, in the order in which messages list them."""


class BaseCheck(Struct, frozen=True, tag_field="kind", kw_only=True):
    """What every kind has. None is what the plan does not say: a result is bound to what it does say."""

    good_for: timedelta | None = None
    """How long a result counts."""


class RunCheck(BaseCheck, frozen=True, tag="run"):
    """A command, never by a shell, that ends with 0."""

    argv: tuple[str, ...]
    timeout: timedelta | None = None


class HttpCheck(BaseCheck, frozen=True, tag="http"):
    """A URL that answers as it should."""

    url: str
    expect: int = 200
    """The status; a redirect is one."""
    contains: str | None = None
    timeout: timedelta | None = None


class MetricCheck(BaseCheck, frozen=True, tag="metric"):
    """A number that lies above or below a bound; one of the two is set."""

    metric: str
    above: float | None = None
    below: float | None = None
    duration: timedelta | None = None
    """For so long."""


class FileCheck(BaseCheck, frozen=True, tag="file"):
    """The version files of a product agree at its tag."""

    product: str


class GitCheck(BaseCheck, frozen=True, tag="git"):
    """The tag of a product is annotated and where it was pinned."""

    product: str
    signed: bool | None = None
    merged_into: str | None = None
    """A branch that must contain it."""


Check = RunCheck | HttpCheck | MetricCheck | FileCheck | GitCheck
CHECKS: Final[tuple[type[Check], ...]] = get_args(Check)
"""Every kind, in the order in which messages list them."""
