"""`gonogo init`: a commented plan to start from, made of what the repository shows. Never over an existing file.

Names of tags, branches and files come from strangers: one that is not plain letters, digits and . _ / @ + - is
left out, and the text that is written always loads.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from gonogo.errors import GonogoError, NotPermittedError, StorageError, UsageError
from gonogo.io.repository_files.checklist_file import (
    ChecklistFile,
    checklist_lines,
    find_checklist,
    read_checklist,
)
from gonogo.io.repository_files.tag_series import Series, living, series_of
from gonogo.io.repository_files.version_files import NoVersion, stated_in
from gonogo.plan import SchemeName, VersionFile
from gonogo.versions import Unparsed, Version, next_patch, parse

SCHEMA_FILE: Final = ".gonogo.schema.json"
"""Where the editor line looks for the schema: `gonogo schema > .gonogo.schema.json`."""

_NAMES_LIMIT: Final = 5_000
"""Tags or branches that are looked at."""
_READ_LIMIT: Final = 256 * 1024
"""Bytes of a version file that are looked at."""
_PRODUCTS: Final = 12
"""Products that a starter plan names; of more, people pick."""
_GATHERED: Final = ("packages", "crates", "apps", "services", "libs", "modules", "backend", "charts")
"""Directories in which repositories of several products keep them."""
_KEYS: Final = (
    ("pyproject.toml", "project.version"),
    ("pyproject.toml", "tool.poetry.version"),
    ("Cargo.toml", "package.version"),
    ("package.json", "version"),
    ("pom.xml", "project/version"),
    ("Chart.yaml", "version"),
)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/@+-]{0,99}", re.ASCII)


class VersionPlace(Struct, frozen=True):
    """A file that states a version: at `key`, or where `pattern` has {version}."""

    path: str
    version: str
    key: str = ""
    pattern: str = ""


class Found(Struct, frozen=True):
    """What a repository shows of the products it holds. Nothing about it is trusted."""

    name: str
    """Of the repository's directory."""
    repo: str = ""
    """The clone as the plan will name it, relative to the plan; "" when there is none."""
    tags: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    """Local and remote ones."""
    files: tuple[VersionPlace, ...] = ()
    made_at: Mapping[str, int] = {}
    """By tag: unix time at which it was made."""
    folders: tuple[str, ...] = ()
    """Directories of the first two levels that may hold a product each."""
    default: str = ""
    """The branch the remote calls its own, else the one that is checked out; "" where neither is known."""

    @property
    def own_name(self) -> str:
        """The repository's name as a plan can write it."""
        return re.sub(r"[^A-Za-z0-9._-]+", "-", self.name).strip("-._")[:40] or "product"


class Part(Struct, frozen=True):
    """One product as the plan will have it."""

    name: str
    pattern: str = "v{version}"
    newest: Version | None = None
    folder: str = ""
    """Below the repository; "" for the whole of it."""
    files: tuple[VersionPlace, ...] = ()

    @property
    def previous(self) -> str:
        """The version before; "" where nothing was released."""
        return self.newest.number if self.newest is not None else ""


def starter_plan(directory: Path, checklist: ChecklistFile | None = None) -> str:
    """The starter plan for `directory`: from tags, branches, version files and commits of the repository there."""
    found = look_around(directory)
    return starter_text(found, _asked(directory, starter_text(found)) if found.tags else {}, checklist)


class Starter(Struct, frozen=True):
    """A starter plan, and the checklist in Markdown that it took over."""

    text: str
    checklist: ChecklistFile | None = None


def starter(directory: Path, named: str | None) -> Starter:
    """The starter plan for `directory`, with the checklist of the file `named`, else the one that is kept there.

    Raises UsageError where a named file holds none, StorageError.
    """
    here = directory.absolute()
    checklist = read_checklist(Path(named)) if named else find_checklist(_top(here) or here)
    return Starter(starter_plan(directory, checklist), checklist)


def _top(here: Path) -> Path | None:
    return next((path for path in (here, *here.parents) if (path / ".git").exists()), None)


