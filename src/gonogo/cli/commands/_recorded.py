"""`gonogo matrix --at TIME`: what the journal says ran at a moment, and what it does not say."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from gonogo.cli.commands._wanted import Wanted
from gonogo.cli.context import Context
from gonogo.cli.facts import moment
from gonogo.engine.session import Session
from gonogo.errors import ExitCode, UsageError
from gonogo.facts.history import NotRecorded, Ran, ran_at, transitions
from gonogo.plan import Plan, Target
from gonogo.text.durations import parse_past, parse_zone
from gonogo.view.recorded import recorded_lines

_EXAMPLE = "gonogo matrix --at '2026-11-24 02:13' --zone Europe/Berlin"


def show(context: Context, session: Session, wanted: Wanted) -> int:
    """Print what was recorded; nobody is asked. Raises UsageError for a time that is none, or is to come."""
    session.refresh()
    plan, now = session.loaded.plan, context.doors.clock().now()
    zone = _zone(context.args.zone, plan)
    at = _moment(context.args.at, zone, now)
    if at > now:
        raise UsageError(
            f"{context.args.at} {zone.key} is still to come", remedy="gonogo matrix    asks what runs now"
        )
    targets = [Target(product.name, env.name) for product in plan.products for env in plan.environments]
    found = {
        target: ran_at(transitions(session.inputs.state, target), at)
        for target in targets
        if wanted.includes(target)
    }
    if context.options.json:
        context.out.json(
            {
                "release": plan.release,
                "at": moment(at),
                "cells": [_facts(target, one) for target, one in found.items()],
            }
        )
    else:
        context.out.lines(recorded_lines(found, at, zone))
    return ExitCode.OK


def _zone(name: str, plan: Plan) -> ZoneInfo:
    """The zone that was named, else the one in which the plan speaks of its window."""
    try:
        return parse_zone(name or (plan.window.zone if plan.window else "UTC"))
    except ValueError as error:
        raise UsageError(str(error), remedy=_EXAMPLE) from error


def _moment(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """UTC of the time that was typed, or copied from what gonogo printed."""
    try:
        return parse_past(text, zone, now)
    except ValueError as error:
        raise UsageError(f"--at: {error}", remedy=_EXAMPLE) from error


def _facts(target: Target, found: Ran | NotRecorded) -> dict[str, Any]:
    record = found.record if isinstance(found, Ran) else None
    following = found.next if isinstance(found, Ran) else found.first
    return {
        "product": target.product,
        "environment": target.environment,
        "recorded": record is not None,
        "versions": list(record.versions) if record else [],
        "status": record.status if record else None,
        "since": moment(record.since) if record else None,
        "seen_by": record.by if record else None,
        "next_record_at": moment(following.since) if following else None,
        "next_versions": list(following.versions) if following else [],
    }
