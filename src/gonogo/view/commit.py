"""One commit, line by line: who and when, the whole message, the files and how much of each changed."""

from gonogo.commits import Commit, moment
from gonogo.commits.whole_commit import CommitTold, NoCommit, TouchedFile, WholeCommit
from gonogo.text import clean
from gonogo.text.tones import Line, Span, Tone

_BAR = 24
"""Columns of the longest bar of a file's changes."""


def commit_lines(commit: Commit, told: CommitTold | None) -> tuple[Line, ...]:
    """A commit as the changelog reads it, and as git has it; None for `told` while git is still asked."""
    facts = [
        ("commit", commit.oid),
        ("struck", f"{commit.struck}: it is announced no more" if commit.struck is not None else ""),
        ("author", f"{commit.author}, {_when(commit.authored)}"),
        *(_from_git(told) if isinstance(told, WholeCommit) else ()),
        ("with", ", ".join(commit.co_authors)),
        ("type", commit.type or "follows no convention"),
        ("scope", commit.scope),
        ("breaks", commit.breaking),
        ("issues", ", ".join(commit.issues)),
        ("merge", f"of {commit.parents} histories; files are told against the first" if commit.is_merge else ""),
        ("part", f"line {commit.part} of a squashed commit" if commit.part else ""),
    ]
    lines: list[Line] = [(Span(commit.subject or "(no subject)", Tone.STRONG),)]
    lines += [(Span(f"{label:<10}", Tone.MUTED), Span(text)) for label, text in facts if text]
    return (*lines, (), *_told(told, commit.subject))


def _from_git(told: WholeCommit) -> tuple[tuple[str, str], ...]:
    same = (told.committer, told.committed) == (told.author, told.authored)
    return () if same else (("committer", f"{told.committer}, {_when(told.committed)}"),)


def _when(seconds: int | None) -> str:
    at = moment(seconds)
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else "at a time no calendar has"


def _told(told: CommitTold | None, subject: str) -> tuple[Line, ...]:
    if told is None:
        return ((Span("asking git for the whole commit", Tone.BUSY),),)
    if isinstance(told, NoCommit):
        return ((Span(f"git cannot show it: {told.reason}", Tone.UNKNOWN),), (Span(told.remedy, Tone.STRONG),))
    first, *more = told.message.split("\n")
    if first != subject:  # else it stands on top already
        more = [first, *more]
    while more and not more[0].strip():
        del more[0]
    message = tuple((Span(line),) for line in more)
    return (*message, *([()] if message else []), *_files(told))


def _files(told: WholeCommit) -> tuple[Line, ...]:
    if told.no_files:
        return ((Span(f"its files cannot be told: {told.no_files}", Tone.UNKNOWN),),)
    if not told.file_count:
        return ((Span("it changes no file", Tone.MUTED),),)
    noun = "file" if told.file_count == 1 else "files"
    total = (
        Span(f"{told.file_count} {noun}  ", Tone.STRONG),
        Span(f"+{told.added}", Tone.GOOD),
        Span(" "),
        Span(f"-{told.removed}", Tone.BAD),
    )
    most = max((_size(file) for file in told.files), default=0)
    lines = [total, *(_file(file, most) for file in told.files)]
    if (more := told.file_count - len(told.files)) > 0:
        lines.append((Span(f"and {more} more files", Tone.MUTED),))
    return tuple(lines)


def _size(file: TouchedFile) -> int:
    return (file.added or 0) + (file.removed or 0)


def _file(file: TouchedFile, most: int) -> Line:
    """Numbers first, of one width; then the bar; the path last, for it may be long."""
    named = f"{file.before} => {file.path}" if file.before else file.path
    path = Span(f"  {clean(named, 620)}")
    if file.added is None or file.removed is None:
        return (Span(f"{'binary':>13}  {'':{_BAR}}", Tone.MUTED), path)
    scale = min(1.0, _BAR / most) if most else 0.0
    plus, minus = round(file.added * scale), round(file.removed * scale)
    plus = max(plus, 1) if file.added else 0
    minus = max(min(minus, _BAR - plus), 1) if file.removed else 0
    bar = (Span("+" * plus, Tone.GOOD), Span("-" * minus, Tone.BAD), Span(" " * max(0, _BAR - plus - minus)))
    return (Span(f"{f'+{file.added}':>6} {f'-{file.removed}':>6}  "), *bar, path)
