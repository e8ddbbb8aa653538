"""What a plan may well not mean: it is valid, and `gonogo check` warns of it with place, line and remedy."""

import re
from collections.abc import Collection, Iterator
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from gonogo.errors import PlanProblem
from gonogo.io.http.not_asked import is_not_asked, unwrapped
from gonogo.io.plan_file.source import SIZE_LIMIT, shown_path
from gonogo.io.yaml.guard import decode, place_of
from gonogo.io.yaml.nodes import Document, Node, read_document
from gonogo.io.yaml.problems import Problems, Stopped
from gonogo.text import clean

_Doubt = tuple[str, str, str]
"""Its code, what is doubtful, and what to do."""
_WRITTEN: Final = frozenset({"checklist", "description", "metadata", "name", "reason", "title"})
"""Keys whose values are sentences of people, and not names or numbers."""
_NAMED: Final = 2
"""Keys that lead to one product or freeze."""
_DATE = re.compile(r"[vV]?(?P<year>(?:19|20)\d\d)-(?P<month>\d\d?)(?:-(?P<day>\d\d?))?")
_LIMIT: Final = 50
"""Warnings told; a file with more has one cause for all."""
_CUT = re.compile(r"[ \t]+(#[^\s#][^\n\r]*)")


def doubts_of(path: Path, allow_addresses: Collection[str] = ()) -> tuple[PlanProblem, ...]:
    """The doubts about the plan at `path`, in the file's order; none where it is no YAML. Raises OSError."""
    with path.open("rb") as file:
        raw = file.read(SIZE_LIMIT + 1)
    name = shown_path(path)
    try:
        text = decode(raw)
        problems = Problems(name, text)
        document = read_document(text, problems)
    except Stopped:  # told as a mistake
        return ()
    lines = re.split("\r\n|\n|\r", text)
    found: list[PlanProblem] = []
    for keys, node in _nodes(document):
        doubts = (*_of_mapping(keys, node), *_of_text(keys, node, lines, allow_addresses))
        for event, (code, what, remedy) in doubts:
            place = place_of(event)
            found.append(PlanProblem(name, place.line, place.column, code, what, remedy, problems.snippet(place)))
    return tuple(sorted(found, key=lambda one: (one.line, one.column))[:_LIMIT])


def _of_mapping(keys: tuple[str, ...], node: Node) -> Iterator[tuple[Any, _Doubt]]:
    if isinstance(node.parts, dict):
        yield from _alike(keys, node)
        yield from _dates(keys, node)
        yield from _endless(keys, node)


def _of_text(
    keys: tuple[str, ...], node: Node, lines: list[str], allowed: Collection[str]
) -> Iterator[tuple[Any, _Doubt]]:
    if node.parts is None:
        found = (_cut_off(keys, node, lines), _link_local(node, allowed))
        yield from ((node.event, one) for one in found if one)


def _nodes(document: Document) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Every value, with the keys that lead to it. An alias leads to no second one."""
    open_nodes: list[tuple[tuple[str, ...], Node]] = [((), document.root)]
    seen: set[int] = set()
    while open_nodes:
        keys, node = open_nodes.pop()
        if id(node.event) in seen:
            continue
        seen.add(id(node.event))
        if isinstance(node.parts, dict):
            open_nodes.extend(((*keys, key), part) for key, part in node.parts.items())
        elif isinstance(node.parts, list):
            open_nodes.extend((keys, part) for part in node.parts)
        yield keys, node


def _alike(keys: tuple[str, ...], node: Node) -> Iterator[tuple[Any, _Doubt]]:
    """Names that only the case of their letters tells apart: people will take one for the other."""
    first: dict[str, str] = {}
    for name, event in (node.keys or {}).items():
        other = first.setdefault(name.casefold(), name)
        if other != name and keys:
            what = f"'{clean(name, 60)}' and '{clean(other, 60)}' differ only in upper and lower case"
            yield event, ("alike", what, "rename one of the two")


def _dates(keys: tuple[str, ...], node: Node) -> Iterator[tuple[Any, _Doubt]]:
    """A date as the version of a product: semver reads `2026-02-30` as the pre-release 02-30 of 2026.0.0."""
    if len(keys) != _NAMED or keys[0] != "products" or not isinstance(node.parts, dict):
        return
    scheme = getattr(getattr(node.parts.get("scheme"), "event", None), "value", "semver")
    for key in ("version", "previous"):
        event = getattr(node.parts.get(key), "event", None)
        text = clean(str(getattr(event, "value", "")), 60)
        if not (found := _DATE.fullmatch(text)):
            continue
        if scheme == "semver":
            what = f"semver reads '{text}' as the pre-release {text[5:]} of {found['year']}.0.0"
            yield event, ("date-as-version", what, "say `scheme: calver` for versions that are dates")
        elif not _is_a_day(found):
            yield event, ("no-such-day", f"'{text}' is no day of the calendar", "correct the version")


def _endless(keys: tuple[str, ...], node: Node) -> Iterator[tuple[Any, _Doubt]]:
    """A weekly time from MON 00:00 to MON 00:00 is the whole week, and then the next one."""
    if len(keys) != _NAMED or keys[0] not in {"freezes", "windows"} or not isinstance(node.parts, dict):
        return
    said = {
        key: str(getattr(getattr(node.parts.get(key), "event", None), "value", ""))
        for key in ("weekly", "from", "to")
    }
    if said["weekly"] == "true" and said["from"].split() == said["to"].split():
        what = f"{keys[0]} '{clean(keys[1], 60)}' begins where it ends: it holds the whole week, and never ends"
        yield node.parts["to"].event, ("endless", what, "name the first free moment in `to`")


def _is_a_day(found: re.Match[str]) -> bool:
    try:
        date(int(found["year"]), int(found["month"]), int(found["day"] or 1))
    except ValueError:
        return False
    return True


def _cut_off(keys: tuple[str, ...], node: Node, lines: list[str]) -> _Doubt | None:
    """A sentence that ends before ` #12`, which YAML takes for a comment; people write a blank after the sign."""
    event: Any = node.event
    if event.style or not keys or not _WRITTEN & {keys[0], keys[-1]}:
        return None
    end = event.end_mark
    found = _CUT.match(lines[end.line], end.column) if end.line < len(lines) else None
    if found is None:
        return None
    value, rest = clean(str(event.value), 60), clean(found[1].rstrip(), 40)
    what = f"'{value}' ends before '{rest}': YAML reads ' #' as the start of a comment"
    return "cut-by-comment", what, "put the text in quotation marks; or write '# ' before a comment"


def _link_local(node: Node, allowed: Collection[str]) -> _Doubt | None:
    """A URL with an address that is not asked unless one's own configuration lists it."""
    event: Any = node.event
    text = str(getattr(event, "value", ""))
    if not text[:8].lower().startswith(("http://", "https://")):
        return None
    try:
        ip = ip_address(urlsplit(text).hostname or "")
    except ValueError:
        return None
    if not is_not_asked(unwrapped(ip), allowed):
        return None
    what = f"{ip} is a link-local or metadata address, which is not asked"
    return "link-local", what, "name another host, or list it under allow_addresses in your own configuration"
