"""`gonogo rollback start PRODUCT`: record the decision to go back, and hold the old version there."""

import shlex
from argparse import ArgumentParser

from gonogo.acts.rollback import RollBack, preview
from gonogo.cli.commands._act import act_confirmed, add_confirm
from gonogo.cli.context import Context
from gonogo.text import clean


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what goes back, where and why."""
    parser.add_argument("product", metavar="PRODUCT", help="a product of the plan")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")
    parser.add_argument(
        "--env",
        metavar="ENV",
        action="append",
        default=[],
        help="only there; may be repeated; by default production",
    )
    parser.add_argument("--mark-bad", action="store_true", help="nobody ships the planned version any more")
    add_confirm(parser)


def run(context: Context) -> int:
    """Show what would go back; with its code, record it. Deploying is for other tools."""
    args = context.args

    def wish(code: str) -> RollBack:
        return RollBack(args.product, tuple(args.env), args.reason, args.mark_bad, code)

    words = ["gonogo rollback start", args.product, *(f"--env {name}" for name in args.env)]
    words += ["--mark-bad"] if args.mark_bad else []
    typed = " ".join([*words, "--reason", shlex.quote(clean(args.reason)) if args.reason else "'...'"])
    return act_confirmed(context, lambda session: preview(session.scene(), wish("")), typed, wish)
