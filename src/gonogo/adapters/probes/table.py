"""What a source is: one question whose answer fills many cells.

A source's preset gets the cells the plan has and answers for those it finds. Names the plan does not have are
counted, never guessed at: a typing mistake on either side must be seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from gonogo.adapters.probes.interface import DETAIL_LIMIT, Fetch, NotUnderstood, Outcome, Request
from gonogo.domain.names import suggest
from gonogo.domain.observation import Reason, Target
from gonogo.domain.plan import Source
from gonogo.domain.text import clean

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
        """Why there is nothing about `target`, with the name that may have been meant."""
        others = "1 other cell" if len(self.cells) == 1 else f"{len(self.cells)} other cells"
        found = f"nothing about {target}, but {others}" if self.cells else f"no {target}"
        near = suggest(target.product, [name.partition("/")[0] for name in self.strangers])
        hint = f"; is its '{near}' our '{target.product}'? then say so under `products:`" if near else ""
        return NotUnderstood(
            Reason.NO_DATA,
            clean(f"the answer has {found}{self.ignored}{hint}", DETAIL_LIMIT),
            self.excerpt,
        )

    @property
    def ignored(self) -> str:
        """`; ignored 7 the plan does not name: a/b, c/d, ...`, or ""."""
        if not self.strangers:
            return ""
        more = ", …" if len(self.strangers) > _NAMED else ""
        named = ", ".join(self.strangers[:_NAMED])
        return f"; ignored {len(self.strangers)} the plan does not name: {clean(named, 120)}{more}"


class MatrixPreset(Protocol):
    """One kind of source. An object belongs to one source and may remember what worked."""

    async def ask(self, fetch: Fetch, request: Request, targets: Sequence[Target]) -> Table | NotUnderstood:
        """Ask once for all of `targets`. `request` carries URL, deadline and credential."""
        ...


class Names:
    """The source's own names of products and environments, and what the plan calls them."""

    def __init__(self, source: Source, targets: Iterable[Target]) -> None:
        self._products = _renamed(source, "products")
        self._environments = _renamed(source, "environments")
        self._known = frozenset(targets)

    def target(self, product: str, environment: str) -> Target | None:
        """The cell of the plan those two names mean; None when it has none such."""
        meant = Target(self._products.get(product, product), self._environments.get(environment, environment))
        return meant if meant in self._known else None


def _renamed(source: Source, key: str) -> Mapping[str, str]:
    given = source.options.get(key)
    return {str(name): str(meant) for name, meant in given.items()} if isinstance(given, Mapping) else {}


def stranger(product: str, environment: str) -> str:
    """How a pair the plan does not have is called."""
    return clean(f"{product or '?'}/{environment or '?'}", 80)
