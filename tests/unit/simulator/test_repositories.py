"""Made-up repositories: believable, the same each time, and written in no time."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import StorageError
from gonogo.plan import VersionFile
from gonogo.simulator.histories import Chapter, History, everyday_chapters, narrate, stated_version
from gonogo.simulator.repositories import generate
from gonogo.simulator.scratch_git import clone

UNTIL = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
VERSIONS = ("1.0.0", "1.1.0", "1.2.1", "1.2.2", "2.0.0")
HISTORY = History(
    "web",
    (*everyday_chapters(VERSIONS, "2.0.0"), Chapter("", 5)),
    branches=("release/v1.x",),
    files=(VersionFile("pyproject.toml", key="project.version"),),
)

pytestmark = pytest.mark.needs("git")


def git(repository: Path, *args: str) -> str:
    """What git prints."""
    return subprocess.run(
        ["git", "-C", str(repository), *args], capture_output=True, check=True, text=True
    ).stdout.strip()


def test_the_same_story_has_the_same_commits(tmp_path: Path) -> None:
    """Two machines that tell it get the same ids, annotated tags included."""
    for name in ("one", "two"):
        generate(tmp_path / name, [HISTORY], UNTIL)
    refs = [git(tmp_path / name, "for-each-ref", "--format=%(refname) %(objectname)") for name in ("one", "two")]
    assert refs[0] == refs[1]
    assert "refs/heads/release/v1.x" in refs[0]


def test_it_looks_like_a_history(tmp_path: Path) -> None:
    """Several authors, merges, a revert of a real commit, other conventions, annotated tags, a change log."""
    generate(tmp_path / "web", [HISTORY], UNTIL)
    repository = tmp_path / "web"
    subjects = git(repository, "log", "--format=%s").splitlines()
    assert len(subjects) > 100
    assert len(set(git(repository, "log", "--format=%an").splitlines())) >= 5
    assert git(repository, "log", "--merges", "--format=%h")
    assert any(":" not in subject for subject in subjects)
    assert git(repository, "tag").splitlines() == [f"v{version}" for version in VERSIONS]
    assert git(repository, "cat-file", "-t", "v2.0.0") == "tag"
    assert "BREAKING CHANGE:" in git(repository, "log", "--format=%B", "v1.2.2..v2.0.0")
    assert "## [2.0.0]" in git(repository, "show", "v2.0.0:CHANGELOG.md")
    assert git(repository, "show", "v1.2.2:pyproject.toml") == '[project]\nversion = "1.2.2"'
    reverted = git(repository, "log", "--grep=This reverts commit", "--format=%B", "-1").split("commit ")[1][:40]
    assert git(repository, "cat-file", "-t", reverted) == "commit"
    assert datetime.fromisoformat(git(repository, "log", "-1", "--format=%cI")) == UNTIL
    assert (git(repository, "status", "--porcelain"), git(repository, "fsck", "--strict")) == ("", "")


def test_a_patch_release_brings_no_feature() -> None:
    """What the numbers promise is what the commits say."""
    entries = narrate([History("web", everyday_chapters(("1.2.1", "1.2.2"), "1.2.2"))])
    positions = [number for number, entry in enumerate(entries) if entry.tag]
    later = entries[positions[0] + 1 : positions[1]]
    assert later
    assert not [entry.message for entry in later if entry.message.startswith("feat")]


def test_two_products_share_a_repository(tmp_path: Path) -> None:
    """Each has its folder and its tags on one main line."""
    histories = [
        History(
            name,
            everyday_chapters(("1.0.0", "1.1.0"), "1.1.0"),
            tag="{product}-v{version}",
            folder=f"{name}/",
            shared=True,
        )
        for name in ("api", "web")
    ]
    generate(tmp_path / "mono", histories, UNTIL)
    tags = git(tmp_path / "mono", "tag").splitlines()
    assert tags == ["api-v1.0.0", "api-v1.1.0", "web-v1.0.0", "web-v1.1.0"]
    assert git(tmp_path / "mono", "log", "--format=%s", "api-v1.0.0..api-v1.1.0", "--", "api/")
    assert (tmp_path / "mono" / "web" / "CHANGELOG.md").is_file()


@given(st.text(min_size=1), st.text(min_size=1), st.text())
def test_a_story_of_any_words_can_be_told(name: str, version: str, tag: str) -> None:
    """A plan's texts choose nothing but words."""
    entries = narrate([History(name, everyday_chapters((version,), version), tag=tag)])
    assert len(entries) >= 24


