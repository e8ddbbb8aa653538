"""What a hotfix would do, found out without touching anything: the types a preview is made of."""

from enum import StrEnum

from msgspec import Struct

from gonogo.commits import Commit
from gonogo.hotfix.lines import Observed, Taken


class TagCheck(Struct, frozen=True):
    """The tag a hotfix starts from, as it really is."""

    name: str
    oid: str
    """The commit it leads to."""
    annotated: bool
    branches: tuple[str, ...] = ()
    """Branches that contain it."""
    later: tuple[Taken, ...] = ()
    """Versions of the same line above it."""
    unreleased: int = 0
    """Commits on the line's release branch that no version of it has."""
    problems: tuple[str, ...] = ()
    """What speaks against starting there; each one must be read before anything is done."""
    warnings: tuple[str, ...] = ()
    witnesses: tuple[str, ...] = ()
    """Who says that it belongs where it is: the plan, the start, what runs, the remote."""


class Candidate(Struct, frozen=True):
    """A commit of mainline that could be picked."""

    commit: Commit
    picked: str = ""
    """How the line has it already (`-x trailer of 1a2b3c4d`, `same change`); "" when it does not."""
    taken_back: str = ""
    """Object id of the commit by which mainline took it back; "" when it stands."""

    @property
    def is_fix(self) -> bool:
        """Whether its author calls it a fix, and nobody took it back."""
        return self.commit.type in {"fix", "security"} and not self.taken_back


class Candidates(Struct, frozen=True):
    """What could be picked, fixes first, each group newest first."""

    mainline: str
    """The branch that was read."""
    found: tuple[Candidate, ...] = ()
    left_out: int = 0
    """So many more that were not read."""
    problem: str = ""
    """Why marks of what was picked already may be missing; "" when they are all there."""


class Outcome(StrEnum):
    """What picking one commit would come to."""

    CLEAN = "clean"
    CONFLICT = "conflict"
    EMPTY = "empty"
    """The line has the change already: there would be nothing to commit."""
    UNKNOWN = "unknown"
    """git could not tell: objects are missing."""


class Conflict(Struct, frozen=True):
    """One file that both sides changed."""

    path: str
    kind: str
    """git's own word: content, modify/delete, add/add, rename ..."""
    hunks: tuple[str, ...] = ()
    """The conflicting pieces as git writes them, with markers; empty when it has none to show."""
    proposal: str = ""
    """What is known about this file, such as that it states the version; "" when nothing is."""


class Pick(Struct, frozen=True):
    """One commit to be picked."""

    oid: str
    subject: str
    author: str
    mainline_parent: int = 0
    """Which parent a merge is compared with; 0 for a commit that is none."""
    on_mainline: bool = True


class Needs(Struct, frozen=True):
    """Earlier commits of the pick's own history that the line lacks, in the files that conflict."""

    commits: tuple[Pick, ...] = ()
    """Oldest first: the order to pick them in. Empty when no commit explains the conflict."""
    enough: bool = False
    """Whether git joins everything by itself when these are picked first; tried, not guessed."""
    left_out: int = 0
    """So many more that touch these files."""


class PickPreview(Struct, frozen=True):
    """What picking it would come to, after those before it."""

    pick: Pick
    outcome: Outcome
    tree: str = ""
    """The tree it leads to; "" when it is not known beforehand."""
    conflicts: tuple[Conflict, ...] = ()
    files: tuple[str, ...] = ()
    """Paths it changes."""
    certain: bool = True
    """False behind a conflict: what follows depends on how that one is resolved."""
    needs: Needs = Needs()
    """Of a conflict: what to pick before."""


class EditPreview(Struct, frozen=True):
    """A file the release commit changes."""

    path: str
    what: str
    """`project.version: 1.2.3 -> 1.2.4`."""
    problem: str = ""
    """Why it cannot be changed; "" when it can."""


class BranchNeed(Struct, frozen=True):
    """A branch that will need the fix."""

    branch: str
    missing: tuple[str, ...] = ()
    """Short ids of the picked commits it does not contain; empty when it has all of them."""
    unmade: bool = False
    """Whether the fix does not exist yet, so that no branch has it."""


class InFlight(Struct, frozen=True):
    """The release of the plan, which ships after the version that is fixed and does not contain the fix."""

    version: str
    name: str
    """Its tag or target."""
    missing: tuple[str, ...] = ()
    """Short ids of the picked commits that it lacks; empty when it has all of them."""
    unmade: bool = False
    """Whether the fix does not exist yet, so that it cannot have it."""


class Preview(Struct, frozen=True):
    """Everything there is to read before a hotfix is started."""

    observed: Observed | None
    """What runs; None when nothing could be seen."""
    base: TagCheck | None
    """None for a branch that starts from no tag."""
    picks: tuple[PickPreview, ...] = ()
    edits: tuple[EditPreview, ...] = ()
    diffstat: tuple[str, ...] = ()
    """Lines of the difference between base and result; empty when a conflict makes it unknown."""
    diff: str = ""
    """The same as a patch, bounded and cleaned."""
    needs: tuple[BranchNeed, ...] = ()
    in_flight: InFlight | None = None
    """The planned release, where it is tagged and newer than what is fixed; None where there is none."""
    migrations: tuple[str, ...] = ()
    """Paths below the product's `migration_paths` that the result changes."""
    warnings: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    """Why it must not be started."""

    @property
    def has_conflicts(self) -> bool:
        """Whether somebody will have to resolve something by hand."""
        return any(one.outcome is Outcome.CONFLICT for one in self.picks)
