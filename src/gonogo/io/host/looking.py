"""What stands at a path, as far as this account may look: pathlib raises where a folder above is closed to it."""

import stat
from pathlib import Path


def is_there(path: str | Path) -> bool:
    """Whether anything is there."""
    return _mode(path) != 0


def is_file(path: str | Path) -> bool:
    """Whether it is a file, or leads to one."""
    return stat.S_ISREG(_mode(path))


def is_folder(path: str | Path) -> bool:
    """Whether it is a folder, or leads to one."""
    return stat.S_ISDIR(_mode(path))


def _mode(path: str | Path) -> int:
    try:
        return Path(path).stat().st_mode
    except (OSError, ValueError):
        return 0
