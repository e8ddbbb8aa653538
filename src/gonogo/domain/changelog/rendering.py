"""What ships as text: Markdown that no commit can break, and plain lines."""

import re
from collections.abc import Iterable
from datetime import date

from gonogo.domain.changelog.model import ProductChanges
from gonogo.domain.commits import Commit
from gonogo.domain.text import LINE_LIMIT, clean

# What Markdown and its GitHub dialect could take for a construct inside a line or at its start. Colons of
# URLs and dots of `www.` are taken apart so that no bare address turns into a link; `@` notifies people.
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&@$])")
_ADDRESS = re.compile(r"(?i)(?<=[a-z]):(?=//)|(?<=\bwww)\.|(?<=mailto):|(?<=xmpp):")
_LINE_START = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)]))")


def escaped(text: str) -> str:
    """`text` as one line of Markdown that shows exactly it, also where a line begins."""
    marks_only = _escaped_inside(text)
    return _LINE_START.sub(lambda at: f"{at[1]}\\{at[2]}" if at[2] else f"{at[1]}{at[3]}\\{at[4]}", marks_only)


def _escaped_inside(text: str) -> str:
    """As `escaped`, for a place where no line begins."""
    return _ADDRESS.sub(r"\\\g<0>", _MARKS.sub(r"\\\1", clean(text, 4 * LINE_LIMIT)))


def headline_text(commit: Commit) -> str:
    """`scope: description`, as lists show it."""
    return f"{commit.scope}: {commit.description}" if commit.scope else commit.description


def render_markdown(changes: ProductChanges, on: date | None = None) -> str:
    """A changelog entry under a level-two heading; `on` is the day of the release, left out when not known."""
    day = f" - {on.isoformat()}" if on else ""
    lines = [f"## [{_escaped_inside(changes.planned or changes.next_version)}]{day}", ""]
    for section in changes.sections:
        lines += [f"### {_escaped_inside(section.title)}", "", *map(_markdown_entry, section.commits), ""]
    return "\n".join(lines)


def _markdown_entry(commit: Commit) -> str:
    scope = f"**{_escaped_inside(commit.scope)}:** " if commit.scope else ""
    said = commit.description or "(no subject)"
    note = f"\n  {escaped(commit.breaking)}" if commit.breaking not in {"", commit.description} else ""
    if commit.struck is not None:
        return f"- ~~{scope}{_escaped_inside(said)}~~ ({commit.short}, {commit.struck})"
    return f"- {scope}{escaped(said)} ({commit.short}){note}"


def render_text(changes: ProductChanges) -> tuple[str, ...]:
    """Plain lines for a terminal or a mail: what the range is, what is odd about it, then the sections."""
    since = f"since {changes.base}" if changes.base else "since the first commit"
    noun = "commit" if changes.count == 1 else "commits"
    lines = [f"{changes.product} {changes.planned}: {changes.count} {noun} {since}"]
    if not changes.complete:
        lines.append("! still reading")
    lines += [f"! {problem}" for problem in changes.problems]
    if changes.contradiction:
        lines.append(f"! {changes.contradiction}")
    for section in changes.sections:
        lines += ["", section.title, *(line for commit in section.commits for line in _text_entry(commit))]
    return tuple(lines)


def _text_entry(commit: Commit) -> Iterable[str]:
    why = f" ({commit.struck})" if commit.struck is not None else ""
    yield f"  {commit.short}  {headline_text(commit) or '(no subject)'}{why}"
    if commit.breaking not in {"", commit.description}:
        yield f"  {' ' * 8}  {commit.breaking}"
