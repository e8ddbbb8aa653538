"""A changelog file taken apart: headings that begin a version, link definitions, how its versions are written."""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from gonogo.changelog.keepachangelog.heading import UNRELEASED, Form, Heading, form_of, heading, without_v

_HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+(?P<title>[^\r\n]*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-+)[ \t]*$")
"""Below a line of text it makes a heading of it (CommonMark 4.3)."""
_LINE = re.compile(r"^ {0,3}(?![-+*>|<#=~`]|\d{1,9}[.)] |\[[^\]]+\]:)\S")
"""What a heading above a line can begin with."""
_FENCE = re.compile(r"^(?P<indent> {0,3})(?P<fence>`{3,}(?=[^`]*$)|~{3,})")
"""A run of backticks with more backticks behind it is code within a line (CommonMark 4.5)."""
_ITEM = re.compile(r"^ {0,3}(?:[-+*]|\d{1,9}[.)]) +(?=\S)")
_REFERENCE = re.compile(r"^\[(?P<name>[^\]\r\n]+)\]:[ \t]*(?P<url>\S+)[ \t]*$")


class Origin(StrEnum):
    """Where the text of an entry comes from."""

    WRITTEN = "written"
    """People wrote it under [Unreleased]."""
    GENERATED = "generated"
    """Nobody wrote anything: it is made from the commits."""


class Part(Struct, frozen=True):
    """A heading and what stands below it."""

    title: str
    start: int
    """Index of the heading's line."""
    end: int
    """Index of the line after its last one: the next heading of its rank, the links or the end."""
    heading: Heading | None = None
    """What it says of versions; None for [Unreleased] and for headings that name no version."""
    unreleased: bool = False
    level: int = 2
    underline: str = ""
    """The line below the heading that makes it one; "" where it begins with `#`."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Those it is the entry of; none while it waits."""
        return self.heading.versions if self.heading and not self.heading.waits else ()

    @property
    def body_at(self) -> int:
        """Index of the first line below the heading."""
        return self.start + (2 if self.underline else 1)


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
    form: Form
    level: int
    """Of the headings of versions: that of the newest, and never that of a patch release below others."""
    underline: str = ""
    """The character that underlines them; "" where they begin with `#`."""
    strange: int = 0
    """Line, from 1, of the first heading but the title where none names a version or [Unreleased]; 0 for none."""

    @property
    def unreleased(self) -> Part | None:
        """The part that waits for a version, whichever it will be."""
        return next((part for part in self.parts if part.unreleased), None)

    def part(self, version: str) -> Part | None:
        """The entry of one version; `v1.2` and `1.2.0` are one. None while it waits to be released."""
        wanted = _same(version)
        return next((part for part in self.parts if wanted in map(_same, part.versions)), None)

    def waiting(self, version: str) -> Part | None:
        """What people wrote for `version` before it is out: under its number, else under [Unreleased]."""
        wanted = _same(version)
        numbered = (part for part in self.numbered if part.heading and _same(part.heading.versions[0]) == wanted)
        return next(numbered, None) or self.unreleased

    @property
    def numbered(self) -> tuple[Part, ...]:
        """Parts that wait under a version's number, as `## 1.17.0 (Unreleased)` does."""
        return tuple(part for part in self.parts if part.heading and part.heading.waits)

    def body(self, part: Part) -> str:
        """What stands below its heading, without the blank lines around it, with plain line ends."""
        return "".join(self.lines[part.body_at : part.end]).replace("\r\n", "\n").strip("\n")


def read(text: str) -> Document:
    """Find headings and link definitions; `"".join(read(text).lines) == text`, always."""
    lines = tuple(text.splitlines(keepends=True)) if not _odd(text) else tuple(_lines(text))
    titles = list(_titles(lines))
    references = tuple(_references(lines))
    parts = tuple(_parts(titles, link_block(lines, references), len(lines)))
    crlf = sum(one.endswith("\r\n") for one in lines)
    known = any(part.heading or part.unreleased for part in parts)
    level, underline = _rank(parts)
    return Document(
        lines,
        parts,
        references,
        "\r\n" if crlf * 2 > len(lines) else "\n",
        _form(parts),
        level,
        underline,
        0 if known else _strange(lines),
    )


