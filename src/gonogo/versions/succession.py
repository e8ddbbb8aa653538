"""Which version comes next: by a bump, on a line, on a pre-release channel."""

from collections.abc import Iterable
from datetime import date

from gonogo.plan import SchemeName
from gonogo.versions import calver
from gonogo.versions.model import Bump, Unparsed, Version, expression
from gonogo.versions.pep440 import PRE_WORDS
from gonogo.versions.reading import parse


def bump(version: Version, by: Bump, *, pattern: str = "", on: date | None = None) -> Version | Unparsed:
    """The next version, without prefix and build; a pre-release first becomes its own final version.

    Below 1.0.0 nothing is special here: which change is how big is the changelog's decision. A calendar
    version takes the day `on` by its `pattern`; without a pattern its last field counts up whatever `by` says.
    """
    if by is Bump.NONE:
        return version
    if version.scheme is SchemeName.OPAQUE:
        return Unparsed(version.text, "an opaque version has no successor")
    if version.scheme is SchemeName.CALVER:
        return _by_calendar(version, by, pattern, on)
    if not version.prerelease:
        return _stepped(version, by)
    import semver  # here for what is before a final version only: it costs 14 ms

    major, minor, patch, *_ = (*version.release, 0, 0, 0)
    # its own final version has the same three numbers only where there are no more than three
    unfinished = "pre" if version.prerelease and not any(version.release[3:]) else None
    following = semver.Version(major, minor, patch, unfinished).next_version(by.value)
    return parse(f"{_epoch(version)}{following}", version.scheme)


def _stepped(version: Version, by: Bump) -> Version | Unparsed:
    major, minor, patch, *_ = (*version.release, 0, 0, 0)
    numbers = {Bump.MAJOR: (major + 1, 0, 0), Bump.MINOR: (major, minor + 1, 0)}.get(by, (major, minor, patch + 1))
    return parse(_epoch(version) + ".".join(map(str, numbers)), version.scheme)


def _epoch(version: Version) -> str:
    epoch = version.key[0][0] if version.scheme is SchemeName.PEP440 and version.key else 0
    return f"{epoch}!" if epoch else ""


def _by_calendar(version: Version, by: Bump, pattern: str, on: date | None) -> Version | Unparsed:
    if pattern:
        following = calver.following(pattern, version, by, on)
        return following if isinstance(following, Unparsed) else parse(following, version.scheme)
    numbers = expression(calver.NUMBERS).match(version.number)
    assert numbers is not None  # every parsed calendar version begins with its numbers
    return parse(numbers[0] if version.prerelease else calver.count_up(numbers[0]), version.scheme)


def next_patch(version: Version, taken: Iterable[Version] = ()) -> Version | Unparsed:
    """The next free patch on the line of `version`: one no member of `taken` has, released or not."""
    following = bump(version, Bump.PATCH)
    used = {other.release for other in taken if other.scheme is version.scheme}
    while isinstance(following, Version) and following.release in used:
        following = bump(following, Bump.PATCH)
    return following


def finalised(version: Version) -> Version:
    """The final version a pre-release leads to; a final version is its own."""
    if not version.prerelease:
        return version
    numbers = ".".join(str(number) for number in version.release)
    read = parse(numbers, version.scheme)
    return read if isinstance(read, Version) else version


_CHANNEL = r"([A-Za-z]+(?:-[A-Za-z]+)*)([.-]?)(\d*)"


def channel(version: Version) -> str:
    """The word of a pre-release: `rc` of 1.2.0-rc.2; "" for a final one, or when it has no word."""
    found = expression(_CHANNEL).match(version.prerelease)
    return found[1] if found else ""


def next_prerelease(final: Version, word: str, taken: Iterable[Version] = ()) -> Version | Unparsed:
    """The next free pre-release of `final` on the channel `word`: 1.3.0-rc.2 after 1.3.0-rc.1.

    Numbers begin at 1 and are written as those already taken are; pre-releases of other channels do not count.
    """
    if final.scheme is SchemeName.OPAQUE:
        return Unparsed(final.text, "an opaque version has no pre-releases")
    python = final.scheme is SchemeName.PEP440
    same = PRE_WORDS.get(word.lower(), word) if python else word
    number, between = 0, "" if python else "."
    for other in taken:
        found = expression(_CHANNEL).match(other.prerelease)
        if found and found[1] == same and finalised(other).key == final.key and int(found[3] or 0) >= number:
            number, between = int(found[3] or 0), found[2]
    joined = "" if python else "-"
    return parse(f"{final.number.partition('+')[0]}{joined}{same}{between}{number + 1}", final.scheme)
