"""What git-cliff puts under each release of a local clone against what gonogo does: base and set of commits.

    python tests/bench/against_git_cliff.py --peers ../peers/bin CLONE[=SCHEME] ... [--newest 60]

git-cliff leaves nothing out for this: no type is skipped, what follows no convention stays. Prints a Markdown
table and, below it, every difference with the first commits that only one of the two has.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from gonogo.changelog import ProductChanges
from gonogo.io.git.history import changes
from gonogo.plan import ChangelogRules, Product, SchemeName
from gonogo.versions import Version, parse

CONFIG = """\
[changelog]
body = ""
[git]
conventional_commits = true
filter_unconventional = false
split_commits = false
filter_commits = false
tag_pattern = "^v?[0-9]+(\\\\.[0-9]+){1,2}$"
sort_commits = "newest"
commit_parsers = [{ message = ".*", group = "all" }, { body = ".*", group = "all" }]
"""
NAMED = 3
"""Commits of a difference that are named."""


class Listed(Struct):
    """A commit in git-cliff's context."""

    id: str


class Previous(Struct):
    """The release before."""

    version: str | None = None


class Entry(Struct):
    """A release in git-cliff's context."""

    version: str | None
    commits: list[Listed]
    previous: Previous | None = None


def main() -> None:
    """Print a line for each clone, then the differences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clones", nargs="+", metavar="CLONE[=SCHEME]")
    parser.add_argument("--peers", type=Path, required=True)
    parser.add_argument("--newest", type=int, default=60)
    options = parser.parse_args()
    told: list[str] = []
    sys.stdout.write("| clone | releases | same base | same set |\n|---|---|---|---|\n")
    for one in options.clones:
        path, _, scheme = one.partition("=")
        clone = Path(path).resolve()
        rows = list(_compared(clone, SchemeName(scheme or "semver"), options.peers, options.newest))
        bases, sets = (sum(row[at] == "" for row in rows) for at in (1, 2))
        sys.stdout.write(f"| {clone.name} | {len(rows)} | {bases} | {sets} |\n")
        sys.stdout.flush()
        told += [f"{clone.name} {tag}: {base} {commits}".strip() for tag, base, commits in rows if base or commits]
    sys.stdout.write("\n" + "\n".join(told) + "\n")


def _compared(clone: Path, scheme: SchemeName, peers: Path, newest: int) -> Iterator[tuple[str, str, str]]:
    """Tag, what differs of the base, what differs of the commits: "" where nothing does."""
    entries = [
        (version, entry)
        for entry in _asked(clone, peers)
        if entry.version and isinstance(version := parse(entry.version, scheme), Version)
    ]
    entries.sort(key=lambda one: one[0].key or ((), ()), reverse=True)
    for version, entry in entries[:newest]:
        tag = str(version.text)
        pattern = tag.replace(version.number, "{version}")
        found = changes(
            Product("x", version.number, scheme=scheme, repo=str(clone), tag=pattern), ChangelogRules()
        )
        assert isinstance(found, ProductChanges), found
        theirs = {commit.id for commit in entry.commits}
        ours = {commit.oid for section in found.sections for commit in section.commits}
        before = (entry.previous.version if entry.previous else None) or ""
        base = "" if found.base == before else f"base {found.base or 'none'}, git-cliff {before or 'none'};"
        yield tag, base, " ".join([*_only("gonogo", ours - theirs), *_only("git-cliff", theirs - ours)])


def _only(who: str, oids: set[str]) -> Iterator[str]:
    if oids:
        named = ", ".join(oid[:8] for oid in sorted(oids)[:NAMED])
        yield f"{len(oids)} only of {who} ({named});"


def _asked(clone: Path, peers: Path) -> list[Entry]:
    with tempfile.TemporaryDirectory(prefix="gonogo-cliff-") as scratch:
        config = Path(scratch) / "cliff.toml"
        config.write_text(CONFIG, encoding="utf-8")
        done = subprocess.run(
            [peers / "git-cliff", "-c", config, "--context"],
            cwd=clone,
            capture_output=True,
            check=True,
            timeout=600,
        )
    return msgspec.json.decode(done.stdout, type=list[Entry])


if __name__ == "__main__":
    main()
