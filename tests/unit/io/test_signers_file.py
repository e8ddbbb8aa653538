"""The file of the keys that count: beside the plan, or as a branch of a clone has it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from gonogo.errors import GonogoError
from gonogo.io.git.signers_file import as_file, read, stamp
from gonogo.plan import SignersFile
from support.repositories import CommitSpec, git, make_repository

KEYS = "aruiz ssh-ed25519 AAAA\n"


@pytest.fixture
def policy(tmp_path: Path) -> SignersFile:
    """A clone whose remote branch has the keys."""
    made = make_repository(tmp_path / "policy", [CommitSpec("chore: keys", {"keys/signers": KEYS})])
    git(made.path, "update-ref", "refs/remotes/origin/main", "HEAD")
    return SignersFile("keys/signers", str(made.path), "origin/main")


def commit(policy: SignersFile, content: str, ref: str) -> None:
    """Another content of the file, at another reference."""
    blob = git(Path(policy.repo), "hash-object", "-w", "--stdin", feed=content.encode()).strip()
    keys = git(Path(policy.repo), "mktree", feed=f"100644 blob {blob}\tsigners\n".encode()).strip()
    tree = git(Path(policy.repo), "mktree", feed=f"040000 tree {keys}\tkeys\n".encode()).strip()
    settings = ("-c", "user.name=a", "-c", "user.email=a@b")
    made = git(Path(policy.repo), *settings, "commit-tree", "-m", "chore: keys", tree).strip()
    git(Path(policy.repo), "update-ref", ref, made)


def test_it_is_read_from_the_branch_whatever_lies_in_the_work_tree(policy: SignersFile) -> None:
    """What somebody edited in the clone decides nothing."""
    (Path(policy.repo) / "keys").mkdir(exist_ok=True)
    (Path(policy.repo) / "keys" / "signers").write_text("mallory ssh-ed25519 BBBB\n", encoding="ascii")

    assert read(policy) == KEYS.encode()


def test_a_branch_of_ones_own_does_not_stand_in_for_the_remotes(policy: SignersFile) -> None:
    """A local branch of the same name can be made by anybody with the clone."""
    commit(policy, "mallory ssh-ed25519 BBBB\n", "refs/heads/origin/main")

    assert read(policy) == KEYS.encode()


def test_a_branch_that_moved_is_noticed_and_read(policy: SignersFile) -> None:
    """After a fetch the new keys count, without anybody restarting anything."""
    before = stamp(policy)
    commit(policy, "", "refs/remotes/origin/main")

    assert stamp(policy) != before
    assert read(policy) == b""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ref": "origin/gone"}, "there is no branch origin/gone"),
        ({"path": "keys"}, "origin/main:keys is no file"),
        ({"path": "keys/none"}, "origin/main:keys/none is no file"),
        ({"repo": "nowhere"}, "there is no such directory"),
        ({"ref": "--output=x"}, "begins with '-'"),
    ],
)
def test_what_cannot_be_read_says_why(policy: SignersFile, change: dict[str, str], words: str) -> None:
    """Then nothing that must be signed counts."""
    with pytest.raises(GonogoError, match=words), as_file(replace(policy, **change)):
        pass
