"""Semantic Versioning 2.0.0, and what fleets report besides."""

from gonogo.plan import SchemeName
from gonogo.versions.model import Version, expression, prerelease_key

_SEMVER = (
    r"(\d+)(?:\.(\d+)(?:\.(\d+))?)?"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)


def read(text: str, number: str) -> Version | None:
    """Missing fields count as 0, leading zeros pass: both are seen, and neither is ambiguous."""
    found = expression(_SEMVER).fullmatch(number)
    if found is None:
        return None
    major, minor, patch, prerelease, build = found.groups("")
    release = (int(major), int(minor or 0), int(patch or 0))
    key = (release, prerelease_key(prerelease))
    return Version(text, SchemeName.SEMVER, number, release, prerelease, build, key)
