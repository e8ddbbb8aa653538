"""Wishes about what is written of the changes: the release notes and the entry of the changelog file."""

from gonogo.tui.intents.base import Context, Intent, Place


class _Writing(Intent):
    """Needs something that has been read."""

    places = (Place.CHANGELOG,)

    @classmethod
    def refused(cls, context: Context) -> str:
        """Without a plan there is nothing to write about."""
        return super().refused(context) or ("" if context.snapshot else "the plan is still being read")


class EditNotes(_Writing):
    """The release notes."""

    keys, shown_key, label = ("e",), "e", "notes"
    title = "Edit the release notes"
    help = "edit the release notes, internal or external; what you keep is a draft in the journal"
    in_footer = True


class EditNotesOutside(_Writing):
    """The release notes in one's own editor."""

    keys, shown_key, label = ("E", "shift+e"), "E", "notes in $EDITOR"
    title = "Edit the release notes in $EDITOR"
    help = "edit the release notes in your own editor; the cockpit waits meanwhile"


class PreviewEntry(_Writing):
    """The entry of the changelog file."""

    keys, shown_key, label = ("p",), "p", "entry"
    title = "Preview the entry of the changelog file, and write it"
    help = "the entry for the product's changelog file as it would be; typing the version writes it"
