"""A changelog as Keep a Changelog 1.1 has it (https://keepachangelog.com/en/1.1.0/), edited in one place.

Releasing moves what stands under [Unreleased] below a heading of the new version, with its date and its compare
links. Every other byte of the file stays as it is: line endings, spelling of the headings, whatever else it holds.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum

from msgspec import Struct

from gonogo.domain.text import clean

SIZE_LIMIT = 4 * 1024 * 1024
"""Characters of a changelog that is edited."""

_HEADING = re.compile(r"^##?[ \t]+(?P<title>[^\r\n]*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
"""A run of backticks with more backticks behind it is code within a line (CommonMark 4.5)."""
_ITEM = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)]) +(?=\S)")
_UNRELEASED = re.compile(r"^\[?unreleased\]?(?:\([^)]*\)|\[[^\]]*\])?(?:[ \t].*)?$", re.IGNORECASE)
"""Also with something behind it: `[Unreleased] - ReleaseDate`, `[Unreleased] (develop)`."""
_VERSION = re.compile(r"^(?P<open>\[?)(?P<v>v?)(?P<version>\d[0-9A-Za-z.+_-]*)\]?(?P<rest>.*)$")
_VERSION_NAME = re.compile(r"^v?\d[0-9A-Za-z.+_-]*$")
_INLINE = re.compile(r"^\((?P<url>[^)\s]+://[^)\s]+)\)")
_HEADING_LINK = re.compile(r"^(?P<before>.*?\]\()(?P<url>[^)\s]+)(?P<after>\).*)$", re.DOTALL)
_REFERENCE = re.compile(r"^\[(?P<name>[^\]\r\n]+)\]:[ \t]*(?P<url>\S+)[ \t]*$")
_COMPARE = re.compile(
    r"^(?P<base>.+/(?:-/)?compare/|.+/branches/compare/)(?P<from>.+?)(?P<dots>\.{2,3}|%0D)(?P<to>.+)$"
)


class Style(Struct, frozen=True):
    """How the file writes its version headings; a new file writes them as Keep a Changelog does."""

    brackets: bool = True
    v: bool = False
    dash: str = "-"
    """What stands before the date; "" when it stands in parentheses."""
    inline: str = ""
    """`https://.../compare/` where the heading itself carries its link; "" for links at the end of the file."""
    dots: str = "..."
    """What stands between two tags in such a link."""


class Part(Struct, frozen=True):
    """A heading of the first or second level and what stands below it."""

    title: str
    start: int
    """Index of the heading's line."""
    end: int
    """Index of the line after the last one that belongs to it: the next heading, the references or the end."""
    version: str = ""
    """"" for [Unreleased] and for headings that name no version."""
    unreleased: bool = False


class Reference(Struct, frozen=True):
    """A link definition: `[1.2.3]: https://...`."""

    name: str
    url: str
    at: int
    """Index of its line."""


class Document(Struct, frozen=True):
    """A changelog, as lines that still have their endings."""

    lines: tuple[str, ...]
    parts: tuple[Part, ...]
    references: tuple[Reference, ...]
    newline: str
    style: Style

    @property
    def unreleased(self) -> Part | None:
        """The part that waits for a version."""
        return next((part for part in self.parts if part.unreleased), None)

    def part(self, version: str) -> Part | None:
        """The part of one version."""
        return next((part for part in self.parts if part.version and part.version == version), None)

    def body(self, part: Part) -> str:
        """What stands below its heading, without the blank lines around it, with plain line ends."""
        return "".join(self.lines[part.start + 1 : part.end]).replace("\r\n", "\n").strip("\n")


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


def read(text: str) -> Document:
    """Find headings and link definitions; `"".join(read(text).lines) == text`, always."""
    lines = tuple(text.splitlines(keepends=True)) if not _odd(text) else tuple(_lines(text))
    titles = list(_titles(lines))
    references = tuple(_references(lines))
    tail = _tail(lines, references)
    ends = [*(at for at, _ in titles[1:]), tail]
    parts = tuple(
        Part(
            title, at, max(at + 1, min(end, tail) if at < tail else end), _version_of(title), _is_unreleased(title)
        )
        for (at, title), end in zip(titles, ends, strict=False)
    )
    crlf = sum(one.endswith("\r\n") for one in lines)
    return Document(lines, parts, references, "\r\n" if crlf * 2 > len(lines) else "\n", _style(parts))


