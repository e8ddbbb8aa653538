"""Drafts of the release notes: what somebody wrote over what the commits say. The last one counts."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, name_of, text
from gonogo.text import clean_block


class NotesDraft(Struct, frozen=True):
    """The edited notes of one audience."""

    audience: str
    text: str
    """Markdown, as it was left."""
    generated_sha256: str
    """Of the generated notes it was made from: other commits have come since when that differs now."""
    actor: Actor
    at: datetime
    seq: int


class DraftsFold:
    """The working copy while a replay runs."""

    def __init__(self, drafts: Mapping[str, NotesDraft]) -> None:
        self.drafts = dict(drafts)
        self.handlers: Handlers = {kinds.NOTES_DRAFTED: self._draft, kinds.NOTES_DISCARDED: self._discard}

    def _draft(self, event: Event) -> None:
        written = event.data.get("text")
        self.drafts[name_of(event)] = NotesDraft(
            name_of(event),
            clean_block(written) if isinstance(written, str) else "",
            text(event.data, "generated_sha256"),
            event.actor,
            event.at,
            event.seq,
        )

    def _discard(self, event: Event) -> None:
        self.drafts.pop(name_of(event), None)
