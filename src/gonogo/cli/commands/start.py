"""`gonogo start`: the release begins; plan, versions and pins are recorded."""

from argparse import ArgumentParser

from gonogo.cli.commands._act import act
from gonogo.cli.context import Context
from gonogo.domain.decide import Start
from gonogo.session import Session


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """Start it, with what git says about the pins."""

    def make(session: Session) -> Start:
        plan = session.loaded.plan
        for changes in context.doors.read_changes(plan, plan.products):
            session.learn(changes)
        return Start()

    return act(context, make)
