"""What a preset is: one file that knows one kind of endpoint. It asks through `Fetch` and says what it read.

No preset knows httpx, the clock or the target it is asked for; `registry` puts those around it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Reason, Role, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT, Answer, Failure, Request
from gonogo.plan.probes import AnswerOptions
from gonogo.text import clean

if TYPE_CHECKING:
    pass

VERSION_LIMIT = 128
"""Characters of a version that are kept; what is longer is no version and stays visibly cut."""


class Claim(NamedTuple):
    """What an answer says it belongs to."""

    kind: str
    """`environment` or `product`."""
    name: str


class Understood(Struct, frozen=True):
    """What a preset read out of the answer."""

    versions: tuple[Running, ...]
    status: Status = Status.SUCCEEDED
    updated_at: datetime | None = None
    """UTC."""
    message: str = ""
    place: str = ""
    """Where the version stood: `build.version`, `header X-App-Version`, `first word`."""
    excerpt: str = ""
    link: str = ""
    """Where a person may look further; "" when the source names no such place."""
    claims: tuple[Claim, ...] = ()
    """What the answer says it belongs to; compared with the plan by whoever asked."""
    taken_at: datetime | None = None
    """UTC, when the source itself took this; None when it does not say. An old one is never shown as new."""


class NotUnderstood(Struct, frozen=True):
    """An answer without what was asked for, and what was tried."""

    reason: Reason
    detail: str = ""
    excerpt: str = ""
    code: int = 0
    """The HTTP status, where that is why; else 0."""


Outcome = Understood | NotUnderstood

Fetch = Callable[[Request], Awaitable[Answer | Failure]]


class Preset(Protocol):
    """One kind of endpoint. An object belongs to one source and may remember what worked."""

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """Ask what is to be asked and read it. `request` carries URL, deadline and credential."""
        ...


Reader = Callable[[Answer], Outcome]

OFF_LOOP_BYTES = 64 * 1024
"""Above this an answer is read in a thread: a megabyte of JSON takes longer than a key press may wait."""


class OneRequest:
    """The common preset: one GET, an accepted status, then a pure function over the answer."""

    def __init__(self, read: Reader, accepted: frozenset[int], accept: str = "*/*") -> None:
        self._read = read
        self._accepted = accepted
        self._headers = (("accept", accept),)
        self._last: Answer | None = None
        self._understood: Understood | None = None
        """What the last answer that was understood from its body alone came to."""

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """Ask once and read the answer; what has not changed since is not read again."""
        question = replace(request, headers=self._headers, conditional=self._understood is not None)
        answer = await fetch(question)
        if isinstance(answer, Failure):
            return NotUnderstood(answer.reason, answer.detail)
        if self._understood is not None and self._last is not None and _is_still(answer, self._last):
            return self._understood
        outcome = refused_status(answer, self._accepted) or await read_off_loop(self._read, answer)
        from_body = isinstance(outcome, Understood) and not outcome.place.startswith("header")
        self._understood = outcome if isinstance(outcome, Understood) and from_body else None
        self._last = answer if self._understood is not None else None
        return outcome


def _is_still(answer: Answer, last: Answer) -> bool:
    """Whether the server confirmed the very bytes that were read last; others may ask the same URL."""
    return answer.unchanged and answer.body is last.body and answer.status == last.status


async def read_off_loop(read: Reader, answer: Answer) -> Outcome:
    """Apply `read`, in a thread when the answer is so large that the screen would feel it."""
    if len(answer.body) <= OFF_LOOP_BYTES:
        return read(answer)
    import asyncio  # this module is imported where no loop runs

    return await asyncio.to_thread(read, answer)


def refused_status(answer: Answer, accepted: frozenset[int]) -> NotUnderstood | None:
    """Say what is wrong with the status code; None when it is one the plan accepts.

    Nothing is guessed: a 404 may mean "not deployed", "wrong path" or "the proxy is misconfigured".
    """
    if answer.status in accepted:
        if answer.status != 206 and answer.values("content-range"):
            why = f"{answer.status} with Content-Range: a part of an answer, sent as a whole one"
            return NotUnderstood(Reason.PROTOCOL, why, answer.excerpt, answer.status)
        return None
    reason = Reason.UNAUTHORIZED if answer.status in {401, 403} else Reason.HTTP_STATUS
    told = clean(f"{answer.status} {answer.phrase}".strip(), DETAIL_LIMIT)
    return NotUnderstood(reason, told, answer.excerpt, answer.status)


def accepted_status(options: AnswerOptions) -> frozenset[int]:
    """The status codes of a good answer; 200 when nothing is said."""
    return frozenset({200} if options.accept_status is None else options.accept_status)


def version_text(text: str) -> str:
    """A version as it may be shown: cleaned, without blanks around it, at most `VERSION_LIMIT` characters."""
    return clean(text.strip(), VERSION_LIMIT)


_WORDS: Mapping[Status, str] = {
    Status.SUCCEEDED: "succeeded success successful completed complete deployed done ok up pass passing passed"
    " healthy green ready running available active live good online serving normal true 200",
    Status.IN_PROGRESS: "in_progress progressing started starting deploying pending queued scheduled created"
    " updating rolling initializing building waiting",
    Status.FAILED: "failed failure fail failing error errored down critical red unhealthy out_of_service"
    " unavailable aborted cancelled canceled skipped crashed false",
    Status.DEGRADED: "degraded warn warning yellow partial unstable impaired",
    Status.PAUSED: "paused suspended on_hold blocked",
    Status.NOT_DEPLOYED: "not_deployed undeployed absent",
    Status.UNKNOWN: "unknown",
}
_STATUS_OF = {word: status for status, words in _WORDS.items() for word in words.split()}


def status_of(word: str) -> Status | None:
    """The status a source's own word stands for; None for a word nobody has explained to us."""
    return _STATUS_OF.get(word.strip().lower().replace(" ", "_").replace("-", "_"))


_ROLES = {
    "stable": Role.STABLE, "primary": Role.STABLE, "active": Role.STABLE,
    "canary": Role.CANARY, "preview": Role.PREVIEW, "idle": Role.PREVIEW,
}  # fmt: skip


def role_of(word: str) -> Role:
    """The part a version plays, by the source's own word."""
    return _ROLES.get(word.strip().lower(), Role.UNKNOWN)


_HTML_STARTS = ("<!doctype html", "<html", "<head", "<body", "<title", "<script")


def looks_like_html(text: str) -> bool:
    """Whether `text` is a page for people; the content type is not asked, it lies too often."""
    start = text.lstrip("\ufeff \t\r\n")[:2_000].lower()
    if start.startswith(("<!--", "<?xml")):
        return any(mark in start for mark in _HTML_STARTS)
    return start.startswith(_HTML_STARTS)


def web_page(answer: Answer) -> NotUnderstood:
    """The named reason for a page where data was expected."""
    return NotUnderstood(Reason.HTML, "a web page, most likely a log-in page", answer.excerpt)


def no_version(answer: Answer, tried: Iterable[str], why: str = "no version found") -> NotUnderstood:
    """The named reason for an answer without a version, with the places that were looked at."""
    return NotUnderstood(
        Reason.NO_VERSION, clean(f"{why}; tried {', '.join(tried)}", DETAIL_LIMIT), answer.excerpt
    )
