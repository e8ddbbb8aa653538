"""The series of version tags in a repository: which of them live, and which product each is of. Pure.

A repository may hold several products (`hatch-v1.17.1`, `hatchling-v1.32.0`), and series that nobody goes on with.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from gonogo.plan import SchemeName
from gonogo.versions import Version, parse

_TAG = re.compile(
    r"(?P<prefix>(?:@?[A-Za-z0-9][A-Za-z0-9._/+-]{0,79}?[-/@_])?)(?P<v>v?)(?P<version>\d+\.\d[\w.+-]*)", re.ASCII
)
_ANY_PRODUCT: Final = frozenset({"release", "releases", "rel", "version", "ver", "tag", "tags"})
"""Words before a version that name no product."""
_DEAD_AFTER: Final = 2 * 365 * 86_400
"""Seconds. A series is dead when its newest tag is so much older than the newest tag of all."""
_OVERTAKEN: Final = 2
"""A series without a product's name is dead once so many tags of named products are newer than its newest."""


class Series(Struct, frozen=True):
    """Tags that differ in their version only."""

    pattern: str
    """`hatch-v{version}`."""
    name: str
    """Of the product it names; "" for none."""
    newest: Version
    """The highest final version, by precedence and not by date."""
    newest_at: int
    """Unix time of the tag that was made last; 0 where it is not known."""


def series_of(tags: Iterable[str], made_at: Mapping[str, int], own_name: str) -> tuple[Series, ...]:
    """All series of final versions, the newest tag's first. `own_name` names no part of the repository."""
    found: dict[str, Series] = {}
    for tag in tags:
        matched = _TAG.fullmatch(tag)
        version = _final(matched["version"]) if matched else None
        if matched is None or version is None or tag.count(version.number) != 1 or tag.endswith(".lock"):
            continue
        pattern = tag.replace(version.number, "{version}")
        one = Series(pattern, _name(matched["prefix"], own_name), version, made_at.get(tag, 0))
        before = found.get(pattern)
        found[pattern] = one if before is None else _joined(before, one)
    return tuple(sorted(found.values(), key=lambda one: -one.newest_at))


def living(series: Iterable[Series], made_at: Mapping[str, int]) -> tuple[tuple[Series, ...], tuple[Series, ...]]:
    """Those that releases go on in, one a product, and the others."""
    everything = tuple(series)
    last = max((one.newest_at for one in everything), default=0)
    alive: dict[str, Series] = {}
    for one in everything:
        overtaken = not one.name and _named_after(one, everything, made_at) >= _OVERTAKEN
        if not overtaken and last - one.newest_at <= _DEAD_AFTER and one.name not in alive:
            alive[one.name] = one
    return tuple(alive.values()), tuple(one for one in everything if alive.get(one.name) is not one)


def _named_after(one: Series, everything: Iterable[Series], made_at: Mapping[str, int]) -> int:
    """How many tags of named products are newer."""
    heads = tuple(other.pattern.partition("{version}")[0] for other in everything if other.name)
    return sum(at > one.newest_at for tag, at in made_at.items() if tag.startswith(heads)) if heads else 0


def _joined(one: Series, other: Series) -> Series:
    newest = max((one.newest, other.newest), key=lambda version: version.key or ())
    return Series(one.pattern, one.name, newest, max(one.newest_at, other.newest_at))


def _final(text: str) -> Version | None:
    version = parse(text, SchemeName.SEMVER)
    known = isinstance(version, Version) and version.key is not None and not version.prerelease
    return version if known and isinstance(version, Version) and version.number == text else None


def _name(prefix: str, own_name: str) -> str:
    last = prefix.rstrip("-/@_").rpartition("/")[2]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-._")[:40]
    return "" if name.lower() in _ANY_PRODUCT or name == own_name else name
