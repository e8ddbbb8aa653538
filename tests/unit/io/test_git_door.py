"""The one door to git: nothing of the repository's runs, nothing from outside is an option, every end is named."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.io.git.door import (
    AbandonedError,
    DubiousOwnershipError,
    GitDoor,
    GitError,
    GitMissingError,
    GitTimeoutError,
    NotARepositoryError,
    UnknownRevisionError,
    check_ref,
    is_object_id,
)
from support.repositories import git, make_large, make_repository

pytestmark = pytest.mark.needs("git")


def program(path: Path, script: str) -> Path:
    """An executable shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def door(tmp_path: Path) -> GitDoor:
    """The door to a repository of two commits."""
    return GitDoor(str(make_repository(tmp_path / "repo", ["feat: a", "fix: b"], tags={"v1.0.0": 0}).path))


def test_answer_comes_back_as_bytes(door: GitDoor) -> None:
    """Whatever git prints, undecoded."""
    assert door.run(["log", "--format=%s"]) == b"fix: b\nfeat: a\n"


def test_values_may_be_fed_instead_of_named(door: GitDoor) -> None:
    """Names on standard input are never options."""
    answer = door.run(["cat-file", "--batch-check=%(objecttype)"], feed=b"HEAD\n--output=x\n")
    assert answer.splitlines()[0] == b"commit"
    assert b"missing" in answer


def test_yes_and_no_are_told_from_failure(door: GitDoor) -> None:
    """Exit 1 is an answer; a name that leads nowhere is an error."""
    assert door.succeeds(["merge-base", "--is-ancestor", "refs/tags/v1.0.0", "HEAD"])
    assert not door.succeeds(["merge-base", "--is-ancestor", "HEAD", "refs/tags/v1.0.0"])
    with pytest.raises(UnknownRevisionError):
        door.succeeds(["merge-base", "--is-ancestor", "refs/tags/v9", "HEAD"])


def test_missing_folder_is_said(tmp_path: Path) -> None:
    """The plan's path leads nowhere."""
    with pytest.raises(NotARepositoryError, match="no such directory"):
        GitDoor(str(tmp_path / "gone")).run(["log"])


def test_plain_folder_inside_a_repository_is_not_that_repository(tmp_path: Path) -> None:
    """Showing the history of whatever lies around would be a wrong changelog; the error names the way out."""
    outer = make_repository(tmp_path / "outer", ["feat: a"]).path
    (outer / "services").mkdir()
    with pytest.raises(NotARepositoryError) as caught:
        GitDoor(str(outer / "services")).run(["log"])
    assert caught.value.remedy == f"it lies inside {outer}: say `repo: {outer}` and `paths: [services]`"


