"""The `branches:` of a plan or of a product: names that git could have, and which of them fixes must reach."""

from collections.abc import Iterator

from gonogo.io.plan_file.addresses import check_ref_name
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.shape import BranchesShape, ProductBranchesShape, listed
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake
from gonogo.plan import Branches, ProductBranches
from gonogo.plan.branches import retires
from gonogo.text.durations import parse_day

_BRANCH_PARTS = ("major", "minor", "patch", "version")


def read_branches(reading: Reading, given: BranchesShape) -> Branches:
    """The plan's section; what git could not call a branch, or what it says both ways, is recorded."""
    own = _own(reading, given, ("branches",), Branches())
    return Branches(
        given.model, given.main, given.release, given.hotfix, own.active or (), own.retired or (), own.since or ""
    )


def read_product_branches(
    reading: Reading, given: ProductBranchesShape | None, path: Path, plan: BranchesShape
) -> ProductBranches:
    """A product's section. What it leaves to the plan is compared with the plan's, which is checked by itself."""
    if given is None:
        return ProductBranches()
    return _own(reading, given, path, Branches(main=plan.main, active=listed(plan.active)))


def _own(
    reading: Reading, given: BranchesShape | ProductBranchesShape, path: Path, beside: Branches
) -> ProductBranches:
    """What a section says itself. `beside` is what holds where it says nothing of mainline and `active:`."""
    if given.main is not None:
        check_ref_name(given.main, reading.place((*path, "main")), reading.problems, "branch")
    for key, pattern in (("release", given.release), ("hotfix", given.hotfix)):
        if pattern is not None:
            check_ref_name(pattern, reading.place((*path, key)), reading.problems, "branch", _BRANCH_PARTS)
    for branch, here in _each(given.active, (*path, "active")):
        check_ref_name(branch, reading.place(here), reading.problems, "branch")
    reading.read(parse_day, given.since, (*path, "since"), None)
    active = None if given.active is None else listed(given.active)
    never = (given.main or beside.main, *(beside.active if active is None else active))
    for pattern, here in _each(given.retired, (*path, "retired")):
        check_ref_name(pattern.replace("*", "1"), reading.place(here), reading.problems, "branch")
        kept = next((one for one in never if retires(pattern, one)), "")
        if kept:
            remedy = f"write a pattern without {kept}: the mainline and `active:` are never retired"
            reading.add(Mistake.RETIRED_AND_ACTIVE, here, remedy, pattern=pattern, branch=kept)
    retired = None if given.retired is None else listed(given.retired)
    return ProductBranches(given.model, given.main, given.release, given.hotfix, active, retired, given.since)


def _each(given: list[str] | str | None, path: Path) -> Iterator[tuple[str, Path]]:
    """Each of the names with its place in the plan, be it one text or a list."""
    for index, one in enumerate(listed(given)):
        yield one, path if isinstance(given, str) else (*path, index)
