"""Versions, each read and ordered by its product's own scheme. No other place compares versions.

The text a source gave is kept as it came. `compare` answers None when two versions cannot be ordered:
opaque names, texts the scheme does not know, versions of two schemes. None is an answer to show
("differs"), never one to guess from.
"""

from gonogo.versions.model import TEXT_LIMIT, Bump, Unparsed, Version
from gonogo.versions.reading import (
    compare,
    compare_texts,
    consistent,
    fulfils,
    is_newer,
    is_ordered,
    overlaps,
    parse,
    same_build,
    same_version,
)
from gonogo.versions.succession import bump, channel, finalised, next_patch, next_prerelease

__all__ = [
    "TEXT_LIMIT",
    "Bump",
    "Unparsed",
    "Version",
    "bump",
    "channel",
    "compare",
    "compare_texts",
    "consistent",
    "finalised",
    "fulfils",
    "is_newer",
    "is_ordered",
    "next_patch",
    "next_prerelease",
    "overlaps",
    "parse",
    "same_build",
    "same_version",
]
