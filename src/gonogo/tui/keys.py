"""Keys one after the other: none is acted on before the one before it has had its whole effect.

Textual hands a key to the widget that has the keyboard at that moment. While the screen is busy, the letters
typed after `n` would go to the list the cursor is in, and be lost, instead of into the note that `n` is about to
open. So keys wait here until the one before has travelled its whole way: from the widget up to the application,
where bindings act, and once more through the screen, which handles what the binding wished for.
"""

from collections import deque
from collections.abc import Awaitable, Callable

from textual.app import App
from textual.events import Key
from textual.message import Message
from textual.widget import Widget

PATIENCE = 5.0
"""Seconds after which a key goes on even if nothing has been heard of the one before."""
LOOK = 0.05
"""Seconds between two looks whether the widget that had the key is still there."""


class Travelled(Message):
    """Follows a key through the same queues, and so arrives when the key has had its effect there."""

    def __init__(self, number: int, *, through_screen: bool) -> None:
        super().__init__()
        self.number = number
        self.through_screen = through_screen


class KeyQueue:
    """The keys of one application, in their order."""

    def __init__(self, app: App[None], act: Callable[[Key], Awaitable[None]]) -> None:
        self._app = app
        self._act = act
        self._waiting: deque[Key] = deque()
        self._number = 0
        self._busy = False

    async def take(self, key: Key) -> None:
        """A key has come."""
        self._waiting.append(key)
        if not self._busy:
            await self._next()

    async def travelled(self, event: Travelled) -> None:
        """A follower has arrived; those of keys that were given up are nobody's."""
        if event.number != self._number:
            return
        screen = self._app.screen
        if not event.through_screen and screen.post_message(Travelled(event.number, through_screen=True)):
            self._watch(event.number, screen)
            return
        await self._next()

    async def _next(self) -> None:
        self._busy = bool(self._waiting)
        if not self._busy:
            return
        self._number += 1
        target = self._app.focused or self._app.screen
        await self._act(self._waiting.popleft())
        if target.post_message(Travelled(self._number, through_screen=False)):
            self._watch(self._number, target)
        else:
            await self._next()

    def _watch(self, number: int, target: Widget, waited: float = 0.0) -> None:
        """Go on when the key has closed the very place its follower was in: a view that was left, say."""

        def look() -> None:
            if number != self._number or not self._busy:
                return
            if waited >= PATIENCE or not target.is_attached or target.screen is not self._app.screen:
                self._app.post_message(Travelled(number, through_screen=True))
            else:
                self._watch(number, target, waited + LOOK)

        self._app.set_timer(LOOK, look)
