"""The person's own editor or shell in a workspace: the only program started here that is not git."""

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gonogo.errors import ConfigError, RefusedError


def edit(tree: Path, files: Sequence[str]) -> int:
    """Open $VISUAL or $EDITOR on files there; returns its exit code. Raises RefusedError, ConfigError."""
    if not files:
        raise RefusedError("nothing conflicts", where=str(tree), remedy="gonogo hotfix shell PRODUCT")
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    # full paths: a file whose name begins with a dash is no option of anybody's editor
    return _run([*words, *(str(tree / file) for file in files)], tree)


def shell(tree: Path) -> int:
    """Open $SHELL in the workspace; returns its exit code. Raises RefusedError, ConfigError."""
    return _run([os.environ.get("SHELL") or "/bin/sh"], tree)


def _run(words: list[str], tree: Path) -> int:
    if not tree.is_dir():
        raise RefusedError("there is no workspace", where=str(tree), remedy="gonogo hotfix status")
    try:
        return subprocess.run(words, cwd=tree, check=False).returncode
    except OSError as error:
        raise ConfigError(
            f"'{words[0]}' cannot be started: {error.strerror}", remedy="export EDITOR=vi"
        ) from error
