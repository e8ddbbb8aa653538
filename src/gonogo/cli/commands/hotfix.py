"""`gonogo hotfix plan | start | continue | abort | status`: a fix for what runs, from its own tag."""

from argparse import ArgumentParser

from gonogo.cli.commands import _hotfix
from gonogo.cli.context import Context
from gonogo.domain.hotfix.work import Kind


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the act, the product and the commits."""
    parser.add_argument(
        "act", metavar="ACT", choices=_hotfix.ACTS,
        help="plan shows everything and does nothing; start, continue, abort; status; approve, reject; "
        "edit what conflicts, or a shell there",
    )  # fmt: skip
    parser.add_argument(
        "words", nargs="*", metavar="PRODUCT [COMMIT ...]", help="what to fix, and the fixes to pick"
    )
    parser.add_argument(
        "--from", dest="from_version", metavar="VERSION", default="", help="which of the versions that run"
    )
    parser.add_argument(
        "--filter", metavar="TEXT", default="", help="plan: only commits with this in their subject"
    )
    _hotfix.add_options(parser)


def run(context: Context) -> int:
    """Exit 0 done, 3 while it waits for somebody or must not be started, 5 when somebody was first."""
    return _hotfix.dispatch(context, Kind.HOTFIX, context.args.act, context.args.words)
