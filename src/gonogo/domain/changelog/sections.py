"""Which heading each commit stands under."""

from collections.abc import Iterable, Mapping

from gonogo.domain.changelog.model import BREAKING, MERGES, OTHER, REPEATED, Section
from gonogo.domain.commits import Commit, Fate
from gonogo.domain.plan import ChangelogRules

BUILT_IN_SECTIONS: Mapping[str, str] = {
    "security": "Security",
    "feat": "Added",
    "perf": "Changed",
    "refactor": "Changed",
    "ticket": "Changed",
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

_TOLD_ELSEWHERE = frozenset({Fate.COPY, Fate.RELEASED})


def arrange(commits: Iterable[Commit], rules: ChangelogRules) -> tuple[Section, ...]:
    """Every commit into exactly one section."""
    headings = rules.sections or BUILT_IN_SECTIONS
    order = dict.fromkeys([BREAKING, *headings.values()])
    order.pop(OTHER, None)
    filled: dict[str, list[Commit]] = {title: [] for title in (*order, OTHER, MERGES, REPEATED)}
    for commit in commits:
        if commit.struck is not None and commit.struck.fate in _TOLD_ELSEWHERE:
            title = REPEATED
        elif commit.breaking:
            title = BREAKING
        elif not commit.type and commit.parents > 1:
            title = MERGES
        else:
            title = headings.get(commit.type, OTHER)
        filled[title].append(commit)
    return tuple(Section(title, tuple(entries)) for title, entries in filled.items() if entries)
