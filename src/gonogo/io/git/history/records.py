"""Commits from what `git log -z` prints, taken apart while it prints."""

import os
from collections.abc import Callable, Iterator
from functools import lru_cache

from gonogo.commits import CONVENTIONS, KNOWN_TYPES, Commit, parse_commit
from gonogo.plan import ChangelogRules, MergePolicy, SquashPolicy

_MARK = os.urandom(12).hex().encode()
"""Before each commit. No message can hold it: it is another one in each process."""
FORMAT = f"{_MARK.decode()}%H%x00%P%x00%at%x00%e%x00%an%x00%B"
_FIELDS = 6
LOG = ("log", "-z", "--no-decorate", "--no-notes", "--no-show-signature", f"--format={FORMAT}")
"""Newest first by commit time, as git orders it."""
_LIMIT = 1024 * 1024
"""Bytes of one commit; the rest of a longer one is dropped while it streams by."""


_WIDE = ("utf-16", "utf16", "utf-32", "utf32", "ucs", "unicode", "iso-10646", "csucs", "csunicode", "ebcdic")
"""How encodings begin whose letters are no bytes of ASCII, also those that only the C library knows."""


def is_garbled(encoding: bytes, at: bytes, author: bytes) -> bool:
    """Whether the text of a commit is not what its author wrote, by its `%e`, `%at` and `%an`.

    Of a commit that says it is UTF-16, git (2.39) makes a text that has lost its header, and then prints what
    happens to lie in its memory, which may be the message of another commit with its author, and another one each
    time. So the claim alone tells, whatever git printed.
    """
    return bool(encoding) and (_loses_the_header(encoding) or (not at and not author))


@lru_cache(maxsize=256)
def _loses_the_header(encoding: bytes) -> bool:
    """Whether a commit's header, which is ASCII, is other text in that encoding: as in UTF-16 or EBCDIC."""
    name = encoding.decode("ascii", "replace").lower()
    if name.startswith(_WIDE):
        return True
    try:
        return b"author".decode(name) != "author"
    except UnicodeError:
        return True
    except (LookupError, ValueError):
        return False  # nor does git know it: then it prints the bytes as they are


def told(message: bytes, encoding: bytes, at: bytes, author: bytes) -> bytes:
    """The message; where git prints another one, a word that says so."""
    if not is_garbled(encoding, at, author):
        return message
    return b"(git cannot read this message: it is said to be in %b)" % encoding[:40]


Record = list[bytes]
ReadRecord = Callable[[Record], Commit]


def records(chunks: Iterator[bytes]) -> Iterator[list[Record]]:
    """Whole commits, as many as each chunk completes."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(_MARK)
        yield [fields for part in whole if len(fields := part[:-1].split(b"\0", _FIELDS - 1)) == _FIELDS]
        if len(rest) > _LIMIT:
            rest = rest[:_LIMIT] + rest[-len(_MARK) :]  # its end may be the beginning of a mark
    last = rest.removesuffix(b"\0").split(b"\0", _FIELDS - 1)
    if len(last) == _FIELDS:
        yield [last]


def reader(rules: ChangelogRules, *, with_body: bool = False, with_issues: bool = True) -> ReadRecord:
    """Turns a record into a commit, by the plan's convention and its types."""
    convention = CONVENTIONS.get(rules.convention, CONVENTIONS["conventional"])
    types = KNOWN_TYPES | set(rules.sections) if rules.squash is SquashPolicy.LINES else frozenset()
    merges_speak = rules.merges is MergePolicy.FIRST_PARENT

    def read(record: Record) -> Commit:
        oid, parents, at, encoding, author, message = record
        return parse_commit(
            told(message, encoding, at, author) if encoding else message,
            oid=oid.decode("ascii"),
            author=author,
            authored=int(at) if at.lstrip(b"-").isdigit() else None,
            parents=parents.count(b" ") + 1 if parents else 0,
            with_body=with_body,
            convention=convention,
            types=types,
            with_issues=with_issues,
            merges_speak=merges_speak,
        )

    return read
