"""Version files: the places that must state the version that ships, and what each really states."""

import re
from enum import StrEnum
from itertools import islice

from msgspec import Struct

from gonogo.plan import Product, SchemeName, VersionFile
from gonogo.text import clean
from gonogo.versions import fulfils

VERSION_LIMIT = 128
FITS_LIMIT = 6
"""Places of a pattern that are told; the first is one too few, and a person needs no more to see what happened."""
_VERSION = r"[0-9A-Za-z][0-9A-Za-z.+_~-]{0,127}"


class FileVerdict(StrEnum):
    """What one place says."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    UNKNOWN = "unknown"
    """It could not be read: the file or the key is missing, or it is not in the form its name promises."""


class FileVersion(Struct, frozen=True):
    """One place and what it states."""

    path: str
    place: str
    """The key, or the pattern, as the plan gives it."""
    verdict: FileVerdict
    stated: str = ""
    """The version as it stands there, cleaned; "" when none could be read."""
    problem: str = ""
    """Why it could not be read; "" when it could."""


class ProductFiles(Struct, frozen=True):
    """All version files of a product, at one revision."""

    product: str
    planned: str
    at: str
    """What was looked at, in words: `tag v1.2.3`, `HEAD`."""
    revision: str = ""
    """Full commit id; "" when there was none to look at."""
    files: tuple[FileVersion, ...] = ()
    problem: str = ""
    """Why none of them could be looked at; "" when they could."""

    @property
    def verdict(self) -> FileVerdict:
        """Of all of them: one that disagrees decides, then one that is not known."""
        found = {file.verdict for file in self.files}
        if FileVerdict.DISAGREES in found:
            return FileVerdict.DISAGREES
        if self.problem or FileVerdict.UNKNOWN in found:
            return FileVerdict.UNKNOWN
        return FileVerdict.AGREES

    @property
    def is_tagged(self) -> bool:
        """Whether they were read at the tag of the planned version, which is what ships."""
        return self.at.startswith("tag ")

    @property
    def summary(self) -> str:
        """Who disagrees, in one line."""
        if self.problem:
            return self.problem
        wrong = [_told(file) for file in self.files if file.verdict is not FileVerdict.AGREES]
        if wrong:
            return f"at {self.at}: {'; '.join(wrong)}; planned is {self.planned}"
        count = len(self.files)
        return f"{count} file{'s state' if count != 1 else ' states'} {self.planned} at {self.at}"


def _told(file: FileVersion) -> str:
    return f"{file.path} {'states ' + file.stated if file.stated else file.problem}"


def judged(product: Product, file: VersionFile, stated: str) -> FileVersion:
    """What a place that states `stated` means for the product's planned version."""
    text = clean(stated.strip(), VERSION_LIMIT)
    # an opaque version has no order, but it is still the same text or not
    scheme = product.scheme
    same = text == product.version if scheme is SchemeName.OPAQUE else _same(text, product)
    verdict = FileVerdict.AGREES if same else FileVerdict.DISAGREES
    return FileVersion(file.path, place_of(file), verdict, text)


def _same(text: str, product: Product) -> bool:
    return fulfils(product.version, text, product.scheme, product.name)


def unreadable(file: VersionFile, problem: str) -> FileVersion:
    """A place that could not be read."""
    return FileVersion(file.path, place_of(file), FileVerdict.UNKNOWN, "", clean(problem, 200))


def place_of(file: VersionFile) -> str:
    """Where in the file the version stands, as the plan says."""
    return file.key or file.pattern


class Fit(Struct, frozen=True):
    """One place where a pattern fits."""

    version: str
    line: int
    """From 1."""
    start: int
    """Index of the first character of the version."""


def fits(text: str, pattern: str) -> tuple[Fit, ...]:
    """Every place where `pattern` fits, with what stands where it has `{version}`; FITS_LIMIT at most.

    The rest of the pattern is taken literally: a plan brings no regular expressions.
    """
    before, marker, after = pattern.partition("{version}")
    if not marker:
        return ()
    # one bounded run between two literal texts: nothing here can take longer than the text is long
    places = re.finditer(f"{re.escape(before)}({_VERSION}){re.escape(after)}", text)
    return tuple(
        Fit(found[1], text.count("\n", 0, found.start(1)) + 1, found.start(1))
        for found in islice(places, FITS_LIMIT)
    )
