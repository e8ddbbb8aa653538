"""A changelog as Keep a Changelog 1.1 has it (https://keepachangelog.com/en/1.1.0/), edited in one place."""

from gonogo.domain.keepachangelog.reading import Document, Part, Reference, Style, read
from gonogo.domain.keepachangelog.releasing import NotReleased, Origin, Release, Released, release

__all__ = [
    "Document",
    "NotReleased",
    "Origin",
    "Part",
    "Reference",
    "Release",
    "Released",
    "Style",
    "read",
    "release",
]
