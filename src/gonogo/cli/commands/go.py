"""`gonogo go ENV`: let the release into an environment, on the list of this moment."""

import shlex
from argparse import ArgumentParser

from gonogo.acts import go
from gonogo.acts.go import Go
from gonogo.cli.commands._act import act_confirmed, add_confirm
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context
from gonogo.engine.session import Session
from gonogo.errors import UsageError
from gonogo.rules.confirmation import Preview


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the environment and the confirmation."""
    parser.add_argument("environment", metavar="ENV", help="where the release may go")
    parser.add_argument(
        "--late", action="store_true", help="for what was deployed there already, without a GO; with --reason"
    )
    parser.add_argument("--reason", metavar="TEXT", default="", help="with --late: why it comes so late")
    add_confirm(parser)


def run(context: Context) -> int:
    """Show the list; with its code, say go."""
    name: str = context.args.environment
    late, reason = bool(context.args.late), str(context.args.reason)
    if reason and not late:
        raise UsageError("--reason goes with --late", remedy=f"gonogo go {name} --late --reason '...'")

    def see(session: Session) -> Preview:
        require_name(name, (one.name for one in session.loaded.plan.environments), "environment")
        return go.preview(session.scene(), name, late=late, reason=reason)

    typed = f"gonogo go {name} --late --reason {shlex.quote(reason)}" if late else f"gonogo go {name}"
    return act_confirmed(context, see, typed, lambda code: Go(name, code, late, reason))
