"""Text from outside as Markdown that says what it says and does nothing else.

A commit's subject must not become a heading, close a fence, start an image, forge a link's target, notify people
or bring raw HTML along. Escapes are CommonMark's (spec 0.31, section 2.4): a backslash before ASCII punctuation is
never shown. Only what could act is escaped, so that an ordinary sentence stays readable in the file as well.
"""

import re
from collections.abc import Iterator

from gonogo.text import clean, clean_block

_NAME = r"(?<![0-9A-Za-z_])@[0-9A-Za-z](?:[\w./-]*\w)?"
_NAME_IS_NEXT = re.compile(_NAME)
_SPAN = re.compile(rf"(?<!`)(?P<run>`+)(?!`)(?P<said>.+?)(?<!`)(?P=run)(?!`)|(?P<name>{_NAME})")
"""A code span (section 6.1: opening and closing runs of backticks of the same length), or a mention.

Forges look for mentions in what is rendered, so that a backslash does not keep `@name` from notifying somebody;
inside code they do not look. What counts as part of a name is as much as any of them takes for one.
"""

_ACTS = re.compile(
    r"[\\`*<\[~$]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|&(?=#?[0-9A-Za-z]{1,40};)"
    r"|(?i:(?<=[a-z]):(?=//)|(?<=\bwww)\.|(?<=\bmailto):|(?<=\bxmpp):)"
)
"""What could begin emphasis, code, HTML, a link, a strike-through, a formula or a character reference, and what
makes a bare address a link.

An underscore between letters is no emphasis (section 6.2), so `user_id` stays as it is.
"""

_BLOCK = re.compile(r"(#{1,6}(?=\s|$)|>|[-+=](?=\s|$|[-+=])|\||:(?=\s|-))|(\d{1,9})([.)])(?=\s|$)")
"""What could begin a block at the start of a line: heading, quotation, list, underline, table."""


def line(text: str, limit: int = 1_000) -> str:
    """`text` as one line of a paragraph or of a list item; empty text stays empty."""
    return _at_start(inside(text, limit))


def inside(text: str, limit: int = 1_000) -> str:
    """As `line`, for a place where no line begins."""
    return _inline(clean(text, limit).strip())


def block(text: str, limit: int = 64 * 1024) -> str:
    """`text` as paragraphs: line breaks stay, nothing in it is more than text."""
    lines = clean_block(text, limit).strip().split("\n")
    return "\n".join(_at_start(_inline(one.strip())) for one in lines)


def struck(markdown: str) -> str:
    """`markdown` of this module, crossed out where strike-through is known, which is nearly everywhere."""
    return f"~~{markdown}~~" if markdown else ""


def cell(text: str, limit: int = 200) -> str:
    """`text` as one cell of a table."""
    return inside(text, limit).replace("|", "&#124;")


def _inline(text: str) -> str:
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    end, after_name = 0, False
    for span in _SPAN.finditer(text):
        yield _escaped(text[end : span.start()])
        touches = (after_name and span.start() == end) or _NAME_IS_NEXT.match(text, span.end()) is not None
        if span["name"]:
            yield f"`{span[0]}`"
        elif touches:
            # two code spans side by side would run into one: the author's becomes text, mentions in it do not
            run = _escaped(span["run"])
            yield f"{run}{_inline(span['said'])}{run}"
        else:
            # what stands in a code span is shown as it is; balanced on one line, it cannot reach beyond
            yield span[0]
        end, after_name = span.end(), bool(span["name"])
    yield _escaped(text[end:])


def _escaped(text: str) -> str:
    return _ACTS.sub(r"\\\g<0>", text)


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
