"""The limits of a plan file, kept on the stream of YAML events before anything is built from them.

The C composer recurses and takes the interpreter down at a nesting of 100,000; the C parser behind the
events keeps its own stack, and this stream ends at a depth of 64. Twelve lines of aliases can stand for more
nodes than memory holds; what they stand for is counted here, not built.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from msgspec import Struct

from gonogo.io.plan_file.source import SIZE_LIMIT
from gonogo.io.yaml.problems import Mistake, Place, Stopped
from gonogo.text import clean

DEPTH_LIMIT: Final = 64
NODE_LIMIT: Final = 100_000
"""Nodes as written, and also with every alias replaced by what it stands for."""
ALIAS_LIMIT: Final = 1_000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Control characters, and line ends that other programs do not count: they would shift every line number."""

Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The pure loader reads the same and takes seven times as long; it is what a PyYAML without libyaml has."""


def decode(raw: bytes) -> str:
    """The text of a plan: UTF-8 without control characters. A byte order mark is passed over. Raises Stopped."""
    if len(raw) > SIZE_LIMIT:
        raise Stopped(Mistake.TOO_LARGE, Place(1, 1), limit=f"{SIZE_LIMIT:,}")
    try:
        text = raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8").removeprefix("\ufeff")
        raise Stopped(Mistake.NOT_UTF8, _place_after(good), byte=f"0x{raw[error.start]:02x}") from error
    if found := _FORBIDDEN.search(text):
        code = f"U+{ord(found[0]):04X}"
        raise Stopped(Mistake.CONTROL_CHARACTER, _place_after(text[: found.start()]), character=code)
    return text


def _place_after(text: str) -> Place:
    lines = re.split("\r\n|\n|\r", text)
    return Place(len(lines), len(lines[-1]) + 1)


def place_of(event: yaml.Event) -> Place:
    """Where an event stands; on one line, as long as it is, else one character."""
    start, end = event.start_mark, event.end_mark
    assert start is not None  # the parser marks every event
    assert end is not None
    length = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(1, length))


class _Anchor(Struct):
    """How many nodes a name stands for; None while it is still open."""

    size: int | None


def events(text: str) -> Iterator[Any]:
    """The events between the document's start and end. Raises Stopped at the first limit or syntax error."""
    loader = Loader(text)
    try:
        yield from _limited(loader)
    except yaml.MarkedYAMLError as error:
        _refuse_depth(text, error)
        raise _syntax(error) from error
    except yaml.YAMLError as error:
        raise Stopped(Mistake.SYNTAX, Place(1, 1), reason=clean(str(error).partition("\n")[0], 200)) from error
    finally:
        loader.dispose()


def _refuse_depth(text: str, error: yaml.MarkedYAMLError) -> None:
    """Raise Stopped at our own limit where the parser gave up at its limit first.

    libyaml looks up to 1,024 characters ahead before it tells of the first bracket, and newer ones (in the wheels
    of PyYAML 6.0.4) give up at a nesting of 1,000 while they look. What stands before that place holds our limit
    too, and is read without theirs.
    """
    mark = error.problem_mark or error.context_mark
    if mark is None or "nesting depth" not in str(error.problem):
        return
    before = Loader(text[: mark.index])
    try:
        for _event in _limited(before):
            pass
    except yaml.MarkedYAMLError:
        raise Stopped(Mistake.TOO_DEEP, Place(mark.line + 1, mark.column + 1), limit=DEPTH_LIMIT) from error
    finally:
        before.dispose()


def _limited(loader: yaml.SafeLoader) -> Iterator[Any]:
    anchors: dict[str, _Anchor] = {}
    open_nodes: list[tuple[_Anchor | None, int]] = []
    nodes = expanded = aliases = documents = 0
    while True:
        event: Any = loader.get_event()  # type: ignore[no-untyped-call]  # the stubs leave it out
        kind = type(event)
        if kind is yaml.ScalarEvent:
            nodes += 1
            expanded += 1
            if event.anchor is not None:
                anchors[event.anchor] = _Anchor(1)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            anchor, before = open_nodes.pop()
            if anchor is not None:
                anchor.size = expanded - before
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if len(open_nodes) >= DEPTH_LIMIT:
                raise Stopped(Mistake.TOO_DEEP, place_of(event), limit=DEPTH_LIMIT)
            anchor = None
            if event.anchor is not None:
                anchor = anchors[event.anchor] = _Anchor(None)
            open_nodes.append((anchor, expanded))
            nodes += 1
            expanded += 1
        elif kind is yaml.AliasEvent:
            aliases += 1
            if aliases > ALIAS_LIMIT:
                raise Stopped(Mistake.TOO_MANY_ALIASES, place_of(event), limit=f"{ALIAS_LIMIT:,}")
            expanded += _alias_size(event, anchors)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise Stopped(Mistake.SECOND_DOCUMENT, place_of(event))
            continue
        elif kind is yaml.StreamEndEvent:
            return
        else:
            continue
        if nodes > NODE_LIMIT or expanded > NODE_LIMIT:
            raise Stopped(Mistake.TOO_MANY_NODES, place_of(event), limit=f"{NODE_LIMIT:,}")
        yield event


def _alias_size(event: Any, anchors: dict[str, _Anchor]) -> int:
    anchor = anchors.get(event.anchor)
    if anchor is None:
        raise Stopped(Mistake.UNDEFINED_ALIAS, place_of(event), name=clean(event.anchor, 60))
    if anchor.size is None:
        raise Stopped(Mistake.RECURSIVE_ALIAS, place_of(event), name=clean(event.anchor, 60))
    return anchor.size


_HINTS: Final = (
    ("tab", "indent with blanks; YAML allows no tabs there"),
    (
        "mapping values are not allowed",
        "put the text in quotation marks if it holds ': ', or check the indentation",
    ),
    ("unknown escape character", "in double quotation marks write \\\\ for a backslash, or use single ones"),
    ("cannot start any token", "put text that begins with @, ` or % in quotation marks"),
    ("unexpected end of stream", "a quotation mark or a bracket is not closed"),
    ("expected ',' or", "a bracket is not closed, or a comma is missing"),
    ("expected '-' indicator", "this line is less indented than the list, or a '- ' is missing"),
    ("expected key", "check the indentation of this line and the one before"),
    ("could not find expected ':'", "a ':' with a blank after it is missing"),
)


def _syntax(error: yaml.MarkedYAMLError) -> Stopped:
    """One sentence from the parser's two, at the place it means."""
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    reason = ", ".join(clean(part, 100) for part in (error.problem, error.context) if part)
    hint = next((hint for sign, hint in _HINTS if sign in reason), "")
    return Stopped(Mistake.SYNTAX, place, remedy=hint, reason=reason)
