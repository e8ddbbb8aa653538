"""What other sessions on this machine observed: their files, read as far as they have grown since the last look.

The directory is shared with people who may be careless or hostile: a file counts only when it is a plain file with
one name, belongs to the account in its name, and nobody else can write it; how many there are, how long they are
and how much of them is read at a time is bounded for each account.
"""

import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from gonogo.io.host.identity_unix import account_name
from gonogo.io.sharing.publication import GROWN, PREFIX
from gonogo.io.sharing.record import LINE_LIMIT, BadLineError, Header, read_header

FILES_EACH = 32
"""Sessions of one account that are listened to."""
ACCOUNTS = 64
LONGEST = 8 * GROWN
READ_EACH = 1024 * 1024
"""Bytes of one account's files that are read in one look: the screen must not feel it."""
_NAME = re.compile(rf"{re.escape(PREFIX)}(0|[1-9][0-9]{{0,9}})-[0-9a-f]{{12}}")


class Line(NamedTuple):
    """A complete line of somebody's file."""

    session: str
    """The file it stands in."""
    account: str
    """Whose the file is, says the kernel."""
    text: bytes


class SessionFile:
    """How far one file has been read."""

    def __init__(self, name: str, uid: int, inode: int) -> None:
        self.name = name
        self.uid = uid
        self.inode = inode
        self.account = account_name(uid)
        self.header: Header | None = None
        self.offset = 0
        self.looked_at: tuple[int, int] = (0, 0)
        self.refused = False
        """It was no honest file of this boot, and will not become one."""


class Others:
    """The files of the other sessions in one directory. Not thread-safe."""

    def __init__(self, directory: Path, host: str, boot: str) -> None:
        self.directory = directory
        self._host = host
        self._boot = boot
        self.files: dict[str, SessionFile] = {}
        """By name; those that are gone, or never counted, are not among them."""

    def look(self, own: Path | None, wanted: Callable[[bytes], bool]) -> Iterator[Line]:
        """The new lines that are `wanted` by their beginning, file by file; `own` is left out."""
        names = self._names(own)
        self.files = {name: file for name, file in self.files.items() if name in names}
        left: dict[int, int] = {}
        for name, uid in names.items():
            budget = left.setdefault(uid, READ_EACH)
            if budget <= 0:
                continue
            try:
                data, file = self._read(name, uid, budget)
            except OSError:
                continue  # gone since it was listed, or closed to us
            left[uid] = budget - len(data)
            yield from self._lines(file, data, wanted)

    def _names(self, own: Path | None) -> dict[str, int]:
        """Name and claimed owner of the files worth opening, in the order of their names."""
        try:
            with os.scandir(self.directory) as entries:
                found = sorted(entry.name for entry in entries if _NAME.fullmatch(entry.name))
        except OSError:
            return {}
        counts: Counter[int] = Counter()
        chosen = {}
        for name in found:
            uid = int(name.removeprefix(PREFIX).partition("-")[0])
            if (own is not None and name == own.name) or (uid not in counts and len(counts) >= ACCOUNTS):
                continue
            counts[uid] += 1
            if counts[uid] <= FILES_EACH:
                chosen[name] = uid
        return chosen

    def _read(self, name: str, uid: int, budget: int) -> tuple[bytes, SessionFile]:
        """What of a file is new, at most `budget` bytes of it. Raises OSError."""
        path = self.directory / name
        facts = path.lstat()
        file = self.files.get(name)
        if file is None or file.inode != facts.st_ino:
            file = self.files[name] = SessionFile(name, uid, facts.st_ino)
        seen = (facts.st_size, facts.st_mtime_ns)
        if file.refused or (file.looked_at == seen and file.offset >= facts.st_size):
            return b"", file
        file.looked_at = seen
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            facts = os.fstat(descriptor)
            file.refused = not _is_honest(facts, uid) or facts.st_size < file.offset
            return (b"" if file.refused else os.pread(descriptor, budget, file.offset)), file
        finally:
            os.close(descriptor)

    def _lines(self, file: SessionFile, data: bytes, wanted: Callable[[bytes], bool]) -> Iterator[Line]:
        end = data.rfind(b"\n") + 1
        file.refused = file.refused or (not end and len(data) > LINE_LIMIT)
        file.offset += end
        for line in data[:end].split(b"\n")[:-1]:
            if file.refused:
                return
            if file.header is None:
                self._greet(file, line)
            elif len(line) <= LINE_LIMIT and wanted(line):
                yield Line(file.name, file.account, line)

    def _greet(self, file: SessionFile, line: bytes) -> None:
        """Its first line says whether its clocks are ours."""
        try:
            file.header = read_header(line[:1_000])
        except BadLineError:
            file.refused = True
        else:
            file.refused = (file.header.host, file.header.boot) != (self._host, self._boot)


def _is_honest(facts: os.stat_result, uid: int) -> bool:
    """Whether only its owner can have written it, and the owner is who its name says."""
    return (
        stat.S_ISREG(facts.st_mode)
        and facts.st_nlink == 1
        and facts.st_uid == uid
        and not facts.st_mode & 0o022
        and facts.st_size <= LONGEST
    )
