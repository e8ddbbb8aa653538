"""What the heading of a version says, and how another one is written like it."""

import re
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from gonogo.changelog.keepachangelog.days import Day, found_at, written_like

_WAITING_WORDS = (
    r"unreleased|not (?:yet )?released|to be released|in (?:development|progress)|development(?: version)?|dev|"
    r"upcoming(?: release)?|pending|wip|tb[acd]|[xyd?]{4}-[xymd?]{2}-[xymd?]{2}|yyyy|releasedate"
)
UNRELEASED = re.compile(
    r"^(?:\[?unreleased\]?(?:\([^)]*\)|\[[^\]]*\])?(?:[ \t].*)?|"
    r"\[?(?:in development|development(?: version)?|dev|upcoming(?: release)?|next(?: release| version)?|"
    r"head|main|master|trunk)\]?)$",
    re.IGNORECASE,
)
"""Also with something behind it, `[Unreleased] - ReleaseDate`, or the name of what is still being made."""
_VERSION = r"\d[0-9A-Za-z.+_-]*"
_HEADING = re.compile(
    rf"^(?P<word>(?:(?:version|release)[ \t]+)?)(?P<open>\[|\*\*|__|`)?(?P<v>[vV]?)(?P<version>{_VERSION})"
    rf"(?P<others>(?:(?:,|,? and|,? &| /)[ \t]*v?(?!\d{{4}}[.]\d\d[.]\d\d\b)\d+\.\d[0-9A-Za-z.+_-]*)*)"
    r"(?P<close>\]|\*\*|__|`)?(?P<rest>.*)$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"^(?P<word>(?!(?:version|release)\b)[A-Za-z][\w.-]*[ \t]+)(?=v?\d+\.{_VERSION})", re.IGNORECASE
)
"""A name before a version of two numbers: `web 1.2.0 (2026-05-12)`, never `2 things` or `Python 3`."""
_URL = re.compile(r"^\((?P<url>[^)\s]+://[^)\s]+)\)")
_BEFORE = re.compile(r"^(?:[^\w\r\n]|<small>|_){0,16}(?:released?(?: on)?:? +)?", re.IGNORECASE)
_AFTER = re.compile(r"^(?:[)\]>*_]|</small>){0,10}", re.IGNORECASE)
_MARK = re.compile(rf"^(?:{_WAITING_WORDS})(?![\w])", re.IGNORECASE)
COMPARE = re.compile(
    r"^(?P<base>.+/(?:-/)?compare/|.+/branches/compare/)(?P<from>.+?)(?P<dots>\.{2,3}|%0D)(?P<to>.+)$"
)


class Heading(Struct, frozen=True):
    """A heading that names one version, or several."""

    versions: tuple[str, ...]
    """The newest first, as written but for a `v`."""
    word: str = ""
    """`Version ` or a name, with the blank behind it."""
    open: str = ""
    """`[`, or what makes the version bold."""
    close: str = ""
    v: str = ""
    url: str = ""
    """Where the heading itself leads."""
    before: str = ""
    """What stands before the day or the mark: ` - `, ` (`."""
    day: Day | None = None
    mark: str = ""
    """`Unreleased`, `TBC`: the version waits, and its day is not known yet."""
    after: str = ""
    whole: bool = True
    """Whether all of it was understood."""

    @property
    def waits(self) -> bool:
        """Whether people say that it is not out yet."""
        return self.mark != ""


def heading(title: str) -> Heading | None:
    """What `title` says of versions; None where it does not begin with one."""
    named = _NAMED.match(title)
    word = named["word"] if named else ""
    found = _HEADING.match(title[len(word) :])
    if found is None:
        return None
    rest, link = found["rest"], _URL.match(found["rest"])
    if link and found["open"] == "[":
        rest = rest[link.end() :]
    before = _BEFORE.match(rest)
    led = before[0] if before else ""
    left = rest[len(led) :]
    day, mark = found_at(left), _MARK.match(left)
    told = day.text if day else mark[0] if mark else ""
    behind = _AFTER.match(left[len(told) :]) if told else None
    after = behind[0] if behind else ""
    versions = (found["version"], *re.findall(rf"v?(\d+\.{_VERSION})", found["others"]))
    made = Heading(
        tuple(one.rstrip(".") for one in versions),
        word + found["word"],
        found["open"] or "",
        found["close"] or "",
        found["v"],
        link["url"] if link and found["open"] == "[" else "",
        led if told else "",
        day,
        mark[0] if mark and not day else "",
        after,
        not left[len(told) + len(after) :].strip() if told else not rest.strip(),
    )
    # a sentence that begins like `Python 3.11 is required` names no version
    return made if made.whole or not made.word else None


class Form(Struct, frozen=True):
    """How a file writes its version headings; a new file writes them as Keep a Changelog does."""

    newest: Heading = Heading(("0.0.0",), open="[", close="]", before=" - ", day=found_at("2000-01-01"))
    """That of the newest version."""
    days: tuple[Day, ...] = ()
    """All days of the file."""

    @property
    def brackets(self) -> bool:
        """Whether a link definition at the end may belong to a version."""
        return self.newest.open == "["

    def name(self, version: str) -> str:
        """The version as headings of this file spell it."""
        return f"{self.newest.v}{without_v(version)}"

    def title(self, version: str, day: date, tag: str, previous_tag: str) -> str:
        """The heading of a new version, without its marks."""
        one = self.newest
        link = f"({url})" if (url := self.url(tag, previous_tag)) else ""
        return f"{one.word}{one.open}{self.name(version)}{one.close}{link}{self.dated(day)}"

    def dated(self, day: date) -> str:
        """What stands behind the version; "" where the newest version has no day."""
        one = self.newest
        return f"{one.before}{written_like(day, one.day, self.days)}{one.after}" if one.day else ""

    def url(self, tag: str, previous_tag: str) -> str:
        """Where the heading itself leads; "" where that of the newest leads nowhere that is understood."""
        return linked_like(self.newest.url, self.newest.versions[0], tag, previous_tag)


def linked_like(url: str, version: str, tag: str, previous_tag: str) -> str:
    """The link of `tag`, made like that of an older version: a comparison, or a place named after its tag."""
    if compared := COMPARE.match(url):
        return f"{compared['base']}{previous_tag}{compared['dots']}{tag}" if previous_tag else ""
    # what stands before the number in a tag (`v`, `web/v`) belongs to it; the tag is the last step of the address
    place = re.match(rf"^(?P<base>.+/(?:tree|tag|tags|releases|src|commits)/)[^?#]*?{re.escape(version)}$", url)
    return f"{place['base']}{tag}" if place else ""


def form_of(headings: Iterable[Heading]) -> Form | None:
    """As the newest version is written; None where the file has none yet."""
    all_of = list(headings)
    days = tuple(one.day for one in all_of if one.day)
    out = [one for one in all_of if not one.waits]
    if not out:
        return None
    newest = out[0]
    if not newest.whole and newest.day is None and days:
        # something we do not read stands there: its day is written as others are
        dated = next(one for one in out if one.day) if any(one.day for one in out) else newest
        return Form(_with_day(newest, dated), days)
    return Form(newest, days)


def _with_day(one: Heading, dated: Heading) -> Heading:
    return Heading(
        one.versions, one.word, one.open, one.close, one.v, one.url, dated.before, dated.day, "", dated.after
    )


def without_v(version: str) -> str:
    """`1.2.3` of `v1.2.3`."""
    return version[1:] if version[:1] in {"v", "V"} and version[1:2].isdigit() else version
