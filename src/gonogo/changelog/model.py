"""What one product ships, as values."""

from typing import TypeAlias

from msgspec import Struct

from gonogo.changelog.written import Written
from gonogo.commits import NOT_DESCRIBED, Commit
from gonogo.plan.branches import NoBranch
from gonogo.plan.headings import BREAKING
from gonogo.versions import Bump

_NAMED = 3
"""Commits named in one sentence; `gonogo changelog` marks them all."""


class Section(Struct, frozen=True):
    """One heading and its commits, newest first; those with `struck` are shown struck out."""

    title: str
    commits: tuple[Commit, ...]


class Tag(Struct, frozen=True):
    """The release tag of the planned version, if it is there."""

    name: str
    oid: str = ""
    """The commit it leads to; "" when there is no such tag."""
    annotated: bool = False


class Base(Struct, frozen=True):
    """What the changes are counted from."""

    tag: str = ""
    """A tag, or what `from` names; "" means from the first commit."""
    oid: str = ""
    version: str = ""


class Choice(Struct, frozen=True):
    """A base the changes could be counted from, and how many commits that would be."""

    tag: str
    """"" for the first commit."""
    commits: int


class Range(Struct, frozen=True):
    """Which commits were read, and what was odd about it."""

    base: Base = Base()
    target: str = "HEAD"
    """As people name it: a tag, a branch, HEAD or a commit id."""
    target_oid: str = ""
    tag: Tag = Tag("")
    pin_mismatch: bool = False
    """The plan pins a revision and the tag leads elsewhere."""
    shallow: bool = False
    """The clone has no full history: commits may be missing."""
    problems: tuple[str, ...] = ()
    partial: bool = False
    """The clone leaves out contents (`--filter`): commits are all there, what they change may not be."""
    choices: tuple[Choice, ...] = ()
    """When a newer release is not part of the target: each base that could be meant."""
    migrations: tuple[str, ...] = ()
    """Paths below the product's migration_paths that differ between base and target; bounded."""
    stated: bool = False
    """Somebody named the base: `from` in the plan or `--from`."""


class ProductChanges(Struct, frozen=True):
    """What one product ships, as far as its history was read."""

    product: str
    range: Range
    planned: str
    sections: tuple[Section, ...] = ()
    """Breaking first; Other, Merges and Already announced last; no section is empty, no entry stands in two."""
    count: int = 0
    """All commits of the range, merges included."""
    bump: Bump = Bump.NONE
    next_version: str = ""
    """The version the commits ask for; "" when the scheme has no answer."""
    forced_by: tuple[Commit, ...] = ()
    """The commits that make the bump as big as it is."""
    contradiction: str = ""
    """Why the planned version cannot be right, naming commits; "" when it can."""
    breaking_without_major: bool = False
    complete: bool = True
    """False while the history is still being read: nothing may be concluded from what is missing."""
    unclear: tuple[Commit, ...] = ()
    """Commits that look like a break and follow no convention in it: a person must say whether they are one."""
    silent: int = 0
    """Commits that follow no convention, of `spoken_of`; 0 where the plan says that none is followed."""
    spoken_of: int = 0
    """Commits that could say what kind of change they are: no merges, nothing that was taken back."""
    written: Written | None = None
    """What people wrote for this version, at the commit that ships; None where they wrote nothing."""
    left_out: int = 0
    """Merge commits that the plan's `merges: leave-out` keeps out of the sections."""
    lacking: tuple[NoBranch, ...] = ()
    """Branches that the plan names and the repository lacks; a cockpit looks for them, and shows them at start."""

    @property
    def base(self) -> str:
        """Name of the tag the changes are counted from; "" for the first commit."""
        return self.range.base.tag

    @property
    def target_oid(self) -> str:
        """The commit that ships."""
        return self.range.target_oid

    @property
    def tag_exists(self) -> bool:
        """Whether the planned version is tagged."""
        return bool(self.range.tag.oid)

    @property
    def tag_oid(self) -> str:
        """The commit the planned version's tag leads to; "" without a tag."""
        return self.range.tag.oid

    @property
    def pin_mismatch(self) -> bool:
        """Whether the tag leads elsewhere than the plan's pinned revision."""
        return self.range.pin_mismatch

    @property
    def shallow(self) -> bool:
        """Whether the clone lacks history."""
        return self.range.shallow

    @property
    def problems(self) -> tuple[str, ...]:
        """What a reader must know before believing the list."""
        return (*self.range.problems, *((self.doubt,) if self.doubt else ()))

    @property
    def doubt(self) -> str:
        """Why nobody can say how far the commits move the version; "" when they say it."""
        least = f"at least {self.bump.value}" if self.bump is not Bump.NONE else "no step is certain"
        if count := len(self.unclear):
            looks = "1 commit looks" if count == 1 else f"{count} commits look"
            does = "does" if count == 1 else "do"
            names = ", ".join(commit.short for commit in self.unclear[:_NAMED])
            more = f" and {count - _NAMED} more" if count > _NAMED else ""
            why = f"and {does} not follow the convention"
            if any(commit.more.in_part for commit in self.unclear):
                why = "that was taken back in part, or that follows no convention"
            return f"unknown: {looks} like a break {why} ({names}{more}); {least}"
        if 2 * self.silent > self.spoken_of and self.written is None:
            says = "says" if self.silent == 1 else "say"
            return f"unknown: {self.silent} of {self.spoken_of} commits {says} nothing; {least}"
        return ""

    @property
    def breaking(self) -> tuple[Commit, ...]:
        """The commits that break something and have not been taken back."""
        return tuple(
            commit
            for section in self.sections
            if section.title == BREAKING
            for commit in section.commits
            if commit.struck is None
        )

    @property
    def without_upgrade(self) -> tuple[Commit, ...]:
        """The breaking commits whose message does not say what to do about it."""
        return tuple(commit for commit in self.breaking if commit.upgrade in {"", NOT_DESCRIBED})


class Unreadable(Struct, frozen=True):
    """A history that cannot be read, and what to do about it."""

    product: str
    reason: str
    remedy: str = ""


Changes: TypeAlias = ProductChanges | Unreadable
