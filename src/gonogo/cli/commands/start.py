"""`gonogo start`: the release begins; plan, versions and pins are recorded."""

from argparse import ArgumentParser

from gonogo.acts.lifecycle import Start
from gonogo.cli.commands._act import act, is_refused
from gonogo.cli.commands._look import record_what_runs
from gonogo.cli.context import Context
from gonogo.engine.session import Session
from gonogo.events.lifecycle import ReleaseStatus
from gonogo.rules import finishing


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """Start it, with what git says about pins and branches, and after what runs was recorded: that needs no go."""

    def make(session: Session) -> Start:
        plan = session.loaded.plan
        if is_refused(session, Start()):
            return Start()
        record_what_runs(context, session)
        for changes in context.doors.read_changes(plan, plan.products):
            session.learn(changes)
        for one in context.doors.lacking_branches(plan):
            # an amendment would be needed to correct it later, and the release cannot complete before
            context.say.warning(f"{one.told}. The release cannot complete: {one.remedy}")
        _warn(context, session)
        return Start()

    return act(context, make)


def _warn(context: Context, session: Session) -> None:
    """What nobody could give without a waiver, and environments that no moment is left for."""
    scene = session.scene()
    if scene.state.lifecycle.status is not ReleaseStatus.DRAFT:
        return
    lacking = [one for one in finishing.gaps(scene.plan, [scene.actor.user]) if one.waivable]
    for one in (*lacking, *finishing.shut_for_good(scene.plan, scene.now)):
        context.say.warning(f"if you start this, {one.fact}")
