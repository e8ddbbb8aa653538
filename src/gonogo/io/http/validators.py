"""Conditional questions: ask whether an answer has changed instead of fetching it again.

A 304 is about content we hold, and whoever says it may be a cache. What it must not become is old content shown as
new, so:

- only what was answered 200 with an entity tag, or with a modification date that the server's own clock has
  safely passed, is asked about; a date alone cannot tell two deployments within one second apart;
- of the answer we hold only what describes the body is used again; every other header must come with the 304;
- it is as old as the whole answer it stands on, which is asked for again within the time the question names;
- a 304 that names another tag than ours is thrown away, and every tenth question is asked without conditions:
  a proxy that says 304 whatever happens is found out.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime

from msgspec.structs import replace

from gonogo.io.http.question import Answer, Request

Key = tuple[str, str, tuple[tuple[str, str], ...], str]
"""Method, URL, headers, name of the credential."""

NOT_MODIFIED = 304
WHOLE_EVERY = 10
"""One in so many questions is asked without conditions."""
_BODY_LIMIT = 256 * 1024
_ENTRIES = 2_048
_BYTES = 16 * 1024 * 1024
_TAG_LIMIT = 512
_SETTLED = timedelta(seconds=2)
"""How much older than the answer a modification date must be to stand for the content."""
_OF_THE_BODY = frozenset({"content-type", "content-language", "content-location"})


class _Kept:
    """One answer and what to ask about it."""

    __slots__ = ("answer", "asked", "came_at", "conditions", "tag")

    def __init__(self, answer: Answer, tag: str, modified: str, came_at: float) -> None:
        self.answer = answer
        self.came_at = came_at
        self.tag = tag
        self.asked = 0
        self.conditions = [(b"if-none-match", tag.encode("latin-1"))] if tag else []
        if modified and not tag:
            self.conditions = [(b"if-modified-since", modified.encode("latin-1"))]


class Validators:
    """The answers that may be asked about, bounded in number and bytes; the oldest goes first."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: dict[Key, _Kept] = {}
        self._bytes = 0

    def conditions(self, key: Key, whole_within: float | None = None) -> list[tuple[bytes, bytes]]:
        """Headers to ask with; none when the answer is wanted whole: it is older than `whole_within` seconds."""
        kept = self._kept.get(key)
        if kept is None:
            return []
        kept.asked += 1
        if whole_within is not None and self._monotonic() - kept.came_at > whole_within:
            return []
        return [] if kept.asked % WHOLE_EVERY == 0 else kept.conditions

    def settle(self, key: Key, answer: Answer, *, asked_about: bool) -> Answer | None:
        """What `answer` comes to: itself, the one we hold as of now, or None to ask again without conditions."""
        if answer.status != NOT_MODIFIED:
            self._keep(key, answer)
            return answer
        kept = self._kept.get(key)
        if not asked_about or kept is None:
            return answer  # nobody asked for a 304: it is no answer, and its status says so
        tag = _first(answer, "etag")
        if tag and kept.tag and _weak(tag) != _weak(kept.tag):
            self.forget(key)
            return None
        described = tuple(pair for pair in kept.answer.headers if pair[0] in _OF_THE_BODY)
        return replace(
            kept.answer,
            headers=(*described, *answer.headers),
            elapsed=answer.elapsed,
            unchanged=True,
            age=self._monotonic() - kept.came_at,
        )

    def forget(self, key: Key) -> None:
        """Ask for the whole answer next time."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= len(kept.answer.body)

    def _keep(self, key: Key, answer: Answer) -> None:
        self.forget(key)
        if answer.status != 200 or len(answer.body) > _BODY_LIMIT:
            return
        tag, modified = _first(answer, "etag"), _settled_date(answer)
        if not (tag or modified) or "no-store" in ",".join(answer.values("cache-control")).lower():
            return
        self._kept[key] = _Kept(answer, tag, modified, self._monotonic())
        self._bytes += len(answer.body)
        while self._bytes > _BYTES or len(self._kept) > _ENTRIES:
            self.forget(next(iter(self._kept)))


def key_of(request: Request, url: str) -> Key:
    """What makes two questions the same one."""
    return request.method, url, request.headers, request.credential.name if request.credential else ""


def _first(answer: Answer, name: str) -> str:
    """A header that comes exactly once and fits into a question; else ""."""
    values = answer.values(name)
    value = values[0].strip() if len(values) == 1 else ""
    return value if len(value) <= _TAG_LIMIT and value.isascii() and value.isprintable() else ""


def _weak(tag: str) -> str:
    return tag.removeprefix("W/")


def _settled_date(answer: Answer) -> str:
    """The modification date, if the server's clock was safely past it when it answered."""
    modified, dated = _first(answer, "last-modified"), _first(answer, "date")
    try:
        age = parsedate_to_datetime(dated) - parsedate_to_datetime(modified)
    except (ValueError, TypeError):  # TypeError: one with a zone, one without
        return ""
    return modified if age >= _SETTLED else ""
