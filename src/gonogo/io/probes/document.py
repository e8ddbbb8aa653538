"""JSON from a stranger: read without surprises, and numbers keep the text they were written as."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Reason, Role, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT, Answer
from gonogo.io.probes.extraction import Transform
from gonogo.io.probes.interface import (
    VERSION_LIMIT,
    NotUnderstood,
    looks_like_html,
    role_of,
    version_text,
    web_page,
)
from gonogo.text import clean

VERSIONS_LIMIT = 32
"""Versions of one cell; a rollout has two or three."""
_ENTRIES_LIMIT = 10_000
"""Entries of a list that are read."""
DEPTH_LIMIT = 64
"""Levels of objects and lists; what describes a deployment has a dozen."""
_TOO_DEEP = "the answer is nested too deep to be read"
_TOKEN = re.compile(r'"(?:[^"\\]|\\(?:.|\Z))*+(?:"|\Z)|[][{}]', re.DOTALL)
"""A string, also one without an end, or a bracket. Possessive, and it always matches: a megabyte is read once."""
_DIGITS_LIMIT = 40
_RAW_LIMIT = 4_096
"""Characters a transform gets to see: an image reference with its digest is far below."""


def unchanged(text: str) -> str:
    """The transform of a plan that names none."""
    return text


class Document(Struct, frozen=True):
    """A parsed answer."""

    value: Any
    spellings: Mapping[float, frozenset[str]] = {}
    """How each number with a point or an exponent was written: 1.1 -> {"1.10"}."""

    def text(self, value: object, transform: Transform = unchanged) -> str:
        """A scalar as text, transformed and cleaned; "" for what is no short text.

        That is: null, lists, objects, true, false, infinity, and what is longer than a version may be.
        `{"version": 1.10}` is 1.10, not 1.1; where both stand in one answer nobody can tell, and
        neither is taken.
        """
        if value is None:
            return ""
        found = transform(self._spelled(value)[:_RAW_LIMIT])
        return version_text(found) if len(found) <= VERSION_LIMIT else ""

    def _spelled(self, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isinf(value):
            return ""
        spelled = self.spellings.get(value, frozenset())
        return next(iter(spelled), repr(value)) if len(spelled) < 2 else ""

    def word(self, value: object) -> str:
        """As `text`, for states, where true and false are words too."""
        return str(value).lower() if isinstance(value, bool) else self.text(value)


def parse(answer: Answer) -> Document | NotUnderstood:
    """Parse the body, or name what it is instead of JSON."""
    if not answer.body.strip():
        return NotUnderstood(Reason.EMPTY, "the answer is empty")
    text = decoded_text(answer.body)
    if not text.strip():
        return NotUnderstood(Reason.EMPTY, "the answer is empty but for a byte order mark")
    if looks_like_html(text):
        return web_page(answer)
    if depth_of(text) > DEPTH_LIMIT:
        return NotUnderstood(Reason.NOT_JSON, _TOO_DEEP, answer.excerpt)
    spellings: dict[float, frozenset[str]] = {}

    def number(raw: str) -> float:
        value = float(raw)
        spellings[value] = spellings.get(value, frozenset()) | {raw}
        return value

    try:
        value = json.loads(
            text, parse_float=number, parse_int=_integer, parse_constant=_nothing, object_pairs_hook=_object
        )
    except _TwiceError as twice:
        detail = f"key '{clean(str(twice), 60)}' stands in it twice, with different values"
        return NotUnderstood(Reason.NOT_JSON, detail, answer.excerpt)
    except RecursionError:
        return NotUnderstood(Reason.NOT_JSON, _TOO_DEEP, answer.excerpt)
    except ValueError as error:
        what = (
            f"line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else "unreadable"
        )
        return NotUnderstood(Reason.NOT_JSON, f"the answer is not JSON: {what}", answer.excerpt)
    return Document(value, spellings)


class _TwiceError(Exception):
    """A key of an object that says two different things."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; which of two values its writer meant, nobody can tell."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for key, value in pairs:
            if found[key] != value:
                raise _TwiceError(key)
    return found


def depth_of(text: str) -> int:
    """How deep objects and lists are nested in JSON text; an upper bound where it is small anyway."""
    opened = text.count("{") + text.count("[")
    if opened <= DEPTH_LIMIT:
        return opened
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        if token[0] in {"{", "["}:
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in {"}", "]"}:
            depth -= 1
    return deepest