def _parts(titles: Sequence["_Title"], links: int, lines: int) -> Iterator[Part]:
    """Each heading with what belongs to it: up to the next one of its rank or of a version, or the links."""
    for number, one in enumerate(titles):
        end = next((later.at for later in titles[number + 1 :] if later.level <= one.level or later.tells), lines)
        if one.at < links < end:
            end = max(one.at + (2 if one.underline else 1), links)
        yield Part(one.text, one.at, end, one.heading, one.unreleased, one.level, one.underline)


def _same(version: str) -> str:
    """One text for `v1.2`, `1.2` and `1.2.0`, which no scheme tells apart."""
    bare = without_v(version)
    while bare.endswith(".0") and bare.replace(".", "").isdigit() and bare.count(".") > 1:
        bare = bare.removesuffix(".0")
    return bare


def _strange(lines: Sequence[str]) -> int:
    """The first heading that is no title, of whatever form; 0 where there is none."""
    titled = False
    for one in _headings(lines):
        if titled or one.level > 1:
            return one.at + 1
        titled = True
    return 0


def _odd(text: str) -> bool:
    """Whether str.splitlines would see line ends that Markdown does not."""
    return any(end in text for end in "\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def _lines(text: str) -> Iterator[str]:
    yield from re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


class _Title(Struct, frozen=True):
    """A heading as it stands."""

    at: int
    level: int
    text: str
    underline: str = ""
    heading: Heading | None = None
    unreleased: bool = False

    @property
    def tells(self) -> bool:
        """Whether a version begins here."""
        return self.heading is not None or self.unreleased


def _titles(lines: Sequence[str]) -> Iterator[_Title]:
    """Headings that begin or end a part: of the second level or the first; none in code or comments.

    On the third only what is a version or waits for one: there some tools put patch releases, and
    groups have their names.
    """
    for one in _headings(lines):
        if one.level < 3 or (one.level == 3 and one.tells and (one.unreleased or _bare(one.heading))):
            yield one


def _bare(found: Heading | None) -> bool:
    return found is not None and found.whole and "." in found.versions[0]


def _headings(lines: Sequence[str]) -> Iterator[_Title]:
    """All headings, with marks (CommonMark 4.2) or one line with a line below it (4.3)."""
    front = _front_matter(lines)
    candidate: tuple[int, str] | None = None
    last, fresh = -1, True
    for at, one in _outside_code(lines):
        if at < front:
            continue
        text = one.rstrip("\r\n").removeprefix("\ufeff")
        fresh = fresh or at != last + 1
        last, under = at, _UNDERLINE.match(text)
        if found := _HEADING.match(text):
            yield _title(at, len(found["marks"]), found["title"].strip())
        elif under and candidate and candidate[0] == at - 1:
            yield _title(candidate[0], 1 if "=" in text else 2, candidate[1].strip(), text)
        elif text.strip() and not under:
            # a longer paragraph, an item, a quote or a table above a line names no version
            candidate = (at, text) if fresh and _LINE.match(text) else None
            fresh = False
            continue
        candidate, fresh = None, True


def _title(at: int, level: int, text: str, underline: str = "") -> _Title:
    unreleased = UNRELEASED.match(text) is not None
    return _Title(at, level, text, underline, None if unreleased else heading(text), unreleased)


def _front_matter(lines: Sequence[str]) -> int:
    """How many lines of settings a site generator reads stand at the top."""
    if not lines or lines[0].rstrip("\r\n").removeprefix("\ufeff") != "---":
        return 0
    return next((at + 1 for at, one in enumerate(lines[1:50], 1) if one.rstrip() == "---"), 0)


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


def _rank(parts: Sequence[Part]) -> tuple[int, str]:
    """Level and underline of [Unreleased], else of the newest version.

    Where that is a patch release below others, of the others.
    """
    versions = [part for part in parts if part.heading]
    told = [*(part for part in parts if part.unreleased), *versions]
    if not told:
        return 2, ""
    one = told[0] if told[0].level < 3 else min(versions, key=lambda part: part.level, default=told[0])
    return one.level, one.underline.strip()[:1]


def _form(parts: Sequence[Part]) -> Form:
    """As the newest version is written; a file that has none yet puts brackets where [Unreleased] has them."""
    headings = [part.heading for part in parts if part.heading]
    waiting = next((part for part in parts if part.unreleased), None)
    if form := form_of(headings):
        return form
    bare = waiting is not None and not waiting.title.startswith("[")
    plain = Form()
    return Form(replace(plain.newest, open="", close="")) if bare else plain
