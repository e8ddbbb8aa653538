"""`gonogo trigger list | fire | answer | over`: what was agreed to mean "go back". Nothing here acts."""

from argparse import ArgumentParser

from gonogo.acts import Command
from gonogo.acts.triggers import ANSWERS, AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.cli.commands._act import act
from gonogo.cli.context import Context, via
from gonogo.cli.facts import trigger_facts
from gonogo.errors import ExitCode, UsageError
from gonogo.rules.naming import person
from gonogo.view.triggers import trigger_lines

ACTS = ("list", "fire", "answer", "over")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the act, the trigger and what is said about it."""
    parser.add_argument(
        "act",
        nargs="?",
        metavar="ACT",
        choices=ACTS,
        default="list",
        help="list them; fire: it was seen; answer: what is done about it; over: its condition is gone",
    )
    parser.add_argument("name", nargs="?", metavar="TRIGGER", default="", help="id of a trigger of the plan")
    parser.add_argument("answer", nargs="?", metavar="ANSWER", default="", help="roll_back or go_on")
    parser.add_argument("--reason", metavar="TEXT", default="", help="what was seen, or why")


def run(context: Context) -> int:
    """List, or record one word."""
    args = context.args
    if args.act == "list":
        return _list(context)
    answer = args.answer.replace("-", "_")
    if not args.name or (args.act == "answer" and answer not in ANSWERS):
        raise UsageError(f"trigger {args.act}: a word is missing or wrong", remedy=_typed(args.act, args.name))
    if args.act != "answer" and answer:
        raise UsageError(f"'{args.answer}' says nothing here", remedy=_typed(args.act, args.name))
    if args.act != "over" and not args.reason.strip():
        raise UsageError(f"trigger {args.act} needs a reason", remedy=_typed(args.act, args.name))
    return act(context, lambda _: _command(args.act, args.name, answer, args.reason))


def _typed(act: str, name: str) -> str:
    words = ["gonogo trigger", act, name or "TRIGGER", *(["roll_back|go_on"] if act == "answer" else [])]
    return " ".join([*words, *(["--reason '...'"] if act != "over" else [])])


def _command(said: str, name: str, answer: str, reason: str) -> Command:
    if said == "fire":
        return FireTrigger(name, reason)
    return ClearTrigger(name) if said == "over" else AnswerTrigger(name, answer, reason)


def _list(context: Context) -> int:
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        plan, state = session.loaded.plan, session.inputs.state
        if context.options.json:
            told = [
                {**trigger_facts(one, state.triggers.get(one.id)), "owner": person(plan, one.owner)}
                for one in plan.triggers
            ]
            context.out.json({"release": plan.release, "triggers": told})
        else:
            context.out.lines(trigger_lines(plan, state, context.doors.clock().now()))
    finally:
        session.close()
    return ExitCode.OK
