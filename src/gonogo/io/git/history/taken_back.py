"""What messages of one range claim, asked of git: what they take back, with what a merge had brought, and pick."""

from collections.abc import Collection, Sequence
from functools import cached_property

from gonogo.changelog.evidence import Borne
from gonogo.commits import Commit
from gonogo.io.git.deeds import Deeds
from gonogo.io.git.door import INPUT_LIMIT, is_object_id
from gonogo.io.git.history.repository import Repository

_BROUGHT = 20_000
"""Commits of one merge at most."""
_ASKED = 100
"""Merges of one range whose commits are asked for at most: a repository cannot make this take minutes."""
_AT_ONCE = INPUT_LIMIT // 80
"""Names of one call, which must fit into its input."""


class TakenBack:
    """Asked about the commits of one range. Raises GitError."""

    def __init__(self, repository: Repository, commits: Sequence[Commit], paths: Sequence[str] = ()) -> None:
        self._repository = repository
        self._commits = commits
        self._paths = paths
        self._lines: dict[str, str] = {}

    def brought(self, merge: str, by: Commit) -> Collection[str]:
        """The commits that came onto the line the revert goes back to, by object id; none for what is no merge.

        The revert of a merge names the merge alone, and its branch does not ship either.
        """
        line = self._line(merge, by)
        if not line:
            return ()
        return frozenset(self._words("rev-list", f"--max-count={_BROUGHT}", merge, f"^{line}", "--"))

    def undoes(self, by: Commit, oid: str) -> Borne:
        """Whether `by` takes back what the commit or merge `oid` changed."""
        return self._deeds.undoes(by.oid, oid, self._line(oid, by))

    def repeats(self, copy: str, oid: str) -> Borne:
        """Whether what `copy` changes is what the commit `oid` changes."""
        return self._deeds.repeats(copy, oid)

    @cached_property
    def _deeds(self) -> Deeds:
        """What those commits change that claim something, and that something is claimed of."""
        deeds = Deeds(self._repository.git)
        asked = [(one.oid, *one.more.reverts, *one.more.picked_from) for one in self._commits if _claims(one)]
        here = {one.oid for one in self._commits} if asked else ()
        deeds.look_ahead(oid for oids in asked for oid in oids if oid in here)
        return deeds

    def _line(self, merge: str, by: Commit) -> str:
        """The parent that a revert goes back to; "" for what is no merge, or where too many were asked for.

        It is the first one, unless the revert names another, as git does: `reversing changes made to`.
        """
        key = f"{merge} {by.oid}"
        if key not in self._lines and len(self._lines) < _ASKED and merge in self._merges:
            parents = self._words("log", "-1", "--no-notes", "--format=%P", merge, "--")
            said = self._repository.commit(by.oid).body
            self._lines[key] = next((oid for oid in parents if oid in said), parents[0])
        return self._lines.get(key, "")

    @cached_property
    def _merges(self) -> frozenset[str]:
        """The merges that may be meant: those of the range; below `paths`, where git lists few of them, any."""
        if not self._paths:
            return frozenset(commit.oid for commit in self._commits if commit.is_merge)
        named = [oid for commit in self._commits for oid in commit.more.reverts if is_object_id(oid)][:_AT_ONCE]
        feed = "".join(f"{oid}\n" for oid in dict.fromkeys(named)).encode()
        if not feed:
            return frozenset()
        asked = ["rev-list", "--no-walk=unsorted", "--min-parents=2", "--ignore-missing", "--stdin"]
        printed = self._repository.git.run(asked, feed=feed).decode("ascii", "replace")
        return frozenset(printed.split()) | {commit.oid for commit in self._commits if commit.is_merge}

    def _words(self, *argv: str) -> list[str]:
        return self._repository.git.run(argv).decode("ascii", "replace").split()


def _claims(commit: Commit) -> bool:
    return bool(commit.more.reverts or commit.more.picked_from)
