"""What a terminal sends is what was pressed: Esc and another key in one piece are two keys."""

import itertools

import pytest
from textual.events import Key, Paste

from gonogo.tui import keyboard
from gonogo.tui.keyboard import Keystrokes, MetaKey


def heard(*pieces: str) -> list[str]:
    """The keys in these pieces; the last one is followed by silence."""
    keys = Keystrokes()
    found: list[str] = []
    messages = [message for piece in pieces for message in keys.feed(piece)]
    keys._held_until = 0.0
    for message in (*messages, *keys.tick()):
        if isinstance(message, MetaKey):
            found += [message.first.key, message.second.key]
        elif isinstance(message, Key):
            found.append(message.key)
        elif isinstance(message, Paste):
            found.append(f"paste {message.text}")
    return found


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("\x1b", ["escape"]),
        ("w\x1b", ["w", "escape"]),
        ("3\x1b4", ["3", "escape", "4"]),
        ("\x1b\x1b\x1b", ["escape"] * 3),
        ("\x1bj\x1bk", ["escape", "j", "escape", "k"]),
        ("\x1b?:", ["escape", "question_mark", "colon"]),
        ("\x1bb", ["escape", "b"]),
        ("\x1b\r", ["escape", "enter"]),
        ("\x1b[", ["escape", "left_square_bracket"]),
        ("\x1b[w", ["escape", "left_square_bracket", "w"]),
        ("\x1b]w", ["escape", "right_square_bracket", "w"]),
        ("\x1bO", ["escape", "O"]),
        ("\x1bO4", ["escape", "O", "4"]),
        ("\x1b[A", ["up"]),
        ("\x1bOA", ["up"]),
        ("\x1b\x1b[B", ["escape", "down"]),
        ("\x1b[B\x1b4", ["down", "escape", "4"]),
        ("\x1b[[A", ["f1"]),
        ("\x1b[Z\x1b[5~\x1b[15~", ["shift+tab", "pageup", "f5"]),
        ("\x1b[27u4", ["escape", "4"]),
        ("\x1b[1;2;3;4X4", ["4"]),
        ("\x1b[?2026;2$y4", ["4"]),
        ("é€", ["é", "euro_sign"]),
        ("n\x1b[200~one\x1b[A two\x1b4\x1b[201~\x1b4", ["n", "paste one\x1b[A two\x1b4", "escape", "4"]),
    ],
)
def test_a_sequence_is_read_whole_and_everything_else_is_typed(typed: str, keys: list[str]) -> None:
    """In one piece, and torn into two anywhere: a slow line does that."""
    assert heard(typed) == keys
    for cut in range(1, len(typed)):
        assert heard(typed[:cut], typed[cut:]) == keys


def test_the_words_of_a_text_are_walked_with_alt_as_in_a_shell() -> None:
    """Esc and the letter elsewhere, as the widget that has the keyboard decides."""
    (found,) = Keystrokes().feed("\x1bf")
    assert isinstance(found, MetaKey)
    assert (found.key, found.second.key) == ("ctrl+right", "f")


def test_no_key_is_lost_whatever_is_typed_in_one_piece() -> None:
    """Every pair of keys with Esc before, between and after."""
    for one, two in itertools.product("124?:wibhqn/!", repeat=2):
        names = [key for key in heard(f"{one}\x1b{two}\x1b") if key != "escape"]
        assert len(names) == 2
        assert heard(f"{one}\x1b{two}\x1b") == [names[0], "escape", names[1], "escape"]


def test_what_began_like_an_arrow_waits_longer_than_esc() -> None:
    """A line that tears the arrow apart makes it no Esc."""
    keys = Keystrokes()
    list(keys.feed("\x1b["))
    assert keys.patience > keyboard.BEGUN / 2
    assert [message.key for message in keys.feed("A") if isinstance(message, Key)] == ["up"]
