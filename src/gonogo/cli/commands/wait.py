"""`gonogo wait`: ask again and again until the verdict is what a script waits for."""

import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from gonogo.cli.commands._look import ask, judged
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context, via
from gonogo.cli.facts import moment, verdict_facts
from gonogo.engine.session import Session
from gonogo.errors import ExitCode, UsageError
from gonogo.rules.readiness import Answer, Verdict
from gonogo.rules.snapshot import Snapshot
from gonogo.text.durations import duration_text, parse_duration
from gonogo.view import verdict as words

LEAST = timedelta(seconds=2)
"""Endpoints are not asked more often than this, whatever was typed."""
_GIT_EVERY = 60.0
"""Seconds between two looks at the histories."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what is waited for, where, and how long."""
    parser.add_argument("--env", metavar="ENV", default="", help="the environment; by default the next one")
    parser.add_argument(
        "--for",
        dest="goal",
        choices=("go", "arrived"),
        default="go",
        help="go: nothing stands against it; arrived: every product runs its planned version there. Default: go",
    )
    parser.add_argument("--timeout", metavar="LENGTH", default="10m", help="give up after so long. Default: 10m")
    parser.add_argument("--every", metavar="LENGTH", default="", help="time between two looks; the plan's pace")


def run(context: Context) -> int:
    """Look, and look again. Exit 0 when it is so, 124 when time is over; a wrong length is an error of usage."""
    limit = _length("--timeout", context.args.timeout)
    session = context.doors.open_session(context.options, via())
    try:
        environment = context.args.env
        _must_be_there(session, environment)
        pace = session.loaded.plan.timing.every
        every = max(_length("--every", context.args.every) if context.args.every else pace, LEAST)
        started, last_git = time.monotonic(), float("-inf")
        seen = ""
        while True:
            begun = time.monotonic()
            git = begun - last_git >= _GIT_EVERY
            last_git = begun if git else last_git
            ask(context, session, git=git, shared=True)
            snapshot = session.snapshot()
            verdict = judged(snapshot, environment)
            environment = verdict.environment  # what was asked about at first stays the question
            left = limit.total_seconds() - (time.monotonic() - started)
            if _reached(context.args.goal, verdict) or left <= 0:
                return _end(context, snapshot, verdict)
            seen = _tell(context, verdict, seen)
            pause = max(0.0, every.total_seconds() - (time.monotonic() - begun))
            time.sleep(min(pause, left))
            _renew(session, environment)
    finally:
        session.close()


def _length(option: str, text: str) -> timedelta:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}", remedy="write it like 30s, 10m, 1h30m") from error


def _reached(goal: str, verdict: Verdict) -> bool:
    return verdict.arrived if goal == "arrived" else verdict.answer is Answer.GO


def _tell(context: Context, verdict: Verdict, before: str) -> str:
    """Say on stderr what is waited for, once for each change; nothing while JSON is wanted."""
    first = next((reason.fact for reason in verdict.reasons), "")
    word = words.answer(verdict).text
    said = f"{word} for {verdict.environment}: {first}" if first else f"{word} for {verdict.environment}"
    key = f"{word} {[reason.rule for reason in verdict.reasons[:1]]}"
    if key != before and not context.options.json:
        context.say.note(f"waiting: {said}")
    return key


def _renew(session: Session, environment: str) -> None:
    """The plan may have been corrected while we waited; no other environment answers for one it has no more."""
    session.reload_plan()
    _must_be_there(session, environment)


def _must_be_there(session: Session, environment: str) -> None:
    require_name(environment, (one.name for one in session.loaded.plan.environments), "environment")


def _end(context: Context, snapshot: Snapshot, verdict: Verdict) -> int:
    reached = _reached(context.args.goal, verdict)
    if context.options.json:
        context.out.json(_facts(context, snapshot, verdict, reached=reached))
    else:
        context.out.lines(words.status_lines(snapshot, verdict))
        if not reached:
            length = duration_text(_length("--timeout", context.args.timeout))
            context.say.warning(f"waited {length} for '{context.args.goal}' in vain")
    return ExitCode.OK if reached else ExitCode.TIMEOUT


def _facts(context: Context, snapshot: Snapshot, verdict: Verdict, *, reached: bool) -> dict[str, Any]:
    return {
        "release": snapshot.plan.release,
        "waited_for": context.args.goal,
        "reached": reached,
        "judged_at": moment(snapshot.now),
        **verdict_facts(verdict),
    }
