"""The final releases of a product: which of them are followed, and to which branches each must come.

A release beside the mainline's own line of commits is a hotfix: its fixes must reach the mainline, newer lines and
whatever the plan lists. A release on the mainline must reach the branches from which work flows into it, such as
`develop`: who merges a hotfix into the mainline only, tags it there and forgets `develop` loses it with the next
release.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct

from gonogo.io.git.door import GitDoor
from gonogo.io.git.history import TagRef
from gonogo.io.git.ledger.branches import Branch
from gonogo.plan import Branches
from gonogo.plan.branches import is_newer_line, line_of

Holds = Callable[[str, str], bool]
"""(name of a branch, commit): whether the branch has the commit, here or at its remote."""


class Span(Struct, frozen=True):
    """One release that is followed: its tag, the commit of the release before, and its own."""

    tag: TagRef
    base: str
    oid: str
    made: int = 0
    """Seconds since 1970 at which its tag was made, or its commit, whichever came later."""
    on_mainline: bool = False
    here_only: bool = False
    """Whether it is on the mainline of this clone only, and the remote's mainline lacks it."""
    is_patch: bool = True
    """Whether the release before has the same major and minor number."""

    @property
    def is_hotfix(self) -> bool:
        """Whether it is a patch that was made beside the mainline."""
        return self.is_patch and not self.on_mainline


def finals(tags: Sequence[TagRef]) -> list[TagRef]:
    """The final releases, oldest version first."""
    return [tag for tag in reversed(tags) if not tag.version.prerelease and tag.version.release]


def commits_of(git: GitDoor, tags: Sequence[TagRef]) -> dict[str, tuple[str, int]]:
    """Commit and time of each tag, by name. Raises GitError."""
    wanted = "%(refname) %(objectname) %(*objectname) at %(creatordate:unix) %(*committerdate:unix)"
    by_ref: dict[str, tuple[str, int]] = {}
    found = git.run(["for-each-ref", f"--format={wanted}", "refs/tags/"])
    for entry in found.decode("utf-8", "replace").splitlines():
        ref, _, rest = entry.partition(" ")
        objects, _, times = rest.partition(" at ")
        by_ref[ref] = (objects.split()[-1], max((int(one) for one in times.split()), default=0))
    return {tag.name: by_ref[tag.ref] for tag in tags}


def spans_of(
    releases: Sequence[TagRef],
    commits: Mapping[str, tuple[str, int]],
    mainline: Collection[str],
    branches: Branches,
    *,
    pushed: Collection[str],
    upstream: bool,
) -> list[Span]:
    """The releases that are followed, oldest version first.

    Hotfixes always; with branches that work may flow from (`upstream`) releases of the mainline as well, and in
    gitflow every release: what was stabilised on its release branch must come back, too. `pushed` is the mainline
    as everybody has it.
    """
    made: list[Span] = []
    before: dict[tuple[int, ...], TagRef] = {}
    newest: TagRef | None = None
    for tag in releases:
        same_minor = before.get(tag.version.release[:2])
        oid, at = commits[tag.name]
        whole = branches.model == "gitflow" or (upstream and oid in mainline)
        base = same_minor or (newest if whole else None)
        before[tag.version.release[:2]] = newest = tag
        here_only = oid in mainline and oid not in pushed
        if base is None or (oid in mainline and not upstream and not here_only):
            continue
        is_patch = same_minor is not None
        made.append(Span(tag, commits[base.name][0], oid, at, oid in mainline, here_only, is_patch))
    return made


def has_upstream(found: Sequence[Branch], branches: Branches) -> bool:
    """Whether work may flow from some branch into the mainline."""
    return bool(_candidates(found, branches))


def _candidates(found: Sequence[Branch], branches: Branches) -> list[Branch]:
    """What the plan lists, and no line of releases."""
    listed = [branch for branch in found if branch.line is None and branch.name != branches.main]
    return [branch for branch in listed if line_of(branches, branch.name) is None]


class Upstream:
    """Which branches the mainline's releases must reach: those that are not downstream of it."""

    def __init__(
        self,
        branches: Branches,
        found: Sequence[Branch],
        releases: Mapping[str, TagRef],
        mainline: Collection[str],
        own: Callable[[str], Sequence[str]],
        holds: Holds,
    ) -> None:
        """`releases` are the final ones by commit, oldest first; `own` is the first-parent line of a commit."""
        candidates = _candidates(found, branches)
        self._names = [branch.name for branch in candidates]
        self._gitflow = branches.model == "gitflow"
        newest = [*releases.values()][-1].version.release if releases else ()
        self._unshipped = [
            branch.name for branch in found if self._gitflow and branch.line and is_newer_line(branch.line, newest)
        ]
        """Release branches that are being stabilised, and will be merged into the mainline."""
        self._flowing: set[str] = set()
        self._line: dict[str, tuple[int, ...]] = {}
        """By name of a branch whose work has not flowed yet: major and minor of the newest release in it."""
        for branch in () if self._gitflow else candidates:
            beside = [oid for tip in branch.tips for oid in own(tip) if oid not in mainline]
            if any(oid in releases for oid in beside):
                continue  # it ships releases of its own: a line that was cut from the mainline
            if any(holds(branches.main, oid) for oid in beside):
                self._flowing.add(branch.name)
            else:
                inside = [tag for oid, tag in releases.items() if holds(branch.name, oid)]
                self._line[branch.name] = inside[-1].version.release[:2] if inside else ()

    @property
    def gitflow_names(self) -> tuple[str, ...]:
        """The branches that everything on the mainline must reach, as git flow has it."""
        return tuple(self._names) if self._gitflow else ()

    def reached_by(self, span: Span, has_half: Callable[[str], bool]) -> tuple[str, ...]:
        """The branches a release on the mainline must reach; `has_half`: whether one has half of its commits."""
        return (*(name for name in self._names if self._must_reach(name, span, has_half)), *self._unshipped)

    def _must_reach(self, name: str, span: Span, has_half: Callable[[str], bool]) -> bool:
        if self._gitflow:
            return True
        if name in self._flowing:
            # a line that is merged up flows, too: but no release of the mainline is made of its work
            return span.is_patch or has_half(name)
        # nothing came from it yet: a patch of the very release that it was cut from
        return span.is_patch and self._line.get(name) == span.tag.version.release[:2]


def due_branches(
    span: Span, found: Sequence[Branch], upstream: Upstream, has_half: Callable[[str], bool]
) -> tuple[str, ...]:
    """The branches, mainline first, that the fixes of a release must reach. Beside it they travel forward."""
    if span.on_mainline:
        return (*([found[0].name] if span.here_only else ()), *upstream.reached_by(span, has_half))
    release = span.tag.version.release
    return tuple(branch.name for branch in found if branch.line is None or is_newer_line(branch.line, release))
