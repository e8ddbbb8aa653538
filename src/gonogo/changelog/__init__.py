"""What ships, from the commits: sections with breaking changes first, the next version, and who contradicts whom.

The rules are written for people in docs/changelog-rules.md.
"""

from gonogo.changelog.building import build
from gonogo.changelog.bumping import Reckoning
from gonogo.changelog.model import (
    Base,
    Changes,
    Choice,
    ProductChanges,
    Range,
    Section,
    Tag,
    Unreadable,
)
from gonogo.changelog.sections import BUILT_IN_SECTIONS, arrange
from gonogo.plan.headings import BREAKING, MERGES, OTHER, REPEATED

__all__ = [
    "BREAKING",
    "BUILT_IN_SECTIONS",
    "MERGES",
    "OTHER",
    "REPEATED",
    "Base",
    "Changes",
    "Choice",
    "ProductChanges",
    "Range",
    "Reckoning",
    "Section",
    "Tag",
    "Unreadable",
    "arrange",
    "build",
]
