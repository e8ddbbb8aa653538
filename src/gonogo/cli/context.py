"""What a command gets: the parsed command line, the two streams, and the doors to everything else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

# only names for the type checker: `--help` and `--version` must not import the rules
if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from gonogo.cli.diagnostics import Diagnostics
    from gonogo.cli.doors import Doors
    from gonogo.cli.output import Output


class Options(NamedTuple):
    """What holds for every verb."""

    plan: str = ""
    """Path as typed; "" means: GONOGO_PLAN, else the nearest release.yaml up to the repository's root."""
    journal: str = ""
    """Directory as typed; "" means: GONOGO_JOURNAL, else the user's configuration, else the state directory."""
    json: bool = False
    no_color: bool = False
    ascii: bool = False


class JournalPlace(NamedTuple):
    """Where the journal of a release lies, and who said so."""

    root: Path
    release: str
    origin: str
    """`--journal`, `GONOGO_JOURNAL`, the configuration's path, or `default`."""
    directory: Path
    """The directory of this release below `root`."""


class Ended(BaseException):
    """A signal asks the process to end; raised where the main thread stands, so that everything is unwound."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Context(NamedTuple):
    """One call of one command."""

    options: Options
    args: Namespace
    out: Output
    say: Diagnostics
    doors: Doors


def via() -> str:
    """From where an act comes. What CI says about itself is noted, never trusted with anything."""
    return "ci" if os.environ.get("CI", "") not in {"", "0", "false"} else "cli"
