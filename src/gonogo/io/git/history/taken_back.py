"""What a merge that was taken back had brought: its revert names the merge alone, and its branch does not ship."""

from collections.abc import Collection, Sequence
from functools import cached_property

from gonogo.commits import Commit
from gonogo.io.git.door import INPUT_LIMIT, is_object_id
from gonogo.io.git.history.repository import Repository

_BROUGHT = 20_000
"""Commits of one merge at most."""
_ASKED = 100
"""Merges of one range whose commits are asked for at most: a repository cannot make this take minutes."""
_AT_ONCE = INPUT_LIMIT // 80
"""Names of one call, which must fit into its input."""


class TakenBack:
    """Asked with a merge and its revert. Raises GitError."""

    def __init__(self, repository: Repository, commits: Sequence[Commit], paths: Sequence[str] = ()) -> None:
        self._repository = repository
        self._commits = commits
        self._paths = paths
        self._asked = 0

    def __call__(self, merge: str, by: Commit) -> Collection[str]:
        """The commits that came onto the line the revert goes back to, by object id; none for what is no merge.

        That line is the first parent's, unless the revert names another, as git does: `reversing changes made to`.
        """
        if self._asked >= _ASKED or merge not in self._merges:
            return ()
        self._asked += 1
        parents = self._words("log", "-1", "--no-notes", "--format=%P", merge, "--")
        said = self._repository.commit(by.oid).body
        line = next((oid for oid in parents if oid in said), parents[0])
        return frozenset(self._words("rev-list", f"--max-count={_BROUGHT}", merge, f"^{line}", "--"))

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
