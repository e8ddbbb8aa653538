"""`gonogo`, `gonogo open [PLAN]`: the cockpit, where there is a terminal for it."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping

from gonogo.cli.arguments import add_plan_word
from gonogo.cli.context import Context
from gonogo.errors import UsageError


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PLAN."""
    add_plan_word(parser)


def run(context: Context) -> int:
    """Open the screen."""
    require_terminal("gonogo status")
    return context.doors.cockpit(context.options)


def require_terminal(instead: str) -> None:
    """Refuse to draw where nobody would see it or no key could end it. Raises UsageError."""
    problem = no_screen(os.environ)
    if problem:
        raise UsageError(f"the cockpit needs a terminal: {problem}", remedy=f"{instead}    tells the same in text")


def no_screen(environ: Mapping[str, str]) -> str:
    """Why no screen can be drawn here; "" when one can.

    The screen is drawn on stderr and read from stdin; with any of the three elsewhere, it would be blind, deaf
    or unable to end.
    """
    for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr)):
        if stream is None or not stream.isatty():
            return f"{name} is not one"
    term = environ.get("TERM", "")
    if term in {"", "dumb"}:
        return f"TERM is {term or 'not set'}"
    return ""
