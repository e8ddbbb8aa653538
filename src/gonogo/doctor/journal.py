"""Is the journal there, whose is it, and what do its modes allow?"""

from collections.abc import Iterator
from pathlib import Path

from gonogo.doctor.finding import Finding, Level
from gonogo.errors import GonogoError
from gonogo.io.journal import state_home, verify_and_remember
from gonogo.io.journal.layout import filesystem_of, find, place_of, refuse_remote

GROUP = "journal"


def findings(directory: Path, origin: str) -> Iterator[Finding]:
    """Place, modes and owners, and whether what is recorded is intact."""
    subject = str(directory)
    try:
        found = find(directory)
    except GonogoError as error:
        yield Finding(GROUP, Level.FAIL, subject, error.message, error.remedy)
        return
    if found is None:
        yield _absent(directory, origin)
        return
    if found.store.mode == "shared":
        yield from _on_disk(found.directory)
    yield from _intact(directory, found.store.mode)


def _absent(directory: Path, origin: str) -> Finding:
    if origin == "default":
        what = "is not there yet: the first record makes it, for this account alone"
        remedy = "gonogo journal init --shared DIR --group GROUP    makes one for several accounts"
        return Finding(GROUP, Level.OK, str(directory), what, remedy)
    remedy = f"sudo gonogo journal init --shared {directory.parent} --group GROUP    makes a shared one"
    return Finding(GROUP, Level.FAIL, str(directory), f"is not there, though {origin} names it", remedy)


def _on_disk(directory: Path) -> Iterator[Finding]:
    try:
        refuse_remote(directory)
    except GonogoError as error:
        yield Finding(GROUP, Level.FAIL, str(directory), error.message, error.remedy)
        return
    kind = filesystem_of(directory) or "an unknown file system"
    yield Finding(GROUP, Level.OK, str(directory), f"lies on {kind}, which keeps locks and owners")


def _intact(directory: Path, mode: str) -> Iterator[Finding]:
    subject = place_of(directory).text
    try:
        alarms = verify_and_remember(directory, state_home())
    except GonogoError as error:
        yield Finding(GROUP, Level.FAIL, subject, error.message, error.remedy)
        return
    for alarm in alarms:
        level = Level.WARN if alarm.warning else Level.FAIL
        yield Finding(GROUP, level, subject, f"{alarm.kind}: {alarm.message}", "gonogo journal verify")
    if all(alarm.warning for alarm in alarms):
        whose = "several accounts, kept apart by the kernel" if mode == "shared" else "this account alone"
        yield Finding(GROUP, Level.OK, subject, f"intact, for {whose}; owners and modes are right")
