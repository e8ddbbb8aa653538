"""What maintainers released against what gonogo proposes, on any local clone with release tags.

    python tests/bench/histories.py PATH[=TAG_PATTERN[=FOLDER]] ... [--newest 60]

Each final release is asked for as if it were being planned: the target is its own commit, and neither its tag nor
a newer one is looked at. Compared are the base (with the newest older final tag that git calls an ancestor, and
with the one the maintainers' own CHANGELOG.md compares with), the set of commits (`git rev-list`) and the next
version. Prints a Markdown table and, below it, every difference with the commits that cause it.
"""

import argparse
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gonogo.changelog import ProductChanges, Unreadable
from gonogo.io.git.history import changes
from gonogo.io.git.history.repository import Repository
from gonogo.io.git.history.tags import TagRef, release_tags
from gonogo.plan import ChangelogRules, Product
from gonogo.versions import Version, compare, parse


class Walked(Struct, frozen=True):
    """One release, asked for again."""

    tag: str
    base: str
    base_agrees: bool
    set_agrees: bool
    asked: str
    """The version the commits ask for."""
    released: str
    why: str
    """"" when the two agree."""
    theirs: str = ""
    """The base the maintainers' changelog names; "" when it names none."""


class Clone(Struct, frozen=True):
    """What one argument names."""

    path: Path
    pattern: str = "v{version}"
    folder: str = ""

    @property
    def name(self) -> str:
        """The last two parts of the path that say something, and the folder."""
        parts = [part for part in self.path.parts if part not in {"repo", ".git"}]
        return f"{parts[-1]} {self.folder}".strip()


def main() -> None:
    """Print a line for each clone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clones", nargs="+", metavar="PATH[=TAG_PATTERN[=FOLDER]]")
    parser.add_argument("--newest", type=int, default=60)
    options = parser.parse_args()
    clones = [Clone(Path(path), *rest) for path, *rest in (one.split("=") for one in options.clones)]
    found = {clone.name: list(_walk(clone, options.newest)) for clone in clones}
    _say("| clone | releases | base as git has it | as their changelog has it | set | next version | lower |")
    _say("|---|---|---|---|---|---|---|")
    for name, walked in found.items():
        told = [one for one in walked if one.theirs]
        cells = [
            name, len(walked), sum(one.base_agrees for one in walked),
            f"{sum(one.theirs == one.base for one in told)} of {len(told)}", sum(one.set_agrees for one in walked),
            sum(not one.why for one in walked), sum(one.why.startswith("lower") for one in walked),
        ]  # fmt: skip
        _say(f"| {' | '.join(map(str, cells))} |")
    for name, walked in found.items():
        _say(f"\n{name}")
        for one in walked:
            differs = one.theirs not in {"", one.base}
            if one.why or differs or not one.base_agrees or not one.set_agrees:
                theirs = f" (theirs: {one.theirs})" if differs else ""
                _say(f"  {one.tag} after {one.base}{theirs}: asks {one.asked}, released {one.released}; {one.why}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _walk(clone: Clone, newest: int) -> Iterator[Walked]:
    paths = (clone.folder,) if clone.folder else ()
    product = Product("it", "0.0.0", repo=str(clone.path), tag=clone.pattern, paths=paths)
    repository = Repository(str(clone.path))
    tags = [tag for tag in release_tags(repository.git, product) if not tag.version.prerelease]
    theirs = _their_bases(clone)
    for tag in tags[:newest]:
        read = changes(_planned(product, tag), ChangelogRules())
        if isinstance(read, Unreadable):
            _say(f"{tag.name}: {read.reason}")
            continue
        yield _compared(clone, repository, tag, tags, read, theirs.get(tag.name, ""))


def _their_bases(clone: Clone) -> dict[str, str]:
    """By tag: what the links of the changelog compare it with, or else the heading below its own."""
    try:
        text = _git(clone.path, "show", f"HEAD:{clone.folder + '/' if clone.folder else ''}CHANGELOG.md")
    except subprocess.CalledProcessError:
        return {}
    if links := re.findall(r"/compare/([^\s).]+(?:\.[^\s).]+)*)\.{2,3}([^\s)]+)\)", text):
        return {after: before for before, after in links}
    finals = list(re.findall(r"^## \[?(v?\d+\.\d+\.\d+)\b(?!-|[abr])", text, re.MULTILINE))
    return dict(pairwise(finals))


def _planned(product: Product, tag: TagRef) -> Product:
    return replace(product, version=tag.version.number, target=f"refs/tags/{tag.name}")


def _compared(
    clone: Clone, repository: Repository, tag: TagRef, tags: list[TagRef], read: ProductChanges, theirs: str
) -> Walked:
    older = [one for one in tags if compare(one.version, tag.version) == -1]
    expected = next((one.name for one in older if repository.contains(read.target_oid, one.ref)), "")
    since = [f"^refs/tags/{expected}"] if expected else []
    folder = [clone.folder] if clone.folder else []
    listed = _git(clone.path, "rev-list", "--full-history", read.target_oid, *since, "--", *folder).split()
    ours = {commit.oid for section in read.sections for commit in section.commits}
    asked = parse(read.next_version, tag.version.scheme)
    return Walked(
        tag.name, read.base, read.base == expected, ours == set(listed), read.next_version, tag.version.number,
        _why(tag.version, asked, read), theirs,
    )  # fmt: skip


def _why(released: Version, asked: object, read: ProductChanges) -> str:
    """Why the released version is another one than the commits ask for; "" when it is not."""
    if not isinstance(asked, Version) or not read.base:
        return ""
    order = compare(released, asked)
    forced = ", ".join(f"{commit.short} {commit.subject[:60]}" for commit in read.forced_by[:3])
    if order == -1:
        return f"lower: {forced}"
    return f"higher: {forced}" if order == 1 else ""


def _git(path: Path, *words: str) -> str:
    return subprocess.run(["git", "-C", path, *words], check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
