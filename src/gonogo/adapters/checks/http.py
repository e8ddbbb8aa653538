"""`http`: a URL that must answer with a status, and perhaps with a text."""

import asyncio

from gonogo.adapters.checks.finding import Finding, Said
from gonogo.adapters.http import Door
from gonogo.adapters.probes.interface import Answer, Failure, Request
from gonogo.domain.folds.checks import CheckOutcome
from gonogo.domain.text import clean
from gonogo.ports import Clock


def ask(door: Door, url: str, expect: int, contains: str, timeout: float, clock: Clock) -> Finding:
    """Ask `url` once. Another status or a text without `contains` fails; no answer is unknown, never failed."""
    started_at = clock.now()
    answer = asyncio.run(_fetched(door, Request(url, deadline=timeout)))
    outcome, summary = _judged(answer, expect, contains)
    said = Said()
    if isinstance(answer, Answer):
        said.add(answer.body)
    return Finding(outcome, summary, started_at, clock.now(), said.end, said.sha256)


async def _fetched(door: Door, request: Request) -> Answer | Failure:
    async with door:
        return await door.fetch(request)


def _judged(answer: Answer | Failure, expect: int, contains: str) -> tuple[CheckOutcome, str]:
    if isinstance(answer, Failure):
        return CheckOutcome.UNKNOWN, clean(f"no answer: {answer.reason}: {answer.detail}", 300)
    got = clean(f"{answer.status} {answer.phrase}".strip(), 80)
    if answer.status != expect:
        return CheckOutcome.FAILED, f"{got}, expected {expect}"
    if contains and contains.encode() not in answer.body:
        return CheckOutcome.FAILED, clean(f"{got}, without the text '{contains}'", 300)
    return CheckOutcome.PASSED, got
