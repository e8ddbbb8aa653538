"""A text that somebody writes on: what it was made from, what is safe already, what others have written."""

from gonogo.changelog.notes import Audience, Generated
from gonogo.events.drafts import NotesDraft
from gonogo.text import clean_block


class Sheet:
    """The text of one audience, and what it was made from."""

    def __init__(
        self, audience: Audience, generated: Generated, draft: NotesDraft | None, kept: str | None
    ) -> None:
        self.audience = audience
        self.generated = generated
        self.seq = draft.seq if draft else 0
        """The draft this text was made from; 0 for none."""
        self.text = draft.text if draft else generated.markdown
        self.safe = self.text
        """What the journal has, or what the commits say by themselves."""
        self.told = self.seq
        """The newest draft of somebody else that the person has been told of."""
        self.kept = kept
        """What lies in the file from another time; None for nothing, or once it was taken."""
        self.outdated = draft is not None and draft.generated_sha256 != generated.sha256

    @property
    def unsaved(self) -> bool:
        """Whether there is something that could be lost."""
        return clean_block(self.text, len(self.text) + 1) != self.safe
