"""What a terminal sends, as keys. A terminal says Esc with the very byte that every other special key begins with.

Textual tells them apart by the time between two bytes. Over a slow line, or when somebody is quick, Esc and the
key after it come in one piece: then Textual hears Alt, a letter of another alphabet, or a circumflex, and both
keys are lost. The cockpit binds no Alt: here Esc and a key in one piece are Esc and that key.
"""

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from contextlib import suppress

from textual import constants
from textual._parser import ParseTimeout
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key, Paste
from textual.message import Message

ESC = "\x1b"
PASTE, PASTED = "\x1b[200~", "\x1b[201~"
BEGUN = 5 * constants.ESCAPE_DELAY
"""Seconds that the rest of `Esc [` may take: it is hardly ever typed, and a slow line tears arrow keys apart."""
LONGEST = 64
"""Characters of one sequence; what is longer is none."""
LOOK = 0.1
"""Seconds between two looks whether the terminal is to be left."""
_WORDS = {"f": "ctrl+right", "b": "ctrl+left", "\x7f": "ctrl+w"}
"""Alt and these in a line of text: a word on, a word back, a word away. Shells have them, and hands know them."""


class MetaKey(Key):
    """Alt and a key where there is a text, Esc and that key where there is none: nothing tells them apart."""

    def __init__(self, word: str, second: Key) -> None:
        super().__init__(word, None)
        self.word = Key(word, None)
        self.first = Key("escape", ESC)
        self.second = second


class Keystrokes(XTermParser):
    """The keys in what a terminal sends: a sequence is read whole, or it is none."""

    def __init__(self, debug: bool = False) -> None:
        self._held = ""
        """What began with Esc and is not told yet."""
        self._held_until = 0.0
        self._pasted: str | None = None
        """What has been pasted so far; None while nothing is."""
        super().__init__(debug)

    @property
    def patience(self) -> float:
        """Seconds until what is held has to be told."""
        return max(0.0, self._held_until - get_time()) if self._held else LOOK

    def feed(self, data: str) -> Iterable[Message]:
        """Messages of what has come; "" ends it all."""
        if not data:
            yield from super().feed(data)
        while data:
            if self._pasted is None:
                data, character = data[1:], data[0]
                yield from self._take(character)
            else:
                self._pasted, mark, data = (self._pasted + data).partition(PASTED)
                if mark:
                    yield from self._paste()

    def tick(self) -> Iterable[Message]:
        """Tell what was held long enough: no more of it has come."""
        if self._held and get_time() >= self._held_until:
            yield from self._as_typed()

    def _take(self, character: str) -> Iterator[Message]:
        if not self._held:
            yield from self._begin(character)
        elif self._held == ESC:
            yield from self._second(character)
        else:
            yield from self._more(character)

    def _begin(self, character: str) -> Iterator[Message]:
        if character == ESC:
            self._hold(character, constants.ESCAPE_DELAY)
        else:
            yield from super().feed(character)

    def _second(self, character: str) -> Iterator[Message]:
        """What came right after Esc."""
        if character in "[O":
            self._hold(ESC + character, BEGUN)
        elif character in _WORDS:
            self._held = ""
            typed = [one for one in super().feed(character) if isinstance(one, Key)]
            yield from (MetaKey(_WORDS[character], one) for one in typed)
        else:
            yield from self._as_typed()
            yield from self._begin(character)

    def _more(self, character: str) -> Iterator[Message]:
        """A part of a sequence, or what shows that it is none."""
        before, self._held = self._held, self._held + character
        if before == "\x1b[" and character == "[":  # function keys of the Linux console
            return
        if "@" <= character <= "~":
            yield from self._whole()
        elif not " " <= character <= "?" or len(self._held) > LONGEST:
            self._held = before
            yield from self._as_typed()
            yield from self._begin(character)

    def _paste(self) -> Iterator[Message]:
        """All that is between the two marks is text, whatever it looks like."""
        pasted, self._pasted = (self._pasted or "").replace("\x00", ""), None
        if pasted:
            yield Paste(pasted)

    def _whole(self) -> Iterator[Message]:
        sequence, self._held = self._held, ""
        if sequence == PASTE:
            self._pasted = ""
            return
        found = list(super().feed(sequence))
        if self._awaiting.timeout is None:
            yield from found
            return
        # Textual knows no such sequence, and would play it as keys when it had waited
        self._timeout_time = None
        self._awaiting = self._gen.throw(ParseTimeout())
        self._tokens.clear()
        if len(sequence) == len("\x1b[x"):  # no sequence that somebody's terminal has: three keys
            self._held = sequence
            yield from self._as_typed()

    def _hold(self, begun: str, seconds: float) -> None:
        self._held, self._held_until = begun, get_time() + seconds

    def _as_typed(self) -> Iterator[Message]:
        """What is held was no sequence: Esc, and each key after it."""
        rest, self._held = self._held[1:], ""
        yield Key("escape", ESC)
        for character in rest:
            yield from super().feed(character)


class Keyboard(LinuxDriver):
    """A terminal whose keys are read by `Keystrokes`."""

    def run_input_thread(self) -> None:
        """Read what is typed until the terminal is left."""
        keys = Keystrokes(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode

        def read(seconds: float) -> bool:
            """Whether there is still somebody who could type."""
            if selector.select(seconds):
                with suppress(OSError):  # the terminal is gone: the hang-up, or the clock, ends the program
                    data = os.read(self.fileno, 4096)
                    if text := decode(data):
                        self._tell(keys.feed(text))
                    return bool(data)
                return False
            return True

        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if not read(min(LOOK, keys.patience)):
                    return
                self._tell(keys.tick())
            read(LOOK)

    def _tell(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)
