"""What a view needs from which people decide: an intent becomes its deed, a check is run, commands are trusted."""

from collections.abc import Mapping

from textual import on

from gonogo.tui import intents
from gonogo.tui.messages import AskTrust, RunIt
from gonogo.tui.screens.view import View


class Acting(View, inherit_bindings=False):
    """A view with deeds."""

    def known(self) -> Mapping[str, str]:
        """What the view knows besides the line under the cursor."""
        return {}

    @on(intents.Deciding)
    @on(intents.Claim)
    @on(intents.Skip)
    @on(intents.AddNote)
    def begin(self, event: intents.Intent) -> None:
        """Ask, confirm, record; which of them is for the deed to say."""
        from gonogo.tui.deeds.course import Course
        from gonogo.tui.deeds.table import DEEDS  # loaded by `tui.loading`, after the first frame

        deed = DEEDS.get(type(event))
        if deed is not None:
            event.stop()
            Course(self, deed, {"subject": event.subject, **self.known()}).go_on()

    def on_trust_commands(self, event: intents.TrustCommands) -> None:
        """From the palette."""
        event.stop()
        self.post_message(AskTrust())

    def on_run_check(self, event: intents.RunCheck) -> None:
        """x"""
        event.stop()
        self.post_message(RunIt(event.subject.partition(":")[2]))