def _asked(directory: Path, text: str) -> Mapping[str, str]:
    """The version that the commits of each product ask for, as `next-version` would say of the plan `text`."""
    from gonogo.changelog import ProductChanges  # with git, what a repository without tags has no need of
    from gonogo.io.git.history import changes
    from gonogo.io.plan_file.parsing import parse_plan

    plan = parse_plan(text.encode(), "release.yaml", str(directory))
    found = [changes(product, plan.changelog) for product in plan.products if product.repo]
    return {
        one.product: one.next_version
        for one in found
        if isinstance(one, ProductChanges) and one.next_version and one.base and not one.doubt
    }


def look_around(directory: Path) -> Found:
    """What is found at and above `directory`; a repository git does not want to read counts as none."""
    here = directory.absolute()
    top = _top(here)
    if top is None:
        return Found(here.name, files=_version_files(here))
    dated: dict[str, int] = {}
    branches: tuple[str, ...] = ()
    default = ""
    with contextlib.suppress(GonogoError):  # no git, or not ours to read: the plan starts without tags
        for line in _references(top, "refs/tags", 2, "%(creatordate:unix) "):
            at, _, name = line.partition(" ")
            dated[name] = int(at) if at.isdecimal() else 0
        branches = _references(top, "refs/heads", 2)
        branches = tuple(dict.fromkeys((*branches, *_references(top, "refs/remotes", 3))))
        default = _default(top)
    gathered = (one for at in _GATHERED for one in top.glob(f"{at}/*/"))
    places = (path.relative_to(top).as_posix() for path in sorted({*top.glob("*/"), *gathered})[:_NAMES_LIMIT])
    folders = tuple(place for place in places if _PLAIN.fullmatch(place))
    parts = dict.fromkeys(_folder_of(one.name, folders) for one in series_of(dated, dated, top.name) if one.name)
    files = (*_version_files(top), *(file for folder in parts if folder for file in _version_files(top, folder)))
    return Found(top.name, os.path.relpath(top, here), tuple(dated), branches, files, dated, folders, default)


def _folder_of(name: str, folders: Iterable[str]) -> str:
    """Where the product of that name lies; "" where no directory is called so."""
    known = frozenset(folders)
    return next((one for one in (*(f"{at}/{name}" for at in _GATHERED), name) if one in known), "")


def _git(top: Path, *argv: str, accept: tuple[int, ...] = (0,)) -> str:
    """What git says. Raises GonogoError."""
    from gonogo.io.git.door import GitDoor  # processes and pipes, which reading a plan does not need

    return GitDoor(str(top)).run(list(argv), accept=accept).decode("utf-8", "replace")


def _default(top: Path) -> str:
    for name in ("refs/remotes/origin/HEAD", "HEAD"):
        said = _git(top, "symbolic-ref", "--quiet", name, accept=(0, 1, 128)).strip()
        branch = said.removeprefix("refs/remotes/origin/").removeprefix("refs/heads/")
        if branch and _PLAIN.fullmatch(branch):
            return branch
    return ""


def _references(top: Path, below: str, left_out: int, before: str = "") -> tuple[str, ...]:
    """Names without their first `left_out` parts, the newest first. Raises GonogoError."""
    return tuple(
        _git(
            top,
            "for-each-ref",
            "--sort=-creatordate",
            f"--count={_NAMES_LIMIT}",
            f"--format={before}%(refname:lstrip={left_out})",
            below,
        ).splitlines()
    )


def _version_files(top: Path, folder: str = "") -> tuple[VersionPlace, ...]:
    """Files of the repository, or of one directory of it, that state a version semver understands."""
    at = top / folder if folder else top
    wanted = [VersionFile(name, key=key) for name, key in _KEYS]
    projects = sorted(at.glob("*.csproj"))[:5]
    wanted += [VersionFile(path.name, key="Project/PropertyGroup/Version") for path in projects]
    wanted += [
        VersionFile("VERSION", pattern="{version}"),
        VersionFile("gradle.properties", pattern="version={version}"),
    ]
    modules = sorted({*at.glob("src/*/__init__.py"), *at.glob("*/__init__.py")})[:20]
    for path in modules:
        wanted.append(VersionFile(path.relative_to(at).as_posix(), pattern='__version__ = "{version}"'))
    found = (_stated(at, file, f"{folder}/" if folder else "") for file in wanted)
    return tuple(place for place in found if place is not None)


