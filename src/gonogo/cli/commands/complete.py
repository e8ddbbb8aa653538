"""`gonogo complete`: everything is done; with anything open it is refused with the list."""

from argparse import ArgumentParser

from gonogo.acts import lifecycle
from gonogo.acts.lifecycle import Complete
from gonogo.cli.commands._act import act_confirmed, add_confirm
from gonogo.cli.context import Context
from gonogo.engine.session import Session
from gonogo.rules.confirmation import Preview


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the confirmation."""
    add_confirm(parser)


def run(context: Context) -> int:
    """Show what completing says; with the code, complete."""

    def see(session: Session) -> Preview:
        return lifecycle.preview_complete(session.scene())

    return act_confirmed(context, see, "gonogo complete", Complete, completing=True)
