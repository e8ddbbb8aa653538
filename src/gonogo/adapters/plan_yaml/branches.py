"""The plan's `branches:`: names and patterns that git could have, and which of them fixes must reach."""

from collections.abc import Iterator

from gonogo.adapters.plan_yaml.addresses import check_ref_name
from gonogo.adapters.plan_yaml.nodes import Path
from gonogo.adapters.plan_yaml.problems import Mistake
from gonogo.adapters.plan_yaml.reading import Reading
from gonogo.adapters.plan_yaml.shape import BranchesShape, listed
from gonogo.domain.branches import retires
from gonogo.domain.duration import parse_day
from gonogo.domain.plan import Branches

_BRANCH_PARTS = ("major", "minor", "patch", "version")


def branches_of(reading: Reading, given: BranchesShape) -> Branches:
    """The section; what git could not call a branch, or what it says both ways, is recorded."""
    check_ref_name(given.main, reading.place(("branches", "main")), reading.problems, "branch")
    for key, pattern in (("release", given.release), ("hotfix", given.hotfix)):
        check_ref_name(pattern, reading.place(("branches", key)), reading.problems, "branch", _BRANCH_PARTS)
    active, retired = listed(given.active), listed(given.retired)
    for branch, here in _each(active, "active", given.active):
        check_ref_name(branch, reading.place(here), reading.problems, "branch")
    reading.read(parse_day, given.since, ("branches", "since"), None)
    since = given.since or ""
    found = Branches(given.model, given.main, given.release, given.hotfix, active, retired, since)
    for pattern, here in _each(retired, "retired", given.retired):
        check_ref_name(pattern.replace("*", "1"), reading.place(here), reading.problems, "branch")
        kept = next((one for one in (given.main, *active) if retires(pattern, one)), "")
        if kept:
            remedy = f"write a pattern without {kept}: the mainline and `active:` are never retired"
            reading.add(Mistake.RETIRED_AND_ACTIVE, here, remedy, pattern=pattern, branch=kept)
    return found


def _each(named: tuple[str, ...], key: str, given: object) -> Iterator[tuple[str, Path]]:
    """Each of the names with its place in the plan, be it one text or a list."""
    for index, one in enumerate(named):
        yield one, ("branches", key) if isinstance(given, str) else ("branches", key, index)
