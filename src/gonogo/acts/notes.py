"""Drafts of the release notes: kept as facts, so that no edit is ever lost or written over unseen."""

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import NOT_KEPT, Command
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.changelog.notes import Audience
from gonogo.errors import ExitCode
from gonogo.text import clean_block
from gonogo.text.spans import when

DRAFT_LIMIT = 40_000
"""Characters of a draft: a record of the journal must hold it, escapes included."""


class SaveDraft(Command, frozen=True):
    """Somebody edited the notes of an audience."""

    audience: Audience
    text: str
    generated_sha256: str
    expect: int | None = None
    """Sequence number of the draft that was edited; 0 when there was none; None when nothing was looked at."""
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Keep the draft, unless somebody else kept one in the meantime."""
        if refusal := slips.over(scene):
            return refusal
        known = scene.state.drafts.get(self.audience.value)
        seq = known.seq if known else 0
        written = clean_block(self.text, DRAFT_LIMIT + 1)
        if len(written) > DRAFT_LIMIT:
            return Refusal(
                ExitCode.USAGE,
                "notes.length",
                f"the notes have more than {DRAFT_LIMIT} characters",
                "shorten them; the full list of commits is in: gonogo changelog",
            )
        if self.expect is not None and self.expect != seq:
            who = f"{known.actor.user} at {when(known.at, scene.now)}" if known else "somebody"
            return Refusal(
                ExitCode.CONFLICT,
                "notes.changed",
                f"these notes were edited by {who} since you opened them; nothing was recorded for you",
                f"gonogo notes --for {self.audience.value}    shows theirs",
            )
        if known and known.text == written and known.generated_sha256 == self.generated_sha256:
            return ()
        data = {"text": written, "generated_sha256": self.generated_sha256}
        return (scene.draft(kinds.NOTES_DRAFTED, f"notes:{self.audience.value}", data, expect=seq),)


class DiscardDraft(Command, frozen=True):
    """Back to what the commits say. The draft stays in the journal."""

    audience: Audience
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Nothing to do where there is none."""
        if refusal := slips.over(scene):
            return refusal
        known = scene.state.drafts.get(self.audience.value)
        subject = f"notes:{self.audience.value}"
        return (scene.draft(kinds.NOTES_DISCARDED, subject, {}, expect=known.seq),) if known else ()
