"""What stands in the files of a kubeconfig: bounded, as plain values, put together by name.

Nothing here waits for what is no plain file, builds more than a file may hold, or quotes any of it: most of it is
secret.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from msgspec import Struct

from gonogo.errors import UsageError
from gonogo.text import clean

SIZE_LIMIT = 1024 * 1024
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
"""Plain words of YAML that stand for no value."""


class Entry(Struct, frozen=True):
    """A context, a cluster or a user."""

    given: Mapping[str, Any]
    folder: Path
    """Of the file it stands in: relative names are below it."""


class Kubeconfig(Struct, frozen=True):
    """All files together; the first that knows a name, or the current context, counts."""

    current: str
    contexts: Mapping[str, Entry]
    clusters: Mapping[str, Entry]
    users: Mapping[str, Entry]
    files: tuple[Path, ...]


def read_files(environ: Mapping[str, str]) -> Kubeconfig:
    """$KUBECONFIG, else ~/.kube/config; a file that is not there is passed over. Raises UsageError."""
    current, files = "", []
    contexts: dict[str, Entry] = {}
    clusters: dict[str, Entry] = {}
    users: dict[str, Entry] = {}
    for path in _named(environ):
        try:
            config = _read(path)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise UsageError(f"{clean(str(path), 200)} cannot be read: {error.strerror}") from error
        files.append(path)
        current = current or text(config, "current-context")
        for known, plural, key in ((contexts, "contexts", "context"), (clusters, "clusters", "cluster"),
                                   (users, "users", "user")):  # fmt: skip
            for name, given in _entries(config, plural, key):
                known.setdefault(name, Entry(given, path.parent))
    return Kubeconfig(current, contexts, clusters, users, tuple(files))


def text(given: Mapping[str, Any], key: str) -> str:
    """The text at `key`; "" where there is none."""
    value = given.get(key)
    return value if isinstance(value, str) else ""


def read_plain(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a plain file; nobody waits for a pipe. Raises OSError."""
    with _opened(path) as file:
        return file.read(limit)


def _named(environ: Mapping[str, str]) -> Iterator[Path]:
    named = [part for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    home = environ.get("HOME", "")
    return map(Path, named or ([f"{home}/.kube/config"] if home else []))


def _opened(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "not a regular file")
    return os.fdopen(descriptor, "rb")


_read_before: dict[Path, tuple[tuple[int, int, int], Mapping[str, Any]]] = {}
"""By file: its inode, size and time of change, and what stood in it. Every question looks; parsing takes 15 ms."""


def _read(path: Path) -> Mapping[str, Any]:
    with _opened(path) as file:
        facts = os.fstat(file.fileno())
        stamp = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
        known = _read_before.get(path)
        if known is not None and known[0] == stamp:
            return known[1]
        raw = file.read(SIZE_LIMIT + 1)
    where = clean(str(path), 200)
    if len(raw) > SIZE_LIMIT:
        raise UsageError(f"{where} is larger than {SIZE_LIMIT // 1024} KiB")
    found = _values(raw, where)
    config = found if isinstance(found, dict) else {}
    _read_before[path] = (stamp, config)
    return config


def _values(raw: bytes, where: str) -> Any:
    """A document as dict, list and text, whatever its scalars look like. Raises UsageError without quoting it."""
    # yaml takes 14 ms, and only plans that name a cluster need it
    from gonogo.io.yaml.guard import events
    from gonogo.io.yaml.problems import Stopped

    try:
        return _built(events(raw.decode("utf-8").removeprefix("\ufeff")), where)
    except (UnicodeDecodeError, Stopped):
        raise UsageError(f"{where} is not YAML that can be read") from None  # the cause may quote the file


def _built(stream: Iterator[Any], where: str) -> Any:
    """The value of a stream of events; its depth and number are bounded where they come from."""
    import yaml

    anchors: dict[str, Any] = {}
    root: list[Any] = []
    open_ones: list[tuple[Any, list[Any]]] = [(None, root)]
    for event in stream:
        kind = type(event)
        if getattr(event, "tag", None) is not None:
            raise UsageError(f"{where} has YAML tags, which are not read")
        if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            open_ones.append((event, []))
            continue
        if kind is yaml.ScalarEvent:
            name, value = event.anchor, None if not event.style and event.value in _NOTHING else event.value
        elif kind is yaml.AliasEvent:
            name, value = None, anchors[event.anchor]
        else:
            start, parts = open_ones.pop()
            name, value = start.anchor, _mapping(parts) if kind is yaml.MappingEndEvent else parts
        if name is not None:
            anchors[name] = value
        open_ones[-1][1].append(value)
    return root[0] if root else None


def _mapping(parts: list[Any]) -> dict[str, Any]:
    """Keys and values in turn; what is no text is nobody's key."""
    return {key: value for key, value in zip(parts[::2], parts[1::2], strict=True) if isinstance(key, str)}


def _entries(config: Mapping[str, Any], plural: str, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    listed = config.get(plural)
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and (name := text(one, "name")) and isinstance(one.get(key), dict):
            yield name, one[key]
