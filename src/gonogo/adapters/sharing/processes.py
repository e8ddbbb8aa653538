"""Which process holds a session's file, and whether it goes on."""

from collections.abc import Iterable
from pathlib import Path

from gonogo.adapters.journal_dir.lock import Holder, holders


def holders_of(paths: Iterable[Path], locks: Path = Path("/proc/locks")) -> dict[str, Holder]:
    """By name of the file: who holds it, for those that somebody holds. Empty where the kernel does not tell."""
    try:
        text = locks.read_text(encoding="ascii", errors="replace")
    except OSError:
        return {}
    # of a thousand leases in that list none is of this kind
    text = "\n".join(line for line in text.splitlines() if " FLOCK " in line)
    found = {path.name: holders(path, text) for path in paths}
    return {name: who[0] for name, who in found.items() if who}


def is_stopped(holder: Holder) -> bool:
    """Whether it was stopped, by Ctrl-Z or by a debugger."""
    return holder.state.startswith("stopped")
