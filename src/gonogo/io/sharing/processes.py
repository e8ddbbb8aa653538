"""Which process holds a session's file, and whether it goes on."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from gonogo.io.journal.lock import Holder, holders
from gonogo.io.sharing.others import SessionFile

_LOCKS = Path("/proc/locks")


def holders_of(directory: Path, files: Iterable[SessionFile]) -> Iterator[tuple[SessionFile, Holder]]:
    """The living sessions among `files`, each with its process; none where the kernel does not tell.

    A file that somebody else than its owner has locked tells nothing about its owner.
    """
    try:
        text = _LOCKS.read_text(encoding="ascii", errors="replace")
    except OSError:
        return
    # of a thousand leases in that list none is of this kind
    text = "\n".join(line for line in text.splitlines() if " FLOCK " in line)
    for file in files:
        theirs = [one for one in holders(directory / file.name, text) if one.user == file.account]
        claimed = file.header.pid if file.header else 0
        # the list names files by numbers that two file systems may both use: the claim says which it is
        found = next((one for one in theirs if one.pid == claimed), theirs[0] if theirs else None)
        if found is not None:
            yield file, found


def is_stopped(holder: Holder) -> bool:
    """Whether it was stopped, by Ctrl-Z or by a debugger."""
    return holder.state.startswith("stopped")
