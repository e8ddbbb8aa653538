"""`gonogo trigger`: what was agreed to mean "go back": list, call, answer, end. Nothing here acts."""

from argparse import ArgumentParser
from typing import Any

from gonogo.cli.commands._act import act
from gonogo.cli.context import Context, via
from gonogo.cli.facts import moment
from gonogo.domain.decide import AnswerTrigger, ClearTrigger, Command, FireTrigger
from gonogo.domain.plan import Trigger
from gonogo.domain.rules.naming import person
from gonogo.domain.state import TriggerState
from gonogo.errors import ExitCode, UsageError
from gonogo.present.triggers import trigger_lines

ACTS = ("fire", "roll-back", "go-on", "over")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the trigger and what is said about it."""
    parser.add_argument("name", nargs="?", metavar="TRIGGER", default="", help="without it, list all of them")
    parser.add_argument(
        "act",
        nargs="?",
        metavar="ACT",
        choices=ACTS,
        help="fire: it was seen; roll-back or go-on: the answer; over: its condition is gone",
    )
    parser.add_argument("--reason", metavar="TEXT", default="", help="what was seen, or why")


def run(context: Context) -> int:
    """List, or record one word."""
    args = context.args
    if not args.name:
        return _list(context)
    if not args.act:
        raise UsageError(f"what about '{args.name}'?", remedy=f"gonogo trigger {args.name} {' | '.join(ACTS)}")
    if args.act != "over" and not args.reason.strip():
        raise UsageError(
            f"'{args.act}' needs a reason", remedy=f"gonogo trigger {args.name} {args.act} --reason '...'"
        )
    return act(context, lambda _: _command(args.name, args.act, args.reason))


def _command(name: str, said: str, reason: str) -> Command:
    if said == "fire":
        return FireTrigger(name, reason)
    if said == "over":
        return ClearTrigger(name)
    return AnswerTrigger(name, said.replace("-", "_"), reason)


def _list(context: Context) -> int:
    session = context.doors.open_session(context.options, via())
    try:
        session.refresh()
        plan, state = session.loaded.plan, session.inputs.state
        if context.options.json:
            told = [_facts(one, state.triggers.get(one.id), person(plan, one.owner)) for one in plan.triggers]
            context.out.json({"release": plan.release, "triggers": told})
        else:
            context.out.lines(trigger_lines(plan, state, context.doors.clock().now()))
    finally:
        session.close()
    return ExitCode.OK


def _facts(trigger: Trigger, fired: TriggerState | None, owner: str) -> dict[str, Any]:
    return {
        "trigger": trigger.id,
        "when": trigger.when,
        "owner": owner,
        "metric": trigger.metric,
        "fired_at": moment(fired.fired_at) if fired else None,
        "observation": fired.observation if fired else "",
        "asks": bool(fired and fired.asks),
        "answer": fired.answer if fired else "",
        "answered_by": fired.answered_by.user if fired and fired.answered_by else None,
        "reason": fired.reason if fired else "",
        "over_at": moment(fired.cleared_at) if fired else None,
    }
