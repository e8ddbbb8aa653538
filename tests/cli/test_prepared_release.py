"""The release commit of `prepare`: a row of the merge status until the mainline has its changelog entry."""

import json
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from support.hotfix_world import fingerprint
from support.repositories import git

CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Baskets\n\n## [1.3.0] - 2026-01-01\n\n- First\n"


@pytest.fixture
def web(release: Release) -> Path:
    """web plans 1.4.0, with a changelog; nobody has a branch checked out."""
    web = release.directory / "web"
    git(web, "config", "user.name", "me")
    git(web, "config", "user.email", "me@example.com")
    git(web, "checkout", "-q", "-f", "main")
    add(web, "CHANGELOG.md", CHANGELOG, "docs: changelog")
    add(web, "basket.txt", "basket\n", "feat: baskets")
    git(web, "checkout", "-q", "--detach")
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(
        text.replace("version: 1.3.0\n    previous: 1.2.0", "version: 1.4.0\n    previous: 1.3.0"),
        encoding="utf-8",
    )
    return web


def add(web: Path, name: str, content: str, subject: str) -> None:
    """Commit a file to what is checked out."""
    (web / name).write_text(content, encoding="utf-8")
    git(web, "add", name)
    git(web, "commit", "-q", "-m", subject)


def moved_on(web: Path) -> None:
    """Mainline has a commit that the release does not have."""
    git(web, "checkout", "-q", "main")
    add(web, "later.txt", "later\n", "feat: later")
    git(web, "checkout", "-q", "--detach")


def prepared(gonogo: Here) -> str:
    """Prepare 1.4.0; what was printed at the end."""
    code = json.loads(gonogo("prepare", "web", "--offline", "--json").out)["confirm"]
    done = gonogo("prepare", "web", "--offline", "--confirm", code)
    if done.code == 3:
        done = gonogo("prepare", "continue", "web", "--without-push")
    assert done.code == 0, done.err + done.out
    return done.out


def carried(gonogo: Here, release_name: str) -> str:
    """Carry it to main; what was shown before."""
    shown = gonogo("merges", "carry", release_name, "main")
    code = json.loads(gonogo("merges", "carry", release_name, "main", "--json").out)["confirm"]
    assert f"gonogo merges carry v1.4.0 main --confirm {code}" in shown.out
    done = gonogo("merges", "carry", release_name, "main", "--confirm", code)
    assert done.code == 0, done.err + done.out
    return shown.out


@pytest.mark.usefixtures("web")
def test_a_prepared_release_is_missing_in_the_mainline_and_prepare_says_how_to_carry_it(gonogo: Here) -> None:
    """Until then the next release repeats its changelog; the row names the release, not a commit alone."""
    assert "gonogo merges carry v1.4.0 main" in prepared(gonogo)
    found = gonogo("merges")
    assert found.code == 3
    assert "  missing  main  until it is there, the next release repeats its changelog" in found.out
    assert "gonogo merges carry v1.4.0 main" in found.out
    cell = json.loads(gonogo("merges", "--json").out)["cells"][0]
    assert cell["names"] == ["v1.4.0", "1.4.0", "release/v1.4"]


@pytest.mark.parametrize("name", ["v1.4.0", "1.4.0", "release/v1.4"])
def test_a_mainline_that_has_nothing_else_is_moved_forward(gonogo: Here, web: Path, name: str) -> None:
    """By tag, version or branch; the preview says fast-forward, and that is what is done."""
    prepared(gonogo)
    before = fingerprint(web)
    assert "fast-forward" in gonogo("merges", "--preview").out
    assert fingerprint(web) == before
    shown = carried(gonogo, name)
    assert "by fast-forward" in shown
    assert "git merge --ff-only" in shown
    assert git(web, "rev-parse", "main") == git(web, "rev-parse", "v1.4.0^{commit}")
    assert gonogo("merges").code == 0


def test_a_mainline_that_went_on_gets_the_release_commit_by_cherry_pick(gonogo: Here, web: Path) -> None:
    """Trunk; the next release begins with nothing unreleased."""
    prepared(gonogo)
    moved_on(web)
    shown = carried(gonogo, "v1.4.0")
    assert "by cherry-pick" in shown
    assert "git cherry-pick -x" in shown
    changelog = git(web, "show", "main:CHANGELOG.md")
    assert changelog.index("[1.4.0]") < changelog.index("- Baskets")
    found = json.loads(gonogo("merges", "--json").out)
    assert [cell["arrival"] for cell in found["cells"]] == ["present"]


def test_with_git_flow_the_release_commit_is_merged(gonogo: Here, release: Release, web: Path) -> None:
    """The preview, the steps and the commit agree."""
    plan = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(f"{plan}\nbranches: {{model: gitflow}}\n", encoding="utf-8")
    prepared(gonogo)
    moved_on(web)
    assert "merge would apply cleanly" in gonogo("merges", "--preview").out
    assert "by merge" in carried(gonogo, "v1.4.0")
    assert len(git(web, "log", "-1", "--format=%P", "main").split()) == 2


def test_an_entry_that_somebody_wrote_into_the_mainlines_changelog_is_enough(gonogo: Here, web: Path) -> None:
    """The next release does not repeat what has its own heading there already."""
    prepared(gonogo)
    moved_on(web)
    git(web, "checkout", "-q", "main")
    text = CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [1.4.0] - 2026-02-02\n")
    add(web, "CHANGELOG.md", text, "docs: what 1.4.0 brought")
    found = gonogo("merges")
    assert found.code == 0
    assert "  present  main  its changelog has the entry" in found.out


@pytest.mark.usefixtures("web")
def test_the_release_commit_can_be_answered_for(gonogo: Here, release: Release) -> None:
    """By the same words as a fix."""
    prepared(gonogo)
    text = release.plan.read_text(encoding="utf-8").replace("name: Me Myself,", "name: Me Myself, shared: false,")
    release.plan.write_text(text, encoding="utf-8")
    said = gonogo("merges", "waive", "v1.4.0", "main", "--reason", "the changelog is written by the docs team")
    assert said.code == 0, said.err
    assert gonogo("merges").code == 0


def test_a_checked_out_mainline_is_told_the_operation_that_would_be_done(gonogo: Here, web: Path) -> None:
    """Not a cherry-pick where a fast-forward is meant."""
    prepared(gonogo)
    git(web, "checkout", "-q", "main")
    oid = git(web, "rev-parse", "v1.4.0^{commit}")
    assert f"merge --ff-only {oid[:12]}" in gonogo("merges", "carry", "v1.4.0", "main").out
