"""From YAML events to plain values (dict, list, text) and, beside them, the place of each.

Every scalar stays the text that was written: 1.10 is "1.10" and NO is "NO". A plain scalar of no
characters is None: something was announced and not given. The first of two equal keys is kept.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import yaml
from msgspec import Struct

from gonogo.io.yaml.guard import events, place_of
from gonogo.io.yaml.problems import Mistake, Place, Problems, Stopped
from gonogo.text import clean

Path: TypeAlias = tuple[str | int, ...]

_MERGE = "<<"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What only an escape can put into text: "\\x1b" is a real ESC."""


class Node(Struct):
    """Where a value stands, and where its parts do."""

    event: yaml.Event
    keys: dict[str, yaml.Event] | None = None
    parts: Any = None
    """dict of Node by key, list of Node, or None for a scalar."""


class Document(Struct):
    """A file as plain values with their places."""

    value: Any
    root: Node
    keys: frozenset[str] = frozenset()
    """Every key that occurs anywhere."""

    def node(self, path: Sequence[str | int]) -> Node:
        """The node at `path`, or the nearest around it that exists."""
        node = self.root
        for step in path:
            child = _part(node, step)
            if child is None:
                break
            node = child
        return node

    def is_whole(self, path: Sequence[str | int]) -> bool:
        """Whether every key of the mapping at `path` has its value: one that was wrong has been taken out."""
        node = self.node(path)
        return all(key in node.parts for key in node.keys or ())

    def at(self, path: Sequence[str | int]) -> Place:
        """Place of the value at `path`, or of the nearest thing around it that exists."""
        return place_of(self.node(path).event)

    def key(self, path: Sequence[str | int]) -> Place:
        """Place of the last key of `path`; of the value where the last step is a list's index."""
        node = self.root
        for step in path[:-1]:
            child = _part(node, step)
            if child is None:
                return place_of(node.event)
            node = child
        event = (node.keys or {}).get(str(path[-1])) if path else None
        return place_of(event) if event is not None else self.at(path)

    def get(self, path: Sequence[str | int]) -> Any:
        """The plain value at `path`; None when there is nothing."""
        value = self.value
        for step in path:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value


def _part(node: Node, step: str | int) -> Node | None:
    parts = node.parts
    if isinstance(parts, dict):
        return parts.get(step)
    return parts[step] if isinstance(parts, list) and isinstance(step, int) and step < len(parts) else None


class _Open(Struct):
    """A mapping or list whose end has not come yet."""

    value: Any
    node: Node
    anchor: str | None
    key: str | None = None
    key_event: yaml.Event | None = None
    is_key: bool = False
    """This whole container stands where a key belongs."""


def read_document(text: str, problems: Problems) -> Document:
    """Read one document. Mistakes that leave the rest readable go to `problems`; raises Stopped for the others."""
    builder = _Builder(problems)
    for event in events(text):
        builder.take(event)
    return builder.document()


class _Builder:
    """Takes events one by one; an explicit stack, so that depth costs nothing but memory."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._open: list[_Open] = []
        self._root: tuple[Any, Node] | None = None
        self._anchors: dict[str, tuple[Any, Node]] = {}
        self._keys: set[str] = set()

    def document(self) -> Document:
        if self._root is None:
            raise Stopped(Mistake.EMPTY_FILE, Place(1, 1))
        value, node = self._root
        return Document(value, node, frozenset(self._keys))

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.MappingStartEvent:
            self._check_tag(event)
            self._start(event, {}, Node(event, {}, {}))
        elif kind is yaml.SequenceStartEvent:
            self._check_tag(event)
            self._start(event, [], Node(event, None, []))
        elif kind is yaml.AliasEvent:
            if self._at_key():
                self._problems.add(Mistake.KEY_NOT_TEXT, place_of(event))
                self._open[-1].key_event = event
                return
            value, node = self._anchors[event.anchor]
            # a node of its own: the place of a mistake is where the alias stands, the parts are shared
            self._put(value, node if node.parts is not None else Node(event))
        else:
            self._end()

    def _at_key(self) -> bool:
        """Whether what comes next is a key."""
        top = self._open[-1] if self._open else None
        return top is not None and top.node.keys is not None and top.key_event is None

    def _scalar(self, event: Any) -> None:
        if event.tag is not None:
            self._check_tag(event)
        value = event.value
        if event.style == '"' and (found := _CONTROL.search(value)):
            self._problems.add(Mistake.CONTROL_CHARACTER, place_of(event), character=f"U+{ord(found[0]):04X}")
        if self._at_key():
            self._key(self._open[-1], event, value)
            return
        text: str | None = None if not value and not event.style else value
        node = Node(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (text, node)
        self._put(text, node)

    def _key(self, top: _Open, event: Any, key: str) -> None:
        top.key_event = event
        top.key = None
        if key == _MERGE and not event.style:
            self._problems.add(Mistake.MERGE_KEY, place_of(event))
        elif not key:
            self._problems.add(Mistake.EMPTY_KEY, place_of(event))
        elif top.node.keys is not None and key in top.node.keys:
            first = place_of(top.node.keys[key]).line
            self._problems.add(Mistake.DUPLICATE_KEY, place_of(event), key=clean(key, 60), line=first)
        else:
            top.key = key
            self._keys.add(key)
        if event.anchor is not None:
            self._anchors[event.anchor] = (key, Node(event))

    def _start(self, event: Any, value: Any, node: Node) -> None:
        is_key = self._at_key()
        if is_key:
            self._problems.add(Mistake.KEY_NOT_TEXT, place_of(event))
        self._open.append(_Open(value, node, event.anchor, is_key=is_key))

    def _end(self) -> None:
        closed = self._open.pop()
        if closed.anchor is not None:
            self._anchors[closed.anchor] = (closed.value, closed.node)
        if closed.is_key:
            top = self._open[-1]
            top.key, top.key_event = None, closed.node.event
        else:
            self._put(closed.value, closed.node)

    def _put(self, value: Any, node: Node) -> None:
        if not self._open:
            self._root = (value, node)
            return
        top = self._open[-1]
        event = top.key_event
        if top.node.keys is None:
            if value is None:
                self._problems.add(Mistake.NO_VALUE, place_of(node.event), key="-")
                return
            top.value.append(value)
            top.node.parts.append(node)
            return
        if top.key is not None and event is not None:
            top.node.keys[top.key] = event
            if value is None and not self._is_bare_environment():
                self._problems.add(Mistake.NO_VALUE, place_of(event), key=clean(top.key, 60))
            else:
                top.value[top.key] = value
                top.node.parts[top.key] = node
        top.key = top.key_event = None

    def _is_bare_environment(self) -> bool:
        """`staging:` among the environments says enough; nowhere else does a key without a value."""
        return len(self._open) == 2 and self._open[0].key == "environments"

    def _check_tag(self, event: Any) -> None:
        if event.tag is not None:
            self._problems.add(Mistake.TAG, place_of(event), tag=clean(event.tag, 60))
