"""`gonogo log`: the audit trail, oldest first."""

from argparse import ArgumentParser, ArgumentTypeError

from gonogo.acts import Refusal
from gonogo.acts.items import find_item
from gonogo.cli.context import Context, via
from gonogo.cli.facts import event_facts
from gonogo.errors import ExitCode
from gonogo.events import Event
from gonogo.plan import Plan
from gonogo.text.tones import Span, Tone
from gonogo.view.trail import event_line


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is not a number of lines, 1 or more")
    return int(text)


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the filters."""
    parser.add_argument("--item", metavar="ITEM", default="", help="only what concerns this item")
    parser.add_argument("-n", metavar="COUNT", dest="count", type=_count, help="only the last so many lines")


def run(context: Context) -> int:
    """Print it."""
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
    finally:
        session.close()
    problems = session.inputs.journal_problems
    for problem in session.inputs.journal_told:
        context.say.warning(problem)
    events = session.inputs.state.events
    if context.args.item:
        found = _of_item(session.loaded.plan, events, context.args.item)
        if isinstance(found, Refusal):
            return context.say.refusal(found)
        events = found
    if context.args.count:
        events = events[-context.args.count :]
    if context.options.json:
        context.out.json(
            {
                "release": session.loaded.plan.release,
                "events": [event_facts(event) for event in events],
                "journal_problems": list(problems),
            }
        )
    elif events:
        context.out.lines([event_line(event) for event in events])
    else:
        context.out.line(Span("nothing is recorded yet", Tone.MUTED))
    return ExitCode.OK


def _of_item(plan: Plan, events: tuple[Event, ...], wanted: str) -> tuple[Event, ...] | Refusal:
    """Events of an item, also of one that has left the plan since."""
    exact = tuple(event for event in events if event.subject == f"item:{wanted}")
    if exact:
        return exact
    item = find_item(plan, wanted)
    if isinstance(item, Refusal):
        return item
    return tuple(event for event in events if event.subject == f"item:{item.id}")
