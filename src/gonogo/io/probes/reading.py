"""Looking into a stranger's JSON: places that may be missing, lists that may be none, times with a zone."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Reason
from gonogo.io.http.question import DETAIL_LIMIT, Answer, Failure, Request
from gonogo.io.probes.document import Document, parse
from gonogo.io.probes.interface import OFF_LOOP_BYTES, Fetch, NotUnderstood, refused_status
from gonogo.text import clean

T = TypeVar("T")

OK: Final = frozenset({200})
_ENTRIES_LIMIT = 10_000
"""Entries of a list that are looked at; an answer of one mebibyte has fewer that say something."""


class Page(Struct, frozen=True):
    """An accepted answer and the JSON in it."""

    answer: Answer
    document: Document

    @property
    def value(self) -> Any:
        """The parsed body."""
        return self.document.value

    def text(self, *keys: str | int) -> str:
        """The short text at that place; "" when there is none."""
        return self.document.text(at(self.value, *keys))


async def ask_json(
    fetch: Fetch, request: Request, *, accepted: frozenset[int] = OK, accept: str = "application/json"
) -> Page | NotUnderstood:
    """Ask once and parse. An answer that has not changed need not be sent again (304)."""
    answer = await fetch(replace(request, headers=(*request.headers, ("accept", accept)), conditional=True))
    if isinstance(answer, Failure):
        return NotUnderstood(answer.reason, answer.detail)
    if refused := refused_status(answer, accepted):
        return replace(refused, detail=clean(f"{refused.detail}{_said(answer)}", DETAIL_LIMIT))
    document = await off_loop(answer, lambda: parse(answer))
    if isinstance(document, NotUnderstood) and answer.status not in OK:
        # not the words of the API we speak to: a proxy in front of it
        detail = clean(f"{answer.status} {answer.phrase}".strip(), DETAIL_LIMIT)
        return NotUnderstood(Reason.HTTP_STATUS, detail, answer.excerpt)
    return document if isinstance(document, NotUnderstood) else Page(answer, document)


async def off_loop(answer: Answer, work: Callable[[], T]) -> T:
    """Do what an answer asks for, in a thread where it is so large that a screen would feel it."""
    if len(answer.body) <= OFF_LOOP_BYTES:
        return work()
    import asyncio  # this module is imported where no loop runs

    return await asyncio.to_thread(work)


def _said(answer: Answer) -> str:
    """What an API says about its refusal, where it says it in JSON; "" otherwise."""
    try:
        value = json.loads(answer.body[:8_192])
    except (ValueError, RecursionError):
        return ""
    told = (at(value, key) for key in ("message", "error", "error_description", "detail"))
    found = next((text for text in told if isinstance(text, str) and text), "")
    return f": {found[:300]}" if found != "" else ""


def below(request: Request, path: str, **query: str | int) -> Request:
    """The same question at `path` below the plan's URL, whose own query stays in front."""
    parts = urlsplit(request.url)
    whole = parts.path.rstrip("/") + path
    asked = "&".join(filter(None, (parts.query, urlencode(query, quote_via=quote))))
    return replace(request, url=urlunsplit((parts.scheme, parts.netloc, whole, asked, "")))


def segment(name: str) -> str:
    """A name as one step of a path: a slash in it leads nowhere else."""
    return quote(name, safe="")


def at(value: Any, *keys: str | int) -> Any:
    """What stands at that place; None as soon as a step is missing."""
    for key in keys:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and -len(value) <= key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, Mapping) else None
    return value


def entries(value: Any, *keys: str | int) -> list[Mapping[str, Any]]:
    """The objects of the list at that place; what is no object is left out, and so is an endless end."""
    found = at(value, *keys)
    many: Sequence[Any] = found[:_ENTRIES_LIMIT] if isinstance(found, list) else ()
    return [entry for entry in many if isinstance(entry, Mapping)]


def words(value: Any, *keys: str | int) -> list[str]:
    """The texts of the list at that place."""
    found = at(value, *keys)
    return [word for word in found[:_ENTRIES_LIMIT] if isinstance(word, str)] if isinstance(found, list) else []


def whole(value: Any, *keys: str | int) -> int:
    """The count at that place, 0 when there is none: APIs leave out what is zero."""
    found = at(value, *keys)
    return found if type(found) is int and 0 <= found < 1_000_000_000 else 0


def moment(value: Any, *keys: str | int) -> datetime | None:
    """The time at that place in UTC; only one with a zone is a time."""
    found = at(value, *keys)
    if not isinstance(found, str) or len(found) > 40:
        return None
    try:
        read = datetime.fromisoformat(_to_microseconds(found))
        return read.astimezone(UTC) if read.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _to_microseconds(text: str) -> str:
    """Go writes nanoseconds, which Python 3.11 reads only up to the sixth digit."""
    head, _, tail = text.partition(".")
    rest = tail.lstrip("0123456789")
    digits = tail[: len(tail) - len(rest)]
    return f"{head}.{digits[:6].ljust(6, '0')}{rest}" if digits else text


def conditions(value: Any, *keys: str | int) -> Mapping[str, Mapping[str, Any]]:
    """Kubernetes' `status.conditions` by type."""
    found = entries(value, *(keys or ("status", "conditions")))
    return {str(one.get("type")): one for one in found}


def not_there(page: Page, what: str) -> NotUnderstood:
    """JSON of another shape than the API documents."""
    return NotUnderstood(Reason.NO_VERSION, clean(what, DETAIL_LIMIT), page.answer.excerpt)
