"""`gonogo status`: the release, every verdict, and all reasons of the one that matters now."""

from argparse import ArgumentParser
from typing import Any

from gonogo.cli.commands._look import EXIT_CODES, judged, look
from gonogo.cli.context import Context
from gonogo.cli.facts import moment, verdict_facts
from gonogo.domain.readiness import Verdict, Weight
from gonogo.domain.snapshot import Snapshot
from gonogo.present import verdict as words
from gonogo.present.tones import Line, Span, Tone


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the environment."""
    parser.add_argument(
        "--env", metavar="ENV", default="", help="judge this environment; by default the next one to be entered"
    )


def run(context: Context) -> int:
    """Judge, print, and exit by the verdict."""
    snapshot = look(context, context.args.env)
    verdict = judged(snapshot, context.args.env)
    if context.options.json:
        context.out.json(_facts(context, snapshot, verdict))
    else:
        context.out.lines(_header(context, snapshot))
        context.out.line()
        if not context.args.env:
            context.out.lines([words.headline(one, snapshot.plan) for one in snapshot.verdicts])
            context.out.line()
        context.out.lines(words.status_lines(snapshot, verdict))
        context.out.lines(next_step(verdict))
    return EXIT_CODES[verdict.answer]


def _header(context: Context, snapshot: Snapshot) -> tuple[Line, ...]:
    plan = snapshot.plan
    place = context.doors.journal_place(context.options, plan.release)
    account = context.doors.account()
    person = plan.person_of(account)
    rows = [
        ("release", f"{plan.release}  {plan.name}".rstrip()),
        ("plan", f"{snapshot.loaded.path} ({snapshot.loaded.sha256[:12]})"),
        ("journal", f"{place.directory}, at #{snapshot.state.seq}"),
        ("you", f"{account}, {person.name} in the plan" if person else f"{account}, not named in the plan"),
        ("judged", f"{snapshot.now:%Y-%m-%d %H:%M:%S} UTC"),
    ]
    if plan.window:
        clock = "".join(span.text for span in words.window_line(plan.window, snapshot.now))
        rows.append(("window", f"{words.window_times(plan.window)}, {clock}"))
    return tuple((Span(f"{label:<9}", Tone.MUTED), Span(text)) for label, text in rows)


def next_step(verdict: Verdict) -> tuple[Line, ...]:
    """The one thing to do first: what the most serious reason asks for."""
    first = next((reason.remedy for reason in verdict.reasons if reason.remedy), "")
    if not first or not (verdict.of(Weight.BLOCKER) or verdict.of(Weight.UNKNOWN)):
        return ()
    return ((), (Span("first: ", Tone.MUTED), Span(first, Tone.STRONG)))


def _facts(context: Context, snapshot: Snapshot, verdict: Verdict) -> dict[str, Any]:
    shown = (verdict,) if context.args.env else snapshot.verdicts
    return {
        "release": snapshot.plan.release,
        "name": snapshot.plan.name,
        "plan": {"path": snapshot.loaded.path, "sha256": snapshot.loaded.sha256, "problem": snapshot.plan_problem},
        "journal": {
            "directory": str(context.doors.journal_place(context.options, snapshot.plan.release).directory),
            "seq": snapshot.state.seq,
            "head": snapshot.state.head,
            "problems": list(snapshot.journal_problems),
        },
        "account": context.doors.account(),
        "judged_at": moment(snapshot.now),
        "environment": verdict.environment,
        "verdict": verdict.answer.value,
        "environments": [verdict_facts(one) for one in shown],
    }
