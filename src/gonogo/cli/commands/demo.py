"""`gonogo demo`: the packaged fleet and its story, in a temporary directory."""

from argparse import ArgumentParser

from gonogo.cli.commands.rehearse import add_serve, play
from gonogo.cli.context import Context


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the headless mode."""
    add_serve(parser)


def run(context: Context) -> int:
    """Start it and open the cockpit on it, or only serve."""
    return play(context, demo=True, scenario="", title_note="DEMO")
