"""Commits as the changelog reads them: Conventional Commits 1.0, and everything that is not.

https://www.conventionalcommits.org/en/v1.0.0/ - clause numbers stand where they are decided. A commit that
does not conform is kept whole with an empty `type`; nothing here drops a commit.
"""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from gonogo.domain.text import BLOCK_LIMIT, LINE_LIMIT, clean, clean_block

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799
"""Last second of the year 9999: a commit may claim any number."""


class Footer(Struct, frozen=True):
    """A line `Token: value` or `Token #value` at the end of a message."""

    token: str
    value: str


class Headline(Struct, frozen=True):
    """What the first line of a conforming message says."""

    type: str
    """In lower case: types are not case-sensitive (clause 15)."""
    scope: str
    breaking: bool
    """Marked by `!`."""
    description: str


class Commit(Struct, frozen=True):
    """One commit. All text is cleaned and bounded."""

    oid: str
    subject: str
    """The first line, whole."""
    author: str = ""
    authored_at: datetime | None = None
    """UTC; None when the commit claims a time no calendar has."""
    body: str = ""
    """"" where only headlines were asked for; one commit read by itself has all of it."""
    type: str = ""
    """"" when the message is not conventional."""
    scope: str = ""
    description: str = ""
    """The subject without type and scope; the subject itself when the message is not conventional."""
    breaking: str = ""
    """What breaks, in the author's words; "" when nothing does."""
    footers: tuple[Footer, ...] = ()
    issues: tuple[str, ...] = ()
    """`#12`, `org/repo#12`, `PAY-12`: in order of appearance, each once."""
    parents: int = 1

    @property
    def is_merge(self) -> bool:
        """Whether it joins histories."""
        return self.parents > 1

    @property
    def short(self) -> str:
        """The object id as people write it."""
        return self.oid[:8]


