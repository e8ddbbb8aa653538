"""How often a source may be asked at most, whatever a plan or an impatient person wants. Pure."""

from datetime import timedelta
from typing import Final

FORGES: Final = frozenset({"github", "gitlab"})
FLOOR: Final = timedelta(seconds=2)
FORGE_FLOOR: Final = timedelta(seconds=30)
"""Forges count requests per hour, and ten people may have the same plan open."""


def floor_of(use: str) -> timedelta:
    """The least time between two questions to one source of that preset."""
    return FORGE_FLOOR if use in FORGES else FLOOR
