"""JSON from a stranger: read without surprises, and numbers keep the text they were written as."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gonogo.adapters.extraction import Transform
from gonogo.adapters.probes.interface import (
    VERSION_LIMIT,
    Answer,
    NotUnderstood,
    looks_like_html,
    role_of,
    version_text,
    web_page,
)
from gonogo.domain.observation import Reason, Running

VERSIONS_LIMIT = 32
"""Versions of one cell; a rollout has two or three."""
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
        value = json.loads(text, parse_float=number, parse_int=_integer, parse_constant=_nothing)
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


def versions_of(document: Document, value: object, transform: Transform = unchanged) -> tuple[Running, ...]:
    """Read a version, a list of versions, or a list of {version, revision, weight, replicas, role}.

    Entries without a version are left out; a caller that gets nothing says so.
    """
    many = value[:VERSIONS_LIMIT] if isinstance(value, list) else [value]
    entries = [_running(document, entry, transform) for entry in many]
    return tuple(dict.fromkeys(entry for entry in entries if entry is not None))


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
