"""What people wrote for a release, at the commit that ships: under [Unreleased], or as the entry of its version.

Written text comes first: notes, preview, changelog and the step of the version all take it where it is there, so
that no two of them tell users different things.
"""

import re

from msgspec import Struct

from gonogo.changelog.keepachangelog.reading import read
from gonogo.plan import BelowOne
from gonogo.text import clean, clean_block
from gonogo.versions import Bump

LIMIT = 40_000
"""Characters that are kept of it."""

_BREAKS = re.compile(r"^removed\b|\bbreaking\b|\bbackwards?[ -]incompatible\b", re.IGNORECASE)
_BREAK_LINE = re.compile(r"^[ \t]*[-*+][ \t]+\W{0,4}BREAKING\b", re.MULTILINE)
"""`- **BREAKING** the v1 API is gone`; a word within a sentence speaks of something else."""
_FEATURES = ("added", "changed", "deprecated", "features", "feature", "new")


class Written(Struct, frozen=True):
    """The text of one product's release."""

    text: str
    """Markdown as it was written, cleaned; `### ` headings and their lists."""
    file: str = ""
    """Below the repository."""
    headings: tuple[str, ...] = ()
    """Those that something stands under."""

    @property
    def breaks(self) -> bool:
        """Whether it removes something, or says that something breaks."""
        return (
            any(_BREAKS.search(heading) for heading in self.headings) or _BREAK_LINE.search(self.text) is not None
        )

    def step(self, *, early: bool, below_one: BelowOne) -> Bump:
        """How far it moves the version, by the meaning that Keep a Changelog gives its headings."""
        if self.breaks:
            return below_one.breaking if early else Bump.MAJOR
        if any(heading.lower().startswith(_FEATURES) for heading in self.headings):
            return below_one.feature if early else Bump.MINOR
        return Bump.PATCH


def written(text: str, version: str, file: str) -> Written | None:
    """What the changelog `text` holds for `version`; None where nobody wrote anything."""
    document = read(text)
    part = document.part(version) or document.waiting(version)
    body = document.body(part) if part is not None else ""
    headings = tuple(_headings(body))
    if not any(line.strip() and not line.startswith("#") for line in body.splitlines()):
        return None
    return Written(clean_block(body, LIMIT), clean(file, 200), headings)


def _headings(body: str) -> list[str]:
    found: list[str] = []
    title = ""
    for line in body.splitlines():
        if line.startswith("#"):
            title = clean(line.lstrip("#").strip(), 80)
        elif line.strip() and title and title not in found:
            found.append(title)
    return found
