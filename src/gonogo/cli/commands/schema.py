"""`gonogo schema`: the JSON Schema of the plan, for editors."""

import json
from argparse import ArgumentParser

from gonogo.cli.context import Context
from gonogo.errors import ExitCode
from gonogo.io.plan_file.schema import json_schema


def add_arguments(parser: ArgumentParser) -> None:
    """Nothing stands behind it."""


def run(context: Context) -> int:
    """Print it."""
    context.out.text(json.dumps(json_schema(), indent=2))
    return ExitCode.OK
