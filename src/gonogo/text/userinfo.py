"""User names and passwords of URLs, taken out of text before it is kept or shown, however wrong the URL is."""

import re
from functools import cache

MASK = "***"
_REACH = 1_000
"""Characters behind `//` that are looked at."""
_SSH = ("ssh:", "sftp:")
"""Schemes whose lone user name is part of every address and proves nothing: `ssh://git@host`."""


@cache
def _slashes() -> re.Pattern[str]:
    """What begins an authority: as it is written, as JSON may write it, and percent-encoded."""
    return re.compile(r"//+|\\/(?:\\/)+|%2F(?:%2F)+", re.IGNORECASE)


@cache
def _word() -> re.Pattern[str]:
    return re.compile(rf"[^\s\"'<>`]{{0,{_REACH}}}")


@cache
def _port() -> re.Pattern[str]:
    """What may stand behind the colon of a host, with the signs of the sentence around it."""
    return re.compile(r"(?:\d{0,5}|\{[a-z_]+\})[\])}.,;:!*_…]*")


def without_userinfo(text: str) -> str:
    """`text` with `***` for what stands between `//` and `@` of each URL, and for a password cut before its `@`.

    Left as they are: a host with its port, an `@` in a path, and `ssh://git@host`.
    """
    if "//" not in text and "\\/" not in text and "%2" not in text:
        return text
    kept: list[str] = []
    done = 0
    for found in _slashes().finditer(text):
        start = found.end()
        if start < done:
            continue
        end = _end(text, start, text[max(0, found.start() - 8) : found.start()].lower())
        if end > start:
            kept += (text[done:start], MASK)
            done = end
    return "".join((*kept, text[done:]))


def _end(text: str, start: int, before: str) -> int:
    """Where the user information ends that begins at `start`; `start` when there is none."""
    found = _word().match(text, start)
    word = found[0] if found else ""
    authority = re.split(r"[/\\?#]", word, maxsplit=1)[0]
    at = word.rfind("@")
    if not before.endswith((":", "%3a")):  # a comment or a path: a name and its password only
        return start + at if 0 < at <= len(authority) and ":" in word[:at] else start
    if "@" in authority:  # up to the last one of the word: a password may hold a slash, a path an `@`
        return start if before.endswith(_SSH) and ":" not in word[:at] else start + at
    if "%40" in authority:
        return start + len(authority)
    name, colon, port = authority.rpartition(":")
    if not colon or name.startswith("[") or _port().fullmatch(port):
        return start
    # not the port of a host: a password with a slash, a blank or a quotation mark, or one that was cut
    later = text[start : start + _REACH].split("\n", 1)[0].rfind("@")
    return start + max(later, len(word))


@cache
def _doubtful() -> re.Pattern[str]:
    return re.compile(r"//+|\\/(?:\\/)+|%2F(?:%2F)+|:(?=[^\s@/])", re.IGNORECASE)


@cache
def _host() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9.{}_-]+(?::\d{1,5})?(?=[/\"'?#\s,]|$)")


def may_hold_userinfo(line: str) -> bool:
    """Whether user information may stand in a line of a file: in doubt yes, since only an excerpt is lost.

    A URL may lack its scheme; the digest of an image (`web:1.0@sha256:..`) is none.
    """
    if without_userinfo(line) != line:
        return True
    found = next((one for one in _doubtful().finditer(line) if not _host().match(line, one.end())), None)
    rest = line[found.end() :].replace("@sha256:", "") if found else ""
    return "@" in rest or "%40" in rest
