"""Changelogs that are not Markdown: known, so that they are left alone with the right remedy."""

import re

from msgspec import Struct

_DEBIAN = re.compile(r"^[a-z0-9][a-z0-9+.-]* \([^)\s]+\) [^;\r\n]+; *urgency=", re.IGNORECASE)
_VERSION_LINE = re.compile(r"^(?:version[ \t]+|release[ \t]+)?v?\d+\.\d[\w.+-]*(?:[ \t,:(-].*)?:?$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"^\.\.(?: |\r?$)")
"""reStructuredText's own mark: `.. contents::`, `.. _label:`."""
_ADORNMENT = re.compile(r"^([~^+\"\'`:.#*_])\1{3,}[ \t]*$")
"""Lines below a title that only reStructuredText has; `=` and `-` are Markdown's too."""
_ENDINGS = {
    ".rst": "reStructuredText",
    ".adoc": "AsciiDoc",
    ".asciidoc": "AsciiDoc",
    ".html": "HTML",
    ".htm": "HTML",
    ".org": "Org",
    ".xml": "XML",
    ".yaml": "YAML",
    ".yml": "YAML",
    ".json": "JSON",
    ".toml": "TOML",
}
_BY_HAND = "enter it by hand: `gonogo notes` prints the text"


class Foreign(Struct, frozen=True):
    """What a changelog is instead of Markdown."""

    form: str
    line: int
    """The line that tells, from 1."""
    remedy: str


def foreign(text: str, file: str) -> Foreign | None:
    """What `text` is, by the ending of its file and by its lines; None for Markdown and for an empty file."""
    if not text.strip("\ufeff \t\r\n"):
        return _by_ending(file)
    lines = [one.rstrip("\r\n") for one in text.removeprefix("\ufeff").split("\n")]
    told = [(at, one) for at, one in enumerate(lines, 1) if one.strip()]
    if _DEBIAN.match(told[0][1]):
        return Foreign(
            "a Debian changelog", told[0][0], "enter it with Debian's own program: dch --newversion VERSION"
        )
    if by_ending := _by_ending(file):
        return by_ending
    if any(one.lstrip().startswith("#") for _, one in told):
        return None
    for at, one in told:
        if _DIRECTIVE.match(one) or (_ADORNMENT.match(one) and at > 1 and lines[at - 2].strip()):
            return Foreign("reStructuredText", at, _BY_HAND)
    underlined = any(
        re.match(r"^ {0,3}(?:=+|-+)[ \t]*$", one) and at > 1 and lines[at - 2].strip() for at, one in told
    )
    if underlined:
        return None
    for at, one in told:
        if _VERSION_LINE.match(one):
            return Foreign("plain text: its versions are no headings", at, _BY_HAND)
    return Foreign("plain text without a heading", told[0][0], f"{_BY_HAND}, or begin the file with  # Changelog")


def _by_ending(file: str) -> Foreign | None:
    ending = "." + file.rsplit(".", 1)[1].lower() if "." in file.rsplit("/", 1)[-1] else ""
    form = _ENDINGS.get(ending)
    return Foreign(form, 1, _BY_HAND) if form else None
