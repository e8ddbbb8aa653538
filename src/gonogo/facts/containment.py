"""Whether a version contains every change that runs, and every hotfix: what git answered, as plain values.

What ships is compared with each version that runs and with each hotfix of the product; so is the version one would
roll back to. A change is contained when its commit is reachable, or a commit with the same change or with its `-x`
trailer is; when its files are the same in both; or when somebody asserted that another commit does the same.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from gonogo.events.hotfixes import Hotfix
from gonogo.plan import Product

RunningPair: TypeAlias = tuple[str, str]
"""Version and revision as a source tells them; revision "" when it tells none."""


class LostFix(Struct, frozen=True):
    """A commit whose change is not in a version."""

    oid: str
    subject: str
    author: str
    alike: str = ""
    """A commit of that version under the same title, which proves nothing; "" for none."""
    left_out_by: str = ""
    """The merge that made it a part of that version and left its files out; "" for none."""

    @property
    def short(self) -> str:
        """What people call it."""
        return self.oid[:8]


class Carrier(Struct, frozen=True):
    """A version whose changes must not get lost, compared with the one that ships."""

    version: str
    revision: str = ""
    """As its source tells it; "" for a hotfix, and where it tells none."""
    oid: str = ""
    """Its commit; "" when the repository knows none."""
    problem: str = ""
    """Why the comparison could not be made; "" when it could."""
    remedy: str = ""
    lost: tuple[LostFix, ...] = ()
    """Newest first."""
    kept: tuple[LostFix, ...] = ()
    """Fixes of a hotfix that are not reachable from what ships, and whose change is in it all the same."""


class MadeHotfix(Struct, frozen=True):
    """A hotfix that a journal records as finished."""

    version: str
    commit: str
    base: str
    """The commit it starts from."""
    release: str = ""
    """The other release in whose journal it is recorded; "" for this one."""


class ContainmentQuestion(Struct, frozen=True):
    """What is asked about one version of a product."""

    product: Product
    version: str
    """The planned version, or the one to roll back to."""
    running: tuple[RunningPair, ...] = ()
    """What runs anywhere, each pair once."""
    earlier: tuple[str, ...] = ()
    """Versions whose lines are looked through for tags of hotfixes."""
    below: str = ""
    """Only hotfixes older than this version count; the planned version."""
    made: tuple[MadeHotfix, ...] = ()
    """Hotfixes of this release's journal."""
    bad: tuple[str, ...] = ()
    """Versions marked bad: nobody misses what only they have."""
    ships: str = ""
    """The commit of the planned version, as its history was read; "" when it was not read yet."""

    @property
    def is_rollback(self) -> bool:
        """Whether it asks about the version to roll back to."""
        return self.version != self.product.version


class Containment(Struct, frozen=True):
    """What git says about one version of a product."""

    product: str
    version: str
    name: str
    """What was looked at, as people say it: a tag, a branch, an abbreviated commit id."""
    oid: str
    at: datetime
    """UTC, when the repository was asked."""
    problem: str = ""
    """Why nothing can be told; "" when it can."""
    remedy: str = ""
    running: Mapping[RunningPair, Carrier] = {}
    hotfixes: tuple[Carrier, ...] = ()


Containments: TypeAlias = Mapping[tuple[str, str], Containment]
"""By product and version."""


def made_hotfixes(hotfixes: Iterable[Hotfix], product: str, release: str = "") -> tuple[MadeHotfix, ...]:
    """The hotfixes of a product that are finished, or tagged already."""
    return tuple(
        MadeHotfix(made.version, made.commit, made.base_oid, release)
        for one in hotfixes
        if one.kind == "hotfix" and one.product == product and (made := one.made) is not None
    )
