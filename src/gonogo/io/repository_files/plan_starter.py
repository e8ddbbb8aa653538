"""`gonogo init`: a commented plan to start from, made of what the repository shows. Never over an existing file.

Names of tags, branches and files come from strangers: one that is not plain letters, digits and . _ / @ + - is
left out, and the text that is written always loads.
"""

import contextlib
import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from msgspec import Struct

from gonogo.errors import GonogoError, NotPermittedError, StorageError, UsageError
from gonogo.plan import SchemeName
from gonogo.versions import Unparsed, Version, next_patch, parse

SCHEMA_FILE: Final = ".gonogo.schema.json"
"""Where the editor line looks for the schema: `gonogo schema > .gonogo.schema.json`."""

_NAMES_LIMIT: Final = 5_000
"""Tags or branches that are looked at."""
_READ_LIMIT: Final = 256 * 1024
"""Bytes of a version file that are looked at."""
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/@+-]{0,99}", re.ASCII)


class VersionPlace(Struct, frozen=True):
    """A file that states a version: at `key`, or where `pattern` has {version}."""

    path: str
    version: str
    key: str = ""
    pattern: str = ""


class Found(Struct, frozen=True):
    """What a repository shows of the product it holds. Nothing about it is trusted."""

    name: str
    """Of the repository's directory."""
    repo: str = ""
    """The clone as the plan will name it, relative to the plan; "" when there is none."""
    tags: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    files: tuple[VersionPlace, ...] = ()


def starter_plan(directory: Path) -> str:
    """The starter plan for `directory`, from the tags, branches and version files of the repository around it."""
    return starter_text(look_around(directory))


def look_around(directory: Path) -> Found:
    """What is found at and above `directory`; a repository git does not want to read counts as none."""
    here = directory.absolute()
    top = next((path for path in (here, *here.parents) if (path / ".git").exists()), None)
    if top is None:
        return Found(here.name, files=_version_files(here))
    tags: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    with contextlib.suppress(GonogoError):  # no git, or not ours to read: the plan starts without tags
        tags, branches = _references(top, "refs/tags", 2), _references(top, "refs/heads", 2)
        branches = tuple(dict.fromkeys((*branches, *_references(top, "refs/remotes", 3))))
    return Found(top.name, os.path.relpath(top, here), tags, branches, _version_files(top))


def _references(top: Path, below: str, left_out: int) -> tuple[str, ...]:
    """Names without their first `left_out` parts, the newest first. Raises GonogoError."""
    from gonogo.io.git.door import GitDoor  # processes and pipes, which reading a plan does not need

    argv = [
        "for-each-ref",
        "--sort=-creatordate",
        f"--count={_NAMES_LIMIT}",
        f"--format=%(refname:lstrip={left_out})",
        below,
    ]
    return tuple(GitDoor(str(top)).run(argv).decode("utf-8", "replace").splitlines())


def _version_files(top: Path) -> tuple[VersionPlace, ...]:
    places = [
        _keyed(top, "pyproject.toml", "project.version", tomllib.loads),
        _keyed(top, "Cargo.toml", "package.version", tomllib.loads),
        _keyed(top, "package.json", "version", json.loads),
        _matched(top, "VERSION", r"\A\s*([^\s]+)\s*\Z", "{version}"),
    ]
    for path in sorted({*top.glob("src/*/__init__.py"), *top.glob("*/__init__.py")})[:20]:
        name = path.relative_to(top).as_posix()
        places.append(_matched(top, name, r'^__version__ = "([^"\n]+)"', '__version__ = "{version}"'))
    return tuple(place for place in places if place is not None)


def _text_of(path: Path) -> str:
    """The beginning of a regular file of this directory; "" for anything else."""
    try:
        if not path.is_file() or path.is_symlink():
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_READ_LIMIT)
    except OSError:
        return ""


def _keyed(top: Path, name: str, key: str, load: Callable[[str], object]) -> VersionPlace | None:
    text = _text_of(top / name)
    try:
        value = load(text) if text else None
    except (ValueError, RecursionError):
        return None
    for step in key.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return _place(name, value, key=key)


def _matched(top: Path, name: str, expression: str, pattern: str) -> VersionPlace | None:
    found = re.search(expression, _text_of(top / name), re.MULTILINE)
    return _place(name, found[1] if found else None, pattern=pattern)


def _place(name: str, version: object, *, key: str = "", pattern: str = "") -> VersionPlace | None:
    """A place whose version semver understands; a file that states something else is not worth a line."""
    if not isinstance(version, str) or _semver(version) is None or not _PLAIN.fullmatch(name):
        return None
    return VersionPlace(name, version.strip(), key, pattern)


def _semver(text: str, product: str = "") -> Version | None:
    parsed = parse(text, SchemeName.SEMVER, product) if _PLAIN.fullmatch(text.strip()) else None
    return parsed if isinstance(parsed, Version) else None


