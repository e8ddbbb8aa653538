"""What of a version can still be had: its artifact in a registry, or its tag in the repository."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct


class Found(StrEnum):
    """Whether it is there."""

    THERE = "there"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It was asked for in vain."""


class Artifact(Struct, frozen=True):
    """One version of one product, looked for in one place."""

    product: str
    version: str
    found: Found
    place: str
    """Where it was looked for: `tag v1.2.2`, `registry.example/web`."""
    at: datetime
    """UTC, when it was looked for."""
    detail: str = ""


Artifacts: TypeAlias = Mapping[tuple[str, str], Artifact]
"""By (product, version)."""
