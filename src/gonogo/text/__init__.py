"""The one boundary for text from outside: what a terminal could obey becomes something it can only show.

User names and passwords of URLs end here too.
"""

import re
from collections.abc import Iterable
from functools import cache

from gonogo.text.userinfo import without_userinfo

_REPLACEMENT = "\ufffd"
_VISIBLE_FROM = 0x2400
"""Unicode's control pictures: U+0000 is shown as U+2400 and so on, so that an attack stays visible."""

_CONTROL_PICTURES = {code: chr(_VISIBLE_FROM + code) for code in range(0x20)} | {0x7F: "\u2421"}
_C1 = dict.fromkeys(range(0x80, 0xA0), _REPLACEMENT)
_INVISIBLE = dict.fromkeys(
    [
        0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF,
        *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080),
    ],
    _REPLACEMENT,
)  # fmt: skip


@cache  # two thousand entries that most processes never look into
def _one_line() -> dict[int, str | None]:
    surrogates = dict.fromkeys(range(0xD800, 0xE000), _REPLACEMENT)
    return {**_CONTROL_PICTURES, **_C1, **_INVISIBLE, **surrogates, 0x09: " ", 0x0A: " ", 0x0D: " "}


@cache
def _many_lines() -> dict[int, str | None]:
    return {**_one_line(), 0x09: "    ", 0x0A: "\n", 0x0D: None}


LINE_LIMIT = 1_000
BLOCK_LIMIT = 64 * 1024
_BEYOND = 1_000
"""Characters behind the limit that are looked at, since the `@` behind a password may stand there."""


def clean(text: str, limit: int = LINE_LIMIT) -> str:
    """Return `text` as one harmless line of at most `limit` characters.

    Control characters (C0, DEL, C1), bidirectional controls, invisible formatting, line separators
    and lone surrogates become visible symbols, floods of combining marks too; tabs and newlines become
    blanks. Zero-width joiners stay where they join something: emoji and several scripts need them.
    `https://user:password@host` becomes `https://***@host`, before anything is cut off.
    """
    text = without_userinfo(text[: limit + _BEYOND])
    if len(text) > limit:
        text = _bounded(text, limit)
    # everything the table changes is unprintable to Python; asking that first is 20 times faster than translating
    return _thinned(text) if text.isprintable() else _thinned(_joined(text.translate(_one_line())))


def clean_block(text: str, limit: int = BLOCK_LIMIT) -> str:
    """Return `text` as harmless lines: as `clean`, but newlines stay and a tab is four blanks."""
    text = _bounded(without_userinfo(text[: limit + _BEYOND]), limit)
    return _thinned(text if text.replace("\n", "").isprintable() else _joined(text.translate(_many_lines())))


_JOINS = "[^\x00-\x7f\u2400-\u2426\ufffd\u200d]"
_STRAY_JOINER = f"(?<!{_JOINS})\u200d|\u200d(?!{_JOINS})"


def _joined(text: str) -> str:
    """A joiner that joins nothing of this text would join what a screen puts beside it: it becomes visible."""
    return re.sub(_STRAY_JOINER, _REPLACEMENT, text) if "\u200d" in text else text


_MARKS = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u06d6-\u06dc\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u302a-\u302d\u3099\u309a\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_FLOOD = f"({_MARKS}{{6}}){_MARKS}+"


def _thinned(text: str) -> str:
    """At most six marks on one letter: more are no language, and are drawn over the lines around."""
    return text if text.isascii() else re.sub(_FLOOD, rf"\1{_REPLACEMENT}", text)


def _bounded(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def describe_command(argv: Iterable[str]) -> str:
    """A command in one line; words that a reader could take for several are quoted."""
    return " ".join(_quoted(str(word)) for word in argv)


def _quoted(word: str) -> str:
    """A word so that a person sees where it begins and ends, and what cannot be seen in it."""
    odd = any(not (sign.isascii() or sign.isalnum()) for sign in word)
    if word and not odd and not set(word) & set(" \t\n\"'\\$&;|<>*?()[]{}!#~`"):
        return word
    import json

    return json.dumps(word)
