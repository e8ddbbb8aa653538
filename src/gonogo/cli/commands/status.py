"""`gonogo status`: the release, every verdict, and all reasons of the one that matters now."""

from argparse import ArgumentParser
from typing import Any

from gonogo.cli.commands import _planned
from gonogo.cli.commands._look import judged, look
from gonogo.cli.context import Context
from gonogo.cli.facts import moment, poller_facts, verdict_facts, way_back_facts
from gonogo.cli.release_facts import release_facts
from gonogo.rules.readiness import Verdict, Weight
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.view import release
from gonogo.view import verdict as words
from gonogo.view.about import about
from gonogo.view.alerts import decision_alerts
from gonogo.view.pollers import polling_line
from gonogo.view.rollback import ways_back_lines

_NOW = "It is over. What would be judged of it now:"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the environment."""
    parser.add_argument(
        "--env", metavar="ENV", default="", help="judge this environment; by default the next one to be entered"
    )
    _planned.add_arguments(parser)


def run(context: Context) -> int:
    """Judge, print, and exit by the verdict."""
    snapshot = look(context, context.args.env, context.args.at)
    verdict = judged(snapshot, context.args.env)
    if context.options.json:
        context.out.json(_facts(context, snapshot, verdict))
    else:
        ended = release.end_line(snapshot)
        context.out.lines((ended, ()) if ended else ())
        context.out.lines(_header(context, snapshot))
        context.out.line()
        if told := decision_alerts(snapshot):
            context.out.lines((*told, ()))
        if ended:
            context.out.lines(((Span(_NOW, Tone.MUTED),), ()))
        if not context.args.env:
            context.out.lines([words.headline(one, snapshot.plan) for one in snapshot.verdicts])
            context.out.line()
        context.out.lines(_planned.notes(context, snapshot, verdict))
        context.out.lines(words.status_lines(snapshot, verdict))
        context.out.lines(ways_back_lines(snapshot, verdict))
        context.out.lines(next_step(verdict))
    if context.args.env:
        return _planned.exit_code(context, verdict)
    return _planned.exit_code_of_all(context, snapshot, verdict)


def _header(context: Context, snapshot: Snapshot) -> tuple[Line, ...]:
    plan = snapshot.plan
    place = context.doors.journal_place(context.options, plan.release)
    account = context.doors.account()
    person = plan.person_of(account)
    rows = [
        ("release", f"{plan.release}  {plan.name}".rstrip()),
        *about(plan),
        ("plan", f"{snapshot.loaded.path} ({snapshot.loaded.sha256[:12]})"),
        ("journal", f"{context.doors.on_disk(place).text}, at #{snapshot.state.seq}"),
        ("you", f"{account}, {person.name} in the plan" if person else f"{account}, not named in the plan"),
        ("judged", f"{snapshot.now:%Y-%m-%d %H:%M:%S} UTC"),
        ("state", _text(release.life_line(snapshot))),
        ("lead", _text(release.driver_line(snapshot))),
    ]
    rows += [("approval", _text(line)) for line in release.approval_lines(snapshot)]
    rows += [("frozen", _text(line)) for line in release.freeze_lines(snapshot)]
    rows += [("decided", _text(line)) for line in release.go_lines(snapshot)]
    if beyond := release.beyond_return(snapshot):
        rows.append(("beyond", f"'{beyond}' is done: going back means rolling forward"))
    if polling := polling_line(context.doors.who_polls(context.options, plan)):
        rows.append(("polling", "".join(span.text for span in polling)))
    if plan.window:
        clock = "".join(span.text for span in words.window_line(plan.window, snapshot.now))
        rows.append(("window", f"{words.window_times(plan.window)}, {clock}"))
    return tuple((Span(f"{label:<8} ", Tone.MUTED), Span(text)) for label, text in rows)


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


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
        "description": snapshot.plan.description,
        "metadata": dict(snapshot.plan.metadata),
        "plan": {"path": snapshot.loaded.path, "sha256": snapshot.loaded.sha256, "problem": snapshot.plan_problem},
        "journal": {
            "directory": str(
                context.doors.on_disk(
                    context.doors.journal_place(context.options, snapshot.plan.release)
                ).directory
            ),
            "seq": snapshot.state.seq,
            "head": snapshot.state.head,
            "problems": list(snapshot.journal_problems),
        },
        "account": context.doors.account(),
        "polling": poller_facts(context.doors.who_polls(context.options, snapshot.plan)),
        "judged_at": moment(snapshot.now),
        "judged_for": moment(snapshot.at),
        "report_only": bool(context.args.report_only),
        "environment": verdict.environment,
        "verdict": verdict.answer.value,
        "environments": [verdict_facts(one) for one in shown],
        "ways_back": [way_back_facts(one) for one in snapshot.ways_back],
        **release_facts(snapshot),
    }
