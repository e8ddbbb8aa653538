"""Drafts of the release notes: kept as facts, so that no edit is ever lost or written over unseen."""

from msgspec import Struct

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.changelog.notes import Audience
from gonogo.errors import ExitCode
from gonogo.text import clean_block
from gonogo.text.spans import when

DRAFT_LIMIT = 40_000
"""Characters of a draft: a record of the journal must hold it, escapes included."""


class SaveDraft(Struct, frozen=True):
    """Somebody edited the notes of an audience."""

    audience: Audience
    text: str
    generated_sha256: str
    expect: int | None = None
    """Sequence number of the draft that was edited; 0 when there was none; None when nothing was looked at."""


class DiscardDraft(Struct, frozen=True):
    """Back to what the commits say. The draft stays in the journal."""

    audience: Audience


Commands = SaveDraft | DiscardDraft


def decide(scene: Scene, command: Commands) -> Answer:
    """Keep the draft, unless somebody else kept one in the meantime."""
    if refusal := slips.over(scene):
        return refusal
    subject = f"notes:{command.audience.value}"
    known = scene.state.drafts.get(command.audience.value)
    seq = known.seq if known else 0
    if isinstance(command, DiscardDraft):
        return (scene.draft(kinds.NOTES_DISCARDED, subject, {}, expect=seq),) if known else ()
    written = clean_block(command.text, DRAFT_LIMIT + 1)
    if len(written) > DRAFT_LIMIT:
        return Refusal(
            ExitCode.USAGE,
            "notes.length",
            f"the notes have more than {DRAFT_LIMIT} characters",
            "shorten them; the full list of commits is in: gonogo changelog",
        )
    if command.expect is not None and command.expect != seq:
        who = f"{known.actor.user} at {when(known.at, scene.now)}" if known else "somebody"
        return Refusal(
            ExitCode.CONFLICT,
            "notes.changed",
            f"these notes were edited by {who} since you opened them; nothing was recorded for you",
            f"gonogo notes --for {command.audience.value}    shows theirs",
        )
    if known and known.text == written and known.generated_sha256 == command.generated_sha256:
        return ()
    data = {"text": written, "generated_sha256": command.generated_sha256}
    return (scene.draft(kinds.NOTES_DRAFTED, subject, data, expect=seq),)
