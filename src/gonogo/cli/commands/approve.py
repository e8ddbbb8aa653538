"""`gonogo approve NAME`: sign the content that was shown."""

from argparse import ArgumentParser

from gonogo.acts import Refusal, approvals
from gonogo.acts.approvals import Approve
from gonogo.cli.commands._act import act_confirmed, add_confirm
from gonogo.cli.context import Context
from gonogo.engine.session import Session
from gonogo.rules.confirmation import Preview


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the approval, a remark and the confirmation."""
    parser.add_argument("name", metavar="NAME", help="name of the approval in the plan")
    parser.add_argument("--reason", metavar="TEXT", default="", help="a remark that is recorded with it")
    add_confirm(parser)


def run(context: Context) -> int:
    """Show what would be signed; with the code, sign it."""
    name: str = context.args.name

    def see(session: Session) -> Preview | Refusal:
        scene = session.scene()
        slot = approvals.find_slot(scene, name)
        return slot if isinstance(slot, Refusal) else approvals.preview(scene, slot)

    return act_confirmed(
        context, see, f"gonogo approve {name}", lambda code: Approve(name, code, context.args.reason)
    )
