"""Text from outside as Markdown that says what it says and does nothing else.

A commit's subject must not become a heading, close a fence, start an image, forge a link's target or bring raw
HTML along. Escapes are CommonMark's (spec 0.31, section 2.4): a backslash before ASCII punctuation is never shown.
Only what could act is escaped, so that an ordinary sentence stays readable in the file as well.
"""

import re
from collections.abc import Iterator

from gonogo.domain.text import clean, clean_block

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
"""A code span (section 6.1): opening and closing runs of backticks of the same length."""

_ACTS = re.compile(r"[\\`*<\[]|~~|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|&(?=#?[0-9A-Za-z]{1,40};)")
"""What could begin emphasis, code, HTML, an autolink, a link, a strike-through or a character reference.

An underscore between letters is no emphasis (section 6.2), so `user_id` stays as it is.
"""

_BLOCK = re.compile(r"(#{1,6}(?=\s|$)|>|[-+=](?=\s|$|[-+=])|~~~|\||:(?=\s|-))|(\d{1,9})([.)])(?=\s|$)")
"""What could begin a block at the start of a line: heading, quotation, list, underline, fence, table."""


def line(text: str, limit: int = 1_000) -> str:
    """`text` as one line of a paragraph or of a list item; empty text stays empty."""
    return _at_start("".join(_inline(clean(text, limit).strip())))


def block(text: str, limit: int = 64 * 1024) -> str:
    """`text` as paragraphs: line breaks stay, nothing in it is more than text."""
    lines = clean_block(text, limit).strip().split("\n")
    return "\n".join(_at_start("".join(_inline(one.strip()))) for one in lines)


def _inline(text: str) -> Iterator[str]:
    end = 0
    for span in _CODE.finditer(text):
        yield _escaped(text[end : span.start()])
        # what stands in a code span is shown as it is; balanced on one line, it cannot reach beyond
        yield span[0]
        end = span.end()
    yield _escaped(text[end:])


def _escaped(text: str) -> str:
    return _ACTS.sub(lambda found: f"\\{found[0][0]}" + (f"\\{found[0][1:]}" if found[0] == "~~" else ""), text)


def _at_start(text: str) -> str:
    found = _BLOCK.match(text)
    if not found:
        return text
    if found[2]:
        return f"{found[2]}\\{text[len(found[2]) :]}"
    return f"\\{text}"


def code(text: str, limit: int = 200) -> str:
    """`text` as a code span, whatever backticks are in it."""
    shown = clean(text, limit)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest else ""
    return f"{fence}{pad}{shown}{pad}{fence}" if shown.strip() else ""
