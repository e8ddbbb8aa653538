"""`gonogo go ENV`: let the release into an environment, on the list of this moment."""

from argparse import ArgumentParser

from gonogo.cli.commands._act import act_confirmed, add_confirm
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context
from gonogo.domain.confirmation import Preview
from gonogo.domain.decide import Go
from gonogo.domain.decisions import go
from gonogo.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the environment and the confirmation."""
    parser.add_argument("environment", metavar="ENV", help="where the release may go")
    add_confirm(parser)


def run(context: Context) -> int:
    """Show the list; with its code, say go."""
    name: str = context.args.environment

    def see(session: Session) -> Preview:
        require_name(name, (one.name for one in session.loaded.plan.environments), "environment")
        return go.preview(session.scene(), name)

    return act_confirmed(context, see, f"gonogo go {name}", lambda code: Go(name, code))
