"""Releasing: what stands under [Unreleased] moves below a heading of the new version, with its date and links.

Every other byte of the file stays as it is: line endings, spelling of the headings, whatever else it holds.
"""

import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from gonogo.domain.keepachangelog.reading import COMPARE, UNRELEASED, Document, Style, link_block, read, without_v
from gonogo.domain.text import clean

SIZE_LIMIT = 4 * 1024 * 1024
"""Characters of a changelog that is edited."""

_VERSION_NAME = re.compile(r"^v?\d[0-9A-Za-z.+_-]*$")
_HEADING_LINK = re.compile(r"^(?P<before>.*?\]\()(?P<url>[^)\s]+)(?P<after>\).*)$", re.DOTALL)


class Origin(StrEnum):
    """Where the text of an entry comes from."""

    WRITTEN = "written"
    """People wrote it under [Unreleased]."""
    GENERATED = "generated"
    """Nobody wrote anything: it is made from the commits."""


class Release(Struct, frozen=True):
    """What is to be entered."""

    version: str
    day: date
    tag: str
    """Name of the new tag."""
    previous_tag: str = ""
    generated: str = ""
    """The entry made from the commits, with `### ` headings; used when [Unreleased] is empty."""
    compare_base: str = ""
    """`https://.../compare/` of the repository, for a file that has no compare links yet; "" for none."""


class Released(Struct, frozen=True):
    """The file after the edit."""

    text: str
    entry: str
    """The new part, heading included."""
    origin: Origin
    line: int
    """Line of the new heading, from 1."""


class NotReleased(Struct, frozen=True):
    """Why the file is left as it is."""

    reason: str
    line: int = 0
    """Line it is about, from 1; 0 when it is about the whole file."""
    remedy: str = ""


def release(text: str, new: Release) -> Released | NotReleased:
    """Enter `new` into the changelog `text`, or say why not. An empty text becomes a whole new file."""
    if len(text) > SIZE_LIMIT:
        return NotReleased(f"it is longer than {SIZE_LIMIT} characters")
    document = read(text or _NEW_FILE)
    if existing := document.part(new.version):
        return NotReleased(
            f"it has an entry for {new.version} already",
            existing.start + 1,
            "edit that entry, or plan a new version",
        )
    if document.strange:
        return NotReleased(
            "no heading of it names a version as `## [1.2.3] - 2026-01-31` does, so there is no place to enter it",
            document.strange,
            "put a line  ## [Unreleased]  where the entry belongs",
        )
    waiting = document.unreleased
    written = document.body(waiting) if waiting else ""
    origin = Origin.WRITTEN if _says_something(written) else Origin.GENERATED
    body = written if origin is Origin.WRITTEN else new.generated.strip("\n")
    if not _says_something(body):
        return NotReleased(
            "there is nothing to enter: [Unreleased] is empty, and no commit asks for a line",
            waiting.start + 1 if waiting and text else 0,
            "write it under ## [Unreleased], or leave the changelog as it is",
        )
    heading = _heading(document.style, new)
    return _entered(document, new, heading, body, origin)


_NEW_FILE = (
    "# Changelog\n\nThe format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).\n\n"
    "## [Unreleased]\n"
)


def _says_something(body: str) -> bool:
    """Whether there is more than empty headings."""
    return any(one.strip() and not one.startswith("#") for one in body.splitlines())


def _heading(style: Style, new: Release) -> str:
    name, marks = _name(style, new), "#" * style.level
    shown = f"[{name}]" if style.brackets else name
    if style.inline and new.previous_tag:
        shown = f"[{name}]({style.inline}{new.previous_tag}{style.dots}{new.tag})"
    day = new.day.isoformat()
    return f"{marks} {shown} {style.dash} {day}" if style.dash else f"{marks} {shown} ({day})"


def _name(style: Style, new: Release) -> str:
    return f"{'v' if style.v else ''}{without_v(new.version)}"


