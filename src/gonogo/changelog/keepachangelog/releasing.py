"""Releasing: what stands under [Unreleased] moves below a heading of the new version, with its date and links.

Every other byte of the file stays as it is: line endings, spelling of the headings, whatever else it holds.
"""

import re
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from gonogo.changelog.keepachangelog.foreign import foreign
from gonogo.changelog.keepachangelog.heading import COMPARE, UNRELEASED, linked_like
from gonogo.changelog.keepachangelog.reading import Document, Origin, Part, link_block, read
from gonogo.text import clean

SIZE_LIMIT = 4 * 1024 * 1024
"""Characters of a changelog that is edited."""

_VERSION_NAME = re.compile(r"^v?\d[0-9A-Za-z.+_-]*$")
_HEADING_LINK = re.compile(r"^(?P<before>.*?\]\()(?P<url>[^)\s]+)(?P<after>\).*)$", re.DOTALL)


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
    file: str = ""
    """Name of the changelog, whose ending tells its language; "" where it has none yet."""


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
    if other := foreign(text, new.file):
        return NotReleased(f"it is {other.form}, and gonogo writes Markdown only", other.line, other.remedy)
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
    if passed := _passed_over(document, new.version):
        return NotReleased(
            f"people wrote an entry for {passed.title}, and the plan ships {new.version}",
            passed.start + 1,
            f"name {new.version} in that heading, or plan the version that it names",
        )
    waiting = document.waiting(new.version)
    written = document.body(waiting) if waiting else ""
    origin = Origin.WRITTEN if _says_something(written) else Origin.GENERATED
    body = written if origin is Origin.WRITTEN else _below(document.level, new.generated.strip("\n"))
    if not _says_something(body):
        return NotReleased(
            f"there is nothing to enter: {_named(waiting)} is empty, and no commit asks for a line",
            waiting.start + 1 if waiting and text else 0,
            f"write it under {_named(waiting)}, or leave the changelog as it is",
        )
    return _entered(document, new, waiting, body, origin)


def _below(level: int, generated: str) -> str:
    """The entry with its headings one rank below that of the version; they come on the third."""
    return re.sub(r"^###(?= )", "#" * (level + 1), generated, flags=re.MULTILINE)


def _named(waiting: Part | None) -> str:
    return f"## {waiting.title}" if waiting and waiting.heading else "## [Unreleased]"


