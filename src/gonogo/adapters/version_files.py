"""Reading the version files of a product as they are at its tag, or at what ships while there is no tag.

Read from the object database, never from the work tree: what ships is what was committed.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from gonogo.adapters.git_door import GitDoor, UnknownRevisionError, check_ref, is_object_id
from gonogo.domain.plan import Product, VersionFile
from gonogo.domain.text import clean
from gonogo.domain.version_files import FileVersion, ProductFiles, find_by_pattern, judged, unreadable
from gonogo.errors import GonogoError

SIZE_LIMIT = 1024 * 1024
"""Bytes of a file that is read; one that states a version is small."""
_NOT_PLAIN = {b"120000", b"160000", b"040000"}
"""Modes of links, submodules and folders."""


class NoVersion(Exception):  # noqa: N818  # an answer, turned into a value
    """The file states no version where the plan says so; the text says why."""


def read_version_files(product: Product, cancelled: Callable[[], bool] | None = None) -> ProductFiles:
    """What each of the product's `files` states. Never raises for what a repository holds or lacks.

    Ends early, as a problem, once `cancelled` says so.
    """
    if not product.repo:
        return ProductFiles(product.name, product.version, "", problem=f"the plan names no repo of {product.name}")
    door = GitDoor(product.repo, cancelled=cancelled)
    try:
        at, revision = _revision(door, product)
        files = tuple(_file(door, product, file, revision) for file in product.files)
    except GonogoError as error:
        return ProductFiles(product.name, product.version, "", problem=clean(error.message, 300))
    return ProductFiles(product.name, product.version, at, revision, files)


def _revision(door: GitDoor, product: Product) -> tuple[str, str]:
    """What ships, in words and as a commit id: the tag of the planned version, else the target, else HEAD."""
    tag = product.tag_name
    try:
        return f"tag {tag}", _commit(door, f"refs/tags/{check_ref(tag)}")
    except UnknownRevisionError:
        pass
    if not product.target:
        return "HEAD", _commit(door, "HEAD")
    if is_object_id(product.target):
        return product.target[:10], _commit(door, product.target)
    name = check_ref(product.target)
    for space in ("refs/tags/", "refs/heads/", "refs/remotes/"):
        try:
            return name, _commit(door, f"{space}{name}")
        except UnknownRevisionError:
            continue
    raise UnknownRevisionError(f"there is no {clean(name, 80)} in the repository", where=product.repo)


def _commit(door: GitDoor, name: str) -> str:
    found = door.run(["rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}"], accept=(0, 1))
    if not found.strip():
        raise UnknownRevisionError(f"there is no {clean(name, 80)}", where=door.repo)
    return found.decode().strip()


def _file(door: GitDoor, product: Product, file: VersionFile, revision: str) -> FileVersion:
    try:
        return judged(product, file, stated_in(_content(door, revision, file.path), file))
    except NoVersion as none:
        return unreadable(file, str(none))


def _content(door: GitDoor, revision: str, path: str) -> str:
    listed = door.run(["ls-tree", "-z", "--full-tree", "--long", revision, "--", path])
    if not listed:
        raise NoVersion("is not there")
    mode, _kind, object_id, size = listed.partition(b"\t")[0].split()
    if mode in _NOT_PLAIN:
        raise NoVersion("is no plain file")
    if int(size) > SIZE_LIMIT:
        raise NoVersion(f"is larger than {SIZE_LIMIT} bytes")
    return door.run(["cat-file", "blob", object_id.decode()]).decode("utf-8", "replace")


def stated_in(text: str, file: VersionFile) -> str:
    """The version that a file's text states where the plan says so. Raises NoVersion."""
    if not file.key:
        found = find_by_pattern(text, file.pattern)
        if not found:
            raise NoVersion("has no such line")
        return found
    return by_key(parsed(text, file.path), file.key)


def parsed(text: str, path: str) -> Any:
    """The text as the document its name promises. Raises NoVersion."""
    parse = _PARSERS.get(path.rpartition(".")[2].lower())
    if parse is None:
        raise NoVersion("is neither TOML, JSON nor YAML: give it a `pattern` instead of a `key`")
    try:
        return parse(text)
    except (ValueError, RecursionError, GonogoError) as error:
        raise NoVersion(f"cannot be read: {clean(str(error), 120)}") from error


def _yaml(text: str) -> Any:
    """Bounded like a plan: a repository's YAML is as hostile as any. Every scalar stays the text it is."""
    from gonogo.adapters.plan_yaml.nodes import read_document
    from gonogo.adapters.plan_yaml.problems import Problems, Stopped

    problems = Problems("", text)
    try:
        document = read_document(text, problems)
    except Stopped as stopped:
        raise NoVersion(f"cannot be read: {clean(str(stopped), 120)}") from None
    if len(problems):
        raise NoVersion("cannot be read: a key stands there twice, or a value is no text")
    return document.value


def _toml(text: str) -> Any:
    """A number stays the text it is: 1.10 is not 1.1."""
    return tomllib.loads(text, parse_float=str)


def _json(text: str) -> Any:
    return json.loads(text.removeprefix("\ufeff"), parse_float=str, parse_int=str)


_PARSERS: Mapping[str, Callable[[str], Any]] = {"toml": _toml, "json": _json, "yaml": _yaml, "yml": _yaml}


def by_key(found: Any, key: str) -> str:
    """The text at a dotted key of a document. Raises NoVersion."""
    for step in key.split("."):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        else:
            raise NoVersion(f"has no key {clean(key, 80)}")
    if isinstance(found, str | int | float) and not isinstance(found, bool):
        return str(found)
    raise NoVersion(f"has something else than a version at {clean(key, 80)}")
