"""Texts that somebody wrote and that no journal has yet: kept in files nobody else can read, until one has."""

import re
from hashlib import sha256
from pathlib import Path

from gonogo.errors import StorageError
from gonogo.io.host.atomic import make_private_directory, write_atomically
from gonogo.text import clean_block

SIZE_LIMIT = 1024 * 1024
_UNSAFE = re.compile(r"[^0-9A-Za-z._-]+")


class KeptText:
    """The place of one text, by what it belongs to; whoever opens the same thing again finds it there."""

    def __init__(self, directory: Path, *belongs_to: str) -> None:
        spoken = _UNSAFE.sub("-", "-".join(belongs_to)).strip(".-")[:80]
        digest = sha256("\0".join(belongs_to).encode("utf-8", "backslashreplace")).hexdigest()[:8]
        self.path = directory / f"{spoken}-{digest}.md"
        """Readable, and another one for each release however alike their names are."""

    def read(self) -> str | None:
        """The text; None when none is kept. Raises StorageError."""
        try:
            with self.path.open("rb") as file:
                content = file.read(SIZE_LIMIT)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StorageError(f"cannot be read: {error.strerror}", where=str(self.path)) from error
        return clean_block(content.decode("utf-8", "replace"), SIZE_LIMIT)

    def write(self, text: str) -> None:
        """Keep `text` in place of what was kept; that stays on failure. Raises StorageError, NotPermittedError."""
        try:
            make_private_directory(self.path.parent)
        except OSError as error:
            raise StorageError(f"cannot be made: {error.strerror}", where=str(self.path.parent)) from error
        write_atomically(self.path, text.encode("utf-8", "backslashreplace"))

    def set_aside(self) -> None:
        """Keep what is there under a name of its own: another text takes its place. Raises StorageError."""
        try:
            stamp = int(self.path.stat().st_mtime)
            self.path.rename(self.path.with_name(f"{self.path.stem}-{stamp}.md"))
        except FileNotFoundError:
            return
        except OSError as error:
            raise StorageError(f"cannot be renamed: {error.strerror}", where=str(self.path)) from error

    def forget(self) -> None:
        """The text is safe elsewhere. Raises StorageError."""
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f"cannot be removed: {error.strerror}", where=str(self.path)) from error
