"""The end of a message: footers and trailers."""

import re

from gonogo.commits.model import NOT_DESCRIBED, Footer
from gonogo.text import BLOCK_LIMIT, LINE_LIMIT, clean_block

# Clauses 8-12 and 16: a token without spaces (BREAKING CHANGE excepted), then `: ` or ` #`.
_FOOTER = re.compile(r"(BREAKING[ -]CHANGE|[A-Za-z0-9][A-Za-z0-9-]*)(?:: | #)(.*)")
_PARAGRAPH = re.compile(r"\A(?=[^\n])|(?<=\n\n)(?=[^\n])")
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE(?:: | #|:$)", re.MULTILINE)
BREAKING_TOKENS = frozenset({"BREAKING CHANGE", "BREAKING-CHANGE"})


_TOLD = re.compile(r"^[ \t]*(?:[*+-][ \t]+)?BREAKING[ -]CHANGE(?:: | #|:$)(.*)", re.MULTILINE)


def told_break(body: str) -> str:
    """What a BREAKING CHANGE line says that stands at a bullet or indented, as in a squashed commit; else "".

    Clause 16 knows none but footers. Forges put the messages of a branch below bullets, and a break that was
    announced must not be missed for that.
    """
    found = _TOLD.search(body)
    return (found[1].strip()[: 4 * LINE_LIMIT] or NOT_DESCRIBED) if found is not None else ""


def read_footers(body: str) -> tuple[Footer, ...]:
    """The footers of a message without its first line.

    A value goes on over following lines until the next footer begins (clause 10). BREAKING CHANGE counts at
    the start of any line: a break that its author announced must not be missed for a blank line.
    """
    body = body[:BLOCK_LIMIT].replace("\r\n", "\n").lstrip("\n")
    lines = body[_footers_start(body) :].splitlines()
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := _FOOTER.fullmatch(line) or _FOOTER.fullmatch(f"{line} "):
            found.append((match[1], [match[2].strip()]))
        elif found:
            found[-1][1].append(line)
    return tuple(
        Footer(token[:80], clean_block("\n".join(value).strip(), 4 * LINE_LIMIT)) for token, value in found
    )


def _footers_start(body: str) -> int:
    """Where the footers begin: the run of paragraphs at the end that each start with one, or a BREAKING CHANGE."""
    starts = [at.start() for at in _PARAGRAPH.finditer(body)]
    end = len(body)
    for start in reversed(starts):
        if not _begins_with_footer(body, start):
            break
        end = start
    breaking = _BREAKING.search(body)
    if breaking is None or breaking.start() >= end:
        return end
    around = max(start for start in starts if start <= breaking.start())
    return around if _begins_with_footer(body, around) else breaking.start()


def _begins_with_footer(body: str, start: int) -> bool:
    return _FOOTER.fullmatch(body[start : start + LINE_LIMIT].partition("\n")[0]) is not None
