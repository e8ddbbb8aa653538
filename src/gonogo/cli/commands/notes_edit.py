"""`gonogo notes edit`: write over what the commits say, in your own editor; the draft is kept in the journal."""

from argparse import ArgumentParser

from gonogo.acts.notes import DiscardDraft, SaveDraft
from gonogo.acts.scene import Refused
from gonogo.changelog.notes import Audience
from gonogo.cli.commands.notes import add_audience, read
from gonogo.cli.context import Context, via
from gonogo.errors import ExitCode, GonogoError
from gonogo.io.host.editor import Edited, edit
from gonogo.io.journal import state_home


def add_arguments(parser: ArgumentParser) -> None:
    """Declare audience, and the way without an editor."""
    add_audience(parser)
    parser.add_argument("--file", metavar="PATH", default="", help="take this file's text instead of an editor")
    parser.add_argument("--discard", action="store_true", help="go back to what the commits say")


def run(context: Context) -> int:
    """Edit and record. What was written is in a file until the journal has it."""
    audience = Audience(context.args.audience)
    session = context.doors.open_session(context.options, via())
    try:
        if context.args.discard:
            outcome = session.submit(DiscardDraft(audience))
            if isinstance(outcome, Refused):
                return context.say.refusal(outcome.refusal)
            context.out.recorded()
            context.out.text(f"the {audience} notes are what the commits say")
            return ExitCode.OK
        found = read(context, session)
        before = found.draft.text if found.draft else found.generated
        seq = found.draft.seq if found.draft else 0
        edited = _written(context, before, audience)
        try:
            outcome = session.submit(SaveDraft(audience, edited.text, found.sha256, seq))
        except GonogoError:
            context.say.warning(f"what you wrote is still in {edited.path}")
            raise
        if isinstance(outcome, Refused):
            context.say.warning(f"what you wrote is still in {edited.path}")
            return context.say.refusal(outcome.refusal)
        context.out.recorded()
        if not context.args.file:
            edited.discard()
        kept = session.inputs.state.drafts[audience.value]
        context.out.text(f"the {audience} notes are kept as #{kept.seq}, {len(kept.text)} characters")
        return ExitCode.OK
    finally:
        session.close()


def _written(context: Context, before: str, audience: Audience) -> Edited:
    if not context.args.file:
        return edit(before, f"notes-{audience.value}.md", state_home() / "edit")
    from pathlib import Path

    path = Path(context.args.file)
    try:
        return Edited(path.read_text(encoding="utf-8", errors="replace"), path)
    except OSError as error:
        raise GonogoError(f"cannot be read: {error.strerror}", where=str(path)) from error
