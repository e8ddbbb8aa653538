"""What a terminal could obey becomes something it can only show."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.text import clean, clean_block


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b]52;c;aGk=\x07b", "a␛]52;c;aGk=␇b"),
        ("a\x1b[2Jb", "a␛[2Jb"),
        ("a\x9b2Jb", "a\ufffd2Jb"),
        ("a\u202eb", "a\ufffdb"),
        ("a\u2028b\x7f", "a\ufffdb␡"),
        ("a\nb\tc\rd", "a b c d"),
        ("a\ud800b", "a\ufffdb"),
        ("tag\U000e0041", "tag\ufffd"),
        ("[/] [@click=app.quit]x", "[/] [@click=app.quit]x"),
        ("👩‍🚀 é 漢字", "👩‍🚀 é 漢字"),
        ("a\u200db \u200d", "a\ufffdb \ufffd"),
        ("\x1b\u200d\U0001f680", "\u241b\ufffd\U0001f680"),
    ],
)
def test_hostile_text_becomes_one_harmless_line(hostile: str, shown: str) -> None:
    """Escape sequences, C1, bidirectional controls and line breaks lose their power and stay visible."""
    assert clean(hostile) == shown


def test_a_block_keeps_its_lines_and_nothing_else() -> None:
    """Notes may have several lines; a carriage return may not overwrite the line before."""
    assert clean_block("a\r\nb\rc\x1b") == "a\nbc␛"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    """Nothing from outside is longer than its place."""
    assert clean("x" * 50, 10) == "x" * 9 + "…"


@given(st.text(max_size=200))
def test_no_control_or_format_character_survives(text: str) -> None:
    """Whatever comes in, what goes out cannot steer a terminal."""
    kept_joiners = {"\u200c", "\u200d", "\u00ad"}
    survivors = {ch for ch in clean(text) if unicodedata.category(ch) in {"Cc", "Cs", "Zl", "Zp"}}

    assert not survivors
    assert not {
        ch
        for ch in clean(text)
        if unicodedata.bidirectional(ch) in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    }
    assert not ({"\u200b", "\ufeff"} - kept_joiners) & set(clean(text))


def test_a_flood_of_combining_marks_is_cut() -> None:
    """They are drawn over the lines around; what languages write stays as it is."""
    assert clean("a" + "\u0301" * 500 + "b") == "a" + "\u0301" * 6 + "\ufffdb"
    assert clean_block("a\n" + "\u0e49" * 500) == "a\n" + "\u0e49" * 6 + "\ufffd"
    for written in ("Việt Nam", "שָׁלוֹם", "ที่นี้", "\u2764\ufe0f", "e\u0301\u0323"):
        assert clean(written) == written
