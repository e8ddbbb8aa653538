"""Waiting for an answer from outside so that somebody may stop it."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from gonogo.io.checks.finding import Cancelled

LOOK = 0.2
"""Seconds between two looks at whether the result is still wanted."""

_T = TypeVar("_T")


class Stopped(Exception):  # noqa: N818  # the end of waiting, turned into a finding
    """The answer is not wanted any more."""


async def wait_for(question: Coroutine[Any, Any, _T], unwanted: Cancelled) -> _T:
    """The answer to `question`; `unwanted` is asked again and again meanwhile.

    Raises Stopped as soon as that says so, and what `question` raises.
    """
    asked = asyncio.ensure_future(question)
    try:
        while not (await asyncio.wait({asked}, timeout=LOOK))[0]:
            if unwanted():
                raise Stopped
    finally:
        asked.cancel()
    return asked.result()
