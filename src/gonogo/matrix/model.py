"""What a matrix is made of: cells, what each source says about them, and what that is worth."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.events.state import Deployed
from gonogo.facts import Reason, Running, Status
from gonogo.facts.hearsay import Contest
from gonogo.matrix.running import active
from gonogo.plan import Target, Timing
from gonogo.plan.sampling import looks_for


class Freshness(StrEnum):
    """What an answer is still worth."""

    FRESH = "fresh"
    STALE = "stale"
    """Older than the plan's `stale_after`: shown, and no longer counted."""
    UNKNOWN = "unknown"
    """Older than `unknown_after`, or never there."""


class Relation(StrEnum):
    """How what runs stands to the planned version."""

    MATCH = "match"
    BEHIND = "behind"
    AHEAD = "ahead"
    MIXED = "mixed"
    """More than one version: not done, whatever the share."""
    DIFFERS = "differs"
    """Another version, and the scheme knows no order between the two."""
    DISAGREE = "disagree"
    """Two sources that both answered just now say different things: nobody knows, and it is never a match."""
    ABSENT = "absent"
    """The source says that nothing is deployed."""
    UNKNOWN = "unknown"


class Account(Struct, frozen=True):
    """What one source says about a cell, and what that is still worth."""

    origin: str
    """Id of a source of the plan; "" for the cell's own probe."""
    source: str
    freshness: Freshness
    status: Status
    versions: tuple[Running, ...] = ()
    sampled: bool = False
    polled_at: datetime | None = None
    updated_at: datetime | None = None
    age: timedelta | None = None
    silent_since: datetime | None = None
    reason: Reason | None = None
    detail: str = ""
    message: str = ""
    link: str = ""
    excerpt: str = ""
    host: str = ""
    """Host and port that were asked in vain; "" when it answered."""
    timing: Timing = Timing()
    by: str = ""
    """Account whose session asked last, when it was another session; else ""."""
    looks: int = 0
    """Looks in a row that said this; 0 when its answers are no samples."""
    counted: int = 0
    """Of how many answers sampled shares are."""
    way: str = ""
    """As in `Seen`."""
    elsewhere: str = ""
    """As in `Seen`."""
    contest: Contest | None = None
    """What another account's session observed there, otherwise than this account; it does not count."""

    @property
    def needed(self) -> int:
        """How many looks it takes to believe a sample."""
        return looks_for(self.timing.confidence)


class Cell(Struct, frozen=True):
    """One product in one environment."""

    target: Target
    planned: str
    freshness: Freshness
    relation: Relation
    status: Status
    versions: tuple[Running, ...] = ()
    sampled: bool = False
    """Shares counted from answers, not stated by the source."""
    polled_at: datetime | None = None
    """UTC, end of the last answer; None when it never answered."""
    updated_at: datetime | None = None
    """UTC, when the source says it changed."""
    since: datetime | None = None
    """UTC, since when the journal knows these versions here."""
    previous: tuple[str, ...] = ()
    age: timedelta | None = None
    """Of the last answer; None when there is none."""
    silent_since: datetime | None = None
    reason: Reason | None = None
    """Why the newest attempt brought nothing; None when it did."""
    detail: str = ""
    source: str = ""
    message: str = ""
    excerpt: str = ""
    timing: Timing = Timing()
    history: tuple[Deployed, ...] = ()
    accounts: tuple[Account, ...] = ()
    """What each source says; the cell itself shows what they add up to."""
    expected: str = ""
    """Why the planned version should run here by now, when it does not; "" while it need not yet."""
    held: str = ""
    """Another version than the planned one that is kept here, as after a rollback: the relation is to it then."""
    awaits: tuple[str, ...] = ()
    """Sources that are asked about it and were not heard yet, by id; "" for its own probe."""
    looks: int = 0
    """Looks in a row that showed the one version shown, where answers are samples; 0 where they are none."""
    needed: int = 0
    """Looks it takes to believe them; 0 where answers are no samples."""
    counted: int = 0
    """Of how many answers sampled shares are; 0 where shares are no samples."""
    way: str = ""
    """How the answer came, when that matters."""
    elsewhere: str = ""
    """What the endpoint says it is, when that is another cell of the plan."""
    arrived: tuple[Running, ...] = ()
    """Of several versions that count those that are the planned one by its scheme: one, or builds of it."""

    @property
    def contests(self) -> tuple[Contest, ...]:
        """Answers of other accounts that differ from this account's own, source by source."""
        return tuple(one.contest for one in self.accounts if one.contest is not None)

    @property
    def counts_as_match(self) -> bool:
        """Whether a gate may rely on this cell running the planned version, and it alone."""
        return self.relation is Relation.MATCH and self.status is Status.SUCCEEDED and not self.held

    @property
    def is_doubtful(self) -> bool:
        """Whether too few looks say what is shown: an old share is not excluded."""
        return self.looks < self.needed

    @property
    def is_known(self) -> bool:
        """Whether there is an answer worth judging."""
        return self.freshness is Freshness.FRESH and self.status not in {Status.UNKNOWN, Status.UNREACHABLE}

    @property
    def judged(self) -> tuple[Running, ...]:
        """The versions that count: of a blue-green pair the active side."""
        return active(self.versions)

    @property
    def instances(self) -> int | None:
        """How many instances answer in all; None when the source does not count them."""
        counts = [running.replicas for running in self.judged]
        return sum(count for count in counts if count) if counts and None not in counts else None


class Matrix(Struct, frozen=True):
    """All cells of a release at one moment."""

    products: tuple[str, ...]
    environments: tuple[str, ...]
    cells: Mapping[Target, Cell]
    troubled: tuple[Cell, ...] = ()
    """Those of which some source gave no answer when it was asked last; usually few."""

    def cell(self, product: str, environment: str) -> Cell:
        """The cell of a product in an environment; every pair has one."""
        return self.cells[Target(product, environment)]

    def row(self, product: str) -> tuple[Cell, ...]:
        """The cells of one product, in promotion order."""
        return tuple(self.cell(product, environment) for environment in self.environments)

    def column(self, environment: str) -> tuple[Cell, ...]:
        """The cells of one environment, in the plan's order."""
        return tuple(self.cell(product, environment) for product in self.products)