def test_missing_git_is_said(door: GitDoor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Not a traceback about a file."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitMissingError, match="not installed"):
        door.run(["log"])


def test_unknown_revision_is_said(door: GitDoor) -> None:
    """With what to do about it."""
    with pytest.raises(UnknownRevisionError) as caught:
        door.run(["log", "refs/tags/v9.9.9", "--"])
    assert "v9.9.9" in caught.value.message
    assert "git fetch --tags" in caught.value.remedy


@pytest.mark.needs("root")
def test_repository_of_another_account_is_refused_with_git_s_advice(tmp_path: Path) -> None:
    """Its configuration is not ours to trust; safe.directory is the person's own decision."""
    made = make_repository(tmp_path / "theirs", ["feat: a"]).path
    for path in (made, made / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(DubiousOwnershipError) as caught:
        GitDoor(str(made)).run(["log"])
    assert "git config --global --add safe.directory" in caught.value.remedy


def test_silent_git_ends_at_its_time_out(tmp_path: Path) -> None:
    """A hanging file system hangs nobody else; the child is gone afterwards."""
    note = tmp_path / "pid"
    slow = program(tmp_path / "slow-git", f"echo $$ > {note}\nexec sleep 600")
    with pytest.raises(GitTimeoutError, match="no answer within"):
        GitDoor(str(tmp_path), git=str(slow), timeout=0.5).run(["log"])
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_silent_stream_ends_when_nobody_wants_it(tmp_path: Path) -> None:
    """Cancelling does not wait for the next byte."""
    slow = program(tmp_path / "slow-git", "exec sleep 600")
    asked = iter([False, False, True])
    with pytest.raises(AbandonedError):
        list(GitDoor(str(tmp_path), git=str(slow)).stream(["log"], cancelled=lambda: next(asked)))


def test_left_stream_leaves_no_process(tmp_path: Path) -> None:
    """Closing the iterator kills git and its children."""
    note = tmp_path / "pid"
    endless = program(tmp_path / "endless-git", f"echo $$ > {note}\nexec yes")
    stream = GitDoor(str(tmp_path), git=str(endless)).stream(["log"])
    assert next(stream)
    assert isinstance(stream, Iterator)
    stream.close()  # type: ignore[attr-defined]  # it is a generator; its users only need an iterator
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_flood_of_errors_neither_blocks_nor_fills_memory(tmp_path: Path) -> None:
    """More on standard error than a pipe holds: the head of it is kept."""
    noisy = program(tmp_path / "noisy-git", "head -c 1000000 /dev/zero | tr '\\0' 'e' >&2\nexit 3")
    with pytest.raises(GitError) as caught:
        GitDoor(str(tmp_path), git=str(noisy)).run(["log"])
    assert len(caught.value.message) <= 300


def test_answer_past_its_limit_is_an_error(door: GitDoor) -> None:
    """Half an answer would look like a whole one."""
    with pytest.raises(GitError, match="more than 4 bytes"):
        door.run(["log", "--format=%s"], limit=4)


def test_stream_comes_in_pieces(tmp_path: Path) -> None:
    """A long history is not held as one."""
    door = GitDoor(str(make_large(tmp_path / "repo", 2_000).path))
    pieces = list(door.stream(["log", "--format=%H%n%B"]))
    assert len(pieces) > 2
    assert max(map(len, pieces)) <= 64 * 1024


GOOD = ["main", "v1.2.3", "release/v1.x", "user-service@1.2.3", "feature/a-b_c", "ümlaut", "a.b", "9"]
BAD = [
    "",
    "-d",
    "--output=x",
    "--upload-pack=touch x",
    "-",
    "@",
    "a..b",
    "a b",
    "a\nb",
    "a\x00b",
    "a\x1b[1m",
    "a~1",
    "a^{tree}",
    "a:b",
    "a?",
    "a*",
    "a[b",
    "a\\b",
    "a@{1}",
    "/a",
    "a/",
    "a//b",
    ".a",
    "a/.b",
    "a.",
    "a.lock",
    "a/b.lock/c",
    "a\u202eb",
    "a" * 251,
]


@pytest.mark.parametrize("name", GOOD)
def test_ordinary_names_may_stand_in_references(name: str) -> None:
    """Tags and branches as people name them."""
    assert check_ref(name) == name


@pytest.mark.parametrize("name", BAD)
def test_names_that_git_or_a_shell_could_obey_are_refused(name: str) -> None:
    """Also those that git itself takes from a remote; what is said about them is clean."""
    with pytest.raises(UsageError) as caught:
        check_ref(name)
    assert caught.value.message.isprintable()


def test_whatever_we_allow_git_allows(door: GitDoor) -> None:
    """Our rules are at least as strict as git-check-ref-format."""
    for name in GOOD:
        door.run(["check-ref-format", f"refs/heads/{name}"])


def test_object_ids_are_full() -> None:
    """SHA-1 or SHA-256, in lower case."""
    assert is_object_id("a" * 40)
    assert is_object_id("0" * 64)
    assert not is_object_id("a" * 39)
    assert not is_object_id("--output=" + "a" * 31)


def test_environment_cannot_lead_git_elsewhere(
    door: GitDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Variables that name other repositories, configurations or programs are not handed on."""
    other = make_repository(tmp_path / "other", ["chore: other"]).path
    trap = program(tmp_path / "trap", f"touch {tmp_path}/sprung")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    monkeypatch.setenv("GIT_PAGER", str(trap))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.fsmonitor")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(trap))
    monkeypatch.setenv("LD_PRELOAD", "")
    assert door.run(["log", "-1", "--format=%s"]) == b"fix: b\n"
    door.run(["log", "-p", "--no-ext-diff", "--no-textconv"])
    assert not (tmp_path / "sprung").exists()


def test_repository_s_own_programs_do_not_run(tmp_path: Path) -> None:
    """A canary repository: hooks, monitor, pager, external diff, text conversion, signature check, transports."""
    made = make_repository(tmp_path / "canary", ["feat: a", "fix: b"])
    trap = program(tmp_path / "trap", f"touch {tmp_path}/sprung; cat")
    git(made.path, "config", "alias.log", f"!{trap}")
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "core.askPass",
        "credential.helper",
        "diff.external",
        "diff.x.textconv",
        "diff.x.command",
        "gpg.program",
        "pager.log",
        "uploadpack.packObjectsHook",
    ):
        git(made.path, "config", key, str(trap))
    git(made.path, "config", "log.showSignature", "true")
    git(made.path, "config", "protocol.ext.allow", "always")
    git(made.path, "config", "remote.origin.url", f"ext::{trap}")
    git(made.path, "config", "remote.origin.promisor", "true")
    (made.path / ".git/info/attributes").write_text("* diff=x\n")
    hooks = made.path / ".git/hooks"
    for name in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction"):
        program(hooks / name, f"touch {tmp_path}/sprung")
    door = GitDoor(str(made.path))
    door.run(["log", "-z", "--format=%H%x00%B", "--full-history", "HEAD", "--", "notes.txt"])
    door.run(["log", "-p", "--no-ext-diff", "--no-textconv"])
    door.run(["for-each-ref", "--format=%(refname)"])
    door.run(["cat-file", "--batch-check"], feed=f"{'1' * 40}\n".encode())
    assert not (tmp_path / "sprung").exists()
    git(made.path, "log", "-p", "--ext-diff")
    assert (tmp_path / "sprung").exists(), "the traps must be able to spring, or the test shows nothing"


def test_no_descriptor_is_left_open(door: GitDoor) -> None:
    """A cockpit runs git for hours."""
    door.run(["log"])
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        door.run(["log"])
        stream = door.stream(["log"])
        next(stream)
        del stream
    assert len(os.listdir("/proc/self/fd")) == before


def test_grafts_and_replacements_change_no_history(tmp_path: Path) -> None:
    """What ships is what the commits say of their parents; and git's hint on grafts hides no error of its own."""
    made = make_repository(tmp_path / "repo", ["feat: one", "feat: two", "feat: three"])
    door = GitDoor(str(made.path))
    info = made.path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "grafts").write_text(f"{made.oids[2]}\n", encoding="ascii")
    git(made.path, "replace", made.oids[1], made.oids[0])
    assert door.run(["rev-list", made.oids[2]]).decode().split() == list(reversed(made.oids))
    with pytest.raises(GitError) as failed:
        door.run(["cat-file", "blob", made.oids[0]])
    assert "hint" not in failed.value.message
