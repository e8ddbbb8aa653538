"""User names and passwords of URLs leave no text that is shown."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.text import clean, clean_block
from gonogo.text.userinfo import without_userinfo
from support.wrong_urls import CANARY, SPELLINGS, wrong_urls

KEPT = (
    "see https://host:8080/a@b and https://medium.com/@anna",
    "https://host.example.com:8080), or (https://host.example.com:80).",
    "push to ssh://git@git.example.com/web.git",
    "http://[::1]:8080/x@y",
    "// a comment of anna@example.com",
    "https://web.{environment}.example.com:{port}/version",
    "Anna <anna@example.com>: fix(api)!: a/b//c",
    "mail anna@example.com",
)
MASKED = {
    "https://anna:word@host/x": "https://***@host/x",
    "https://token@host/x": "https://***@host/x",
    "ssh://git:word@host/x": "ssh://***@host/x",
    "//anna:word@host/x": "//***@host/x",
    r'"https:\/\/anna:word@host\/x"': r'"https:\/\/***@host\/x"',
    "?next=https%3A%2F%2Fanna%3Aword%40host": "?next=https%3A%2F%2F***",
    "https://anna:wo rd@host/x": "https://***@host/x",
    "https://anna:wor": "https://***",
}


@pytest.mark.parametrize("text", KEPT)
def test_hosts_ports_paths_and_addresses_of_people_stay(text: str) -> None:
    """A command that is shown to be typed, and a commit's text, are what they were."""
    assert without_userinfo(text) == text


@pytest.mark.parametrize("text", MASKED)
def test_what_stands_before_the_host_is_masked(text: str) -> None:
    """However the URL is written: plain, in JSON, percent-encoded, with blanks, cut off."""
    assert without_userinfo(text) == MASKED[text]


@given(wrong_urls(), st.text(alphabet=" abc.,:{}'\"\n/", max_size=30), st.text(max_size=30), st.integers(10, 400))
def test_no_cleaned_text_shows_a_password(url: str, before: str, after: str, limit: int) -> None:
    """Wherever a wrong URL stands and wherever the text is cut."""
    for shown in (clean(f"{before} {url}{after}", limit), clean_block(f"{before}\n{url}{after}", limit)):
        assert not [one for one in SPELLINGS if one in shown], shown


def test_the_spellings_are_those_of_the_canary() -> None:
    """A test that looks for something else would pass for ever."""
    assert CANARY in SPELLINGS
    assert quote(CANARY, safe="") in SPELLINGS
    assert base64.b64encode(f"anna:{CANARY}".encode()).decode() in SPELLINGS
