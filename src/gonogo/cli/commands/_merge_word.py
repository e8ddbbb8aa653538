"""What `merges equal` and `merges waive` share: find the cell somebody answers for, and record the word."""

from argparse import ArgumentParser

from gonogo.acts.merges import SayMerge, WithdrawMerge
from gonogo.cli.commands._act import act
from gonogo.cli.commands.merges import read_with_plan
from gonogo.cli.context import Context
from gonogo.errors import UsageError
from gonogo.events.merges import Word
from gonogo.facts.ledger import LedgerCell
from gonogo.plan import Plan
from gonogo.rules.next_act import missing_in_flight
from gonogo.text import clean


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the cell and the reason."""
    parser.add_argument("fix", metavar="FIX", help="commit id of the fix, or a prepared release")
    parser.add_argument("branch", metavar="BRANCH", help="the branch it is about")
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; ten characters or more")
    parser.add_argument("--withdraw", action="store_true", help="what you said before does not hold any more")


def say(context: Context, word: Word, commit: str = "") -> int:
    """Record the word on the cell that was named. Raises UsageError when there is none."""
    cell, plan = find(context)
    key = (cell.product, cell.oid, cell.branch)
    if context.args.withdraw:
        given_in = cell.said.release if cell.said else ""
        return act(context, lambda _: WithdrawMerge(*key, context.args.reason, given_in))
    if cell.in_flight and (word is Word.WAIVED or not commit):
        raise _not_a_branch(cell, word, plan)
    named = _in_branch(context, cell, commit) if commit else ""
    return act(context, lambda _: SayMerge(*key, word, context.args.reason, named))


def _not_a_branch(cell: LedgerCell, word: Word, plan: Plan) -> UsageError:
    """A release in flight is judged by `fix.lost`: only a waiver lets a fix be missing in it."""
    equal = f"gonogo merges equal {cell.fix} {cell.branch} --commit COMMIT --reason '...'"
    if word is not Word.WAIVED:
        told = f"{cell.branch} is the release in flight: name the commit of it that does the same as {cell.fix}"
        return UsageError(told, remedy=equal)
    told = f"{cell.branch} is the release in flight: a fix that is missing there needs a waiver"
    if waiver := missing_in_flight(plan, cell.product, cell.fix):
        return UsageError(told, remedy=f"{waiver.remedy}    (by {waiver.who})")
    patch = f"gonogo hotfix plan {cell.product} {cell.fix} --from VERSION"
    return UsageError(f"{told}, which nobody in this plan may give", remedy=f"{patch}\n  or: {equal}")


def _in_branch(context: Context, cell: LedgerCell, commit: str) -> str:
    """The full id of a commit of the cell's branch. Raises UsageError for any other."""
    from gonogo.io.git.ledger import commit_in

    product = context.doors.load_plan(context.options).plan.product(cell.product)
    return commit_in(product.repo, cell.branch, commit) if product else ""


def find(context: Context) -> tuple[LedgerCell, Plan]:
    """The cell that was named, and the plan that says who may answer. Raises UsageError without one."""
    fix, branch = context.args.fix, context.args.branch
    ledger, plan = read_with_plan(context)
    found = [
        cell
        for cell in ledger.cells
        if cell.branch == branch and (fix in cell.names or (len(fix) >= 7 and cell.oid.startswith(fix)))
    ]
    if len(found) != 1:
        what = f"no fix '{clean(fix, 80)}' that must reach '{clean(branch, 80)}'"
        raise UsageError(f"there is {what}", remedy="gonogo merges    lists them")
    return found[0], plan
