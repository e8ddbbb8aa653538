"""The issues a message names."""

import re
from collections.abc import Iterator
from itertools import islice

from gonogo.text import BLOCK_LIMIT

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
