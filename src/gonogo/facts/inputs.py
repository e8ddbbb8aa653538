"""Everything known at one moment, before it is judged: what a session has gathered, as plain values."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.events.state import ReleaseState
from gonogo.events.versions import MarkedElsewhere

# only names for the type checker: a tick has inputs too, and few of these
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from gonogo.changelog import Changes
    from gonogo.facts.artifacts import Artifacts
    from gonogo.facts.containment import Containments
    from gonogo.facts.evidence import Evidence
    from gonogo.facts.ledger import Ledger
    from gonogo.facts.metric import Reading
    from gonogo.facts.named_files import NamedFiles
    from gonogo.facts.pollers import PolledBy
    from gonogo.facts.version_files import ProductFiles
    from gonogo.plan import LoadedPlan, Target


class Inputs(Struct, frozen=True):
    """What the journal, the endpoints, git and the file system said; what is missing here is not known."""

    loaded: LoadedPlan
    state: ReleaseState = ReleaseState()
    evidence: Mapping[Target, Evidence] = {}
    changes: Mapping[str, Changes] = {}
    histories_at: Mapping[str, datetime] = {}
    """By product: UTC, last time somebody looked whether its history is still the one that was read."""
    plan_problem: str = ""
    """What is wrong with the file on disk since the last good plan; "" when nothing is."""
    journal_problems: tuple[str, ...] = ()
    journal_warnings: tuple[str, ...] = ()
    """What is wrong beside the record and stops nothing: a stray line, a mode, a memory that cannot be kept."""
    journal_unread: tuple[str, ...] = ()
    """Those of the problems that are no damage: why what stands in the journal by now is not known."""
    clock_off: timedelta = timedelta(0)
    """How far this session's clock is ahead of the kernel's; 0 when it is right, or nobody can tell."""
    journal_read_at: datetime | None = None
    """UTC, last time the journal could be read; None before the first time."""
    here: tuple[str, ...] = ()
    """Who has this release open, this session included."""
    journal: str = ""
    """Directory of the journal, beside those of other releases; "" where there are none."""
    read_only: str = ""
    """Why nothing can be recorded; "" when it can."""
    shared_accounts: tuple[str, ...] = ()
    """This account, when its own configuration says that several people use it: it decides nothing then."""
    metrics: Mapping[str, tuple[Reading, ...]] = {}
    """By metric: what was answered, oldest first; see `metric_series.follow`."""
    files: Mapping[str, ProductFiles] = {}
    """By product: what its version files state at the tag."""
    files_at: Mapping[str, datetime] = {}
    """By product: UTC, when that was read."""
    ledger: Ledger | None = None
    """The forward-merges; None until somebody has looked."""
    artifacts: Artifacts = {}
    """What of earlier versions can still be had."""
    containment: Containments | None = None
    """By product and version: whether it contains every change that runs, and every hotfix. None where nobody asks
    repositories for it; a session begins with an empty one, and what is missing there is not known."""
    bad_elsewhere: MarkedElsewhere = MarkedElsewhere()
    """What is marked bad in other releases; empty until somebody has looked."""
    marks_at: datetime | None = None
    """UTC, when somebody looked for marks in other releases; None before the first look."""
    check_files: Mapping[str, NamedFiles] = {}
    """By item: what the files that its check's command names are now; only of checks that passed."""
    pollers: tuple[PolledBy, ...] = ()
    """Who asks the endpoints on this machine; empty while nobody has, or where nobody shares."""

    @property
    def journal_told(self) -> tuple[str, ...]:
        """Everything that is wrong with the journal, what stops it first."""
        return (*self.journal_problems, *self.journal_warnings)
