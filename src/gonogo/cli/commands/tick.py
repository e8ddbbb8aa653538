"""`gonogo tick [ITEM]`: an item is done; without ITEM, what is open, mine first."""

from argparse import ArgumentParser

from gonogo.acts.checklist import Tick
from gonogo.cli.commands._submit import submit
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare ITEM and the evidence."""
    parser.add_argument("item", nargs="?", metavar="ITEM", help="id of the item, or the beginning of it")
    parser.add_argument("--link", metavar="URL", action="append", default=[], help="evidence: where to look")
    parser.add_argument(
        "--file",
        metavar="PATH",
        action="append",
        default=[],
        help="evidence: a file; its name and SHA-256 are kept",
    )
    parser.add_argument(
        "--output", metavar="TEXT", action="append", default=[], help="evidence: what was printed; - reads stdin"
    )


def run(context: Context) -> int:
    """Tick, or list."""
    args = context.args
    if args.item is None:
        from gonogo.cli.commands._open_items import list_open

        return list_open(context)
    if not (args.link or args.file or args.output):
        return submit(context, Tick(args.item))
    from gonogo.cli.commands._evidence import proofs

    return submit(context, Tick(args.item, evidence=proofs(args.link, args.file, args.output)))
