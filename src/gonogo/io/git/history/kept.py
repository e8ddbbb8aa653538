"""Releases that were read before, kept outside the repository: what a tag contains does not change.

One file a product in the user's cache directory. It is believed only when it is ours alone, whole, of this form,
of this repository and these rules, and when the tags are exactly those it was made from; else it is made anew.
Nothing depends on it: whatever goes wrong here, the history is read.
"""

import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from gonogo import __version__
from gonogo.io.git.history.layout import layout
from gonogo.io.host.own_cache import OwnCache
from gonogo.plan import ChangelogRules, Product

_FORM = b"gonogo-past@4\n"
_FILES = 32
"""Products whose histories are kept; those used longest ago go first."""
_LARGEST = 64 * 1024 * 1024
_HEAD_LIMIT = 4 * 1024 * 1024


class Kept(Struct, frozen=True):
    """The releases of a product, newest first, and the commits that reach all of them."""

    tips: tuple[str, ...]
    releases: tuple[tuple[str, int, bytes], ...]
    """Tag, number of commits, lines."""


class _Head(Struct, frozen=True):
    """The first line of a file."""

    key: str
    tags: str
    tips: tuple[str, ...]
    releases: tuple[tuple[str, int, int], ...]
    """Tag, number of commits, length of its lines in bytes."""
    crc: int


class Store:
    """The file of one product."""

    def __init__(self, directory: Path, product: Product, rules: ChangelogRules) -> None:
        self._cache = OwnCache(directory, files=_FILES, largest=_LARGEST)
        self._key = _key(product, rules)
        self._name = f"{self._key[:32]}.past"

    def load(self, tags: bytes) -> Kept | None:
        """What was kept for exactly these tags; None when there is nothing to be believed."""
        try:
            raw = self._cache.read(self._name)
        except OSError:
            return None
        end = raw.find(b"\n", len(_FORM), _HEAD_LIMIT)
        if not raw.startswith(_FORM) or end < 0:
            return None
        try:
            head = msgspec.json.decode(raw[len(_FORM) : end], type=_Head)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        body = memoryview(raw)[end + 1 :]
        fits = head.key == self._key and head.tags == _digest(tags) and head.crc == zlib.crc32(body)
        if not fits or sum(length for _, _, length in head.releases) != len(body):
            return None
        return Kept(head.tips, tuple(_cut(head.releases, body)))

    def save(self, tags: bytes, kept: Kept) -> None:
        """Keep the releases for next time; where that is not possible, the next reading takes as long again."""
        body = b"".join(lines for _, _, lines in kept.releases)
        sizes = tuple((tag, count, len(lines)) for tag, count, lines in kept.releases)
        head = _Head(self._key, _digest(tags), kept.tips, sizes, zlib.crc32(body))
        content = b"".join([_FORM, msgspec.json.encode(head), b"\n", body])
        self._cache.write(self._name, content)


READING: Final = 2
"""Raised whenever the same messages are read differently: what was kept before then is not believed."""


def _key(product: Product, rules: ChangelogRules) -> str:
    """Names the repository as it lies there, and everything that decides how its history is told."""
    common = layout(Path(product.repo))[1]
    try:
        place = common.stat()
        where = [str(common.resolve()), place.st_dev, place.st_ino]
    except OSError:
        where = [product.repo]
    told = [product.name, product.scheme.value, product.tag, product.calver, list(product.paths)]
    how = [rules.convention, dict(rules.sections), rules.merges.value, rules.squash.value]
    # a list of sections in another order is another changelog: nothing is sorted here
    return hashlib.sha256(msgspec.json.encode([__version__, READING, where, told, how])).hexdigest()


def _digest(tags: bytes) -> str:
    return hashlib.sha256(tags).hexdigest()


def _cut(sizes: Sequence[tuple[str, int, int]], body: memoryview) -> list[tuple[str, int, bytes]]:
    found, at = [], 0
    for tag, count, length in sizes:
        found.append((tag, count, bytes(body[at : at + length])))
        at += length
    return found
