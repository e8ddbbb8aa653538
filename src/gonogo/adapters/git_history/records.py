"""Commits from what `git log -z` prints, taken apart while it prints."""

from collections.abc import Callable, Iterator

from gonogo.domain.commits import CONVENTIONS, KNOWN_TYPES, Commit, parse_commit
from gonogo.domain.plan import ChangelogRules, MergePolicy, SquashPolicy

FORMAT = "%H%x00%P%x00%at%x00%an%x00%B"
FIELDS = 5
LOG = ("log", "-z", "--no-decorate", "--no-notes", "--no-show-signature", f"--format={FORMAT}")
"""Newest first by commit time, as git orders it."""
_FIELD_LIMIT = 1024 * 1024
"""Bytes of one message; the rest of a longer one is dropped while it streams by."""

Record = list[bytes]
ReadRecord = Callable[[Record], Commit]


def records(chunks: Iterator[bytes]) -> Iterator[list[Record]]:
    """Whole records of `FIELDS` fields, as many as each chunk completes."""
    rest, skipping = b"", False
    for chunk in chunks:
        if skipping:
            end = chunk.find(b"\0")
            if end < 0:
                continue
            chunk, skipping = chunk[end:], False
        parts = (rest + chunk).split(b"\0")
        whole = (len(parts) - 1) // FIELDS * FIELDS
        yield [parts[at : at + FIELDS] for at in range(0, whole, FIELDS)]
        if len(parts[-1]) > _FIELD_LIMIT:
            parts[-1], skipping = parts[-1][:_FIELD_LIMIT], True
        rest = b"\0".join(parts[whole:])


def reader(rules: ChangelogRules, *, with_body: bool = False, with_issues: bool = True) -> ReadRecord:
    """Turns a record into a commit, by the plan's convention and its types."""
    convention = CONVENTIONS.get(rules.convention, CONVENTIONS["conventional"])
    types = KNOWN_TYPES | set(rules.sections) if rules.squash is SquashPolicy.LINES else frozenset()
    merges_speak = rules.merges is MergePolicy.FIRST_PARENT

    def read(record: Record) -> Commit:
        oid, parents, at, author, message = record
        return parse_commit(
            message,
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