def starter_text(found: Found) -> str:
    """The plan's text. Whatever was found, it loads without a mistake."""
    product = re.sub(r"[^A-Za-z0-9._-]+", "-", found.name).strip("-._")[:40] or "product"
    newest, pattern = _newest(found.tags, product)
    version = _planned(found.files, newest)
    previous = newest.number if newest is not None else ""
    files = [place for place in found.files if place.version == version]
    main = _main_branch(found.branches)
    release = re.sub(r"[^A-Za-z0-9._-]+", "-", f"{product}-{version}")[:100]
    return "\n".join(
        [
            f"# yaml-language-server: $schema={SCHEMA_FILE}",
            f"# The line above gives editors completion and checks: gonogo schema > {SCHEMA_FILE}",
            "#",
            "# What is here was read off the repository, or guessed. Change what is wrong, then: gonogo check",
            "# Every key: docs/plan.md. What happens to the release (ticks, approvals) never stands here.",
            "",
            f'release: "{release}"   # stable id: names the journal',
            "",
            "environments:   # in promotion order",
            "  staging: {soak: 30m}   # a version must have run here this long before it may go on",
            "  production: {}",
            "",
            "products:",
            f'  "{product}":',
            f'    version: "{version}"{_version_remark(files, newest)}',
            *([f'    previous: "{previous}"   # the newest tag'] if previous else []),
            *_repository_lines(found, pattern),
            *_file_lines(files),
            "    # where the running version is asked; without it cells stay unknown, which is never GO",
            f'    # probe: "https://{product.lower()}.{{environment}}.example.com/version"',
            "    # where one process answers there, one look is enough instead of 29:",
            f'    # probe: {{url: "https://{product.lower()}.{{environment}}.example.com/version", instances: 1}}',
            "    # where several do, a source that counts them is surer: prometheus, kubernetes, argocd",
            "",
            "# people:   # the unix account is the identity",
            "#   ana: {name: Ana Ruiz, account: aruiz, roles: [release-manager]}",
            "",
            "checklist:",
            "  Pre-release:",
            "    - {id: tests, title: Run the full test suite}",
            "    - {id: changelog, title: Read the changelog}",
            "  Deployment:",
            "    - {id: announce, title: Announce the window}",
            "  Post-release:",
            "    - {id: watch, title: Watch the error rate for an hour}",
            "",
            "gates:   # what must hold before production, beside what always must",
            "  production:",
            "    - {checklist: [Pre-release]}",
            "    - {changelog: no-breaking-without-major, level: warn}",
            "",
            "branches:",
            *_branch_lines(found.branches, main),
            "",
        ]
    )


def _newest(tags: Iterable[str], product: str) -> tuple[Version | None, str]:
    """The highest final version among the tags, and the pattern its tag follows."""
    best: Version | None = None
    pattern = "v{version}"
    for tag in tags:
        version = _semver(tag, product)
        if version is None or version.prerelease or version.key is None:
            continue
        if best is not None and best.key is not None and version.key <= best.key:
            continue
        if tag.count(version.number) == 1 and not tag.endswith(".lock"):
            best, pattern = version, tag.replace(version.number, "{version}")
    return best, pattern


def _planned(files: Iterable[VersionPlace], newest: Version | None) -> str:
    """What the files state when that is newer than the newest tag, else the patch after that tag."""
    for place in files:
        stated = _semver(place.version)
        if stated is None or stated.key is None or stated.number != place.version:
            continue
        if newest is None or newest.key is None or stated.key > newest.key:
            return place.version
    following = next_patch(newest) if newest is not None else None
    return following.number if following is not None and not isinstance(following, Unparsed) else "0.1.0"


def _version_remark(files: list[VersionPlace], newest: Version | None) -> str:
    if files:
        return f"   # as in {files[0].path}"
    return "   # the patch after the newest tag; see: gonogo next-version" if newest else ""


def _repository_lines(found: Found, pattern: str) -> list[str]:
    if not found.repo or not re.fullmatch(r"\.|\.\.(?:/\.\.)*", found.repo):
        return ["    # repo: .   # a local clone; there is none here yet"]
    return [f"    repo: {found.repo}", f'    tag: "{pattern}"']


def _file_lines(files: list[VersionPlace]) -> list[str]:
    if not files:
        return []
    lines = ["    files:   # places that must state the same version at the tag"]
    for place in files:
        where = f"key: {place.key}" if place.key else f"pattern: '{place.pattern}'"
        lines.append(f'      - {{path: "{place.path}", {where}}}')
    return lines


def _main_branch(branches: tuple[str, ...]) -> str:
    return next((name for name in ("main", "master", "trunk") if name in branches), "main")


def _development(branches: tuple[str, ...], main: str) -> str:
    """The branch in which work is gathered before it reaches the mainline, by its usual name; "" for none."""
    known = ("develop", "development", "dev") if main in branches else ()
    return next((name for name in known if name in branches), "")


def _branch_lines(branches: tuple[str, ...], main: str) -> list[str]:
    """The mainline; with a branch of development, git flow: what the mainline releases must come back to it.

    Release branches a hotfix may have to reach stand in a comment: which of them still live, only people know.
    """
    own = _development(branches, main)
    lines = [f'  main: "{main}"']
    if own:
        lines = [
            f"  model: gitflow   # {own} is here; trunk: fixes land on the mainline first, then they are picked",
            *lines,
            f"  active: [{own}]   # branches every hotfix must reach",
        ]
    plain = [name for name in branches if _PLAIN.fullmatch(name) and name.startswith("release")][:8]
    named = ", ".join([own, *plain] if own else plain)
    return [*lines, f"  # active: [{named}]   # branches every hotfix must reach"] if plain else lines


def write_new(path: Path, text: str) -> None:
    """Write a file that does not exist yet. Raises UsageError when it does, NotPermittedError, StorageError."""
    where = str(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileExistsError as error:
        remedy = f"read it with `gonogo check {where}`, or name another file: gonogo init PATH"
        raise UsageError("it exists already and is never overwritten", where=where, remedy=remedy) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError("there is no such directory", where=where, remedy="make it first") from error
    except PermissionError as error:
        raise NotPermittedError(
            "this account may not write there", where=where, remedy="name another file: gonogo init PATH"
        ) from error
    except OSError as error:
        raise StorageError(f"it cannot be written: {error.strerror}", where=where) from error
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink(missing_ok=True)  # half a plan, and it is ours: nothing was there before
        raise StorageError(f"it cannot be written: {error.strerror}", where=where) from error
