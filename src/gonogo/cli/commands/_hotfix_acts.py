"""The verbs of `gonogo hotfix` and `gonogo prepare`: one for each act, each with its own options only."""

from argparse import ArgumentParser
from typing import NamedTuple

from gonogo.cli.commands import _act
from gonogo.cli.context import Context
from gonogo.hotfix.work import Kind


class Act(NamedTuple):
    """One verb."""

    kind: Kind
    name: str
    """plan | start | continue | abort | status | approve | reject | edit | shell | prepare"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what stands behind it."""
        _ARGUMENTS[self.name](parser)
        if self.kind is Kind.HOTFIX and self.name in {"plan", "start"}:
            _picks(parser)

    def run(self, context: Context) -> int:
        """Exit 0 done, 3 while it waits for somebody or must not be started, 5 when somebody was first."""
        from gonogo.cli.commands import _hotfix

        args = context.args
        act = self.name if self.name != "prepare" else ("start" if args.confirm else "plan")
        name = getattr(args, "name", "")
        words = [
            *([args.product] if args.product else []),
            *getattr(args, "commits", ()),
            *([name] if name else []),
        ]
        return _hotfix.dispatch(context, self.kind, act, words)


def _product(parser: ArgumentParser) -> None:
    parser.add_argument("product", metavar="PRODUCT", help="a product of the plan")


def _which(parser: ArgumentParser) -> None:
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="when there are several")


def _picks(parser: ArgumentParser) -> None:
    parser.add_argument(
        "commits", nargs="*", default=[], metavar="COMMIT", help="the fixes to pick, in this order"
    )
    parser.add_argument(
        "--from", dest="from_version", metavar="VERSION", default="", help="which of the versions that run"
    )


def _plan(parser: ArgumentParser) -> None:
    _product(parser)
    parser.add_argument(
        "--filter", metavar="TEXT", default="", help="list only commits with this in their subject"
    )
    _wishes(parser)


def _start(parser: ArgumentParser) -> None:
    _product(parser)
    _wishes(parser)
    _act.add_confirm(parser)


def _wishes(parser: ArgumentParser) -> None:
    parser.add_argument("--as", dest="as_version", metavar="VERSION", default="", help="the new version")
    parser.add_argument("--diff", action="store_true", help="print the resulting difference, too")
    parser.add_argument("--remote", metavar="NAME", default="", help="where to look and push; by default origin")
    parser.add_argument("--offline", action="store_true", help="do not ask the remote")
    parser.add_argument("--sign", action="store_true", help="sign the tag with your key, as git is configured")


def _continue(parser: ArgumentParser) -> None:
    _which(parser)
    parser.add_argument("--tested", metavar="TEXT", default="", help="what was tested, and how it went")
    parser.add_argument("--push", metavar="VERSION", default="", help="push it; the version typed")
    parser.add_argument("--without-push", action="store_true", help="it is not pushed from here")
    parser.add_argument("--resolved", metavar="FILE", action="append", default=[], help="you resolved this one")
    parser.add_argument("--ours", metavar="FILE", action="append", default=[], help="keep what the line has of it")


def _abort(parser: ArgumentParser) -> None:
    _which(parser)
    parser.add_argument("--reason", metavar="TEXT", default="", help="why")


def _status(parser: ArgumentParser) -> None:
    parser.add_argument("product", nargs="?", metavar="PRODUCT", default="", help="everything about this one")
    parser.add_argument("--log", action="store_true", help="every git command and what came of it")


def _approve(parser: ArgumentParser) -> None:
    _product(parser)
    parser.add_argument("name", metavar="NAME", help="which approval")
    parser.add_argument("--reason", metavar="TEXT", default="", help="what you looked at")
    _act.add_confirm(parser)


def _reject(parser: ArgumentParser) -> None:
    _product(parser)
    parser.add_argument("name", metavar="NAME", help="which approval")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; must be given")


_ARGUMENTS = {
    "plan": _plan,
    "start": _start,
    "prepare": _start,
    "continue": _continue,
    "abort": _abort,
    "status": _status,
    "approve": _approve,
    "reject": _reject,
    "edit": _which,
    "shell": _which,
}

HOTFIX_PLAN, HOTFIX_START, HOTFIX_CONTINUE, HOTFIX_ABORT, HOTFIX_STATUS = (
    Act(Kind.HOTFIX, name) for name in ("plan", "start", "continue", "abort", "status")
)
HOTFIX_APPROVE, HOTFIX_REJECT, HOTFIX_EDIT, HOTFIX_SHELL = (
    Act(Kind.HOTFIX, name) for name in ("approve", "reject", "edit", "shell")
)
PREPARE, PREPARE_CONTINUE, PREPARE_ABORT, PREPARE_APPROVE, PREPARE_REJECT = (
    Act(Kind.PREPARE, name) for name in ("prepare", "continue", "abort", "approve", "reject")
)
