"""`gonogo why`: the reasons of one verdict and nothing else."""

from argparse import ArgumentParser

from gonogo.cli.commands import status
from gonogo.cli.commands._look import EXIT_CODES, judged, look
from gonogo.cli.context import Context
from gonogo.cli.facts import moment, verdict_facts
from gonogo.present import verdict as words


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the environment, as `status` does."""
    status.add_arguments(parser)


def run(context: Context) -> int:
    """Judge, print the reasons, and exit by the verdict."""
    snapshot = look(context, context.args.env)
    verdict = judged(snapshot, context.args.env)
    if context.options.json:
        context.out.json(
            {"release": snapshot.plan.release, "judged_at": moment(snapshot.now), **verdict_facts(verdict)}
        )
    else:
        context.out.lines(words.status_lines(snapshot, verdict))
    return EXIT_CODES[verdict.answer]
