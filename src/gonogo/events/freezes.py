"""The line stopped by hand: freezes that somebody declared now, until somebody ends them or their own end."""

from datetime import datetime

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, moment, number, text, texts


class FreezeNow(Struct, frozen=True):
    """A freeze that holds until it is thawed, or until its end where it has one."""

    seq: int
    """Its name: #12."""
    actor: Actor
    at: datetime
    reason: str
    environments: tuple[str, ...] = ()
    """Empty means all; `products` too."""
    products: tuple[str, ...] = ()
    until: datetime | None = None
    """UTC, its first free moment; None where somebody must end it."""

    def holds(self, at: datetime) -> bool:
        """Whether it has not come to its end; `at` is UTC."""
        return self.until is None or at < self.until

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
                moment(event.data, "until"),
            )
        )

    def _thaw(self, event: Event) -> None:
        self.freezes = [one for one in self.freezes if one.seq != number(event.data, "freeze")]
