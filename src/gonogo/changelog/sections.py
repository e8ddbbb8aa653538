"""Which heading each commit stands under."""

from collections.abc import Iterable, Mapping

from gonogo.changelog.model import Section
from gonogo.commits import Commit, Fate
from gonogo.plan import ChangelogRules
from gonogo.plan.headings import BREAKING, MERGES, OTHER, REPEATED

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
    filled: dict[str, list[Commit]] = {}
    for commit in commits:
        filled.setdefault(_title(commit, headings), []).append(commit)
    if len(filled) > 1:  # a whole history has thousands of releases with one heading
        order = [BREAKING, *(title for title in headings.values() if title != OTHER), OTHER, MERGES, REPEATED]
        filled = {title: filled[title] for title in dict.fromkeys(order) if title in filled}
    return tuple(Section(title, tuple(filled.pop(title))) for title in list(filled))


def _title(commit: Commit, headings: Mapping[str, str]) -> str:
    if commit.struck is not None and commit.struck.fate in _TOLD_ELSEWHERE:
        return REPEATED
    if commit.breaking:
        return BREAKING
    if not commit.type and commit.parents > 1:
        return MERGES
    return headings.get(commit.type, OTHER)
