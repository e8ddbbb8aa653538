"""`gonogo hold --reason TEXT`: nothing goes until somebody resumes; with --product a version stays."""

from argparse import ArgumentParser

from gonogo.acts import Command
from gonogo.acts.lifecycle import Hold
from gonogo.acts.versions import HoldVersion
from gonogo.cli.commands._act import act, act_on_sight
from gonogo.cli.context import Context
from gonogo.engine.session import Session
from gonogo.errors import UsageError
from gonogo.plan import Target


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the reason, and the target of a version hold."""
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")
    parser.add_argument(
        "--product", metavar="PRODUCT", default="", help="hold only this product's version, in --env"
    )
    parser.add_argument("--env", metavar="ENV", default="", help="where the version is held")
    parser.add_argument(
        "--keep", metavar="VERSION", default="", help="the version held; by default the one that runs there"
    )


def run(context: Context) -> int:
    """Hold the release, or a version."""
    args = context.args
    if bool(args.product) != bool(args.env) or (args.keep and not args.product):
        raise UsageError(
            "a version hold names a product and an environment",
            remedy="gonogo hold --product PRODUCT --env ENV --reason '...'",
        )
    if not args.product:
        return act(context, lambda _: Hold(args.reason))
    return act_on_sight(context, lambda session: _version_hold(context, session))


def _version_hold(context: Context, session: Session) -> Command:
    args = context.args
    cell = session.snapshot().matrix.cells.get(Target(args.product, args.env))
    running = [one.version for one in cell.versions] if cell is not None and cell.is_known else []
    if not args.keep and cell is not None and len(running) != 1:
        what = "is not known" if not running else f"is {' and '.join(running)}"
        raise UsageError(
            f"what {args.product} runs in {args.env} {what}: name the version that is held",
            remedy=f"gonogo hold --product {args.product} --env {args.env} --keep VERSION --reason '...'",
        )
    return HoldVersion(args.product, args.env, args.keep or (running[0] if running else ""), args.reason)