def decoded_text(body: bytes) -> str:
    """Bytes as text: the byte order mark decides, else UTF-8; what is neither is shown as such.

    The declared charset is not asked: where it is wrong, it is wrong silently.
    """
    encoding = json.detect_encoding(body)
    return body.decode(encoding, "replace").removeprefix("\ufeff")


def _integer(raw: str) -> int | str:
    """Python refuses to convert very long digits, for good reason; nobody's weight is that large."""
    return int(raw) if len(raw) <= _DIGITS_LIMIT else raw


def _nothing(_constant: str) -> None:
    """NaN and Infinity are not JSON, and no number anyone could compare with."""


class Several(Struct, frozen=True):
    """The versions an answer lists."""

    versions: tuple[Running, ...]
    gap: str = ""
    """What of the list is not among them; "" when they are all of it."""

    def judged(self, status: Status, message: str) -> tuple[Status, str]:
        """The status of the whole: a list of which a part cannot be told is no success."""
        if not self.gap:
            return status, message
        told = clean(f"{message}; {self.gap}".removeprefix("; "), DETAIL_LIMIT)
        return Status.UNKNOWN if status is Status.SUCCEEDED else status, told


def versions_of(document: Document, value: object, transform: Transform = unchanged) -> Several:
    """Read a version, a list of versions, or a list of {version, revision, weight, replicas, role}.

    Entries of the same version are one, with their shares added; one with no replicas or a weight of 0 does not
    run. An entry without a version runs something nobody knows, so it is told as a gap; a caller that gets nothing
    says so.
    """
    if not isinstance(value, list):
        single = _running(document, value, transform)
        return Several(() if single is None else (single,))
    read = [(entry, _running(document, entry, transform)) for entry in value[:_ENTRIES_LIMIT]]
    unnamed = sum(1 for entry, running in read if running is None and not _is_off(entry))
    merged = _merged(running for _, running in read if running is not None)
    serving = [running for running in merged if running.replicas != 0 and running.weight != 0]
    # where nothing serves it is not for us to say which of them is meant
    kept = serving or merged
    gaps = []
    if unnamed:
        gaps.append(f"{unnamed} of {len(value)} entries name no version")
    if len(value) > _ENTRIES_LIMIT:
        gaps.append(f"only the first {_ENTRIES_LIMIT} of {len(value)} entries are read")
    return several(kept, *gaps)


def several(versions: Sequence[Running], *gaps: str) -> Several:
    """Versions as one cell can hold them; `gaps` are what is missing already, "" for nothing."""
    told = [gap for gap in gaps if gap]
    if len(versions) > VERSIONS_LIMIT:
        told.append(f"{len(versions)} versions, of which {VERSIONS_LIMIT} are shown")
    return Several(tuple(versions[:VERSIONS_LIMIT]), ", ".join(told))


def _is_off(entry: object) -> bool:
    """Whether an entry says of itself that it does not run."""
    return isinstance(entry, Mapping) and (
        _replicas(entry.get("replicas")) == 0 or _weight(entry.get("weight")) == 0
    )


def _merged(many: Iterable[Running]) -> list[Running]:
    """Each version, revision and role once, in the order of the list; shares are added where all have one."""
    groups: dict[tuple[str, str, Role], list[Running]] = {}
    for running in many:
        groups.setdefault((running.version, running.revision, running.role), []).append(running)
    return [
        replace(
            alike[0],
            weight=_sum([running.weight for running in alike]),
            replicas=_sum([running.replicas for running in alike]),
        )
        for alike in groups.values()
    ]


_N = TypeVar("_N", int, float)


def _sum(shares: Sequence[_N | None]) -> _N | None:
    """Their sum; None when one of them is not told."""
    known = [share for share in shares if share is not None]
    if not known or len(known) < len(shares):
        return None
    return sum(known[1:], known[0])


def _running(document: Document, entry: object, transform: Transform) -> Running | None:
    if not isinstance(entry, Mapping):
        text = document.text(entry, transform)
        return Running(text) if text else None
    text = document.text(entry.get("version"), transform)
    if not text:
        return None
    return Running(
        version=text,
        revision=document.text(entry.get("revision")),
        weight=_weight(entry.get("weight")),
        replicas=_replicas(entry.get("replicas")),
        role=role_of(document.text(entry.get("role"))),
    )


def _weight(value: object) -> float | None:
    """Per cent, as a number or as text; None for what is none."""
    number = _number(value)
    return number if number is not None and 0 <= number <= 100 else None


def _replicas(value: object) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 <= number <= 1_000_000 and number == int(number) else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if -1e15 < number < 1e15 else None