# Clauses 1-5: a noun, an optional scope in brackets, an optional `!`, then colon and space.
_HEADLINE = re.compile(r"([A-Za-z][\w-]*)(?:\(([^()\r\n]+)\))?(!)?: +(\S.*)", re.ASCII)
# Clauses 8-12 and 16: a token without spaces (BREAKING CHANGE excepted), then `: ` or ` #`.
_FOOTER = re.compile(r"(BREAKING[ -]CHANGE|[A-Za-z0-9][A-Za-z0-9-]*)(?:: | #)(.*)")
_PARAGRAPH = re.compile(r"\A(?=[^\n])|(?<=\n\n)(?=[^\n])")
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE(?:: | #|:$)", re.MULTILINE)
# The look-behind keeps the search linear: without `.-` in it a long dotted word would be read from each dot.
_ISSUE = re.compile(r"(?<![\w/#&.-])(?:[\w.-]+/[\w.-]+)?#\d{1,9}\b|\bGH-\d{1,9}\b")
_TICKET = re.compile(r"\b[A-Z][A-Z0-9_]{1,15}-\d{1,9}\b")
_TICKET_LINE = re.compile(
    r"^(?:Refs?|Closes|Fixes|Resolves|Issues?|Jira|Tickets?)[: ](.*)$", re.MULTILINE | re.IGNORECASE
)
_NOT_A_TRACKER = ("UTF-", "SHA-", "ISO-", "RFC-", "CVE-", "MD-", "AES-", "RSA-", "GH-", "PEP-", "CWE-")
_ISSUE_LIMIT = 20


def read_headline(subject: str) -> Headline | None:
    """Type, scope, `!` and description of a first line; None when it does not conform."""
    found = _HEADLINE.fullmatch(subject)
    if found is None:
        return None
    kind, scope, mark, description = found.groups("")
    return Headline(_shared(kind.lower()), _shared(scope.strip()), bool(mark), description)


def parse_commit(
    message: bytes | str,
    *,
    oid: str = "",
    author: bytes | str = "",
    authored: int | None = None,
    parents: int = 1,
    with_body: bool = True,
) -> Commit:
    """Read one message. `authored` is in seconds since 1970; bytes that are not UTF-8 are shown as `\\xff`."""
    text = _decoded(message)
    subject, _, rest = text.lstrip("\r\n").partition("\n")
    shown = clean(subject.strip(), LINE_LIMIT)
    headline = read_headline(shown)
    # a message without a footer that matters is the usual case: looking for two words costs a fiftieth of parsing
    footers = read_footers(rest) if with_body or "BREAKING" in rest else ()
    breaking = _breaking_text(footers, headline)
    return Commit(
        oid=oid,
        subject=shown,
        author=_author(author),
        authored_at=moment(authored),
        body=clean_block(rest.strip("\r\n"), BLOCK_LIMIT) if with_body else "",
        type=headline.type if headline else "",
        scope=headline.scope if headline else "",
        description=headline.description if headline else shown,
        breaking=breaking,
        footers=footers if with_body else (),
        issues=issue_references(shown, rest),
        parents=parents,
    )


def _decoded(raw: bytes | str) -> str:
    return raw.decode("utf-8", "backslashreplace") if isinstance(raw, bytes) else raw


# A long history has few authors, types and scopes: one text each saves 10 MiB at 64,000 commits.
@lru_cache(1024)
def _author(raw: bytes | str) -> str:
    return clean(_decoded(raw), 200)


@lru_cache(1024)
def _shared(word: str) -> str:
    return word


def moment(seconds: int | None) -> datetime | None:
    """Seconds since 1970 as a UTC time; None when no calendar has it."""
    if seconds is None or not 0 <= seconds <= _LATEST:
        return None
    return _EPOCH + timedelta(seconds=seconds)


def _breaking_text(footers: tuple[Footer, ...], headline: Headline | None) -> str:
    """The footer's words; with `!` alone the description says what breaks (clause 13)."""
    said = [footer.value for footer in footers if footer.token in {"BREAKING CHANGE", "BREAKING-CHANGE"}]
    if said:
        return clean(" ".join(" ".join(said).split()), 4 * LINE_LIMIT) or "not described"
    return headline.description if headline and headline.breaking else ""


def read_footers(body: str) -> tuple[Footer, ...]:
    """The footers of a message without its first line.

    A value goes on over following lines until the next footer begins (clause 10). BREAKING CHANGE counts at
    the start of any line: a break that its author announced must not be missed for a blank line.
    """
    body = body[:BLOCK_LIMIT].replace("\r\n", "\n").lstrip("\n")
    lines = body[_footers_start(body) :].splitlines()
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := _FOOTER.fullmatch(line) or _FOOTER.fullmatch(f"{line} "):
            found.append((match[1], [match[2].strip()]))
        elif found:
            found[-1][1].append(line)
    return tuple(
        Footer(token[:80], clean_block("\n".join(value).strip(), 4 * LINE_LIMIT)) for token, value in found
    )


def _footers_start(body: str) -> int:
    """Where the footers begin: the run of paragraphs at the end that each start with one, or a BREAKING CHANGE."""
    starts = [at.start() for at in _PARAGRAPH.finditer(body)]
    end = len(body)
    for start in reversed(starts):
        if not _begins_with_footer(body, start):
            break
        end = start
    breaking = _BREAKING.search(body)
    if breaking is None or breaking.start() >= end:
        return end
    around = max(start for start in starts if start <= breaking.start())
    return around if _begins_with_footer(body, around) else breaking.start()


def _begins_with_footer(body: str, start: int) -> bool:
    return _FOOTER.fullmatch(body[start : start + LINE_LIMIT].partition("\n")[0]) is not None


def issue_references(subject: str, body: str = "") -> tuple[str, ...]:
    """Issues a message names: `#12` and its kin anywhere, `PAY-12` in the subject and after `Refs:`."""
    found: dict[str, None] = {}
    if "#" in subject or "#" in body or "GH-" in subject:
        found.update(dict.fromkeys(_ISSUE.findall(f"{subject}\n{body[:BLOCK_LIMIT]}")))
    if "-" in subject or "-" in body:
        tickets = _TICKET.findall(" ".join([subject, *_TICKET_LINE.findall(body[:BLOCK_LIMIT])]))
        found.update(dict.fromkeys(ticket for ticket in tickets if not ticket.startswith(_NOT_A_TRACKER)))
    return tuple(found)[:_ISSUE_LIMIT]
