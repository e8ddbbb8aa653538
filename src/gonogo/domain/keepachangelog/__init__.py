"""A changelog as Keep a Changelog 1.1 has it (https://keepachangelog.com/en/1.1.0/), edited in one place."""

from gonogo.domain.keepachangelog.heading import Form, Heading
from gonogo.domain.keepachangelog.reading import Document, Part, Reference, read
from gonogo.domain.keepachangelog.releasing import NotReleased, Origin, Release, Released, release

__all__ = [
    "Document",
    "Form",
    "Heading",
    "NotReleased",
    "Origin",
    "Part",
    "Reference",
    "Release",
    "Released",
    "read",
    "release",
]