def _stated(at: Path, file: VersionFile, before: str) -> VersionPlace | None:
    """What the file states; a file that states no version, or several, is not worth a line."""
    text = _text_of(at / file.path)
    whole = file.path == "VERSION"
    try:
        version = text.strip() if whole else stated_in(text, file) if text else ""
    except NoVersion:
        return None
    path = f"{before}{file.path}"
    if _semver(version) is None or not _PLAIN.fullmatch(path):
        return None
    return VersionPlace(path, version.strip(), file.key, file.pattern)


def _text_of(path: Path) -> str:
    """The beginning of a regular file of this directory; "" for anything else."""
    try:
        if not path.is_file() or path.is_symlink():
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(_READ_LIMIT)
    except OSError:
        return ""


def _semver(text: str, product: str = "") -> Version | None:
    parsed = parse(text, SchemeName.SEMVER, product) if _PLAIN.fullmatch(text.strip()) else None
    return parsed if isinstance(parsed, Version) else None


def parts_of(found: Found) -> tuple[tuple[Part, ...], tuple[Series, ...]]:
    """The products, and the series of tags that none of them goes on with."""
    series = series_of(found.tags, found.made_at, found.own_name)
    alive, others = living(series, found.made_at)
    of_parts = {one.name: _folder_of(one.name, found.folders) for one in alive if one.name}
    if not of_parts or any(not one.name for one in alive):
        whole = next((one for one in alive if not one.name), None)
        elsewhere = tuple(f"{folder}/" for folder in of_parts.values() if folder)
        own = tuple(file for file in found.files if not (elsewhere and file.path.startswith(elsewhere)))
        first = [Part(found.own_name, files=own)]
        if whole:
            first = [Part(found.own_name, whole.pattern, whole.newest, "", own)]
    else:
        first = []
    named = [
        Part(one.name, one.pattern, one.newest, of_parts[one.name], _files_below(found.files, of_parts[one.name]))
        for one in alive
        if one.name
    ]
    products = (*first, *named)
    kept = products[:_PRODUCTS]
    return kept, (*others, *(one for one in alive if one.name in {part.name for part in products[_PRODUCTS:]}))


def _files_below(files: Iterable[VersionPlace], folder: str) -> tuple[VersionPlace, ...]:
    return tuple(file for file in files if folder and file.path.startswith(f"{folder}/"))


def starter_text(
    found: Found, asked: Mapping[str, str] | None = None, checklist: ChecklistFile | None = None
) -> str:
    """The plan's text, which always loads. `asked` is the version that commits ask for, by product."""
    parts, others = parts_of(found)
    versions = {part.name: _planned(part, (asked or {}).get(part.name, "")) for part in parts}
    main = _main_branch(found.branches, found.default)
    one = parts[0] if len(parts) == 1 else None
    called = f"{one.name}-{versions[one.name]}" if one else f"{found.own_name}-next"
    release = re.sub(r"[^A-Za-z0-9._-]+", "-", called)
    return "\n".join(
        [
            f"# yaml-language-server: $schema={SCHEMA_FILE}",
            f"# The line above gives editors completion and checks: gonogo schema > {SCHEMA_FILE}",
            "#",
            "# What is here was read off the repository, or guessed. Change what is wrong, then: gonogo check",
            "# Every key: docs/plan.md. What happens to the release (ticks, approvals) never stands here.",
            "",
            f'release: "{release[:100]}"   # stable id: names the journal',
            "",
            "environments:   # in promotion order",
            "  staging: {soak: 30m}   # a version must have run here this long before it may go on",
            "  production: {}",
            "",
            "products:",
            *(line for part in parts for line in _product_lines(found, part, versions[part.name], asked or {})),
            *_other_lines(others),
            "",
            "# people:   # the unix account is the identity",
            "#   ana: {name: Ana Ruiz, account: aruiz, roles: [release-manager]}",
            "",
            *(_USUAL_CHECKLIST if checklist is None else checklist_lines(checklist)),
            "",
            "gates:   # what must hold before production, beside what always must",
            "  production:",
            *(["    - {checklist: [Pre-release]}"] if checklist is None else []),
            "    - {changelog: no-breaking-without-major, level: warn}",
            "",
            "branches:",
            *_branch_lines(found.branches, main),
            "",
        ]
    )


