"""The end of a message: footers, trailers, and the issues it names."""

import re
from collections.abc import Iterator
from itertools import islice

from gonogo.domain.commits.model import Footer
from gonogo.domain.text import BLOCK_LIMIT, LINE_LIMIT, clean_block

# Clauses 8-12 and 16: a token without spaces (BREAKING CHANGE excepted), then `: ` or ` #`.
_FOOTER = re.compile(r"(BREAKING[ -]CHANGE|[A-Za-z0-9][A-Za-z0-9-]*)(?:: | #)(.*)")
_PARAGRAPH = re.compile(r"\A(?=[^\n])|(?<=\n\n)(?=[^\n])")
_BREAKING = re.compile(r"^BREAKING[ -]CHANGE(?:: | #|:$)", re.MULTILINE)
BREAKING_TOKENS = frozenset({"BREAKING CHANGE", "BREAKING-CHANGE"})


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


# Only what stands at a `#` is looked at: an expression that allows for `org/repo` before it is tried at each
# letter, and took a third of the time of reading a history.
_NUMBER = re.compile(r"#\d{1,9}\b|\bGH-\d{1,9}\b")
_REPOSITORY = re.compile(r"(?:(?<=[^\w/#&.-])|\A)[\w.-]{1,100}/[\w.-]{1,100}\Z")
_JOINED = re.compile(r"[\w/#&.-]\Z")
_NAME_LIMIT = 202
TICKET = re.compile(r"\b[A-Z][A-Z0-9_]{1,15}-\d{1,9}\b")
_TICKET_LINE = re.compile(
    r"^(?:Refs?|Closes|Fixes|Resolves|Issues?|Jira|Tickets?)[: ](.*)$", re.MULTILINE | re.IGNORECASE
)
NOT_A_TRACKER = ("UTF-", "SHA-", "ISO-", "RFC-", "CVE-", "MD-", "AES-", "RSA-", "GH-", "PEP-", "CWE-")
_ISSUE_LIMIT = 20


def issue_references(subject: str, body: str = "") -> tuple[str, ...]:
    """Issues a message names: `#12` and its kin anywhere, `PAY-12` in the subject and after `Refs:`."""
    found: dict[str, None] = {}
    if "#" in subject or "#" in body or "GH-" in subject:
        found.update(dict.fromkeys(_numbers(f"{subject}\n{body[:BLOCK_LIMIT]}")))
    if "-" in subject or "-" in body:
        tickets = TICKET.findall(" ".join([subject, *_TICKET_LINE.findall(body[:BLOCK_LIMIT])]))
        found.update(dict.fromkeys(ticket for ticket in tickets if not ticket.startswith(NOT_A_TRACKER)))
    return tuple(found)[:_ISSUE_LIMIT]


def _numbers(text: str) -> Iterator[str]:
    """`#12`, `org/repo#12` and `GH-12`, in order; not `a#12`, `&#12;` or `x/#12`."""
    for found in islice(_NUMBER.finditer(text), 10 * _ISSUE_LIMIT):
        start = found.start()
        if text[start] != "#" or not start or text[start - 1] in " \n(,[":
            yield found[0]
            continue
        before = text[max(start - _NAME_LIMIT, 0) : start]
        if not _JOINED.search(before):
            yield found[0]
        elif (repository := _REPOSITORY.search(before)) is not None:
            yield repository[0] + found[0]
