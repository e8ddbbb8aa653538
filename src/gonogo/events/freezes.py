"""The line stopped by hand: freezes that somebody declared now, until somebody ends them."""

from datetime import datetime

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, number, text, texts


class FreezeNow(Struct, frozen=True):
    """A freeze that holds until it is thawed."""

    seq: int
    """Its name: #12."""
    actor: Actor
    at: datetime
    reason: str
    environments: tuple[str, ...] = ()
    """Empty means all; `products` too."""
    products: tuple[str, ...] = ()

    def covers(self, environment: str, product: str = "") -> bool:
        """Whether it holds for that environment and, when one is named, that product."""
        return (not self.environments or environment in self.environments) and (
            not self.products or not product or product in self.products
        )


class FreezesFold:
    """The working copy of the freezes while a replay runs."""

    def __init__(self, freezes: tuple[FreezeNow, ...]) -> None:
        self.freezes = list(freezes)
        self.handlers: Handlers = {kinds.FREEZE_DECLARED: self._declare, kinds.FREEZE_THAWED: self._thaw}

    def _declare(self, event: Event) -> None:
        self.freezes.append(
            FreezeNow(
                event.seq,
                event.actor,
                event.at,
                text(event.data, "reason"),
                texts(event.data, "environments"),
                texts(event.data, "products"),
            )
        )

    def _thaw(self, event: Event) -> None:
        self.freezes = [one for one in self.freezes if one.seq != number(event.data, "freeze")]
