"""The cockpit, on the release itself or on a rehearsal."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from gonogo.cli.context import Options
from gonogo.cli.loading import loading
from gonogo.wiring.asking import Polling, ask_anew, meeting_place
from gonogo.wiring.doing import check_runner, workshop
from gonogo.wiring.ground import (
    account,
    clock,
    new_event_id,
    open_session,
    plan_source,
    steady,
)
from gonogo.wiring.reading import fingerprint, read_history, what_ships

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gonogo.engine.session import Session
    from gonogo.io.sharing.opening import Place
    from gonogo.simulator.rehearsal import Rehearsal
    from gonogo.tui.wiring import Wiring


def cockpit(options: Options) -> int:
    """Open the screen on the user's own plan and journal; returns the exit code.

    Everything that can be wrong with them is raised before the screen is taken.
    """
    from gonogo.io.journal.presence_dir import DirectoryPresence

    with loading():
        from gonogo.tui.app import run_cockpit

    session = open_session(options, "tui")
    place = meeting_place(options, session)
    return run_cockpit(
        _wiring(
            options,
            lambda: session,
            presence=DirectoryPresence(place.directory),
            place=place,
            workshop=workshop(lambda: open_session(options, "tui"), session.inputs.read_only),
        )
    )


def cockpit_on(options: Options, rehearsal: Rehearsal, title_note: str) -> int:
    """Open the screen on a rehearsal; returns the exit code."""
    from gonogo.engine.session import Session
    from gonogo.io.host.identity_unix import UnixIdentity
    from gonogo.io.journal.layout import release_directory
    from gonogo.io.journal.presence_dir import DirectoryPresence

    with loading():
        from gonogo.tui.app import run_cockpit

    identity = UnixIdentity()
    me = identity.actor("tui")
    people = rehearsal.people(me)

    def rehearsed(via: str) -> Session:
        journal = rehearsal.open_journal(identity, via)
        return Session(rehearsal.loaded, journal, rehearsal.clock, me, new_event_id, rehearsal.source, steady())

    session = rehearsed("tui")
    directory = release_directory(rehearsal.journal_root, rehearsal.loaded.plan.release)
    try:
        return run_cockpit(
            _wiring(
                options,
                lambda: session,
                presence=DirectoryPresence(directory),
                story=lambda watcher: people.step(known=watcher.inputs),
                title_note=title_note,
                state_dir=rehearsal.state_dir,
                workshop=workshop(lambda: rehearsed("tui"), state_dir=rehearsal.state_dir),
            )
        )
    finally:
        people.close()


def _wiring(
    options: Options, open_it: Callable[[], Session], *, place: Place | None = None, **more: Any
) -> Wiring:
    from gonogo import wiring
    from gonogo.cli.output import needs_ascii
    from gonogo.io.checks.trust_store import TrustStore
    from gonogo.io.journal import state_home
    from gonogo.io.sharing.turns import Memory
    from gonogo.tui.wiring import Wiring

    memory = Memory()
    return Wiring(
        open_session=open_it,
        make_poller=lambda loaded, sink: Polling(loaded.plan, sink, place, memory),
        read_changes=read_history,
        fingerprint=fingerprint,
        clock=clock(),
        steady=steady(),
        what_ships=what_ships,
        ask_anew=ask_anew,
        checks=lambda loaded: check_runner(loaded, more.get("state_dir")),
        trust=TrustStore(more.get("state_dir") or state_home()),
        outside=wiring,
        ascii=options.ascii or needs_ascii(sys.stderr.encoding, os.environ),
        **more,
    )


def rehearsal(
    options: Options, *, demo: bool, scenario: str, own_addresses: bool
) -> AbstractContextManager[Rehearsal]:
    """A scratch copy of the plan's world, or of the packaged one; it is gone when the context is left."""
    from gonogo.io.plan_file import PlanFile
    from gonogo.simulator import demo as packaged
    from gonogo.simulator import rehearsal as stage

    if demo:
        return packaged.demo(PlanFile, clock(), account())
    return stage.rehearsal(plan_source(options), clock(), scenario, own_addresses=own_addresses)
