"""`gonogo break-glass ENV RULE... --reason TEXT`: two persons waive named blockers together, for a short time."""

from argparse import ArgumentParser

from gonogo.acts import glass
from gonogo.acts.glass import BreakGlass, EndGlass, RequestGlass
from gonogo.cli.commands._act import act, act_confirmed, act_on_sight, add_confirm, need
from gonogo.cli.context import Context
from gonogo.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    """Declare environment, blockers and reason, or what is done with the request."""
    parser.add_argument("what", metavar="ENV", help="where; `confirm` as the second person, `end` before its time")
    parser.add_argument(
        "names",
        metavar="RULE[:SUBJECT]",
        nargs="*",
        help="each blocker, as `why` names it; after confirm and end: ENV",
    )
    parser.add_argument(
        "--reason", metavar="TEXT", default="", help="why; ten characters or more, it heads the report"
    )
    add_confirm(parser)


def run(context: Context) -> int:
    """Ask for it, confirm what somebody asked for, or end it."""
    args = context.args
    if args.what == "confirm":
        place = _only(args.names, "gonogo break-glass confirm ENV")
        return act_confirmed(
            context,
            lambda session: glass.preview(session.scene(), place),
            f"gonogo break-glass confirm {place}",
            lambda code: BreakGlass(place, code),
        )
    if args.what == "end":
        place = _only(args.names, "gonogo break-glass end ENV")
        return act(context, lambda _: EndGlass(place, args.reason))
    need(args.reason, "--reason", f"gonogo break-glass {args.what} RULE --reason '...'")
    wish = RequestGlass(args.what, tuple(args.names), args.reason)
    return act_on_sight(context, lambda _: wish, wish)


def _only(names: list[str], command: str) -> str:
    """The one environment. Raises UsageError."""
    if len(names) != 1:
        raise UsageError("name one environment", remedy=command)
    return names[0]