@pytest.mark.parametrize("hostile", ["-d", "a\ncommit refs/heads/evil", "a..b", "a/.git/b", "x.lock", "../up", ""])
def test_names_from_a_plan_give_git_no_orders(tmp_path: Path, hostile: str) -> None:
    """A tag, branch or path that is none is left out; nothing outside the repository appears."""
    history = History(
        "web",
        everyday_chapters(("1.0.0", "1.1.0"), "1.1.0"),
        tag=hostile,
        branches=(hostile,),
        files=(VersionFile(hostile, pattern="{version}"), VersionFile(".git/hooks/post-checkout", pattern="x")),
    )
    generate(tmp_path / "web", [history], UNTIL)
    assert git(tmp_path / "web", "for-each-ref", "--format=%(refname)") == "refs/heads/main"
    assert not (tmp_path / "web" / ".git" / "hooks" / "post-checkout").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["web"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (VersionFile("a.py", pattern='__version__ = "{version}"'), '__version__ = "1.10"\n'),
        (VersionFile("p.toml", key="project.version"), '[project]\nversion = "1.10"\n'),
        (VersionFile("p.json", key="app.version"), '{\n  "app": {\n    "version": "1.10"\n  }\n}\n'),
        (VersionFile("Chart.yaml", key="image.tag"), 'image:\n  tag: "1.10"\n'),
    ],
)
def test_a_version_file_states_the_version_where_the_plan_looks(file: VersionFile, text: str) -> None:
    """By key in TOML, JSON and YAML, or by pattern."""
    assert stated_version(file, "1.10") == text


def test_a_clone_has_all_refs_and_no_way_back(tmp_path: Path) -> None:
    """Branches and tags are there; nothing can be pushed to where it came from."""
    generate(tmp_path / "web", [HISTORY], UNTIL)
    clone(tmp_path / "web", tmp_path / "copy")
    refs = [git(tmp_path / name, "show-ref") for name in ("web", "copy")]
    assert refs[0] == refs[1]
    assert git(tmp_path / "copy", "remote") == ""
    assert git(tmp_path / "copy", "status", "--porcelain") == ""


def test_a_clone_runs_nothing_the_source_brings(tmp_path: Path) -> None:
    """Hooks, filters and monitors of the source stay silent."""
    generate(tmp_path / "web", [HISTORY], UNTIL)
    canary = tmp_path / "ran"
    hook = tmp_path / "web" / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {canary}\n")
    hook.chmod(0o755)
    for key in ("core.fsmonitor", "uploadpack.packObjectsHook", "filter.x.smudge"):
        git(tmp_path / "web", "config", key, f"touch {canary}; cat")
    clone(tmp_path / "web", tmp_path / "copy")
    assert not canary.exists()


def test_a_folder_inside_a_repository_is_not_taken_for_it(tmp_path: Path) -> None:
    """What the plan names is what is copied, or nothing."""
    generate(tmp_path / "web", [HISTORY], UNTIL)
    with pytest.raises(StorageError, match="not a git repository"):
        clone(tmp_path / "web" / "src", tmp_path / "copy")


def test_a_clone_of_nothing_or_of_a_detached_head_is_one_too(tmp_path: Path) -> None:
    """No commit yet, and HEAD at a commit instead of a branch."""
    subprocess.run(["git", "init", "-q", str(tmp_path / "new")], check=True)
    clone(tmp_path / "new", tmp_path / "new-copy")
    assert git(tmp_path / "new-copy", "for-each-ref") == ""
    generate(tmp_path / "web", [HISTORY], UNTIL)
    git(tmp_path / "web", "checkout", "-q", "--detach", "v1.2.1")
    clone(tmp_path / "web", tmp_path / "copy")
    assert git(tmp_path / "copy", "describe", "--exact-match") == "v1.2.1"
    assert git(tmp_path / "copy", "status", "--porcelain") == ""


def test_a_linked_work_tree_and_a_bare_repository_are_copied(tmp_path: Path) -> None:
    """What `repo:` may name in a plan."""
    generate(tmp_path / "web", [HISTORY], UNTIL)
    git(tmp_path / "web", "worktree", "add", "-q", str(tmp_path / "linked"), "release/v1.x")
    clone(tmp_path / "linked", tmp_path / "one")
    subprocess.run(["git", "clone", "-q", "--bare", str(tmp_path / "web"), str(tmp_path / "bare.git")], check=True)
    clone(tmp_path / "bare.git", tmp_path / "two")
    assert git(tmp_path / "one", "tag") == git(tmp_path / "two", "tag") == git(tmp_path / "web", "tag")
    assert git(tmp_path / "one", "rev-parse", "HEAD") == git(tmp_path / "linked", "rev-parse", "HEAD")
