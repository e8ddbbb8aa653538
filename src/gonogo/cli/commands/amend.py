"""`gonogo amend show | accept`: the plan was edited after the start; look at the diff, then accept it by name."""

from argparse import ArgumentParser

from gonogo.acts import Refusal, amendments
from gonogo.acts.amendments import AcceptAmendment
from gonogo.cli.commands._act import act_confirmed, add_confirm
from gonogo.cli.context import Context, via
from gonogo.cli.facts import moment
from gonogo.engine.session import Session
from gonogo.errors import ExitCode
from gonogo.rules import amendment
from gonogo.rules.confirmation import Preview
from gonogo.text.tones import Span, Tone
from gonogo.view import preview as words


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what to do and the confirmation."""
    parser.add_argument("what", metavar="show | accept", choices=("show", "accept"), help="look, or accept")
    add_confirm(parser)


def run(context: Context) -> int:
    """Show the diff, exit 3 while nobody has accepted it; or accept it."""
    if context.args.what == "show":
        return _show(context)
    return act_confirmed(context, _see, "gonogo amend accept", AcceptAmendment)


def _see(session: Session) -> Preview | Refusal:
    scene = session.scene()
    pending = amendment.pending(scene.loaded, scene.state)
    if pending is None:
        return Refusal(ExitCode.NO_GO, "amend.nothing", "nothing to accept")
    return amendments.preview(scene, pending)


def _show(context: Context) -> int:
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        shown = _see(session)
    finally:
        session.close()
    for problem in session.inputs.journal_told:
        context.say.warning(problem)
    release = session.loaded.plan.release
    past = session.inputs.state.lifecycle.amendments
    if context.options.json:
        waits = None
        if isinstance(shown, Preview):
            waits = {"confirm": shown.code, "heading": shown.heading, "lines": list(shown.lines)}
        accepted = [
            {
                "seq": one.seq,
                "by": one.actor.user,
                "at": moment(one.at),
                "before": one.before,
                "after": one.after,
                "changes": list(one.changes),
            }
            for one in past
        ]
        context.out.json({"release": release, "pending": waits, "accepted": accepted})
    elif isinstance(shown, Preview):
        context.out.lines(words.lines(shown))
        context.out.line(*words.how_to_confirm(shown, "gonogo amend accept"))
    else:
        context.out.line(Span("the plan is the one that was agreed on", Tone.GOOD))
    return ExitCode.NO_GO if isinstance(shown, Preview) else ExitCode.OK