_USUAL_CHECKLIST: Final = (
    "checklist:",
    "  Pre-release:",
    "    - {id: tests, title: Run the full test suite}",
    "    - {id: changelog, title: Read the changelog}",
    "  Deployment:",
    "    - {id: announce, title: Announce the window}",
    "  Post-release:",
    "    - {id: watch, title: Watch the error rate for an hour}",
)


def _product_lines(found: Found, part: Part, version: str, asked: Mapping[str, str]) -> list[str]:
    host = re.sub(r"[^a-z0-9-]+", "-", part.name.lower()).strip("-") or "product"
    stating = [file for file in part.files if file.version in {version, part.previous}]
    return [
        f'  "{part.name}":',
        f'    version: "{version}"{_version_remark(part, version, asked)}',
        *([f'    previous: "{part.previous}"   # the newest tag'] if part.previous else []),
        *_repository_lines(found, part),
        *_file_lines(stating, [file for file in part.files if file not in stating], version),
        "    # where the running version is asked; without it cells stay unknown, which is never GO",
        f'    # probe: "https://{host}.{{environment}}.example.com/version"',
        "    # where one process answers there, one look is enough instead of 29:",
        f'    # probe: {{url: "https://{host}.{{environment}}.example.com/version", instances: 1}}',
        "    # where several do, a source that counts them is surer: prometheus, kubernetes, argocd",
    ]


def _other_lines(others: Iterable[Series]) -> list[str]:
    told = [f"{one.pattern.replace('{version}', one.newest.number)}" for one in others]
    plain = [name for name in told if _PLAIN.fullmatch(name.removeprefix("@"))][:8]
    if not plain:
        return []
    return [
        "",
        "# Tags of other series, which nothing above goes on with: is one of them a product of this release?",
        *(f"#   {name}" for name in plain),
    ]


def _planned(part: Part, asked: str) -> str:
    """What the files state when that is newer than the newest tag, else what the commits ask for, else a patch."""
    for place in part.files:
        stated = _semver(place.version)
        if stated is None or stated.key is None or stated.number != place.version:
            continue
        if part.newest is None or part.newest.key is None or stated.key > part.newest.key:
            return place.version
    wanted = _semver(asked)
    # where nothing was committed since, they ask for the version that is out already
    if wanted is not None and wanted.number == asked != part.previous:
        return asked
    following = next_patch(part.newest) if part.newest is not None else None
    return following.number if following is not None and not isinstance(following, Unparsed) else "0.1.0"


def _version_remark(part: Part, version: str, asked: Mapping[str, str]) -> str:
    stating = next((file.path for file in part.files if file.version == version), "")
    if stating:
        wants = asked.get(part.name, "")
        more = f"; the commits ask for {wants}" if wants != version and _semver(wants) is not None else ""
        return f"   # as in {stating}{more}"
    if asked.get(part.name) == version:
        return "   # what the commits since the newest tag ask for: gonogo next-version"
    return "   # the patch after the newest tag; see: gonogo next-version" if part.newest else ""


def _repository_lines(found: Found, part: Part) -> list[str]:
    if not found.repo or not re.fullmatch(r"\.|\.\.(?:/\.\.)*", found.repo):
        return ["    # repo: .   # a local clone; there is none here yet"]
    paths = [f'    paths: ["{part.folder}"]   # commits elsewhere are of others'] if part.folder else []
    return [f"    repo: {found.repo}", f'    tag: "{part.pattern}"', *paths]


def _file_lines(files: list[VersionPlace], others: list[VersionPlace], version: str) -> list[str]:
    lines = ["    files:   # places that must state the same version at the tag"] if files else []
    for place in files:
        where = f"key: {place.key}" if place.key else f"pattern: '{place.pattern}'"
        now = "" if place.version == version else f"   # states {place.version} now"
        lines.append(f'      - {{path: "{place.path}", {where}}}{now}')
    plain = [
        f"{one.path} ({one.version})" for one in others if _PLAIN.fullmatch(one.path) and _semver(one.version)
    ]
    if plain:
        lines.append(f"    # these state another version: {', '.join(plain[:4])}")
    return lines


def _main_branch(branches: tuple[str, ...], default: str) -> str:
    usual = next((name for name in ("main", "master", "trunk") if name in branches), "")
    return usual or default or "main"


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
