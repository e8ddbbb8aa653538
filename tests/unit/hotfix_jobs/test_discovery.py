"""What kind of repository it is."""

import os
from pathlib import Path

import pytest

from gonogo.hotfix_jobs.discovery import Remote, discover
from gonogo.io.git.door import DubiousOwnershipError, NotARepositoryError
from support import hotfix_world
from support.repositories import git

pytestmark = pytest.mark.needs("git")


def test_clone_worktree_bare_shallow_and_submodule_are_told_apart(tmp_path: Path) -> None:
    """Each with what a person must know about it."""
    made = hotfix_world.linear(tmp_path / "repo").path
    git(made, "worktree", "add", "--quiet", str(tmp_path / "linked"), "release/v1.9")
    git(made, "clone", "--quiet", "--bare", str(made), str(tmp_path / "bare.git"))
    git(made, "clone", "--quiet", "--depth=1", f"file://{made}", str(tmp_path / "shallow"))
    git(made, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(made), "inner")

    plain, linked = discover(str(made)), discover(str(tmp_path / "linked"))
    bare, shallow = discover(str(tmp_path / "bare.git")), discover(str(tmp_path / "shallow"))
    inner = discover(str(made / "inner"))

    assert (plain.bare, plain.shallow, plain.submodule) == (False, False, False)
    assert linked.git_dir != linked.common_dir
    assert linked.common_dir == plain.common_dir
    assert linked.checked_out["refs/heads/release/v1.9"] == str(tmp_path / "linked")
    assert bare.bare
    assert shallow.shallow
    assert "shallow" in shallow.warnings[0]
    assert inner.submodule
    assert "submodule" in inner.warnings[0]
    assert inner.remote("") is not None


def test_partial_clone_is_recognised(tmp_path: Path) -> None:
    """Objects may be missing: said, never silently a wrong answer."""
    made = hotfix_world.linear(tmp_path / "repo").path
    git(made, "config", "uploadpack.allowFilter", "true")
    git(
        made,
        "clone",
        "--quiet",
        "--filter=blob:none",
        "--no-checkout",
        f"file://{made}",
        str(tmp_path / "partial"),
    )
    found = discover(str(tmp_path / "partial"))
    assert found.partial
    assert any("partial" in one for one in found.warnings)


def test_plain_folder_is_no_repository(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(NotARepositoryError):
        discover(str(tmp_path))


@pytest.mark.needs("root")
def test_repository_of_another_account_is_refused_with_git_s_advice(tmp_path: Path) -> None:
    """Not opened behind git's back by anything else."""
    made = hotfix_world.linear(tmp_path / "repo").path
    for path in (made, made / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(DubiousOwnershipError) as caught:
        discover(str(made))
    assert "safe.directory" in caught.value.remedy


def test_address_is_shown_without_its_secrets() -> None:
    """User, password and query stay where they are."""
    assert Remote("o", "https://ana:s3cret@git.example.com/web.git?t=1").shown == "https://git.example.com/web.git"
    assert Remote("o", "git@example.com:web.git").shown == "git@example.com:web.git"


def test_relative_address_is_relative_to_the_repository(tmp_path: Path) -> None:
    """git runs somewhere else when it pushes."""
    made = hotfix_world.linear(tmp_path / "repo").path
    git(made, "remote", "add", "origin", "../web.git")
    remote = discover(str(made)).remote("origin")
    assert remote is not None
    assert remote.url == str(tmp_path / "web.git")
