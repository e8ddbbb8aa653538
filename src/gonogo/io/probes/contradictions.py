"""An answer that contradicts itself is no success: one place says ok, another that something is wrong.

What is looked at, beside the place the plan names or the short form finds: the usual places of a status, those of
parts (`components.db.status`), `error` and `errors`, `ok`, `healthy`, `ready` and the like, a version in a header
beside one in the body, and text after it. What an answer says of who it is (`environment: dev`) is kept for
whoever knows the plan.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec.structs import replace

from gonogo.facts import Status
from gonogo.io.http.question import DETAIL_LIMIT
from gonogo.io.probes.document import Document
from gonogo.io.probes.interface import Claim, Understood, status_of
from gonogo.text import clean

STATUS_PLACES = ("status", "data.status", "health.status", "state")
_ERRORS = ("error", "errors")
_WELL = ("ok", "healthy", "success", "ready", "alive", "live", "up")
_UNWELL = ("maintenance", "maintenance_mode")
_PARTS = ("components", "checks", "dependencies", "details", "health")
"""Where answers tell of their parts: Spring's health, the draft of health+json, and what looks like them."""
_DEEPEST, _MOST_PARTS = 5, 200
_NO_ERROR = frozenset({"", "none", "null", "no", "false", "0", "ok", "n/a", "-"})
_OF_ENVIRONMENTS = ("environment", "env")
_OF_PRODUCTS = ("service", "app", "product")
_TROUBLE = re.compile(
    r"\b(errors?|failed|failure|failing|exception|traceback|fatal|panic|unavailable|refused|timed out|is down)\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\b(?:no|0|zero|without)\s+(?:errors?|failures?|exceptions?)\b", re.IGNORECASE)
_TAIL_LIMIT = 4_096


def checked(found: Understood, document: Document) -> Understood:
    """What was read, with what else the answer says: a success that something contradicts is degraded. Pure."""
    claims = tuple(_claims(document.value))
    if found.status is not Status.SUCCEEDED:
        return replace(found, claims=claims)
    doubt = next(_doubts(document), "")
    if not doubt:
        return replace(found, claims=claims)
    return replace(found, status=Status.DEGRADED, message=clean(doubt, DETAIL_LIMIT), claims=claims)


def _doubts(document: Document) -> Iterator[str]:
    """What speaks against success, one sentence each."""
    for place in STATUS_PLACES:
        word = document.word(_at(document.value, place))
        status = status_of(word) if word else None
        if status is not None and status is not Status.SUCCEEDED:
            yield f"it contradicts itself: {place} is '{word}'"
    value = document.value
    if not isinstance(value, Mapping):
        return
    for key in _ERRORS:
        if told := _error(value.get(key)):
            yield f"it names an error: {key}: {told}"
    for key in _WELL:
        if value.get(key) is False or str(value.get(key)).lower() == "false":
            yield f"it contradicts itself: {key} is false"
    for key in _UNWELL:
        if value.get(key) is True or str(value.get(key)).lower() == "true":
            yield f"it contradicts itself: {key} is true"
    for place, word in islice(_of_parts(value, "", _DEEPEST), _MOST_PARTS):
        # a part that says UNKNOWN (Spring's discovery clients do, for good) speaks against nothing
        if status_of(word) in {Status.FAILED, Status.DEGRADED}:
            yield f"it contradicts itself: {place} is '{clean(word, 40)}'"


def _of_parts(value: object, place: str, depth: int) -> Iterator[tuple[str, str]]:
    """The status of each part below `components`, `checks` and the like, with where it stands."""
    if not isinstance(value, Mapping) or depth == 0:
        return
    for name in _PARTS:
        parts = value.get(name)
        rows = parts.items() if isinstance(parts, Mapping) else ()
        for key, told in islice(rows, _MOST_PARTS):
            here = f"{place}{name}.{clean(str(key), 40)}"
            for part in told[:_MOST_PARTS] if isinstance(told, list) else (told,):
                word = part.get("status") if isinstance(part, Mapping) else None
                if isinstance(word, str):
                    yield f"{here}.status", word
                yield from _of_parts(part, f"{here}.", depth - 1)


def _error(value: object) -> str:
    """What an error says; "" for none. A number is a count or a code, never an error by itself."""
    if isinstance(value, str):
        return "" if value.strip().lower() in _NO_ERROR else clean(value, 80)
    if isinstance(value, list | Mapping) and value:
        return clean(str(value), 80)
    return "true" if value is True else ""


def _at(value: object, place: str) -> object:
    for key in place.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _claims(value: object) -> Iterator[Claim]:
    """What the answer says it belongs to."""
    if not isinstance(value, Mapping):
        return
    for keys, kind in ((_OF_ENVIRONMENTS, "environment"), (_OF_PRODUCTS, "product")):
        for key in keys:
            name = value.get(key)
            if isinstance(name, str) and name.strip():
                yield Claim(kind, clean(name.strip(), 64))


def trouble_after(text: str) -> str:
    """What text behind a version says of an error; "" when it names none. Pure."""
    tail = _NOTHING.sub("", text[:_TAIL_LIMIT])
    return clean(tail.strip(), 80) if _TROUBLE.search(tail) else ""


_DOTTED = re.compile(r"[vV]?\d+\.\d", re.ASCII)
_STATUS_CODE = re.compile(r"[45]\d\d", re.ASCII)


def is_outage(word: str, tail: str) -> bool:
    """Whether a text that begins with `word` tells of an error and of no version: `503 Service Unavailable`. Pure.

    Behind a version with a point in it an error only degrades; a bare number or a time begins a line of a log.
    """
    if _STATUS_CODE.fullmatch(word) and tail.strip():
        return True
    return bool(trouble_after(tail)) and not _DOTTED.match(word)


def disagree(header: str, body: str) -> bool:
    """Whether a version in a header is another one than that of the body; `1.4` is a short `1.4.0`."""
    one, other = header.removeprefix("v"), body.removeprefix("v")
    return one != other and not other.startswith((f"{one}.", f"{one}-", f"{one}+")) and not one.startswith(other)
