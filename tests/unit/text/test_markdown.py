"""Commit text in Markdown is text: markdown-it, the CommonMark reader Textual itself uses, is the judge."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gonogo.text.markdown import block, cell, code, inside, line, struck

PEACEFUL = {"text", "code_inline", "softbreak", "text_special"}
HOSTILE = st.text(alphabet="#*_`~<>[]()!&;:|\\-+=1. \tab\"'/{}^$@\n\x1b\u202e", max_size=60)


def inline(markdown: str) -> Iterator[Token]:
    """Every inline token of a document that must be one list item with one paragraph."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    kinds = [token.type for token in tokens]
    assert kinds in (
        ["bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close",
         "bullet_list_close"],
        ["bullet_list_open", "list_item_open", "list_item_close", "bullet_list_close"],
    ), kinds  # fmt: skip
    for token in tokens:
        yield from token.children or ()


@given(HOSTILE)
@example("`x`@a`y` @a")
@example("@a`@b`")
@example("# heading")
@example("feat: [x](javascript:alert(1))")
@example("![img](http://evil.test/x.png)")
@example("<script>alert(1)</script>")
@example("`` ` ``` unbalanced")
@example("1. 2) - + > a")
@example("**bold** __bold__ ~~gone~~ *it* _it_")
@example("&lt;b&gt; &#x41;")
@example("a | b\n--- | ---")
@example("[ ] task")
@example("http://x.test/<b>")
@example("---")
@example("***")
def test_a_line_is_one_list_item_of_plain_text(text: str) -> None:
    """No commit starts a heading, a list, a link, an image, a table or HTML, whatever it says."""
    assert {token.type for token in inline(f"- {line(text)}\n")} <= PEACEFUL


@pytest.mark.parametrize(
    "text",
    [
        "add user_id to the log",
        "call `parse(x)` only once",
        "1.2.3 is out",
        "C# and a - b",
        "2 > 1",
        "50% off; a & b",
    ],
)
def test_an_ordinary_sentence_stays_as_it_is(text: str) -> None:
    """The file is read by people too: what cannot act is not escaped."""
    assert line(text) == text


@given(HOSTILE)
def test_what_is_shown_is_what_was_said(text: str) -> None:
    """The rendered text is the cleaned one, letter by letter: escapes are never shown."""
    from gonogo.text import clean

    said = "".join(token.content for token in inline(f"- {line(text)}\n"))
    wanted = clean(text).strip()
    assert " ".join(said.replace("`", "").split()) == " ".join(wanted.replace("`", "").split())


@given(HOSTILE)
def test_a_block_is_paragraphs_only(text: str) -> None:
    """Line breaks stay, and nothing else comes of them."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(block(text))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}


@given(st.text(alphabet="`a b", max_size=12))
def test_code_holds_any_backticks(text: str) -> None:
    """The fence is longer than what it holds."""
    shown = code(text)
    if not text.strip():
        assert shown == ""
        return
    (token,) = inline(f"- {shown}\n")
    assert (token.type, token.content.strip()) == ("code_inline", text.strip())


FORGE = MarkdownIt("gfm-like")
"""As forges read it: bare addresses become links."""
_MENTION = re.compile(r"(?:^|[^0-9A-Za-z_`])@[0-9A-Za-z]")


def spoken(text: str) -> str:
    """What stands outside code, where forges look for mentions."""
    found = [token for token in FORGE.parse(f"- {line(text)}\n") if token.type == "inline"]
    pieces = [piece for token in found for piece in token.children or ()]
    return "\0".join(piece.content for piece in pieces if piece.type != "code_inline")


@given(HOSTILE)
@example("ping @everyone")
@example("`x`@a")
@example("@a`@b`")
@example("``@a` @b``@c")
@example("\u4f5c\u8005@name")
@example("(@org/team)")
def test_nobody_is_notified(text: str) -> None:
    """A mention stands in code, where forges do not look for it."""
    assert _MENTION.search(spoken(text)) is None


@pytest.mark.parametrize(
    "text", ["https://evil.test/x", "see www.evil.test", "HTTP://evil.test", "a: https://b@c.test"]
)
def test_a_bare_address_is_text(text: str) -> None:
    """A link to a ticket would leave a trace there, and nobody asked for it."""
    (inline,) = [token for token in FORGE.parse(f"- {line(text)}\n") if token.type == "inline"]
    assert "link_open" not in {token.type for token in inline.children or ()}


def test_inside_a_line_no_block_begins() -> None:
    """What could only act at the start of a line stays as it is elsewhere."""
    assert (line("# a"), inside("# a")) == ("\\# a", "# a")


@given(HOSTILE)
def test_a_struck_text_is_struck_whole(text: str) -> None:
    """It cannot end the strike-through that stands around it."""
    shown = struck(inside(text))
    if not shown:
        return
    (inline,) = [token for token in FORGE.parse(f"- {shown}\n") if token.type == "inline"]
    children = inline.children or []
    kinds = [token.type for token in children if token.type != "text" or token.content]
    assert (kinds[0], kinds[-1], kinds.count("s_open")) == ("s_open", "s_close", 1)


@given(HOSTILE)
def test_a_cell_is_one_cell(text: str) -> None:
    """A bar in it ends no column."""
    document = f"| a | b |\n|---|---|\n| {cell(text)} | x |\n"
    cells = [token for token in FORGE.parse(document) if token.type == "td_open"]
    assert len(cells) == 2
