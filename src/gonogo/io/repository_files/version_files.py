"""Reading the version files of a product as they are at its tag, or at what ships while there is no tag.

Read from the object database, never from the work tree: what ships is what was committed.
"""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gonogo.errors import GonogoError
from gonogo.facts.version_files import FITS_LIMIT, FileVersion, Fit, ProductFiles, fits, judged, unreadable
from gonogo.io.git.door import GitDoor, UnknownRevisionError, check_ref, is_object_id
from gonogo.plan import Product, VersionFile
from gonogo.text import clean

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
        return the_fit(text, file).version
    return by_key(parsed(text, file.path), file.key)


def the_fit(text: str, file: VersionFile) -> Fit:
    """The one place where the pattern fits. Raises NoVersion where there are none or several."""
    found = fits(text, file.pattern)
    if not found:
        raise NoVersion("has no such line")
    if len(found) > 1:
        count = f"{len(found)} places" if len(found) < FITS_LIMIT else f"{FITS_LIMIT} places or more"
        lines = ", ".join(f"{one.line} ({clean(one.version, 24)})" for one in found)
        keyed = file.path.rpartition(".")[2].lower() in _PARSERS
        key = f"`key: {'project/version' if file.path.endswith('pom.xml') else 'NAME'}`"
        instead = f"name a {key} instead" if keyed else "take more of the line into it"
        raise NoVersion(f"has {count} where the pattern fits, lines {lines}: {instead}")
    return found[0]


def parsed(text: str, path: str) -> Any:
    """The text as the document its name promises. Raises NoVersion."""
    parse = _PARSERS.get(path.rpartition(".")[2].lower())
    if parse is None:
        raise NoVersion("is neither TOML, JSON, YAML nor XML: give it a `pattern` instead of a `key`")
    try:
        return parse(text)
    except (ValueError, RecursionError, GonogoError) as error:
        raise NoVersion(f"cannot be read: {clean(str(error), 120)}") from error


def _yaml(text: str) -> Any:
    """Bounded like a plan: a repository's YAML is as hostile as any. Every scalar stays the text it is."""
    from gonogo.io.yaml.nodes import read_document
    from gonogo.io.yaml.problems import Problems, Stopped

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


def _xml(text: str) -> Any:
    """Elements by name, without their namespace; those of one name below one parent are a list."""
    from xml.etree.ElementTree import ParseError, XMLParser  # seldom needed

    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NoVersion("declares entities of its own, which are not read")
    parser = XMLParser()  # noqa: S314  # no entities, and at most SIZE_LIMIT
    try:
        parser.feed(text.removeprefix("\ufeff").encode("utf-8", "surrogateescape"))
        root = parser.close()
    except ParseError as error:
        raise NoVersion(f"cannot be read: {clean(str(error), 120)}") from error
    return Elements({_local(root.tag): (root,)})


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


class Elements:
    """XML elements below one parent, by name."""

    def __init__(self, named: Mapping[str, tuple[Any, ...]]) -> None:
        self.named = named

    def at(self, steps: Sequence[str]) -> list[Any]:
        """The elements at a path."""
        found = list(self.named.get(steps[0], ()))
        for step in steps[1:]:
            found = [
                child for one in found for child in one if isinstance(child.tag, str) and _local(child.tag) == step
            ]
        return found

    def plain(self) -> list[tuple[str, int, str, tuple[tuple[str, str], ...]]]:
        """Every element with its depth, text and attributes, in order: what makes two documents the same."""
        found: list[tuple[str, int, str, tuple[tuple[str, str], ...]]] = []
        waiting = [(one, 0) for ones in self.named.values() for one in ones]
        while waiting:
            one, depth = waiting.pop()
            found.append((str(one.tag), depth, f"{one.text}|{one.tail}", tuple(sorted(one.attrib.items()))))
            waiting.extend((child, depth + 1) for child in reversed(one))
        return found


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "toml": _toml,
    "json": _json,
    "yaml": _yaml,
    "yml": _yaml,
    "xml": _xml,
    "csproj": _xml,
    "fsproj": _xml,
    "vbproj": _xml,
    "props": _xml,
    "nuspec": _xml,
}


def by_key(found: Any, key: str) -> str:
    """The text at a key of a document: dotted, or a path such as `project/version` for XML. Raises NoVersion."""
    if isinstance(found, Elements):
        return _element(found, key)
    for step in key.split("."):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        else:
            raise NoVersion(f"has no key {clean(key, 80)}")
    if isinstance(found, str | int | float) and not isinstance(found, bool):
        return str(found)
    raise NoVersion(f"has something else than a version at {clean(key, 80)}")


def _element(found: Elements, key: str) -> str:
    elements = found.at(key.strip("/").split("/"))
    if not elements:
        raise NoVersion(f"has no element {clean(key, 80)}: write its path from the root, as in project/version")
    if len(elements) > 1:
        raise NoVersion(f"has {len(elements)} elements {clean(key, 80)}: name a `pattern` with more of the line")
    text = (elements[0].text or "").strip()
    if not text or len(elements[0]):
        raise NoVersion(f"has something else than a version at {clean(key, 80)}")
    return str(text)
