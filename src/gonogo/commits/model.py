"""One commit as the changelog reads it."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gonogo.commits.issues import issue_references

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799
"""Last second of the year 9999: a commit may claim any number."""


NOT_DESCRIBED = "not described"
"""Stands for a BREAKING CHANGE footer that says nothing."""


class Footer(Struct, frozen=True):
    """A line `Token: value` or `Token #value` at the end of a message."""

    token: str
    value: str


class Headline(Struct, frozen=True):
    """What the first line of a message says, by the convention it follows."""

    type: str
    """In lower case: types are not case-sensitive (clause 15)."""
    scope: str
    breaking: bool
    """Marked by `!`, or by the convention's own sign."""
    description: str


class Fate(StrEnum):
    """Why a commit is shown struck out."""

    REVERTED = "reverted"
    """A later commit of the same range takes it back."""
    REVERT = "revert"
    """It takes back a commit of the same range."""
    COPY = "copy"
    """The same change stands in the same range once more, or came with the base."""
    RELEASED = "released"
    """The same change was announced with a release outside the target's history, such as a hotfix."""


class Struck(Struct, frozen=True):
    """Why a commit is announced no more, and the other half of the pair."""

    fate: Fate
    other: str
    """Object id of the commit that reverts, is reverted, or is the same change."""
    release: str = ""
    """The tag that announced it; "" when that is not the reason."""

    def __str__(self) -> str:
        short = self.other[:8]
        match self.fate:
            case Fate.REVERTED:
                return f"reverted by {short}"
            case Fate.REVERT:
                return f"reverts {short}"
            case Fate.COPY:
                return f"the same change as {short}"
            case Fate.RELEASED:
                return f"released in {self.release} as {short}"


class More(Struct, frozen=True):
    """What few commits have to say, kept apart so that the many without it stay small."""

    body: str = ""
    footers: tuple[Footer, ...] = ()
    upgrade: str = ""
    co_authors: tuple[str, ...] = ()
    reverts: tuple[str, ...] = ()
    picked_from: tuple[str, ...] = ()
    release_as: str = ""
    also: tuple[Headline, ...] = ()
    joined: bool = False
    """Several commits made one, of which one takes something back."""
    struck: Struck | None = None
    part: int = 0
    looks_breaking: str = ""
    in_part: bool = False
    """It looks like a break because it was taken back in part."""


NOTHING_MORE = More()


_TIME = 8
"""Bytes of a time."""
_NO_TIME = -(1 << 63)


def stamp(oid: str, authored: int | None) -> bytes:
    """Object id and author time in one: a text and a number for each of 64,000 commits would cost 4 MiB more."""
    seconds = authored if authored is not None and abs(authored) < -_NO_TIME else _NO_TIME
    return bytes.fromhex(oid) + seconds.to_bytes(_TIME, "big", signed=True)


