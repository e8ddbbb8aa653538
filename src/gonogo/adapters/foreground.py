"""The person's own editor or shell in the terminal they sit at; the caller has given the terminal back before."""

import os
import subprocess
from pathlib import Path

from gonogo.adapters import editor
from gonogo.domain.text import clean
from gonogo.errors import ConfigError, IntegrityError


def edit_in(folder: Path, path: str) -> None:
    """Open a file of `folder` in the editor; waits until it ends.

    Raises ConfigError without an editor, IntegrityError for a file that leads out of the folder.
    """
    target = folder / path
    if not target.resolve().is_relative_to(folder.resolve()) or target.is_symlink():
        raise IntegrityError(f"{clean(path, 200)} leads out of the workspace", where=str(folder))
    _run([*editor.command(), str(target)], folder)


def shell_in(folder: Path) -> None:
    """A shell in `folder`; waits until it ends. Raises ConfigError when there is none."""
    _run([os.environ.get("SHELL", "") or "/bin/sh"], folder)


def _run(words: list[str], folder: Path) -> None:
    try:
        subprocess.run(words, cwd=folder, check=False)
    except OSError as error:
        raise ConfigError(
            f"'{clean(words[0], 80)}' cannot be started in {folder}: {error.strerror}",
            remedy="export EDITOR=vi SHELL=/bin/sh",
        ) from error
