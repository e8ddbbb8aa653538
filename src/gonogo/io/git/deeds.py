"""What commits change, to compare it with what messages say of them.

A message that says it takes another commit back, or was picked from one, is a claim. Whole files are compared
first, by the ids of their contents, which opens none of them; lines only where a file was changed in between.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from gonogo.changelog.evidence import Borne
from gonogo.io.git.door import GitDoor, GitError

_AT_ONCE = 240
"""Commits of one call, each with the parent it is compared with."""
_COMMITS = 4_000
"""Commits that are looked at; beyond them nobody can tell."""
_PAIRS = 200
"""Pairs whose lines are compared; beyond them nobody can tell."""
_PATHS = 400
"""Files of a pair whose lines are compared."""
_LINES_LIMIT = 8 * 1024 * 1024
"""Bytes of the differences of a pair."""

_State = tuple[bytes, bytes]
"""Mode and object id of a file; both of zeros where there is none."""
_Changes = Mapping[bytes, tuple[_State, _State]]
"""By path: what was there before a commit, and after it."""


class _Lines(Struct):
    """The lines of all files of one name, wherever they lie: files move between branches."""

    added: Counter[bytes] = field(default_factory=Counter)
    removed: Counter[bytes] = field(default_factory=Counter)


class Deeds:
    """The commits of one repository, each read once. Never raises for what it holds or lacks."""

    def __init__(self, git: GitDoor) -> None:
        self._git = git
        self._known: dict[tuple[str, str], _Changes | None] = {}
        self._compared = 0

    def look_ahead(self, oids: Iterable[str]) -> None:
        """Read what many commits change in few calls."""
        self._read([(oid, "") for oid in dict.fromkeys(oids) if (oid, "") not in self._known])

    def undoes(self, revert: str, oid: str, line: str = "") -> Borne:
        """Whether one commit takes back what another one changed.

        `line` is the parent that a merge is compared with; "" for the first one.
        """
        undone, by = self._changes(oid, line), self._changes(revert)
        if undone is None or by is None:
            return Borne.PARTLY
        # a file that is again as it was is undone, whatever happened to it in between
        left = [path for path, (before, _) in undone.items() if path not in by or by[path][1] != before]
        return self._borne((oid, line), undone, revert, by, left, inverse=True)

    def may_undo(self, revert: str, oid: str) -> bool:
        """Whether what a message says can be: what shares nothing with a commit does not take it back."""
        return self.undoes(revert, oid) is not Borne.NOT

    def repeats(self, copy: str, oid: str) -> Borne:
        """Whether all that one commit changes is what another one changes; in part when they share a file."""
        copied, by = self._changes(copy), self._changes(oid)
        if copied is None or by is None:
            return Borne.PARTLY
        left = [path for path, change in copied.items() if by.get(path) != change]
        borne = self._borne((copy, ""), copied, oid, by, left, inverse=False)
        return Borne.PARTLY if borne is Borne.NOT and _share_a_name(copied, by) else borne

    def moves(self, copy: str, oid: str) -> Borne:
        """Whether two commits change the same lines, whatever the names of the files."""
        one, other = self._changes(copy), self._changes(oid)
        if not one or not other or self._compared >= _PAIRS or len(one) + len(other) > _PATHS:
            return Borne.NOT
        self._compared += 1
        try:
            mine, theirs = (_together(self._lines(of, "", list(it))) for of, it in ((copy, one), (oid, other)))
        except GitError:
            return Borne.NOT
        return _among({b"": mine}, {b"": theirs}, inverse=False)

    def _borne(
        self,
        claimed: tuple[str, str],
        changes: _Changes,
        by_oid: str,
        by: _Changes,
        left: Sequence[bytes],
        *,
        inverse: bool,
    ) -> Borne:
        """How far the changes of a commit are among those of another one; `left` are files that are not."""
        if not changes:
            return Borne.PARTLY if by else Borne.WHOLLY
        if not left:
            return Borne.WHOLLY
        some = Borne.PARTLY if len(left) < len(changes) else Borne.NOT
        if not _share_a_name(left, by):
            return some
        names = {_base_name(path) for path in left}
        others = [path for path in by if _base_name(path) in names]
        if self._compared >= _PAIRS or len(left) + len(others) > _PATHS:
            return Borne.PARTLY
        self._compared += 1
        try:
            mine, theirs = self._lines(*claimed, left), self._lines(by_oid, "", others)
        except GitError:
            return Borne.PARTLY  # too much, or contents are missing
        found = _among(mine, theirs, inverse=inverse)
        return some if found is Borne.NOT else found

    def _changes(self, oid: str, line: str = "") -> _Changes | None:
        """What a commit changes; None where nobody can tell."""
        if (oid, line) not in self._known:
            self._read([(oid, line)])
        return self._known[oid, line]

    def _read(self, wanted: Sequence[tuple[str, str]]) -> None:
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            self._known |= dict.fromkeys(some)
            if len(self._known) > _COMMITS:
                continue
            feed = "".join(f"{oid} {line}".rstrip() + "\n" for oid, line in some).encode()
            words = ["diff-tree", "--stdin", "-r", "-z", "--root", "--always", "--diff-merges=first-parent",
                     "--no-renames", "--raw"]  # fmt: skip
            try:
                printed = self._git.run(words, feed=feed)
            except GitError:
                if len(some) > 1:
                    for one in some:
                        self._read([one])
                continue
            found = dict(_by_commit(printed))
            # what the repository does not have is passed over
            self._known |= {one: found.get(one[0].encode()) for one in some}

    def _lines(self, oid: str, line: str, paths: Sequence[bytes]) -> Mapping[bytes, _Lines]:
        """By the names of files: lines that a commit adds and removes there. Raises GitError."""
        words = ["diff-tree", "--stdin", "-p", "-U0", "-r", "--root", "--diff-merges=first-parent", "--no-renames",
                 "--no-ext-diff", "--no-textconv", "--no-color", "--full-index"]  # fmt: skip
        found: dict[bytes, _Lines] = {}
        argv = [*words, "--", *(path.decode("utf-8", "surrogateescape") for path in paths)]
        printed = self._git.run(argv, feed=f"{oid} {line}".rstrip().encode() + b"\n", limit=_LINES_LIMIT)
        in_lines, here = False, _Lines()
        for row in printed.split(b"\n"):
            if row.startswith(b"diff --git "):
                # it ends with the path, quoted alike in every commit
                in_lines, here = False, found.setdefault(_base_name(row), _Lines())
            elif row.startswith(b"@@ "):
                in_lines = True
            elif in_lines and row[:1] == b"+":
                here.added[row[1:].strip()] += 1
            elif in_lines and row[:1] == b"-":
                here.removed[row[1:].strip()] += 1
            elif row.startswith((b"Binary files ", b"old mode ", b"new mode ")):
                here.added[b"\0" + row] += 1  # no line, and like none
        return found


def _by_commit(printed: bytes) -> Iterator[tuple[bytes, _Changes]]:
    """Each commit of what `git diff-tree --stdin -z --raw` prints."""
    oid, changes = b"", dict[bytes, tuple[_State, _State]]()
    fields = iter(printed.split(b"\0"))
    for one in fields:
        if one.startswith(b":"):
            before, after, old, new, _ = one[1:].split(b" ")
            changes[next(fields, b"")] = ((before, old), (after, new))
        elif one:
            if oid:
                yield oid, changes
            oid, changes = one, {}
    if oid:
        yield oid, changes


def _together(lines: Mapping[bytes, _Lines]) -> _Lines:
    whole = _Lines()
    for one in lines.values():
        whole.added.update(one.added)
        whole.removed.update(one.removed)
    return whole


def _among(mine: Mapping[bytes, _Lines], theirs: Mapping[bytes, _Lines], *, inverse: bool) -> Borne:
    """How many of the lines of one commit another one changes as well, or changes back."""
    total, shared, words = 0, 0, False
    for name, lines in mine.items():
        other = theirs.get(name, _Lines())
        added, removed = (other.removed, other.added) if inverse else (other.added, other.removed)
        both = (lines.added & added) + (lines.removed & removed)
        total += lines.added.total() + lines.removed.total()
        shared += both.total()
        words = words or any(any(chr(byte).isalnum() for byte in line) for line in both)
    if total and shared == total:
        return Borne.WHOLLY
    return Borne.PARTLY if words else Borne.NOT  # a bracket alone is in every change


def _share_a_name(paths: Iterable[bytes], others: Iterable[bytes]) -> bool:
    return not {_base_name(path) for path in paths}.isdisjoint(map(_base_name, others))


def _base_name(path: bytes) -> bytes:
    """Without its directories."""
    return path.rpartition(b"/")[2]
