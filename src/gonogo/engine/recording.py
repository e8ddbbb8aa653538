"""What a session has seen goes into the journal, each piece by itself: what one is refused costs no other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.acts.cells import RecordTransition
from gonogo.acts.triggers import ClearTrigger, FireTrigger
from gonogo.errors import BusyError, GonogoError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gonogo.engine.session import Session

News = FireTrigger | ClearTrigger | RecordTransition
"""What nobody decides: it was seen, and everybody is to know."""


class NotRecorded(Struct, frozen=True):
    """What the journal did not take. It is still true for whoever saw it."""

    news: News
    error: GonogoError


def record(session: Session, *kinds: Iterable[News]) -> tuple[NotRecorded, ...]:
    """Record all of it that the journal takes; returns what it did not take.

    Nothing is sent again from here: the next answer brings the same news. A journal that is busy was waited for
    already: what is left of that kind does not wait for it again.
    """
    failed: list[NotRecorded] = []
    for kind in kinds:
        for news in kind:
            try:
                _record(session, news)
            except GonogoError as error:
                failed.append(NotRecorded(news, error))
                if isinstance(error, BusyError):
                    break
    return tuple(failed)


def _record(session: Session, news: News) -> None:
    if isinstance(news, RecordTransition):
        session.record((news,))
    else:
        session.submit(news)
