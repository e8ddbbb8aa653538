"""`gonogo start`: the release begins; plan, versions and pins are recorded."""

from argparse import ArgumentParser

from gonogo.cli.commands._act import act
from gonogo.cli.context import Context
from gonogo.domain.decide import Start
from gonogo.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """Start it, with what git says about the pins and the branches."""

    def make(session: Session) -> Start:
        plan = session.loaded.plan
        for changes in context.doors.read_changes(plan, plan.products):
            session.learn(changes)
        for one in context.doors.lacking_branches(plan):
            # an amendment would be needed to correct it later, and the release cannot complete before
            context.say.warning(f"{one.told}. The release cannot complete: {one.remedy}")
        return Start()

    return act(context, make)
