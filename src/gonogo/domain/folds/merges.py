"""What people said about forward-merges that git cannot prove."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain.events import Actor, Event
from gonogo.domain.folds.reading import Handlers, text


class Word(StrEnum):
    """What somebody said about one fix on one branch."""

    EQUIVALENT = "equivalent"
    """Another commit does the same: resolved by hand, or written anew."""
    WAIVED = "waived"
    """It need not go there."""


class MergeWord(Struct, frozen=True):
    """One person's word, with the reason; the last one on a fix and a branch counts."""

    product: str
    oid: str
    """Full object id of the fix."""
    branch: str
    word: Word
    reason: str
    actor: Actor
    at: datetime
    seq: int
    commit: str = ""
    """The commit that does the same; "" when none was named."""


Key = tuple[str, str, str]
"""Product, fix, branch."""


class MergesFold:
    """The working copy while a replay runs."""

    def __init__(self, merges: Mapping[Key, MergeWord]) -> None:
        self.merges = dict(merges)
        self.handlers: Handlers = {
            kinds.MERGE_EQUATED: lambda event: self._say(event, Word.EQUIVALENT),
            kinds.MERGE_WAIVED: lambda event: self._say(event, Word.WAIVED),
            kinds.MERGE_WITHDRAWN: self._withdraw,
        }

    def _say(self, event: Event, word: Word) -> None:
        key = _key(event)
        self.merges[key] = MergeWord(
            *key, word, text(event.data, "reason"), event.actor, event.at, event.seq, text(event.data, "commit")
        )

    def _withdraw(self, event: Event) -> None:
        self.merges.pop(_key(event), None)


def _key(event: Event) -> Key:
    return text(event.data, "product"), text(event.data, "fix"), text(event.data, "branch")
