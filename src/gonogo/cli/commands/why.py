"""`gonogo why`: the reasons of one verdict and nothing else."""

from argparse import ArgumentParser

from gonogo.cli.commands import _planned, status
from gonogo.cli.commands._look import judged, look
from gonogo.cli.context import Context
from gonogo.cli.facts import moment, verdict_facts
from gonogo.present import verdict as words


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the environment, as `status` does."""
    status.add_arguments(parser)


def run(context: Context) -> int:
    """Judge, print the reasons, and exit by the verdict."""
    snapshot = look(context, context.args.env, context.args.at)
    verdict = judged(snapshot, context.args.env)
    if context.options.json:
        context.out.json(
            {
                "release": snapshot.plan.release,
                "plan_sha256": snapshot.loaded.sha256,
                "journal_seq": snapshot.state.seq,
                "judged_at": moment(snapshot.now),
                "judged_for": moment(snapshot.at),
                "report_only": bool(context.args.report_only),
                **verdict_facts(verdict),
            }
        )
    else:
        context.out.lines(_planned.notes(context, snapshot, verdict))
        context.out.lines(words.status_lines(snapshot, verdict))
    return _planned.exit_code(context, verdict)
