"""Commit text in Markdown is text: markdown-it, the CommonMark reader Textual itself uses, is the judge."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gonogo.domain.markdown import block, code, line

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
    from gonogo.domain.text import clean

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
