"""What acts or examines: checks, hotfixes, the doctor."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gonogo.cli.context import Options
from gonogo.errors import ConfigError
from gonogo.wiring.ground import clock, config, journal_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gonogo.doctor import Finding
    from gonogo.engine.session import Session
    from gonogo.hotfix.wish import Planned, Seen, Wish
    from gonogo.hotfix_jobs.service import Hotfixes
    from gonogo.io.checks.runner import Runner
    from gonogo.io.config import Config
    from gonogo.plan import LoadedPlan, Plan
    from gonogo.tui.mending import Workshop


def check_runner(loaded: LoadedPlan, state_dir: Path | None = None) -> Runner:
    """What carries out the checks of that plan, as this account. Raises ConfigError.

    `state_dir` is where trust is remembered; by default the user's own state directory.
    """
    from gonogo.io.checks.runner import Runner
    from gonogo.io.checks.trust_store import TrustStore
    from gonogo.io.http.door import Door
    from gonogo.io.journal import state_home

    settings = config()
    return Runner(
        loaded,
        clock(),
        TrustStore(state_dir or state_home()),
        lambda: Door.of(settings),
        settings,
    )


def plan_hotfix(plan: Plan, wish: Wish, seen: Seen) -> Planned:
    """A hotfix as it would be, without touching anything."""
    from gonogo.hotfix_jobs.planning import plan_hotfix as make

    return make(plan, wish, seen, clock().now())


def plan_prepare(plan: Plan, wish: Wish) -> Planned:
    """An ordinary release as it would be prepared, without touching anything."""
    from gonogo.hotfix_jobs.preparing import plan_prepare as make

    return make(plan, wish, clock().now())


def hotfixes(session: Session) -> Hotfixes:
    """The hotfixes of that session's release, for this account."""
    from gonogo.hotfix_jobs.service import Hotfixes as Wizard
    from gonogo.io.journal import state_home

    return Wizard(session, state_home(), session.loaded.plan.release)


def examine(options: Options, plan: Plan) -> tuple[Finding, ...]:
    """Whether this machine is set up for this plan."""
    from gonogo import doctor

    settings: Config | ConfigError
    try:
        settings = config()
    except ConfigError as error:
        settings = error  # one finding among others: what else is wrong is wanted in the same look
    try:
        place = journal_place(options, plan.release)
    except ConfigError:
        place = None
    return doctor.examine(
        plan,
        settings,
        clock(),
        directory=place.directory if place else None,
        journal_origin=place.origin if place else "",
        environ=os.environ,
        screen=sys.stdout,
    )


def workshop(
    open_it: Callable[[], Session], read_only: str = "", state_dir: Path | None = None
) -> Workshop | None:
    """What carries out hotfixes for a screen, each act in its own session; None where nothing may be written."""
    from gonogo.hotfix_jobs.workshop import Workshop as Made
    from gonogo.io.journal import state_home

    return None if read_only else Made(open_it, state_dir or state_home(), clock())
