"""`http`: a URL that must answer with a status, and perhaps with a text."""

import asyncio

from gonogo.events.checks import CheckOutcome
from gonogo.facts.finding import Finding
from gonogo.io.checks.finding import Cancelled, OnProgress, Said, Watched
from gonogo.io.checks.waiting import Stopped, wait_for
from gonogo.io.http.door import Door, public_url
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.ports import Clock
from gonogo.text import clean


def ask(
    door: Door,
    url: str,
    expect: int,
    contains: str,
    timeout: float,
    clock: Clock,
    *,
    cancelled: Cancelled = lambda: False,
    progress: OnProgress = lambda _: None,
) -> Finding:
    """Ask `url` once. Another status or a text without `contains` fails; no answer is unknown, never failed.

    A redirect is an answer like any other: what stands behind it may be a log-in page that says 200.
    """
    started_at = clock.now()
    request = Request(url, deadline=timeout, follow=False)
    try:
        answer = asyncio.run(_fetched(door, request, Watched(cancelled, progress, lambda: "no answer yet")))
    except Stopped:
        return Finding(CheckOutcome.UNKNOWN, "stopped by hand before it answered", started_at, clock.now())
    outcome, summary = _judged(answer, expect, contains)
    said = Said()
    if isinstance(answer, Answer):
        said.add(answer.body)
    return Finding(outcome, summary, started_at, clock.now(), said.end, said.sha256)


async def _fetched(door: Door, request: Request, unwanted: Cancelled) -> Answer | Failure:
    async with door:
        return await wait_for(door.fetch(request), unwanted)


def _judged(answer: Answer | Failure, expect: int, contains: str) -> tuple[CheckOutcome, str]:
    if isinstance(answer, Failure):
        return CheckOutcome.UNKNOWN, clean(f"no answer: {answer.reason}: {answer.detail}", 300)
    got = clean(f"{answer.status} {answer.phrase}".strip(), 80)
    if answer.status != expect:
        place = next(iter(answer.values("location")), "") if 300 <= answer.status < 400 else ""
        leads = f": it leads to {_public(place)}" if place else ""
        return CheckOutcome.FAILED, f"{got}, expected {expect}{leads}"
    if contains and contains.encode() not in answer.body:
        return CheckOutcome.FAILED, clean(f"{got}, without the text '{contains}'", 300)
    return CheckOutcome.PASSED, got


def _public(place: str) -> str:
    """Where a redirect leads, without what may be a secret in it."""
    return clean(public_url(place) if "://" in place else place.partition("?")[0], 200)
