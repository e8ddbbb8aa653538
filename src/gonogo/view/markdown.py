"""Markdown of a plan's author as lines of a terminal. Its text stays text."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from gonogo.text import clean
from gonogo.text.tones import Line, Span, Tone

if TYPE_CHECKING:
    from markdown_it.token import Token

_LONGEST = 4_096
_STEP = "  "


def markdown_lines(text: str) -> tuple[Line, ...]:
    """Its blocks line by line, unwrapped: lists indented, headings and stress in bold, links with their target.

    HTML is shown as it was written.
    """
    from markdown_it import MarkdownIt  # only a text that somebody reads needs it

    tokens = MarkdownIt("commonmark").parse(text[:_LONGEST])
    return tuple(_blocks(tokens))


def _blocks(tokens: Sequence["Token"]) -> Iterator[Line]:
    lists: list[int | None] = []
    """One entry for each open list: the next number, None where it has bullets."""
    lead, heading = "", False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                lead = _marker(lists)
            case "heading_open":
                heading = True
            case "heading_close":
                heading = False
            case "inline":
                for line in _inline(token.children or (), Tone.STRONG if heading else Tone.PLAIN):
                    yield (Span(lead or _STEP * len(lists)), *line) if lists else line
                    lead = ""
            case "fence" | "code_block" | "html_block":
                for code in token.content.splitlines():
                    yield (Span(f"{_STEP * (len(lists) + 1)}{clean(code, 500)}", Tone.MUTED),)


def _marker(lists: list[int | None]) -> str:
    number = lists[-1]
    if number is None:
        return f"{_STEP * (len(lists) - 1)}- "
    lists[-1] = number + 1
    return f"{_STEP * (len(lists) - 1)}{number}. "


def _inline(children: Iterable["Token"], tone: Tone) -> Iterator[Line]:
    line: list[Span] = []
    targets: list[str] = []
    stressed = 0
    for one in children:
        match one.type:
            case "softbreak":
                line.append(Span(" ", tone))
            case "hardbreak":
                yield tuple(line)
                line = []
            case "strong_open":
                stressed += 1
            case "strong_close":
                stressed -= 1
            case "link_open":
                targets.append(clean(str(one.attrs.get("href", "")), 500))
            case "link_close":
                target = targets.pop()
                if target and target != "".join(span.text for span in line):
                    line.append(Span(f" ({target})", Tone.MUTED))
            case _ if one.content:
                line.append(Span(clean(one.content, _LONGEST), Tone.STRONG if stressed else tone))
    if line:
        yield tuple(line)
