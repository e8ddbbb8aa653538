"""What ships, from the commits: sections with breaking changes first, the next version, and who contradicts whom.

The rules are written for people in docs/changelog-rules.md.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from msgspec import Struct

from gonogo.domain.commits import Commit
from gonogo.domain.plan import ChangelogRules, SchemeName
from gonogo.domain.text import LINE_LIMIT, clean
from gonogo.domain.version import Bump, Unparsed, Version, bump, compare, finalised, parse

BREAKING = "Breaking"
OTHER = "Other"
MERGES = "Merges"

BUILT_IN_SECTIONS: Mapping[str, str] = {
    "security": "Security",
    "feat": "Added",
    "perf": "Changed",
    "refactor": "Changed",
    "deprecate": "Deprecated",
    "remove": "Removed",
    "fix": "Fixed",
    "revert": "Reverted",
    "docs": "Documentation",
    "build": "Internal",
    "chore": "Internal",
    "ci": "Internal",
    "style": "Internal",
    "test": "Internal",
}
"""Commit type to heading, in the order of the headings, where the plan names none."""


class Section(Struct, frozen=True):
    """One heading and its commits, newest first."""

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
    """"" means from the first commit."""
    oid: str = ""
    version: str = ""


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


class ProductChanges(Struct, frozen=True):
    """What one product ships, as far as its history was read."""

    product: str
    range: Range
    planned: str
    sections: tuple[Section, ...] = ()
    """Breaking first, Other and Merges last; no section is empty, and no commit stands in two."""
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
        return self.range.problems

    @property
    def breaking(self) -> tuple[Commit, ...]:
        """The commits that break something."""
        return next((section.commits for section in self.sections if section.title == BREAKING), ())


class Unreadable(Struct, frozen=True):
    """A history that cannot be read, and what to do about it."""

    product: str
    reason: str
    remedy: str = ""


Changes: TypeAlias = ProductChanges | Unreadable


def build(
    product: str,
    commits: Sequence[Commit],
    found: Range,
    rules: ChangelogRules,
    planned: str,
    scheme: SchemeName = SchemeName.SEMVER,
    *,
    complete: bool = True,
) -> ProductChanges:
    """Arrange `commits` (newest first) and say which version they ask for."""
    by, forced_by = needed_bump(commits, found.base, scheme, product)
    following = next_version(found.base, by, planned, scheme, product)
    against = _contradiction(found.base, following, planned, scheme, product, by, forced_by) if complete else ""
    breaks = [commit for commit in commits if commit.breaking]
    return ProductChanges(
        product=product,
        range=found,
        planned=planned,
        sections=arrange(commits, rules),
        count=len(commits),
        bump=by,
        next_version=following,
        forced_by=forced_by,
        contradiction=against,
        breaking_without_major=bool(breaks and against and forced_by == tuple(breaks)),
        complete=complete,
    )


def arrange(commits: Iterable[Commit], rules: ChangelogRules) -> tuple[Section, ...]:
    """Every commit into exactly one section."""
    headings = rules.sections or BUILT_IN_SECTIONS
    order = dict.fromkeys([BREAKING, *headings.values()])
    order.pop(OTHER, None)
    filled: dict[str, list[Commit]] = {title: [] for title in (*order, OTHER, MERGES)}
    for commit in commits:
        if commit.breaking:
            title = BREAKING
        elif commit.is_merge and not commit.type:
            title = MERGES
        else:
            title = headings.get(commit.type, OTHER)
        filled[title].append(commit)
    return tuple(Section(title, tuple(entries)) for title, entries in filled.items() if entries)


def needed_bump(
    commits: Sequence[Commit], base: Base, scheme: SchemeName, product: str = ""
) -> tuple[Bump, tuple[Commit, ...]]:
    """How far the commits move the version, and which of them force it.

    Any commit asks for a patch at least, also a non-conforming one: a version that is out is not built
    again from other sources. Below 1.0.0 a breaking change asks for a minor version (Semantic Versioning,
    clause 4, leaves it open; this is what cargo and npm users expect).
    """
    breaks = tuple(commit for commit in commits if commit.breaking)
    if breaks:
        return (Bump.MINOR if _is_early(base, scheme, product) else Bump.MAJOR), breaks
    if features := tuple(commit for commit in commits if commit.type == "feat"):
        return Bump.MINOR, features
    return (Bump.PATCH if commits else Bump.NONE), tuple(commits[:1])


def _is_early(base: Base, scheme: SchemeName, product: str) -> bool:
    version = parse(base.version, scheme, product)
    return isinstance(version, Version) and version.release[:1] == (0,)


def next_version(base: Base, by: Bump, planned: str, scheme: SchemeName, product: str = "") -> str:
    """The version after `base`, without prefix; the planned one for a first release, "" for opaque names."""
    if not base.version:
        return planned
    version = parse(base.version, scheme, product)
    if isinstance(version, Unparsed):
        return ""
    following = bump(version, by)
    if isinstance(following, Unparsed):
        return ""
    return following.text if by is not Bump.NONE else following.number


def _contradiction(
    base: Base,
    following: str,
    planned: str,
    scheme: SchemeName,
    product: str,
    by: Bump,
    forced_by: tuple[Commit, ...],
) -> str:
    plan, past, asked = (parse(text, scheme, product) for text in (planned, base.version, following))
    if not isinstance(plan, Version) or not isinstance(past, Version):
        return ""
    order = compare(plan, past)
    if order is not None and order <= 0:
        return f"planned {planned} is not newer than {base.tag}, which the target already contains"
    if scheme is SchemeName.CALVER or not isinstance(asked, Version) or by is Bump.NONE:
        return ""  # the calendar, not the commits, names the fields of a calendar version
    if compare(finalised(plan), finalised(asked)) != -1:
        return ""
    return f"planned {planned}, but {_why(forced_by)} for {following}: {_named(forced_by)}"


def _why(forced_by: tuple[Commit, ...]) -> str:
    kind = "breaking commit" if forced_by[0].breaking else "feature" if forced_by[0].type == "feat" else "commit"
    count = len(forced_by)
    return f"{count} {kind} asks" if count == 1 else f"{count} {kind}s ask"


def _named(commits: tuple[Commit, ...], limit: int = 3) -> str:
    names = ", ".join(commit.short for commit in commits[:limit])
    return names if len(commits) <= limit else f"{names} and {len(commits) - limit} more"


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
    yield f"  {commit.short}  {headline_text(commit) or '(no subject)'}"
    if commit.breaking not in {"", commit.description}:
        yield f"  {' ' * 8}  {commit.breaking}"
