"""The branches a fix may have to reach, as a clone has them: its own, and what it knows of those of a remote."""

from collections.abc import Mapping

from msgspec import Struct

from gonogo.io.git.door import GitDoor
from gonogo.plan import Branches
from gonogo.plan.branches import is_active, is_listed, line_of
from gonogo.text import clean

HEADS, REMOTES = "refs/heads/", "refs/remotes/"
_DEVELOPMENT = ("develop", "development", "dev", "next")
"""Names under which work is usually gathered before it reaches the mainline."""


class Branch(Struct, frozen=True):
    """A branch a fix may have to reach."""

    name: str
    oid: str
    """Commit of the local branch, or of the remote's where there is no local one."""
    line: tuple[int, ...] | None = None
    """The release line it is for; None for the mainline and for further active branches."""
    remote: str = ""
    """Name of the remote that has a branch of that name, as of the last fetch; "" for none."""
    pushed: str = ""
    """Commit of the remote's branch; "" where no remote has one."""

    @property
    def tips(self) -> tuple[str, ...]:
        """The commits it is at: here, and at the remote."""
        return tuple(dict.fromkeys(oid for oid in (self.oid, self.pushed) if oid))

    @property
    def differs(self) -> bool:
        """Whether the remote's branch is at another commit: what is here only has not been pushed."""
        return self.pushed not in {"", self.oid}


class Found(Struct, frozen=True):
    """The branches of one clone that matter to one product."""

    branches: tuple[Branch, ...]
    """The mainline first, the others by name."""
    retired: tuple[str, ...] = ()
    """Release branches of which the plan says that no fix must reach them."""
    lacking: tuple[str, ...] = ()
    """Branches that the plan names and that are neither here nor at a remote, as of the last fetch."""
    unlisted: tuple[str, ...] = ()
    """Branches with a name of development that the plan does not name: no fix is followed there."""

    def named(self, name: str) -> Branch | None:
        """The branch of that name."""
        return next((branch for branch in self.branches if branch.name == name), None)


def look_for(git: GitDoor, branches: Branches) -> Found:
    """The mainline, release branches and what the plan lists. Raises GitError."""
    mine, theirs = _references(git)
    found: list[Branch] = []
    retired: list[str] = []
    for name in {**mine, **theirs}:
        line = None if is_listed(branches, name) else line_of(branches, name)
        if is_active(branches, name):
            remote, pushed = theirs.get(name, ("", ""))
            found.append(Branch(name, mine.get(name, pushed), line, remote, pushed))
        elif line is not None:
            retired.append(name)
    known = {branch.name for branch in found}
    unlisted = [name for name in _DEVELOPMENT if name in {**mine, **theirs} and name not in known]
    found.sort(key=lambda branch: (branch.name != branches.main, branch.name))
    lacking = [name for name in dict.fromkeys((branches.main, *branches.active)) if name not in known]
    return Found(tuple(found), tuple(sorted(retired)), tuple(lacking), tuple(unlisted))


def tips_of(git: GitDoor, name: str) -> tuple[str, ...]:
    """The commits a branch is at, here and at a remote; none when there is no such branch. Raises GitError."""
    mine, theirs = _references(git)
    known = (mine.get(name, ""), theirs.get(name, ("", ""))[1])
    return tuple(dict.fromkeys(oid for oid in known if oid))


def no_branch(branches: Branches, name: str) -> str:
    """What is wrong with a branch that the plan names and the repository lacks, and where to correct it."""
    missing = f"there is no branch {clean(name, 80)}"
    return f"{missing}: say in `branches.main` what the mainline is called" if name == branches.main else missing


def _references(git: GitDoor) -> tuple[dict[str, str], Mapping[str, tuple[str, str]]]:
    """Commits of local branches by name; of each name, remote and commit of the remote's branch.

    Where several remotes have one: the remote a local branch is set to push to, then origin, then the first.
    """
    form = "--format=%(objectname) %(refname) %(upstream)"
    listed = git.run(["for-each-ref", form, HEADS, REMOTES]).decode("utf-8", "replace")
    mine: dict[str, str] = {}
    tracked: set[str] = set()
    theirs: dict[str, tuple[str, str]] = {}
    rows = [entry.split(" ") for entry in listed.splitlines()]
    for oid, ref, upstream in rows:
        if ref.startswith(HEADS):
            mine[short(ref)] = oid
            tracked.add(upstream)
    for oid, ref, _ in sorted(rows, key=lambda row: (row[1] not in tracked, not row[1].startswith(_ORIGIN))):
        if ref.startswith(REMOTES) and short(ref):
            theirs.setdefault(short(ref), (ref.removeprefix(REMOTES).partition("/")[0], oid))
    return mine, theirs


_ORIGIN = f"{REMOTES}origin/"


def short(ref: str) -> str:
    """The name of a branch without where it is; "" for a remote's HEAD."""
    if ref.startswith(HEADS):
        return ref.removeprefix(HEADS)
    name = ref.removeprefix(REMOTES).partition("/")[2]
    return "" if name == "HEAD" else name
