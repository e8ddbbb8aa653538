"""One question under way: its requests share one time-out, and what the server asks of us reaches the schedule."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import ConfigError, GonogoError, UsageError
from gonogo.facts import Reason
from gonogo.io.config.credentials import Credential, Credentials, Issued
from gonogo.io.http.age import age_of, is_called_stale, marks_of
from gonogo.io.http.question import DETAIL_LIMIT, Answer, Failure, Request
from gonogo.io.probes.interface import Fetch, NotUnderstood
from gonogo.ports import Clock
from gonogo.text import clean

if TYPE_CHECKING:
    from gonogo.io.config.kube_plugin import Plugin

RETRY_LIMIT = timedelta(minutes=15)
"""Longer is not waited, whatever the server says: its word may be a mistake, and a cell would stay unknown."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPENT = frozenset({403, 429})
"""How forges answer when the requests of the hour are used up."""


class Came(Struct, frozen=True):
    """What a question came to besides its outcome."""

    retry_after: timedelta | None = None
    """How long the server asks to be left alone; None when it does not."""
    age: float = 0.0
    """Seconds since the endpoint itself said the oldest of what was read, as far as the answers tell."""
    called_stale: bool = False
    """A cache says of its own answer that it is out of date."""
    way: tuple[str, ...] = ()
    """How the answers came: where redirects led, what caches wrote on them."""


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
        self._age = 0.0
        self._called_stale = False
        self._way: list[str] = []

    @property
    def came(self) -> Came:
        """What the answers so far tell of themselves."""
        return Came(self.retry_after, self._age, self._called_stale, tuple(dict.fromkeys(self._way)))

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
            self._take_in(request, answer)
            if answer.status == 401 and shown is not None:
                self.turned_down = shown
        return answer

    def _take_in(self, request: Request, answer: Answer) -> None:
        """How old it is, and by which way it came."""
        from gonogo.io.http.door import public_url  # httpx is loaded by now: it answered

        self._age = max(self._age, age_of(answer, datetime.now(UTC)))
        self._called_stale = self._called_stale or is_called_stale(answer)
        if answer.url.removesuffix("?…") != public_url(request.url).removesuffix("?…"):
            self._way.append(f"answered by {answer.url}")
        if marks := marks_of(answer):
            self._way.append(marks)

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
) -> tuple[_T | NotUnderstood, Came]:
    """Ask with the credential called `name` ("" for none); what came of it, and how.

    The credential is read now, so that a rotated one is picked up. One that ran out meanwhile is no silence: where
    its command gives another one, the question is asked once more in what is left of its time-out.
    """
    left, renewed = request.deadline, False
    while True:
        if name:
            try:
                request = replace(request, credential=await credentials.get(name))
            except ConfigError as error:
                return NotUnderstood(Reason.UNAUTHORIZED, _words(error)), Came()
        asking = Asking(fetch, credentials, left, clock.now())
        try:
            found = await question(asking, request)
        except UsageError as error:
            return NotUnderstood(Reason.NOT_SUPPORTED, _words(error)), Came()
        except ConfigError as error:
            return NotUnderstood(Reason.UNAUTHORIZED, _words(error)), Came()
        left, refused = asking.left, asking.turned_down
        if refused is None or not credentials.turned_down(refused) or renewed or not left:
            return found, asking.came
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
