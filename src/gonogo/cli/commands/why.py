"""`gonogo why`: the reasons of one verdict, and the approvals that count for it."""

from argparse import ArgumentParser

from gonogo.cli.commands import _planned, status
from gonogo.cli.commands._look import judged, look
from gonogo.cli.context import Context
from gonogo.cli.facts import moment, verdict_facts
from gonogo.cli.release_facts import approval_facts, glass_facts
from gonogo.rules.asked import asked
from gonogo.rules.readiness import Verdict
from gonogo.rules.snapshot import Snapshot
from gonogo.rules.votes import SlotStanding
from gonogo.view import verdict as words
from gonogo.view.alerts import glass_alerts
from gonogo.view.release import end_line, given_lines


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
                "break_glass": glass_facts(snapshot, verdict.environment),
                "approvals": approval_facts(_asked(snapshot, verdict)),
            }
        )
    else:
        if ended := end_line(snapshot):
            context.out.lines((ended, ()))
        context.out.lines(glass_alerts(snapshot, verdict.environment))
        context.out.lines(_planned.notes(context, snapshot, verdict))
        context.out.lines(words.status_lines(snapshot, verdict))
        context.out.lines(given_lines(snapshot, verdict.environment))
    return _planned.exit_code(context, verdict)


def _asked(snapshot: Snapshot, verdict: Verdict) -> list[SlotStanding]:
    """The approvals this environment asks for, given or not."""
    environment = snapshot.plan.environment(verdict.environment)
    wanted = asked(snapshot.plan, environment) if environment else frozenset()
    return [one for one in snapshot.approvals if one.slot.name in wanted]
