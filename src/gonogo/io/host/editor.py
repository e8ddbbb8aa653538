"""The person's own editor on a text, in a file nobody else can read. What was written is never lost."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from gonogo.errors import ConfigError, GonogoError, StorageError
from gonogo.io.host.atomic import make_private_directory
from gonogo.text import clean

SIZE_LIMIT = 1024 * 1024
_FALLBACKS = ("sensible-editor", "nano", "vi")


def command() -> list[str]:
    """$VISUAL, then $EDITOR, then what most machines have, as a list of words. Raises ConfigError."""
    for name in ("VISUAL", "EDITOR"):
        if stated := os.environ.get(name, "").strip():
            try:
                return shlex.split(stated)
            except ValueError as error:
                raise ConfigError(f"{name} cannot be read: {error}", remedy=f"export {name}=vi") from error
    from shutil import which

    found = next((name for name in _FALLBACKS if which(name)), "")
    if not found:
        raise ConfigError("no editor is set", remedy="export EDITOR=vi")
    return [found]


class Edited:
    """A text after its editor, and the file that still holds it."""

    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path

    def discard(self) -> None:
        """The text is safe elsewhere: the file is not needed any more."""
        self.path.unlink(missing_ok=True)


def edit(text: str, name: str, directory: Path) -> Edited:
    """Let the person edit `text` in a new file below `directory`; waits until the editor ends.

    Raises ConfigError without an editor, GonogoError when it fails, StorageError. The file stays in every case.
    """
    words = command()
    path = _written(text, name, directory)
    try:
        ended = subprocess.run([*words, str(path)], check=False)
    except OSError as error:
        raise ConfigError(
            f"the editor '{clean(words[0], 80)}' cannot be started: {error.strerror}", remedy="export EDITOR=vi"
        ) from error
    if ended.returncode:
        raise GonogoError(
            f"the editor ended with exit code {ended.returncode}; nothing was recorded",
            where=str(path),
            remedy="what you wrote is still in that file",
        )
    return Edited(_read(path), path)


def _written(text: str, name: str, directory: Path) -> Path:
    try:
        make_private_directory(directory)
        descriptor, path = tempfile.mkstemp(suffix=f"-{name}", dir=directory)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror}", where=str(directory)) from error
    return Path(path)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise StorageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if len(content) > SIZE_LIMIT:
        raise GonogoError(f"is larger than {SIZE_LIMIT} bytes; nothing was recorded", where=str(path))
    return content.decode("utf-8", "replace")
