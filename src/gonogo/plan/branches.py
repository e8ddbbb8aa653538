"""Which branches a fix must reach: the mainline, release branches newer than the fix, and what the plan lists."""

import re
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import asdict, replace

from gonogo.plan import Branches, Plan, Product
from gonogo.text import clean

_NUMBERS = r"(\d{1,9}(?:\.\d{1,9}){0,5})(?:[-+._]?[A-Za-z][0-9A-Za-z.+_-]{0,60})?"
"""A version with what may follow its numbers, such as -rc.1."""


class NoBranch(Struct, frozen=True):
    """A branch that the plan names and that a repository does not have."""

    product: str
    repo: str
    branch: str
    key: str
    """Of `branches`: main or active."""
    remedy: str

    @property
    def told(self) -> str:
        """What is wrong, and where."""
        return f"{self.product}: branch {clean(self.branch, 80)} (`{self.key}:` of `branches:`) does not exist"


def branches_of(plan: Plan, product: Product) -> Branches:
    """The branches of one product: its own, and where it says nothing those of the plan."""
    own = {key: value for key, value in asdict(product.branches).items() if value is not None}
    return replace(plan.branches, **own) if own else plan.branches


def line_of(branches: Branches, name: str) -> tuple[int, ...] | None:
    """The line that a release branch of that name is for, as numbers; None for a branch that is none."""
    pattern = _lines(branches.release)
    found = pattern.fullmatch(name) if pattern else None
    return tuple(int(part) for group in found.groups() for part in group.split(".")) if found else None


def is_retired(branches: Branches, name: str) -> bool:
    """Whether the plan says that nothing is brought to a branch of that name any more."""
    return any(retires(pattern, name) for pattern in branches.retired)


def is_listed(branches: Branches, name: str) -> bool:
    """Whether every fix must reach a branch of that name, whatever line it was made on."""
    return name == branches.main or name in branches.active


def is_active(branches: Branches, name: str) -> bool:
    """Whether fixes may have to reach a branch of that name."""
    return is_listed(branches, name) or (line_of(branches, name) is not None and not is_retired(branches, name))


def must_reach(branches: Branches, name: str, release: tuple[int, ...]) -> bool:
    """Whether a fix shipped by a version with those release numbers must reach a branch: it travels forward."""
    if is_listed(branches, name):
        return True
    line = line_of(branches, name)
    return line is not None and not is_retired(branches, name) and is_newer_line(line, release)


def is_newer_line(line: tuple[int, ...], release: tuple[int, ...]) -> bool:
    """Whether a line comes after the one that a version with those release numbers is of."""
    return line > release[: len(line)]


@lru_cache(maxsize=64)
def _lines(pattern: str) -> re.Pattern[str] | None:
    """Names of release branches, with a group for each part of the line."""
    if not {"{major}", "{version}"} & set(re.findall(r"\{\w+\}", pattern)):
        return None
    escaped = re.escape(pattern)
    for number in ("major", "minor", "patch"):
        escaped = escaped.replace(re.escape(f"{{{number}}}"), r"(\d{1,9})")
    return re.compile(escaped.replace(re.escape("{version}"), _NUMBERS))


def retires(pattern: str, name: str) -> bool:
    """Whether an entry of `retired:` means a branch of that name; `*`, which git allows in none, is anything."""
    first, *others = pattern.split("*")
    if not others:
        return name == pattern
    *middle, last = others
    if not name.startswith(first) or not name.endswith(last) or len(name) < len(first) + len(last):
        return False
    at, end = len(first), len(name) - len(last)
    for part in middle:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True
