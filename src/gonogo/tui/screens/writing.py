"""What a view with changes opens: a commit, the release notes, the entry of the changelog file.

The screens are loaded by `tui.loading`, after the first frame.
"""

from gonogo.tui import intents
from gonogo.tui.messages import Refuse
from gonogo.tui.screens.view import View
from gonogo.view.changelog import find_commit


class Writing(View, inherit_bindings=False):
    """A view from which notes and entries are written."""

    def open_commit(self, key: str) -> None:
        """The whole commit under the cursor."""
        snapshot = self.snapshot
        found = find_commit(snapshot.changes, key) if snapshot else None
        product = snapshot.plan.product(found[0]) if snapshot and found else None
        if found is not None and product is not None:
            from gonogo.tui.screens.commit import CommitScreen

            self.open_view(CommitScreen(self.look, product, found[1], self.note, self.actor))

    def on_edit_notes(self, event: intents.EditNotes) -> None:
        """e"""
        from gonogo.tui.screens.notes import NotesScreen

        event.stop()
        self.open_view(NotesScreen(self.look, self.desk.directory, self.note, self.actor))

    def on_edit_notes_outside(self, event: intents.EditNotesOutside) -> None:
        """E"""
        from gonogo.tui.screens.notes import NotesScreen

        event.stop()
        self.open_view(NotesScreen(self.look, self.desk.directory, self.note, self.actor, outside=True))

    def preview_entry(self, product_name: str) -> None:
        """The entry of that product's changelog file."""
        product = self.snapshot.plan.product(product_name) if self.snapshot else None
        if product is None or not product.repo:
            self.post_message(Refuse(f"the plan names no repository for {product_name}"))
        else:
            from gonogo.tui.screens.entry import EntryScreen

            self.open_view(EntryScreen(self.look, product, self.note, self.actor))
