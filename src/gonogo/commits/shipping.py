"""What would ship into a cell: the commits between what runs there and what is planned. Pure values."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from gonogo.commits import Commit
from gonogo.plan import Product
from gonogo.text import clean


class Shipping(Struct, frozen=True):
    """The difference between two commits, in both directions."""

    product: str
    start: str
    """What runs, as people say it: `v1.2.2` or an abbreviated commit id."""
    start_oid: str
    end: str
    """What is planned: its tag, or what the plan ships while there is no tag."""
    end_oid: str
    commits: tuple[Commit, ...] = ()
    """What would be added, newest first; the first of them only when there are very many."""
    count: int = 0
    """How many would be added in all."""
    lost: tuple[Commit, ...] = ()
    """What runs and would be taken away, newest first: not empty when the target does not contain what runs."""
    lost_count: int = 0
    doubts: tuple[str, ...] = ()
    """What makes the answer less than exact, in sentences."""

    @property
    def is_same(self) -> bool:
        """Whether nothing would change."""
        return not self.count and not self.lost_count


class CannotTell(Struct, frozen=True):
    """No difference can be named, and why."""

    product: str
    reason: str
    remedy: str = ""


WhatShips = Shipping | CannotTell

ReadShipping: TypeAlias = Callable[[Product, str, str], WhatShips]
"""Product, version that runs, its revision or ""; synchronous, for a worker thread."""


def headline(found: Shipping) -> str:
    """The difference in one sentence."""
    if found.is_same:
        return f"nothing: {found.end} is what runs there"
    added = f"{found.count} commit{'s' if found.count != 1 else ''} from {found.start} to {found.end}"
    if not found.lost_count:
        return added
    lost = f"{found.lost_count} commit{'s' if found.lost_count != 1 else ''}"
    if not found.count:
        return f"it would go back: {found.end} lacks {lost} of {found.start}, which runs there"
    return f"{added}; and {lost} of {found.start} would be taken away"


def commit_line(commit: Commit) -> str:
    """A commit in one line: abbreviated id and subject."""
    return f"{commit.oid[:9]} {clean(commit.subject, 160) or '(no subject)'}"