class Commit(Struct, frozen=True, gc=False):
    """One commit, or one line of a squashed one. All text is cleaned and bounded."""

    stamp: bytes
    """Object id and author time, as `stamp` packs them."""
    subject: str
    """The first line, whole."""
    author: str = ""
    type: str = ""
    """"" when the message follows no convention."""
    scope: str = ""
    said: int | str = 0
    """Where the description begins in the subject, or the description where it stands elsewhere: a text of its own
    for each of 64,000 commits would cost 7 MiB."""
    breaking: str = ""
    """What breaks, in the author's words on one line; "" when nothing does."""
    cited: str | None = ""
    """The issues, a blank between two: a tuple would cost as much again. None: those of the subject."""
    parents: int = 1
    more: More = NOTHING_MORE

    @property
    def struck(self) -> Struck | None:
        """Why it is shown struck out; None when it counts."""
        return self.more.struck

    @property
    def part(self) -> int:
        """0 for the commit itself; 1, 2, ... for the further conventional lines of a squashed commit's body."""
        return self.more.part

    @property
    def oid(self) -> str:
        """The object id in full; "" when nobody gave one."""
        return self.stamp[:-_TIME].hex()

    @property
    def authored(self) -> int | None:
        """Seconds since 1970; None when the commit claims no time that can be read."""
        seconds = int.from_bytes(self.stamp[-_TIME:], "big", signed=True)
        return None if seconds == _NO_TIME else seconds

    @property
    def issues(self) -> tuple[str, ...]:
        """`#12`, `org/repo#12`, `PAY-12`: in order of appearance, each once."""
        return issue_references(self.subject) if self.cited is None else tuple(self.cited.split())

    @property
    def description(self) -> str:
        """The subject without type and scope; the subject itself when the message follows no convention."""
        return self.subject[self.said :] if isinstance(self.said, int) else self.said

    @property
    def authored_at(self) -> datetime | None:
        """UTC; None when the commit claims a time no calendar has."""
        return moment(self.authored)

    @property
    def is_merge(self) -> bool:
        """Whether it joins histories."""
        return self.parents > 1

    @property
    def short(self) -> str:
        """The object id as people write it."""
        return self.oid[:8]

    @property
    def headline(self) -> str:
        """`scope: description`, as lists show it; never empty."""
        said = self.description or "(no subject)"
        return f"{self.scope}: {said}" if self.scope else said

    @property
    def key(self) -> str:
        """The object id, with the number of the part for a line of a squashed commit: unique in a changelog."""
        return f"{self.oid}.{self.part}" if self.part else self.oid

    @property
    def body(self) -> str:
        """ "" where only headlines were asked for; one commit read by itself has all of it."""
        return self.more.body

    @property
    def footers(self) -> tuple[Footer, ...]:
        """Empty where only headlines were asked for."""
        return self.more.footers

    @property
    def upgrade(self) -> str:
        """The BREAKING CHANGE footer with its line breaks; "" when a break is only marked by `!`."""
        return self.more.upgrade

    @property
    def co_authors(self) -> tuple[str, ...]:
        """Names of the `Co-authored-by` trailers."""
        return self.more.co_authors

    @property
    def reverts(self) -> tuple[str, ...]:
        """Object ids (7 digits at least) it says it reverts; else the subject in quotes, with a leading `"`."""
        return self.more.reverts

    @property
    def picked_from(self) -> tuple[str, ...]:
        """Object ids of `(cherry picked from commit ...)`, the last one last."""
        return self.more.picked_from

    @property
    def release_as(self) -> str:
        """The version a `Release-As:` footer asks for; "" when there is none."""
        return self.more.release_as

    @property
    def looks_breaking(self) -> str:
        """The words that look like a break and follow no convention; "" where none do: a person must say which."""
        return self.more.looks_breaking

    def struck_out(self, why: Struck) -> "Commit":
        """The same commit, announced no more."""
        return replace(self, more=replace(self.more, struck=why))

    def doubted(self, why: str) -> "Commit":
        """The same commit, whose breaks may stand or not: it looks like one until a person has read it."""
        said = self.breaking or self.looks_breaking or next((line.description for line in self.more.also), "")
        also = tuple(replace(line, breaking=False) for line in self.more.also)
        return replace(
            self, breaking="", more=replace(self.more, looks_breaking=f"{said} ({why})", in_part=True, also=also)
        )

    def parts(self) -> "tuple[Commit, ...]":
        """The commit itself and one entry for each further conventional line of its body."""
        if not self.more.also:
            return (self,)
        return (self, *(self._part(at, line) for at, line in enumerate(self.more.also, 1)))

    def _part(self, number: int, line: Headline) -> "Commit":
        return replace(
            self,
            type=line.type,
            scope=line.scope,
            said=line.description,
            breaking=line.description if line.breaking else "",
            more=More(struck=self.struck, part=number),
        )


def moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as a UTC time; None when no calendar has it."""
    if seconds is None or not 0 <= seconds <= _LATEST:
        return None
    return _EPOCH + timedelta(seconds=seconds)