def _odd(text: str) -> bool:
    """Whether str.splitlines would see line ends that Markdown does not."""
    return any(end in text for end in "\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def _lines(text: str) -> Iterator[str]:
    yield from re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _titles(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Headings that begin or end a part: of the second level, or of the first; none in code or comments."""
    for at, one in _outside_code(lines):
        if found := _HEADING.match(one.rstrip("\r\n").removeprefix("\ufeff")):
            yield at, found["title"].strip()


def _outside_code(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    fence = ""
    item = inside = 0
    comment = False
    for at, one in enumerate(lines):
        indent = len(one) - len(one.lstrip(" "))
        if fence and inside and one.strip() and indent < inside:
            fence = ""  # code in a list item ends with the item
        if fence:
            if (closing := _FENCE.match(one)) and closing["fence"].startswith(fence):
                fence = ""
            continue
        if found := _ITEM.match(one):
            item = found.end()
        elif one.strip() and indent < item:
            item = 0
        if comment:
            comment = "-->" not in one
            continue
        if opening := _FENCE.match(one):
            fence, inside = opening["fence"], item if item and len(opening["indent"]) >= item else 0
            continue
        if one.lstrip().startswith("<!--") and "-->" not in one:
            comment = True
            continue
        yield at, one


def _references(lines: Sequence[str]) -> Iterator[Reference]:
    for at, one in _outside_code(lines):
        if found := _REFERENCE.match(one.rstrip("\r\n")):
            yield Reference(found["name"], found["url"], at)


def _tail(lines: Sequence[str], references: Sequence[Reference]) -> int:
    """Where the block of link definitions at the end begins; the number of lines when there is none."""
    at = len(lines)
    definitions = {reference.at for reference in references}
    begin = at
    while at > 0 and (at - 1 in definitions or not lines[at - 1].strip()):
        at -= 1
        if at in definitions:
            begin = at
    return begin


def _is_unreleased(title: str) -> bool:
    return _UNRELEASED.match(title) is not None


def _version_of(title: str) -> str:
    found = _VERSION.match(title)
    return found["version"] if found else ""


def _style(parts: Sequence[Part]) -> Style:
    """As the newest version is written."""
    for part in parts:
        found = _VERSION.match(part.title)
        if found and not part.unreleased:
            link = _INLINE.match(found["rest"])
            rest = (found["rest"][link.end() :] if link else found["rest"]).strip()
            dash = "" if rest.startswith("(") else (rest[:1] if rest[:1] in {"-", "–", "—"} else "-")
            compared = _COMPARE.match(link["url"]) if link else None
            if compared is None:
                return Style(bool(found["open"]), bool(found["v"]), dash)
            return Style(bool(found["open"]), bool(found["v"]), dash, compared["base"], compared["dots"])
    return Style()


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
    waiting = document.unreleased
    written = document.body(waiting) if waiting else ""
    origin = Origin.WRITTEN if _says_something(written) else Origin.GENERATED
    body = written if origin is Origin.WRITTEN else new.generated.strip("\n")
    if not _says_something(body):
        return NotReleased(
            "there is nothing to enter: [Unreleased] is empty, and no commit asks for a line",
            waiting.start + 1 if waiting else 0,
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
    name = f"{'v' if style.v else ''}{new.version}"
    shown = f"[{name}]" if style.brackets else name
    if style.inline and new.previous_tag:
        shown = f"[{name}]({style.inline}{new.previous_tag}{style.dots}{new.tag})"
    return (
        f"## {shown} {style.dash} {new.day.isoformat()}" if style.dash else f"## {shown} ({new.day.isoformat()})"
    )


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
    compared = _COMPARE.match(found["url"]) if found else None
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
    at = first if first is not None else _tail(document.lines, document.references)
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
    name = f"{'v' if document.style.v else ''}{new.version}"
    pending = next((one for one in document.references if _UNRELEASED.match(one.name)), None)
    if pending and pending.at >= offset and (found := _COMPARE.match(pending.url)):
        base, dots, to = found["base"], found["dots"], found["to"]
        after[pending.at - offset] = f"[{pending.name}]: {base}{new.tag}{dots}{to}{document.newline}"
        link = f"[{name}]: {base}{new.previous_tag or found['from']}{dots}{new.tag}{document.newline}"
        after.insert(pending.at - offset + 1, link)
        return after
    return _with_first_link(document, new, name, after, offset)


def _with_first_link(document: Document, new: Release, name: str, after: list[str], offset: int) -> list[str]:
    versions = [one for one in document.references if _VERSION_NAME.match(one.name) and one.at >= offset]
    found = _COMPARE.match(versions[0].url) if versions else None
    base = found["base"] if found else new.compare_base
    if not base or not new.previous_tag:
        return after
    dots = found["dots"] if found else "..."
    links = [f"[{name}]: {base}{new.previous_tag}{dots}{new.tag}{document.newline}"]
    if document.unreleased and not any(_UNRELEASED.match(one.name) for one in document.references):
        links.insert(
            0, f"[{clean(document.unreleased.title.strip('[]'), 40)}]: {base}{new.tag}{dots}HEAD{document.newline}"
        )
    if versions:
        at = versions[0].at - offset
        return [*after[:at], *links, *after[at:]]
    return [*_ended(after, document.newline), *([document.newline] if after and after[-1].strip() else []), *links]
