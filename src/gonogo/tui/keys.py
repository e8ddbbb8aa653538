"""Keys one after the other: none is acted on before the one before it has had its whole effect.

Textual hands a key to the widget that has the keyboard at that moment. While the screen is busy, the letters
typed after `n` would go to the list the cursor is in, and be lost, instead of into the note that `n` is about to
open. So keys, and what is pasted, wait here until the one before has had its effect: a follower is sent the way
the key went, from the widget that has the keyboard up to the application, and again for as long as a widget still
has something to do, or another one has come to have the keyboard. A key wishes, a wish opens a view, the view
gives the keyboard to its list: each of these is a message that may be behind the first follower.
"""

from collections import deque
from collections.abc import Awaitable, Callable

from textual.app import App
from textual.events import Event
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, TextArea

from gonogo.tui.keyboard import MetaKey

PATIENCE = 5.0
"""Seconds after which a key goes on even if nothing has been heard of the one before."""
LOOK = 0.05
"""Seconds between two looks whether the widget that had the key is still there."""
ROUNDS = 40
"""Followers of one key at most: a screen that always has something to do keeps no key waiting for ever."""
LEAST = 2
"""Followers of one key at least: what the screen does of its own accord after a wish is behind the first."""


class Travelled(Message):
    """Follows a key through the same queues, and so arrives when the key has had its effect there."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class KeyQueue:
    """The keys of one application, in their order."""

    def __init__(self, app: App[None], act: Callable[[Event], Awaitable[None]]) -> None:
        self._app = app
        self._act = act
        self._waiting: deque[Event] = deque()
        self._number = 0
        """Of the follower under way; those before it have been given up."""
        self._round = 0
        self._through: Widget | None = None
        """The widget that the follower under way was sent to."""
        self._busy = False

    async def take(self, key: Event) -> None:
        """A key, or a paste, has come."""
        self._waiting.append(key)
        if not self._busy:
            await self._next()

    async def travelled(self, event: Travelled) -> None:
        """A follower has arrived; those of keys that were given up are nobody's."""
        if event.number != self._number or not self._busy:
            return
        if self._round < ROUNDS and not self._settled():
            self._follow()
        else:
            await self._next()

    async def _next(self) -> None:
        self._busy = bool(self._waiting)
        if not self._busy:
            return
        key = self._waiting.popleft()
        if isinstance(key, MetaKey):
            # only a text has words to walk over: everywhere else it was Esc, and a key right after it
            in_text = isinstance(self._app.focused, Input | TextArea)
            self._waiting.extendleft((key.word,) if in_text else (key.second, key.first))
            key = self._waiting.popleft()
        self._round = 0
        target = self._target
        await self._act(key)
        self._follow(target)

    @property
    def _target(self) -> Widget:
        return self._app.focused or self._app.screen

    def _settled(self) -> bool:
        """Whether nobody has anything to do, and the follower came from where the next key would go."""
        if self._round < LEAST or self._through is not self._target:
            return False
        screen = self._app.screen
        return not any(one.message_queue_size for one in (screen, *screen.query()))

    def _follow(self, target: Widget | None = None) -> None:
        self._number += 1
        self._round += 1
        self._through = target or self._target
        if self._through.post_message(Travelled(self._number)):
            self._watch(self._number, self._through)
        else:
            self._app.post_message(Travelled(self._number))

    def _watch(self, number: int, target: Widget, waited: float = 0.0) -> None:
        """Go on when the key has closed the very place its follower was in: a view that was left, say."""

        def look() -> None:
            if number != self._number or not self._busy:
                return
            if waited >= PATIENCE:
                self._round = ROUNDS
            if waited >= PATIENCE or not target.is_attached or target.screen is not self._app.screen:
                self._app.post_message(Travelled(number))
            else:
                self._watch(number, target, waited + LOOK)

        self._app.set_timer(LOOK, look)