def _passed_over(document: Document, version: str) -> Part | None:
    """What waits under the number of an older version: else the text of people would never be released."""
    if document.unreleased:
        return None
    for part in document.numbered:
        waits = part.heading.versions[0] if part.heading else ""
        if _numbers(waits) < _numbers(version):
            return part
    return None


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers a version begins with; enough to tell which of two releases comes first."""
    found = re.match(r"\d+(?:\.\d+)*", version.lstrip("vV"))
    return tuple(int(one) for one in found[0].split(".")) if found else ()


_NEW_FILE = (
    "# Changelog\n\nThe format is based on [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).\n\n"
    "## [Unreleased]\n"
)


def _says_something(body: str) -> bool:
    """Whether there is more than empty headings."""
    return any(one.strip() and not one.startswith("#") for one in body.splitlines())


def _heading(document: Document, new: Release, waiting: Part | None) -> list[str]:
    """The new heading as lines: like that of the newest version, or the one that waits, with its day."""
    form, underline, level = document.form, document.underline, document.level
    title = form.title(new.version, new.day, new.tag, new.previous_tag)
    if waiting and waiting.heading:
        one = waiting.heading
        dated = form.dated(new.day) if form.newest.versions != ("0.0.0",) else f"{one.before}{new.day}{one.after}"
        title = f"{waiting.title[: waiting.title.rindex(one.before + one.mark)]}{dated}"
        underline, level = waiting.underline.strip()[:1], waiting.level
    return [title, underline * len(title)] if underline else [f"{'#' * level} {title}"]


def _entered(document: Document, new: Release, waiting: Part | None, body: str, origin: Origin) -> Released:
    below, above = _blanks(document)
    lines = _still_waiting(document, new)
    heading = _heading(document, new, waiting)
    if waiting and waiting.heading:
        # it stands where it belongs: its heading gets a day, and what people wrote below it stays as it is
        kept = lines[waiting.body_at : waiting.end]
        entry = [*heading, *([""] * below), *body.split("\n")]
        inserted = heading if origin is Origin.WRITTEN else [*entry, *([""] * above)]
        rest = [*(kept if origin is Origin.WRITTEN else ()), *document.lines[waiting.end :]]
        return _whole(document, new, lines[: waiting.start], inserted, rest, entry, origin)
    if waiting and origin is Origin.WRITTEN:
        below = _blank_lines(document.lines[waiting.body_at : waiting.end])
    entry = [*heading, *([""] * below), *body.split("\n")]
    at, before, end = _place(document, waiting, origin, above)
    inserted = [*before, *entry, *([""] * above)]
    return _whole(document, new, lines[:at], inserted, list(document.lines[end:]), entry, origin, len(before))


def _whole(
    document: Document,
    new: Release,
    above: Sequence[str],
    inserted: Sequence[str],
    below: list[str],
    entry: Sequence[str],
    origin: Origin,
    skipped: int = 0,
) -> Released:
    """The file with `inserted` between what stood above and below."""
    offset = len(document.lines) - len(below)
    lines = [
        *_ended(above, document.newline),
        *(one + document.newline for one in inserted),
        *_with_links(document, new, below, offset),
    ]
    while lines and lines[-1] == document.newline and not below:
        lines.pop()
    return Released("".join(lines), "\n".join(entry) + "\n", origin, len(above) + skipped + 1)


def _blanks(document: Document) -> tuple[int, int]:
    """Blank lines below the newest heading, and between its entry and the next; one where nothing tells."""
    out = [part for part in document.parts if part.versions]
    if not out:
        return 1, 1
    newest = out[0]
    body = document.lines[newest.body_at : newest.end]
    below = _blank_lines(body) if any(one.strip() for one in body) else 1
    followed = newest.end < len(document.lines) and any(one.strip() for one in body)
    return below, _blank_lines(body[::-1]) if followed and len(out) > 1 else 1


def _blank_lines(lines: Sequence[str]) -> int:
    """How many there are before the first other one; 2 at most."""
    return min(next((at for at, one in enumerate(lines) if one.strip()), 1), 2)


def _still_waiting(document: Document, new: Release) -> list[str]:
    """The lines, with an [Unreleased] heading that carries its own link compared from the new tag on."""
    lines, waiting = list(document.lines), document.unreleased
    found = _HEADING_LINK.match(lines[waiting.start]) if waiting else None
    compared = COMPARE.match(found["url"]) if found else None
    if waiting and found and compared:
        url = f"{compared['base']}{new.tag}{compared['dots']}{compared['to']}"
        lines[waiting.start] = f"{found['before']}{url}{found['after']}"
    return lines


def _place(document: Document, waiting: Part | None, origin: Origin, between: int) -> tuple[int, list[str], int]:
    """Where the entry goes, what is put before it, and from which line on the rest of the file follows."""
    if waiting and origin is Origin.WRITTEN:
        return waiting.body_at, [""] * max(1, between), waiting.end
    if waiting:
        # headings that wait for lines stay where they wait
        at = waiting.end
    else:
        first = next((part.start for part in document.parts if part.versions), None)
        at = first if first is not None else link_block(document.lines, document.references)
    blank = at > 0 and document.lines[at - 1].strip() != "" and (between > 0 or at == len(document.lines))
    return at, [""] if blank else [], at


def _ended(lines: Sequence[str], newline: str) -> list[str]:
    """The lines before; the last one of a file may have no end of its own yet."""
    made = list(lines)
    if made and not made[-1].endswith(("\n", "\r")):
        made[-1] += newline
    return made


def _with_links(document: Document, new: Release, after: list[str], offset: int) -> list[str]:
    """The rest of the file, with [Unreleased] compared from the new tag on and a link for the new version."""
    if not document.form.brackets or document.form.newest.url:
        return after
    name = document.form.name(new.version)
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
    if versions:
        newest = versions[0]
        url = linked_like(newest.url, newest.name.lstrip("vV"), new.tag, new.previous_tag)
        links = [f"[{name}]: {url}{document.newline}"] if url else []
        if found := COMPARE.match(newest.url):
            links = [*_pending_link(document, new, found["base"], found["dots"]), *links]
        at = newest.at - offset
        return [*after[:at], *links, *after[at:]]
    if not new.compare_base or not new.previous_tag or any(part.versions for part in document.parts):
        # a file that has entries and no links wants none
        return after
    link = f"[{name}]: {new.compare_base}{new.previous_tag}...{new.tag}{document.newline}"
    links = [*_pending_link(document, new, new.compare_base, "..."), link]
    return [*_ended(after, document.newline), *([document.newline] if after and after[-1].strip() else []), *links]


def _pending_link(document: Document, new: Release, base: str, dots: str) -> list[str]:
    """The link of [Unreleased], for a file that has none."""
    if document.unreleased is None or any(UNRELEASED.match(one.name) for one in document.references):
        return []
    name = clean(document.unreleased.title.strip("[]"), 40)
    return [f"[{name}]: {base}{new.tag}{dots}HEAD{document.newline}"]
