"""What a source is: one question whose answer fills many cells.

A source's preset gets the cells the plan has and answers for those it finds. Names the plan does not have are
counted, never guessed at: a typing mistake on either side must be seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from gonogo.facts import Reason
from gonogo.io.http.question import DETAIL_LIMIT, Request
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome
from gonogo.plan import Target
from gonogo.text import clean

_COMPARED = 40
"""Strangers whose names are compared with ours."""
_NAMED = 5
"""Strangers that are called by name; the others are counted."""


class Table(Struct, frozen=True):
    """What an answer says, cell by cell."""

    cells: Mapping[Target, Outcome]
    """Only cells of the plan."""
    strangers: tuple[str, ...] = ()
    """What the answer speaks of and the plan does not have, as `product/environment`, each once."""
    excerpt: str = ""

    def lacking(self, target: Target) -> NotUnderstood:
        """Why there is nothing about `target`; for many of them make one `Gaps`."""
        return Gaps(self).at(target)

    @property
    def ignored(self) -> str:
        """`; ignored 7 the plan does not name: a/b, c/d, ...`, or ""."""
        if not self.strangers:
            return ""
        more = ", …" if len(self.strangers) > _NAMED else ""
        named = ", ".join(self.strangers[:_NAMED])
        return f"; ignored {len(self.strangers)} the plan does not name: {clean(named, 120)}{more}"


class Gaps:
    """Why an answer says nothing about a cell, with the name that may have been meant.

    Made once for an answer: two thousand cells that are all lacking must not make a screen wait.
    """

    def __init__(self, table: Table) -> None:
        count = len(table.cells)
        others = "1 other cell" if count == 1 else f"{count} other cells"
        self._found = f"nothing about {{}}, but {others}" if count else "no {}"
        self._ignored = table.ignored
        self._excerpt = table.excerpt
        self._names = [name.partition("/")[0] for name in table.strangers[:_COMPARED]]
        self._hints: dict[str, str] = {}

    def at(self, target: Target) -> NotUnderstood:
        """Why there is nothing about `target`."""
        if target.product not in self._hints:
            near = self._near(target.product)
            told = f"; is its '{near}' our '{target.product}'? then say so under `products:`" if near else ""
            self._hints[target.product] = told
        detail = f"the answer has {self._found.format(target)}{self._ignored}{self._hints[target.product]}"
        return NotUnderstood(Reason.NO_DATA, clean(detail, DETAIL_LIMIT), self._excerpt)

    def _near(self, product: str) -> str:
        """A stranger whose name holds ours, or is held by it, whatever the letter case: `pay` and `Pay-API`."""
        ours = product.lower()
        return next((name for name in self._names if name and (ours in name.lower() or name.lower() in ours)), "")


class MatrixPreset(Protocol):
    """One kind of source. An object belongs to one source and may remember what worked."""

    async def ask(self, fetch: Fetch, request: Request, targets: Sequence[Target]) -> Table | NotUnderstood:
        """Ask once for all of `targets`. `request` carries URL, deadline and credential."""
        ...


class Names:
    """The source's own names of products and environments, and what the plan calls them."""

    def __init__(
        self, products: Mapping[str, str], environments: Mapping[str, str], targets: Iterable[Target]
    ) -> None:
        self._products = products
        self._environments = environments
        self._known = frozenset(targets)

    def target(self, product: str, environment: str) -> Target | None:
        """The cell of the plan those two names mean; None when it has none such."""
        meant = Target(self._products.get(product, product), self._environments.get(environment, environment))
        return meant if meant in self._known else None


def stranger(product: str, environment: str) -> str:
    """How a pair the plan does not have is called."""
    return clean(f"{product or '?'}/{environment or '?'}", 80)
