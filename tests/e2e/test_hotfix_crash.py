"""A hotfix that is killed anywhere: going on makes the very same objects, aborting leaves nothing behind."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from gonogo.events.state import HotfixStatus
from gonogo.hotfix.work import Work
from support.hotfix_drive import STORIES, Stage
from support.hotfix_world import fingerprint
from support.repositories import git

pytestmark = pytest.mark.needs("git", "strace")

SAMPLE = 3
"""Points of each story in the everyday suite; the whole set is for the slow one."""


class Prepared(NamedTuple):
    """A story ready to be told again and again."""

    story: str
    directory: Path
    work: Work
    points: tuple[str, ...]
    before: Mapping[str, str]
    after: Mapping[str, str]
    """Of the repository after the uninterrupted run: references, objects by name, other files by content."""


def kill_at(directory: Path, story: str, point: str) -> "subprocess.CompletedProcess[str]":
    """Run the story in a process of its own that dies at that point."""
    words = [sys.executable, "-m", "support.hotfix_drive", str(directory), story, point]
    path = f"{Path(__file__).parents[1]}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return subprocess.run(
        words, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60, check=False
    )


def seen(repo: Path) -> Mapping[str, str]:
    """References, objects, and every other file: how objects are packed is git's affair."""
    facts = {
        name: mark
        for name, mark in fingerprint(repo).items()
        if not name.startswith((".git/objects/", ".git/logs/"))
    }
    facts["references"] = git(repo, "for-each-ref")
    facts["objects"] = git(repo, "cat-file", "--batch-all-objects", "--batch-check", "--unordered")
    facts["objects"] = "\n".join(sorted(set(facts["objects"].splitlines())))
    return facts


def prepare(story: str, directory: Path) -> Prepared:
    """The repository, the plan, and what an uninterrupted run makes of them."""
    made = STORIES[story][0](directory / "repo")
    stage = Stage(directory, story)
    work = stage.work(story, made.oids)
    (directory / "work.json").write_bytes(msgspec.json.encode(work))
    before = fingerprint(made.path)
    run = directory.with_name(f"{directory.name}-whole")
    shutil.copytree(directory, run, symlinks=True)
    _moved(directory, run)
    done = kill_at(run, story, "count")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    points = tuple(f"{kind}:{number}" for kind in sorted(counts) for number in range(1, counts[kind] + 1))
    return Prepared(story, directory, work, points, before, seen(run / "repo"))


def _moved(source: Path, target: Path) -> None:
    """The plan of a copy: it names its own repository."""
    raw = (source / "work.json").read_bytes().replace(f"{source}/repo".encode(), f"{target}/repo".encode())
    (target / "work.json").write_bytes(raw)


def killed_copy(prepared: Prepared, point: str, name: str) -> tuple[Stage, Work]:
    """A copy in which it died at that point."""
    run = prepared.directory.with_name(f"{prepared.directory.name}-{name}")
    shutil.copytree(prepared.directory, run, symlinks=True)
    _moved(prepared.directory, run)
    died = kill_at(run, prepared.story, point)
    assert died.returncode == -signal.SIGKILL, f"{point}: {died.returncode} {died.stderr}"
    return Stage(run, prepared.story), msgspec.json.decode((run / "work.json").read_bytes(), type=Work)


def leftovers(run: Path) -> list[str]:
    """Locks, temporary files and workspaces that should be gone."""
    return [
        str(path.relative_to(run))
        for path in run.rglob("*")
        if (path.name.endswith(".lock") and "/journal/" not in str(path))
        or path.name.startswith("tmp_")
        or path.name == "tree"
    ]


def check_point(prepared: Prepared, point: str, number: int) -> None:
    """Killed there: going on is the uninterrupted run, aborting is the start."""
    stage, work = killed_copy(prepared, point, f"go-on-{number}")
    stage.drive(work)
    assert seen(stage.repo) == prepared.after, point
    assert leftovers(stage.directory) == [], point
    git(stage.repo, "fsck", "--strict")
    shutil.rmtree(stage.directory)

    stage, work = killed_copy(prepared, point, f"abort-{number}")
    hotfixes = stage.hotfixes()
    known = next((one for one in hotfixes.all() if one.id == work.id), None)
    if known is not None and known.status is not HotfixStatus.FINISHED:
        assert hotfixes.abort(known, "a test").remains == (), point
        assert fingerprint(stage.repo) == prepared.before, point
        assert leftovers(stage.directory) == [], point
    shutil.rmtree(stage.directory)


def spread(points: tuple[str, ...], count: int) -> list[str]:
    """So many of them, from all over."""
    return [points[at * len(points) // count] for at in range(count)]


@pytest.mark.parametrize("story", list(STORIES))
def test_killed_hotfix_goes_on_or_is_undone(story: str, tmp_path: Path) -> None:
    """A sample of all points, kill -9: `continue` equals the uninterrupted run, `abort` equals the start."""
    prepared = prepare(story, tmp_path / "stage")
    assert len(prepared.points) >= 30
    for number, point in enumerate(spread(prepared.points, SAMPLE)):
        check_point(prepared, point, number)


@pytest.mark.full
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("story", list(STORIES))
def test_every_point_of_a_killed_hotfix(story: str, tmp_path: Path) -> None:
    """Every point there is: each git before, in and after, each recorded fact, each file gonogo changes."""
    prepared = prepare(story, tmp_path / "stage")
    for number, point in enumerate(prepared.points):
        check_point(prepared, point, number)
