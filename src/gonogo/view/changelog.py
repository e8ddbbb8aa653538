"""What ships, in rows: what must be known first, breaking changes next, and every commit somewhere."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from gonogo.changelog import BREAKING, Changes, ProductChanges, Unreadable
from gonogo.commits import Commit
from gonogo.plan import Migration, Product
from gonogo.text.tones import Line, Span, Tone

_SECTION_TONES = {BREAKING: Tone.BAD}
_NAMED = 3
"""Commits or files that a sentence names; the others are counted."""


class ChangeRow(Struct, frozen=True):
    """One line of what ships."""

    key: str
    """`commit:KEY`, `section:TITLE`, or `note:N`: stable while the list fills."""
    line: Line
    commit: Commit | None = None


def summary(changes: Changes) -> Line:
    """Where it starts, where it ends, how much it is and which version it asks for."""
    if isinstance(changes, Unreadable):
        return (Span(f"{changes.product}: ", Tone.STRONG), Span(changes.reason, Tone.UNKNOWN))
    since = changes.base or "the beginning"
    counted = f"{changes.count} commit{'' if changes.count == 1 else 's'}"
    line = [
        Span(f"{changes.product} ", Tone.STRONG),
        Span(f"{counted} since {since}"),
        Span(f", planned {changes.planned}", Tone.MUTED),
    ]
    if not changes.complete:
        line.append(Span(", still reading", Tone.BUSY))
    elif changes.next_version:
        line.append(
            Span(f", commits ask for {changes.next_version}", Tone.WARN if changes.contradiction else Tone.MUTED)
        )
    return tuple(line)


def rows(changes: Changes, product: Product | None = None) -> tuple[ChangeRow, ...]:
    """What must be known first, then sections with their commits; `product` tells what the plan says of it."""
    return tuple(each_row(changes, product))


def each_row(changes: Changes, product: Product | None = None) -> Iterator[ChangeRow]:
    """As `rows`, one after the other: all rows of 64,000 commits at once take 30 MiB."""
    if isinstance(changes, Unreadable):
        yield ChangeRow("note:0", (Span(f"! {changes.reason}", Tone.UNKNOWN),))
        if changes.remedy:
            yield ChangeRow("note:1", (Span(f"  {changes.remedy}", Tone.STRONG),))
        return
    for index, (text, tone) in enumerate(remarks(changes, product)):
        yield ChangeRow(f"note:{index}", (Span(text, tone),))
    yield from _sections(changes)


def remarks(changes: ProductChanges, product: Product | None = None) -> list[tuple[str, Tone]]:
    """What a reader must know before the list: contradiction, doubts, missing upgrade notes, migrations."""
    texts = [changes.contradiction, *changes.problems, _without_upgrade(changes)]
    found = [(f"! {text}", Tone.WARN) for text in texts if text]
    touched = changes.range.migrations
    # touched against the plan's word `none` is one of the problems
    if touched and product is not None and product.migration is not Migration.NONE:
        found.append((f"{product.migration.value} migration: {_some(touched)}", Tone.STRONG))
    return found


def _without_upgrade(changes: ProductChanges) -> str:
    silent = changes.without_upgrade
    if not silent or not changes.complete:
        return ""
    who = "1 breaking change does" if len(silent) == 1 else f"{len(silent)} breaking changes do"
    named = _some(tuple(commit.short for commit in silent))
    return f"{who} not say how to upgrade: {named}; write it into the notes: gonogo notes edit --for external"


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _sections(changes: ProductChanges) -> Iterator[ChangeRow]:
    for section in changes.sections:
        yield ChangeRow(f"section:{section.title}", section_line(section.title, len(section.commits)))
        for commit in section.commits:
            yield ChangeRow(f"commit:{commit.key}", commit_line(commit, author=True), commit)


def section_line(title: str, count: int) -> Line:
    """A heading and how much stands below it."""
    return (Span(title, _SECTION_TONES.get(title, Tone.STRONG)), Span(f"  {count}", Tone.MUTED))


def commit_line(commit: Commit, *, author: bool = False) -> Line:
    """Id, what it does, and if asked for who did it.

    What is announced no more says why before it is struck out: not every terminal can cross out, a reader of the
    plain text cannot see it, and the end of a long line may be cut off.
    """
    who = (Span(f"  {commit.author}", Tone.MUTED),) if author else ()
    short = Span(f"{commit.short} ", Tone.MUTED)
    if commit.struck is not None:
        return (Span("x "), short, Span(f"{commit.struck}: "), Span(commit.headline, Tone.STRUCK), *who)
    if commit.breaking:
        return (Span("! ", Tone.BAD), short, Span(commit.headline, Tone.BAD), *who)
    return (Span("  "), short, Span(commit.headline), *who)


def find_commit(changes: Mapping[str, Changes], key: str) -> tuple[str, Commit] | None:
    """The product and the commit (or line of a squashed one) of that key; None when no product has it now."""
    for product, found in changes.items():
        if isinstance(found, ProductChanges):
            for section in found.sections:
                for commit in section.commits:
                    if commit.key == key:
                        return product, commit
    return None


def text_of(commit: Commit) -> str:
    """A commit as somebody would paste it: its id and what it says."""
    return f"{commit.oid} {commit.subject}"
