"""`gonogo start`: the release begins; plan, versions and pins are recorded."""

from argparse import ArgumentParser

from gonogo.cli.commands._act import act
from gonogo.cli.commands._look import record_what_runs
from gonogo.cli.context import Context
from gonogo.domain.decide import Start
from gonogo.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """Start it, with what git says about pins and branches, and after what runs was recorded: that needs no go."""

    def make(session: Session) -> Start:
        plan = session.loaded.plan
        session.refresh()
        record_what_runs(context, session)
        for changes in context.doors.read_changes(plan, plan.products):
            session.learn(changes)
        for one in context.doors.lacking_branches(plan):
            # an amendment would be needed to correct it later, and the release cannot complete before
            context.say.warning(f"{one.told}. The release cannot complete: {one.remedy}")
        return Start()

    return act(context, make)