def _entered(document: Document, new: Release, heading: str, body: str, origin: Origin) -> Released:
    entry = [heading, "", *body.split("\n")]
    at, before, end = _place(document, origin)
    inserted = [*before, *entry, ""]
    after = list(document.lines[end:])
    lines = [
        *_ended(_still_waiting(document, new)[:at], document.newline),
        *(one + document.newline for one in inserted),
        *_with_links(document, new, after, end),
    ]
    while lines and lines[-1] == document.newline and not after:
        lines.pop()
    return Released("".join(lines), "\n".join(entry) + "\n", origin, at + len(before) + 1)


def _still_waiting(document: Document, new: Release) -> list[str]:
    """The lines, with an [Unreleased] heading that carries its own link compared from the new tag on."""
    lines, waiting = list(document.lines), document.unreleased
    found = _HEADING_LINK.match(lines[waiting.start]) if waiting else None
    compared = COMPARE.match(found["url"]) if found else None
    if waiting and found and compared:
        url = f"{compared['base']}{new.tag}{compared['dots']}{compared['to']}"
        lines[waiting.start] = f"{found['before']}{url}{found['after']}"
    return lines


def _place(document: Document, origin: Origin) -> tuple[int, list[str], int]:
    """Where the entry goes, what is put before it, and from which line on the rest of the file follows."""
    waiting = document.unreleased
    if waiting and origin is Origin.WRITTEN:
        return waiting.start + 1, [""], waiting.end
    if waiting:
        # headings that wait for lines stay where they wait
        blank = document.lines[waiting.end - 1].strip() != ""
        return waiting.end, [""] if blank else [], waiting.end
    first = next((part.start for part in document.parts if part.version), None)
    at = first if first is not None else link_block(document.lines, document.references)
    blank = at > 0 and document.lines[at - 1].strip() != ""
    return at, [""] if blank else [], at


def _ended(lines: Sequence[str], newline: str) -> list[str]:
    """The lines before; the last one of a file may have no end of its own yet."""
    made = list(lines)
    if made and not made[-1].endswith(("\n", "\r")):
        made[-1] += newline
    return made


def _with_links(document: Document, new: Release, after: list[str], offset: int) -> list[str]:
    """The rest of the file, with [Unreleased] compared from the new tag on and a link for the new version."""
    if not document.style.brackets or document.style.inline:
        return after
    name = _name(document.style, new)
    pending = next((one for one in document.references if UNRELEASED.match(one.name)), None)
    if pending and pending.at >= offset and (found := COMPARE.match(pending.url)):
        base, dots, to = found["base"], found["dots"], found["to"]
        after[pending.at - offset] = f"[{pending.name}]: {base}{new.tag}{dots}{to}{document.newline}"
        link = f"[{name}]: {base}{new.previous_tag or found['from']}{dots}{new.tag}{document.newline}"
        after.insert(pending.at - offset + 1, link)
        return after
    return _with_first_link(document, new, name, after, offset)


def _with_first_link(document: Document, new: Release, name: str, after: list[str], offset: int) -> list[str]:
    versions = [one for one in document.references if _VERSION_NAME.match(one.name) and one.at >= offset]
    found = COMPARE.match(versions[0].url) if versions else None
    base = found["base"] if found else new.compare_base
    if not base or not new.previous_tag:
        return after
    dots = found["dots"] if found else "..."
    links = [f"[{name}]: {base}{new.previous_tag}{dots}{new.tag}{document.newline}"]
    if document.unreleased and not any(UNRELEASED.match(one.name) for one in document.references):
        links.insert(
            0, f"[{clean(document.unreleased.title.strip('[]'), 40)}]: {base}{new.tag}{dots}HEAD{document.newline}"
        )
    if versions:
        at = versions[0].at - offset
        return [*after[:at], *links, *after[at:]]
    return [*_ended(after, document.newline), *([document.newline] if after and after[-1].strip() else []), *links]
