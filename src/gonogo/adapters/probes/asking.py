"""One question under way: its requests share one time-out, and what the server asks of us reaches the schedule."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from gonogo.adapters.credentials import Credential, Credentials, Issued
from gonogo.adapters.probes.interface import DETAIL_LIMIT, Answer, Failure, Fetch, NotUnderstood, Request
from gonogo.domain.observation import Reason
from gonogo.domain.text import clean
from gonogo.errors import ConfigError, GonogoError, UsageError
from gonogo.ports import Clock

if TYPE_CHECKING:
    from gonogo.adapters.kube_plugin import Plugin

RETRY_LIMIT = timedelta(minutes=15)
"""Longer is not waited, whatever the server says: its word may be a mistake, and a cell would stay unknown."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPENT = frozenset({403, 429})
"""How forges answer when the requests of the hour are used up."""


class Asking:
    """The `Fetch` of one question. Make a new one for each."""

    def __init__(self, fetch: Fetch, credentials: Credentials, seconds: float, now: datetime) -> None:
        self._fetch = fetch
        self._credentials = credentials
        self._end = time.monotonic() + seconds
        self._now = now
        self.retry_after: timedelta | None = None
        """How long the server asks to be left alone; None when it does not."""
        self.turned_down: Credential | Issued | None = None
        """What was sent or shown and not accepted."""

    @property
    def left(self) -> float:
        """Seconds of the time-out that are left."""
        return max(0.0, self._end - time.monotonic())

    async def __call__(self, request: Request) -> Answer | Failure:
        """Ask within what is left of the time-out."""
        shown: Credential | Issued | None = request.credential
        if request.plugin is not None:
            try:
                shown = await self._issued(request.plugin)
            except ConfigError as error:
                return Failure(Reason.UNAUTHORIZED, _words(error))
            request = _proved(request, shown)
        answer = await self._fetch(replace(request, deadline=self.left))
        if isinstance(answer, Answer):
            self.retry_after = asked_to_wait(answer, self._now) or self.retry_after
            if answer.status == 401 and shown is not None:
                self.turned_down = shown
        return answer

    async def _issued(self, plugin: "Plugin") -> Issued:
        """What the command gives. Its time, which it has of its own, is not taken from the server's."""
        began = time.monotonic()
        issued = await self._credentials.of_plugin(plugin)
        self._end += time.monotonic() - began
        return issued


def _proved(request: Request, issued: Issued) -> Request:
    """With what the command gave."""
    tls = request.tls
    if (shown := issued.tls) is not None:
        tls = replace(shown, authorities=tls.authorities if tls is not None else "")
    return replace(request, credential=issued.credential, tls=tls, plugin=None)


_T = TypeVar("_T")


async def ask_as(
    name: str,
    credentials: Credentials,
    fetch: Fetch,
    request: Request,
    clock: Clock,
    question: Callable[[Asking, Request], Awaitable[_T]],
) -> tuple[_T | NotUnderstood, timedelta | None]:
    """Ask with the credential called `name` ("" for none); what came of it, and for how long to ask no more.

    The credential is read now, so that a rotated one is picked up. One that ran out meanwhile is no silence: where
    its command gives another one, the question is asked once more in what is left of its time-out.
    """
    left, renewed = request.deadline, False
    while True:
        if name:
            try:
                request = replace(request, credential=await credentials.get(name))
            except ConfigError as error:
                return NotUnderstood(Reason.UNAUTHORIZED, _words(error)), None
        asking = Asking(fetch, credentials, left, clock.now())
        try:
            found = await question(asking, request)
        except UsageError as error:
            return NotUnderstood(Reason.NOT_SUPPORTED, _words(error)), None
        except ConfigError as error:
            return NotUnderstood(Reason.UNAUTHORIZED, _words(error)), None
        left, refused = asking.left, asking.turned_down
        if refused is None or not credentials.turned_down(refused) or renewed or not left:
            return found, asking.retry_after
        renewed = True


def _words(error: GonogoError) -> str:
    return clean(f"{error.message}; {error.remedy}" if error.remedy else error.message, DETAIL_LIMIT)


def asked_to_wait(answer: Answer, now: datetime) -> timedelta | None:
    """What `Retry-After` (seconds or a date), or a forge's empty hourly account, asks for; at most `RETRY_LIMIT`.

    A date is read by the server's own clock, whatever ours says (`now`, UTC, if it does not tell its own).
    """
    if answer.status < 400:
        return None
    seconds = _first(answer, "retry-after")
    if _is_number(seconds):
        return _bounded(timedelta(seconds=int(seconds[:9])))
    until = _date(seconds)
    if until is None and answer.status in _SPENT:
        until = _account_refilled(answer)
    if until is None:
        return None
    return _bounded(until - (_date(_first(answer, "date")) or now))


def _account_refilled(answer: Answer) -> datetime | None:
    for prefix in ("x-ratelimit", "ratelimit"):
        reset = _first(answer, f"{prefix}-reset")
        if _first(answer, f"{prefix}-remaining") == "0" and _is_number(reset) and len(reset) <= 11:
            return _EPOCH + timedelta(seconds=int(reset))
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _bounded(wait: timedelta) -> timedelta | None:
    return min(wait, RETRY_LIMIT) if wait > timedelta(0) else None


def _first(answer: Answer, name: str) -> str:
    return next(iter(answer.values(name)), "").strip()


def _date(text: str) -> datetime | None:
    """An HTTP date in UTC; None for what is none."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
