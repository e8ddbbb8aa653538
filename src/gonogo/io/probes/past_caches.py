"""Asking past a cache that hides its age: now and then in a form it has not kept, with a parameter that varies.

The first question of a process is such a one, so every question a decision rests on is; then one in ten. What it
brings counts as the answer. Where the plain form says something else, the varied one is asked from then on.

An error of the varied form alone is told. That the endpoint does not know the parameter (4xx) is no news of what
runs. That nobody answers behind the gateway (5xx, no connection) is: the plain answer came out of a cache then.
It is shown, and not relied on.
"""

import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit, urlunsplit

from msgspec.structs import replace

from gonogo.facts import CONNECTION, Status
from gonogo.io.http.question import DETAIL_LIMIT, Answer, Failure, Request
from gonogo.io.probes.asking import Came
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Understood
from gonogo.text import clean

VARIED_EVERY = 10
"""One question in so many is asked in a form no cache has kept."""
PARAMETER = "gonogo"
_NOT_WHO_YOU_SAY = 401

Asked = tuple[Outcome, Came]
Put = Callable[[bool], Awaitable[Asked]]
"""Put the question, in the varied form or in the plain one."""


def varied(fetch: Fetch) -> Fetch:
    """The door, with a parameter no cache has seen on each URL, and a connection of its own."""

    async def ask(request: Request) -> Answer | Failure:
        url = varied_url(request.url)
        return await fetch(replace(request, url=url, conditional=False, apart=True, once=True))

    return ask


def apart(fetch: Fetch) -> Fetch:
    """The door, with a connection of its own for each question."""

    async def ask(request: Request) -> Answer | Failure:
        return await fetch(replace(request, apart=True))

    return ask


def varied_url(url: str) -> str:
    """`url` with `gonogo=9f1c2ab7` in its query."""
    parts = urlsplit(url)
    added = f"{PARAMETER}={secrets.token_hex(4)}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


class PastCaches:
    """When one probe's question is varied, and what a difference between the two forms means."""

    def __init__(self, wanted: bool) -> None:
        """`wanted` is false where the plan says `vary_query: false`, or the preset speaks to an API."""
        self.wanted = wanted
        self._asked = 0
        self._always = False
        """The plain form was seen to be answered otherwise."""
        self._doubted = False
        """The last varied question found nobody behind the gateway."""
        self._refused = False
        """The endpoint turned the parameter down, and answers the plain form."""
        self._known: tuple[str, ...] | None = None
        """Versions of the last answer to a varied question."""

    @property
    def varies(self) -> bool:
        """Whether one more look is worth the varied form: wanted, and not turned down the last time."""
        return self.wanted and not self._refused

    async def ask(self, put: Put) -> Asked:
        """Ask once, or twice where the two forms have to be compared."""
        due = self.wanted and (self._always or self._doubted or self._asked % VARIED_EVERY == 0)
        self._asked += 1
        if due:
            return await self._varied(put)
        plain = await put(False)
        outcome = plain[0]
        if self._known is None or not isinstance(outcome, Understood) or _versions(outcome) == self._known:
            return plain
        # something has changed, or a cache answers for somebody who says something else by now
        told = await put(True)
        if not isinstance(told[0], Understood):
            return self._only_plain(plain, told[0])
        self._always = _versions(told[0]) != _versions(outcome)
        return self._taken(told)

    async def _varied(self, put: Put) -> Asked:
        told = await put(True)
        outcome, came = told
        if isinstance(outcome, Understood):
            return self._taken(told)
        if outcome.reason in CONNECTION or came.retry_after is not None or outcome.code == _NOT_WHO_YOU_SAY:
            self._doubted, self._known = True, None
            return told  # who is not reached, wants rest or turns a credential down is not asked at once again
        return self._only_plain(await put(False), told[0])

    def _taken(self, told: Asked) -> Asked:
        outcome, came = told
        self._doubted = self._refused = False
        if isinstance(outcome, Understood):
            self._known = _versions(outcome)
        if self._always:
            note = f"asked with a varying parameter '{PARAMETER}': the plain form answers otherwise"
            came = replace(came, way=(note, *came.way))
        return outcome, came

    def _only_plain(self, plain: Asked, failed: Outcome) -> Asked:
        """The plain form's answer, where the varied one brought an error."""
        outcome, came = plain
        self._known = None
        if not isinstance(outcome, Understood) or not isinstance(failed, NotUnderstood):
            return plain
        self._doubted = failed.code >= 500 or failed.reason in CONNECTION
        why = clean(failed.detail or failed.reason, 80)
        self._refused = not self._doubted
        if self._refused:
            note = f"with a varying parameter '{PARAMETER}' it answers {why}: not counted"
            return outcome, replace(came, way=(*came.way, note))
        message = f"out of a cache, it seems: past it nobody answers ({why})"
        status = Status.UNKNOWN if outcome.status is Status.SUCCEEDED else outcome.status
        return replace(outcome, status=status, message=clean(message, DETAIL_LIMIT)), came


def _versions(outcome: Understood) -> tuple[str, ...]:
    return tuple(running.version for running in outcome.versions)
