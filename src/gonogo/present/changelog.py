"""What ships, in rows: breaking changes first, and every commit somewhere."""

from msgspec import Struct

from gonogo.domain.changelog import BREAKING, Changes, ProductChanges, Unreadable
from gonogo.domain.commits import Commit
from gonogo.present.tones import Line, Span, Tone

_SECTION_TONES = {BREAKING: Tone.BAD}


class ChangeRow(Struct, frozen=True):
    """One line of the changelog pane."""

    key: str
    """Commit id, or `section:TITLE`, or `note:N`: stable while the list fills."""
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


def rows(changes: Changes) -> tuple[ChangeRow, ...]:
    """Warnings, then sections with their commits."""
    if isinstance(changes, Unreadable):
        found = [ChangeRow("note:0", (Span(f"! {changes.reason}", Tone.UNKNOWN),))]
        if changes.remedy:
            found.append(ChangeRow("note:1", (Span(f"  {changes.remedy}", Tone.STRONG),)))
        return tuple(found)
    return (*_notes(changes), *_sections(changes))


def _notes(changes: ProductChanges) -> list[ChangeRow]:
    texts = [*changes.range.problems]
    if changes.contradiction:
        texts.insert(0, changes.contradiction)
    return [ChangeRow(f"note:{index}", (Span(f"! {text}", Tone.WARN),)) for index, text in enumerate(texts)]


def _sections(changes: ProductChanges) -> list[ChangeRow]:
    found = []
    for section in changes.sections:
        title = Span(section.title, _SECTION_TONES.get(section.title, Tone.STRONG))
        count = Span(f"  {len(section.commits)}", Tone.MUTED)
        found.append(ChangeRow(f"section:{section.title}", (title, count)))
        found.extend(
            ChangeRow(f"{section.title}:{commit.key}", commit_line(commit), commit) for commit in section.commits
        )
    return found


def commit_line(commit: Commit) -> Line:
    """Id, what it does, and who did it."""
    sign = Span("! ", Tone.BAD) if commit.breaking and commit.struck is None else Span("  ")
    if commit.struck is not None:
        # struck out in words and glyphs: not every terminal can cross out, and a reader of the text cannot see it
        gone = Span(f"-{commit.headline}-", Tone.MUTED)
        return (sign, Span(f"{commit.short} ", Tone.MUTED), gone, Span(f"  {commit.struck}", Tone.MUTED))
    return (
        sign,
        Span(f"{commit.short} ", Tone.MUTED),
        Span(commit.headline),
        Span(f"  {commit.author}", Tone.MUTED),
    )


def commit_details(commit: Commit) -> tuple[Line, ...]:
    """Everything known about one commit."""
    lines: list[Line] = [(Span(commit.subject, Tone.STRONG),), (Span(f"commit  {commit.oid}", Tone.MUTED),)]
    when = f", {commit.authored_at:%Y-%m-%d %H:%M} UTC" if commit.authored_at else ""
    lines.append((Span(f"author  {commit.author}{when}", Tone.MUTED),))
    if commit.issues:
        lines.append((Span(f"issues  {', '.join(commit.issues)}", Tone.MUTED),))
    if commit.breaking:
        lines.append((Span("breaks  ", Tone.BAD), Span(commit.breaking)))
    if commit.body:
        lines.append(())
        lines += [(Span(text),) for text in commit.body.splitlines()]
    return tuple(lines)
