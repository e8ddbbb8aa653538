"""A changelog file taken apart: headings that begin a version, link definitions, how its versions are written."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

_HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+(?P<title>[^\r\n]*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$")
"""Below a line of text it makes a heading of it (CommonMark 4.3)."""
_FENCE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
"""A run of backticks with more backticks behind it is code within a line (CommonMark 4.5)."""
_ITEM = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)]) +(?=\S)")
UNRELEASED = re.compile(r"^\[?unreleased\]?(?:\([^)]*\)|\[[^\]]*\])?(?:[ \t].*)?$", re.IGNORECASE)
"""Also with something behind it: `[Unreleased] - ReleaseDate`, `[Unreleased] (develop)`."""
_VERSION = re.compile(r"^(?P<open>\[?)(?P<v>v?)(?P<version>\d[0-9A-Za-z.+_-]*)\]?(?P<rest>.*)$")
_DEEP_VERSION = re.compile(
    r"^(?:\[?unreleased\]?|"
    r"\[?v?\d+\.\d[0-9A-Za-z.+_-]*\]?(?:\([^)\s]+\))?[ \t]*(?:[-–—/(]*[ \t]*\d{4}-\d{2}-\d{2}\b.*)?)$",
    re.IGNORECASE,
)
"""What begins a version on the third level, where groups have theirs: nothing but version, link and date."""
_INLINE = re.compile(r"^\((?P<url>[^)\s]+://[^)\s]+)\)")
_REFERENCE = re.compile(r"^\[(?P<name>[^\]\r\n]+)\]:[ \t]*(?P<url>\S+)[ \t]*$")
COMPARE = re.compile(
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
    level: int = 2
    """Of the headings: that of the newest, and never that of a patch release below others."""


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
    level: int = 2


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
    strange: int = 0
    """Line, from 1, of the first heading but the title where none names a version or [Unreleased]; 0 for none."""

    @property
    def unreleased(self) -> Part | None:
        """The part that waits for a version."""
        return next((part for part in self.parts if part.unreleased), None)

    def part(self, version: str) -> Part | None:
        """The part of one version; `v1.2` and `1.2.0` are one."""
        wanted = _same(version)
        return next((part for part in self.parts if part.version and _same(part.version) == wanted), None)

    def body(self, part: Part) -> str:
        """What stands below its heading, without the blank lines around it, with plain line ends."""
        return "".join(self.lines[part.start + 1 : part.end]).replace("\r\n", "\n").strip("\n")


def read(text: str) -> Document:
    """Find headings and link definitions; `"".join(read(text).lines) == text`, always."""
    lines = tuple(text.splitlines(keepends=True)) if not _odd(text) else tuple(_lines(text))
    titles = list(_titles(lines))
    references = tuple(_references(lines))
    tail = link_block(lines, references)
    ends = [*(at for at, _, _ in titles[1:]), tail]
    parts = tuple(
        Part(
            title,
            at,
            max(at + 1, min(end, tail) if at < tail else end),
            _version_of(title),
            _is_unreleased(title),
            level,
        )
        for (at, level, title), end in zip(titles, ends, strict=False)
    )
    crlf = sum(one.endswith("\r\n") for one in lines)
    known = any(part.version or part.unreleased for part in parts)
    newline = "\r\n" if crlf * 2 > len(lines) else "\n"
    return Document(lines, parts, references, newline, _style(parts), 0 if known else _strange(lines))


def _same(version: str) -> str:
    """One text for `v1.2`, `1.2` and `1.2.0`, which no scheme tells apart."""
    bare = without_v(version)
    while bare.endswith(".0") and bare.replace(".", "").isdigit() and bare.count(".") > 1:
        bare = bare.removesuffix(".0")
    return bare


def without_v(version: str) -> str:
    """`1.2.3` of `v1.2.3`."""
    return version[1:] if version[:1] in {"v", "V"} and version[1:2].isdigit() else version


def _strange(lines: Sequence[str]) -> int:
    """The first heading that is no title, of whatever form; 0 where there is none."""
    before, titled = "", False
    for at, one in _outside_code(lines):
        text = one.rstrip("\r\n").removeprefix("\ufeff")
        found = _HEADING.match(text)
        underlined = before.strip() != "" and _UNDERLINE.match(text) is not None
        if found or underlined:
            first = len(found["marks"]) == 1 if found else text.lstrip().startswith("=")
            if titled or not first:
                return at + 1 if found else at
            titled = True
        before = text
    return 0


def _odd(text: str) -> bool:
    """Whether str.splitlines would see line ends that Markdown does not."""
    return any(end in text for end in "\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def _lines(text: str) -> Iterator[str]:
    yield from re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def _titles(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Headings that begin or end a part, with their level: of the second or the first; none in code or comments.

    On the third only what is a version or waits for one: there some tools put patch releases.
    """
    for at, one in _outside_code(lines):
        if found := _HEADING.match(one.rstrip("\r\n").removeprefix("\ufeff")):
            level, title = len(found["marks"]), found["title"].strip()
            if level < 3 or (level == 3 and _DEEP_VERSION.match(title)):
                yield at, level, title


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


def link_block(lines: Sequence[str], references: Sequence[Reference]) -> int:
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
    return UNRELEASED.match(title) is not None


def _version_of(title: str) -> str:
    found = _VERSION.match(title)
    return found["version"] if found else ""


def _level(parts: Sequence[Part]) -> int:
    """Of [Unreleased], else of the newest version; where that is a patch release below others, of the others."""
    versions = [part.level for part in parts if part.version]
    waiting = [part.level for part in parts if part.unreleased]
    newest = next(iter([*waiting, *versions]), 2)
    return newest if newest < 3 else min(versions, default=2)


def _style(parts: Sequence[Part]) -> Style:
    """As the newest version is written."""
    level = _level(parts)
    for part in parts:
        found = _VERSION.match(part.title)
        if found and not part.unreleased:
            link = _INLINE.match(found["rest"])
            rest = (found["rest"][link.end() :] if link else found["rest"]).strip()
            dash = "" if rest.startswith("(") else (rest[:1] if rest[:1] in {"-", "–", "—", "/"} else "-")
            compared = COMPARE.match(link["url"]) if link else None
            if compared is None:
                return Style(bool(found["open"]), bool(found["v"]), dash, level=level)
            return Style(bool(found["open"]), bool(found["v"]), dash, compared["base"], compared["dots"], level)
    return Style(level=level)
