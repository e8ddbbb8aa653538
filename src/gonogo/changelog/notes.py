"""Release notes for two audiences, from one source: the commits of every product.

Inside the house everything is told. Outside only what users notice: breaks first, with what to do about them, and
nothing of internal types and scopes. What commits cannot know has a place of its own that says it is empty.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from gonogo.changelog import BREAKING, MERGES, OTHER, Changes, ProductChanges, Section, Unreadable
from gonogo.commits import NOT_DESCRIBED, Commit
from gonogo.plan import ChangelogRules, Migration, Plan, Product


class Audience(StrEnum):
    """Who reads the notes."""

    INTERNAL = "internal"
    """Everybody who works on it: everything, with authors and commits."""
    EXTERNAL = "external"
    """Users: what changes for them."""


INTERNAL_TYPES = frozenset({"refactor", "docs", "build", "chore", "ci", "style", "test"})
"""Commit types no user notices."""

PLACES: Mapping[Audience, tuple[str, ...]] = {
    Audience.INTERNAL: ("Known issues", "Potential impact", "Feature flags"),
    Audience.EXTERNAL: ("Known issues",),
}
"""What commits cannot know, and somebody has to write."""


class Entry(Struct, frozen=True):
    """One line of the notes."""

    text: str
    scope: str = ""
    commit: str = ""
    """Full object id."""
    author: str = ""
    issues: tuple[str, ...] = ()
    upgrade: str = ""
    """For a break: what breaks and what to do, in the author's words; "" when the commit does not say."""
    undone: str = ""
    """Why it is announced no more, such as `reverted by 1a2b3c4d`: shown struck out; "" when it counts."""


class Group(Struct, frozen=True):
    """One heading."""

    title: str
    entries: tuple[Entry, ...]


class ProductNotes(Struct, frozen=True):
    """What one product ships."""

    product: str
    version: str
    previous: str = ""
    groups: tuple[Group, ...] = ()
    migration: Migration = Migration.NONE
    """What the plan declares."""
    migrations: tuple[str, ...] = ()
    """Paths below the product's `migration_paths` that really change; inside the house only."""
    flags: tuple[str, ...] = ()
    """Feature flags that come with it; inside the house only."""
    left_out: int = 0
    """Commits this audience is not told about."""
    unknown: str = ""
    """Why nothing is known; "" when it is."""
    written: str = ""
    """What people wrote for this version, as Markdown: it is told instead of the groups; "" where they did not."""

    @property
    def breaking(self) -> tuple[Entry, ...]:
        """The breaks that have not been taken back."""
        found = next((group.entries for group in self.groups if group.title == BREAKING), ())
        return tuple(entry for entry in found if not entry.undone)


class Notes(Struct, frozen=True):
    """The notes of a release, before anybody has put a hand on them."""

    release: str
    name: str
    audience: Audience
    products: tuple[ProductNotes, ...]
    day: date | None = None
    places: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    """What a reader of the draft must know before it goes out."""


class Generated(Struct, frozen=True):
    """What the commits say, before anybody has put a hand on it."""

    notes: Notes
    markdown: str
    sha256: str
    """Of the Markdown: a draft was made from other commits when it differs."""


def build(plan: Plan, changes: Mapping[str, Changes], audience: Audience, day: date | None = None) -> Notes:
    """Notes of every product whose repository the plan names; what is not read yet is said to be unknown."""
    several = len({product.repo for product in plan.products if product.repo}) > 1
    products = tuple(
        _product(product, changes.get(product.name), audience, plan.changelog, several=several)
        for product in plan.products
        if product.repo
    )
    return Notes(
        plan.release, plan.name, audience, products, day, PLACES[audience], tuple(_warnings(products, changes))
    )


def _product(
    product: Product, changes: Changes | None, audience: Audience, rules: ChangelogRules, *, several: bool
) -> ProductNotes:
    if not isinstance(changes, ProductChanges):
        why = changes.reason if isinstance(changes, Unreadable) else "its history has not been read"
        return ProductNotes(product.name, product.version, migration=product.migration, unknown=why)
    shown = [
        (section.title, _told(section.commits, section.title, audience, rules)) for section in changes.sections
    ]
    groups = tuple(
        Group(title, tuple(_entry(commit, product.name if several else "") for commit in commits))
        for title, commits in shown
        if commits
    )
    inside = audience is Audience.INTERNAL
    return ProductNotes(
        product.name,
        product.version,
        changes.base,
        groups,
        product.migration,
        changes.range.migrations if inside else (),
        product.flags if inside else (),
        changes.count - len(_told_oids(groups)),
        written=changes.written.text if changes.written is not None else "",
    )


def _told_oids(groups: Iterable[Group]) -> set[str]:
    return {entry.commit for group in groups for entry in group.entries}


def _told(commits: Iterable[Commit], title: str, audience: Audience, rules: ChangelogRules) -> Sequence[Commit]:
    if audience is Audience.INTERNAL:
        return tuple(commits)
    if title in {MERGES, OTHER}:
        return tuple(commit for commit in commits if commit.looks_breaking and commit.struck is None)
    return users_notice(Section(title, tuple(commits)), rules)


def users_notice(section: Section, rules: ChangelogRules) -> tuple[Commit, ...]:
    """The commits of a section that concern more people than those who made them.

    A break is told to everybody, whatever its type and scope: users meet it anyway; so is what may be one. What
    was taken back does not ship, and what was announced before is no news.
    """
    if section.title == BREAKING:
        return tuple(commit for commit in section.commits if commit.struck is None)
    hidden = {scope.lower() for scope in rules.internal_scopes}
    return tuple(
        commit
        for commit in section.commits
        if commit.struck is None
        and (
            commit.looks_breaking
            or (
                commit.type not in INTERNAL_TYPES
                and commit.scope.lower() not in hidden
                and commit.type not in hidden
            )
        )
    )


def _entry(commit: Commit, product: str) -> Entry:
    """A line; `product` in notes of several repositories, where a bare `#12` would be an issue of any of them."""
    issues = commit.issues
    return Entry(
        _without_issues(commit.description, issues),
        commit.scope,
        commit.oid,
        commit.author,
        tuple(f"{product}{issue}" if issue.startswith("#") else issue for issue in issues),
        upgrade_notes(commit),
        str(commit.struck) if commit.struck is not None else "",
    )


def _without_issues(text: str, issues: Sequence[str]) -> str:
    """Without the `(#12)` that a forge puts at the end: it is told beside."""
    while text.endswith(")") and (at := text.rfind(" (")) > 0 and text[at + 2 : -1] in issues:
        text = text[:at].rstrip()
    return text


def upgrade_notes(commit: Commit) -> str:
    """What the message says breaks and what to do, with its line breaks; "" when it does not say."""
    return "" if commit.upgrade == NOT_DESCRIBED else commit.upgrade


def _warnings(products: Iterable[ProductNotes], changes: Mapping[str, Changes]) -> Iterable[str]:
    for product in products:
        if product.unknown:
            yield f"{product.product}: {product.unknown}"
        for entry in product.breaking:
            if not entry.upgrade:
                yield (
                    f"{product.product}: the breaking change {entry.commit[:8]} does not say what to do: "
                    "write its upgrade steps"
                )
        found = changes.get(product.product)
        if not isinstance(found, ProductChanges):
            continue
        if not found.complete:
            yield f"{product.product}: its history is still being read, so lines are missing"
        if found.contradiction:
            yield f"{product.product}: {found.contradiction}"
        yield from (f"{product.product}: {problem}" for problem in found.problems)
