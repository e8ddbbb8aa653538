"""Waiting for an answer from outside so that somebody sees it and may stop it."""

import asyncio
from collections.abc import Coroutine
from time import monotonic
from typing import Any, TypeVar

from gonogo.adapters.checks.finding import Cancelled, OnProgress, Progress

LOOK = 0.2
"""Seconds between two looks at whether the result is still wanted."""
TELL = 1.0
"""Seconds between two words about progress."""

_T = TypeVar("_T")


class Stopped(Exception):  # noqa: N818  # the end of waiting, turned into a finding
    """The answer is not wanted any more."""


async def wait_for(
    question: Coroutine[Any, Any, _T], began: float, line: str, cancelled: Cancelled, progress: OnProgress
) -> _T:
    """The answer to `question`. `began` is the check's monotonic beginning; `line` says what is awaited.

    Raises Stopped when somebody stops it first, and what `question` raises.
    """
    asked = asyncio.ensure_future(question)
    told = monotonic()
    try:
        while not (await asyncio.wait({asked}, timeout=LOOK))[0]:
            if cancelled():
                raise Stopped
            if monotonic() - told >= TELL:
                told = monotonic()
                progress(Progress(int(told - began), line))
    finally:
        asked.cancel()
    return asked.result()
