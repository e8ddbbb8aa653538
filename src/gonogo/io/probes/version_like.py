"""What can be a version and what cannot: the one question that every preset's answer is asked.

An outage speaks through the same places as a version: `ERROR: database is down` with 200, `(devel)`, `${VERSION}`,
`2026.11.30.#{Build.Hour}`, an emoji. None of it is ever a version. What the plan itself names as one always is.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT, Request
from gonogo.io.probes.contradictions import is_outage
from gonogo.io.probes.interface import VERSION_LIMIT, Fetch, NotUnderstood, Outcome, Preset, Understood
from gonogo.io.probes.table import MatrixPreset, Table
from gonogo.plan import Target
from gonogo.text import clean

_CHARACTERS = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+:/@~!-]*[A-Za-z0-9])?", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{7,64}", re.ASCII)
"""A short or long commit id may happen to have no digit."""
_NO_VERSION = re.compile(
    r"(?:errors?|err|exception|fail(?:ed|ure)?|fatal|panic|traceback|unavailable|timeout|undefined|unknown|null|none"
    r"|nan|https?[:/])(?![a-z])|https?://",
    re.IGNORECASE | re.ASCII,
)
_FIRST_WORD = "first word"
_TOLD = 80


def is_version_like(word: str) -> bool:
    """Whether it can be a version: letters, digits and . _ + : / @ ~ ! -, with a digit, no sign at either end."""
    return (
        len(word) <= VERSION_LIMIT
        and _CHARACTERS.fullmatch(word) is not None
        and (any(character.isdigit() for character in word) or _COMMIT.fullmatch(word) is not None)
        and _NO_VERSION.match(word) is None
    )


def checked_versions(outcome: Outcome, planned: Collection[str] = ()) -> Outcome:
    """What was read, without what can be no version; where nothing is left, why. Pure.

    `planned` are the texts that the plan names as versions.
    """
    if isinstance(outcome, NotUnderstood):
        return outcome
    nonsense = [one.version for one in outcome.versions if not _is_one(one, planned)]
    if not nonsense:
        return outcome
    kept = tuple(one for one in outcome.versions if _is_one(one, planned))
    if not kept:
        return NotUnderstood(Reason.NO_VERSION, _why(nonsense[0], outcome), outcome.excerpt)
    status = Status.UNKNOWN if outcome.status is Status.SUCCEEDED else outcome.status
    told = "; ".join(filter(None, (f"'{nonsense[0][:_TOLD]}' is no version", outcome.message)))
    return replace(outcome, versions=kept, status=status, message=clean(told, DETAIL_LIMIT))


def _is_one(running: Running, planned: Collection[str]) -> bool:
    return running.version in planned or is_version_like(running.version)


def _why(word: str, outcome: Understood) -> str:
    told = f"'{word[:_TOLD]}' is no version"
    if outcome.place == _FIRST_WORD:
        return clean(f"{told}; the answer is: {outcome.excerpt[:_TOLD]}", DETAIL_LIMIT)
    return clean(f"{told}; it stands at {outcome.place}" if outcome.place else told, DETAIL_LIMIT)


def first_word(words: Sequence[str]) -> bool:
    """Whether a text, split behind its first word, says a version and not that something is broken. Pure."""
    tail = words[1] if len(words) > 1 else ""
    return is_version_like(words[0]) and not is_outage(words[0], tail)


class OnlyVersions:
    """A preset whose answers hold nothing for a version that can be none."""

    def __init__(self, preset: Preset, planned: Collection[str] = ()) -> None:
        self._preset = preset
        self._planned = planned

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """As the preset asks."""
        return checked_versions(await self._preset.ask(fetch, request), self._planned)


class OnlyVersionsInTable:
    """A source's preset whose cells hold nothing for a version that can be none."""

    def __init__(self, preset: MatrixPreset, planned: Mapping[str, Collection[str]]) -> None:
        """`planned` by the product's name."""
        self._preset = preset
        self._planned = planned

    async def ask(self, fetch: Fetch, request: Request, targets: Sequence[Target]) -> Table | NotUnderstood:
        """As the preset asks."""
        found = await self._preset.ask(fetch, request, targets)
        if isinstance(found, NotUnderstood):
            return found
        cells = {
            target: checked_versions(outcome, self._planned.get(target.product, ()))
            for target, outcome in found.cells.items()
        }
        return replace(found, cells=cells)
