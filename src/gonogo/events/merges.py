"""What people said about forward-merges that git cannot prove."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, text


class Word(StrEnum):
    """What somebody said about one fix on one branch."""

    EQUIVALENT = "equivalent"
    """Another commit does the same: resolved by hand, or written anew."""
    WAIVED = "waived"
    """It need not go there."""
    WITHDRAWN = "withdrawn"
    """What was said before does not hold any more."""


class MergeWord(Struct, frozen=True):
    """One person's word, with the reason; the last one on a fix and a branch counts, whatever release it is of."""

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
    release: str = ""
    """The release in whose journal it stands; "" for the one that is open."""

    @property
    def names_equal(self) -> bool:
        """Whether it asserts that a commit, which it names, does the same."""
        return self.word is Word.EQUIVALENT and bool(self.commit)


Key = tuple[str, str, str]
"""Product, fix, branch."""


def newest(words: Iterable[MergeWord]) -> dict[Key, MergeWord]:
    """The last word of all releases on each fix and branch, those that were withdrawn left out.

    Two journals have no common order but the clock of their host; at the same moment the withdrawal counts.
    """
    ordered = sorted(words, key=lambda word: (word.at, word.word is Word.WITHDRAWN))
    last = {(word.product, word.oid, word.branch): word for word in ordered}
    return {key: word for key, word in last.items() if word.word is not Word.WITHDRAWN}


class MergesFold:
    """The working copy while a replay runs."""

    def __init__(self, merges: Mapping[Key, MergeWord]) -> None:
        self.merges = dict(merges)
        self.handlers: Handlers = {
            kinds.MERGE_EQUATED: lambda event: self._say(event, Word.EQUIVALENT),
            kinds.MERGE_WAIVED: lambda event: self._say(event, Word.WAIVED),
            kinds.MERGE_WITHDRAWN: lambda event: self._say(event, Word.WITHDRAWN),
        }

    def _say(self, event: Event, word: Word) -> None:
        key = _key(event)
        self.merges[key] = MergeWord(
            *key, word, text(event.data, "reason"), event.actor, event.at, event.seq, text(event.data, "commit")
        )


def _key(event: Event) -> Key:
    return text(event.data, "product"), text(event.data, "fix"), text(event.data, "branch")
