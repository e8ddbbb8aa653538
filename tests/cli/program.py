"""The program as a script sees it: argv, directory and environment in; exit code and two streams out."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Result(NamedTuple):
    """What one call left behind."""

    code: int
    out: str
    err: str

    @property
    def facts(self) -> Any:
        """stdout, read as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """The error object on stderr."""
        return json.loads(self.err)["error"]


def run(
    argv: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None, python: Sequence[str] = ()
) -> Result:
    """Run `gonogo` in a process of its own, with nobody's terminal."""
    done = subprocess.run(
        [sys.executable, *python, "-m", "gonogo", *argv],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)
