"""One commit read whole from real repositories, whatever they hold."""

import subprocess
from pathlib import Path

import pytest

from gonogo.commits import parse_commit
from gonogo.commits.whole_commit import NoCommit, TouchedFile, WholeCommit
from gonogo.io.git.commit import FILES_KEPT, read_commit, touched
from gonogo.plan import Product
from gonogo.text.tones import line_text
from gonogo.view.commit import commit_lines
from support.repositories import CommitSpec, Made, git, make_repository

pytestmark = pytest.mark.needs("git")


def told(made: Made, at: int) -> WholeCommit:
    """The commit at that position."""
    found = read_commit(Product("web", "1.0.0", repo=str(made.path)), made.oids[at])
    assert isinstance(found, WholeCommit), found
    return found


def test_message_files_and_numbers(tmp_path: Path) -> None:
    """A root is told against nothing, the next against its parent; contents that are no text have no lines."""
    made = make_repository(
        tmp_path,
        [
            CommitSpec("feat: begin\n\nWhy,\nin two lines.\n\nRefs: #1", {"a.txt": "1\n2\n", "b": "\0\1"}),
            CommitSpec("fix: less", {"a.txt": "1\n"}),
        ],
    )
    root, second = told(made, 0), told(made, 1)
    assert root.message == "feat: begin\n\nWhy,\nin two lines.\n\nRefs: #1"
    assert root.files == (TouchedFile("a.txt", 2, 0), TouchedFile("b", None, None))
    assert (second.files, second.added, second.removed) == ((TouchedFile("a.txt", 0, 1),), 0, 1)


def test_a_merge_is_told_against_its_first_parent(tmp_path: Path) -> None:
    """What came in with it, not what both sides had."""
    made = make_repository(
        tmp_path,
        [
            CommitSpec("feat: begin", {"a": "1\n"}),
            CommitSpec("feat: side", {"b": "1\n"}, parents=(0,)),
            CommitSpec("feat: main", {"c": "1\n"}, parents=(0,)),
            CommitSpec("Merge side", {"b": "1\n"}, parents=(2, 1)),
        ],
    )
    assert [file.path for file in told(made, 3).files] == ["b"]


def test_a_renamed_file_says_what_it_was() -> None:
    """`--numstat -z` has three pieces for it, cut anywhere."""
    printed = b"1\t2\t\0old name\0new\nname\0" + b"3\t-\tx\0"
    wanted = [TouchedFile("new name", 1, 2, "old name"), TouchedFile("x", 3, None)]
    assert list(touched([printed])) == wanted
    assert list(touched(printed[at : at + 1] for at in range(len(printed)))) == wanted


def test_thousands_of_files_are_counted_and_some_are_named(tmp_path: Path) -> None:
    """A vendored tree does not fill the memory."""
    files = {f"vendor/{at}.txt": "x\n" for at in range(FILES_KEPT + 20)}
    found = told(make_repository(tmp_path, [CommitSpec("chore: vendor", files)]), 0)
    assert (len(found.files), found.file_count, found.added) == (FILES_KEPT, FILES_KEPT + 20, FILES_KEPT + 20)


def test_nothing_of_the_repository_runs(tmp_path: Path) -> None:
    """Neither its text conversion nor its external diff."""
    made = make_repository(
        tmp_path,
        [
            CommitSpec("feat: a", {".gitattributes": "* diff=evil\n", "a": "1\n"}),
            CommitSpec("fix: b", {"a": "2\n"}),
        ],
    )
    for key in ("diff.evil.textconv", "diff.evil.command", "diff.external"):
        git(made.path, "config", key, f"touch {tmp_path}/ran; cat")
    assert told(made, 1).file_count == 1
    assert not (tmp_path / "ran").exists()


def test_a_shallow_clone_says_why_it_has_no_files(tmp_path: Path) -> None:
    """The message is told all the same."""
    made = make_repository(tmp_path / "all", ["feat: a", "fix: b", "fix: c"])
    subprocess.run(
        ["git", "clone", "-q", "--depth=2", f"file://{made.path}", str(tmp_path / "few")], check=True, timeout=60
    )
    found = read_commit(Product("web", "1.0.0", repo=str(tmp_path / "few")), made.oids[1])
    assert isinstance(found, WholeCommit)
    assert (found.message, found.files) == ("fix: b", ())
    assert "shallow" in found.no_files


@pytest.mark.parametrize("oid", ["", "--output=x", "HEAD", "0" * 40])
def test_what_is_no_commit_is_said(tmp_path: Path, oid: str) -> None:
    """A name is no object id, and nothing becomes an option."""
    made = make_repository(tmp_path, ["feat: a"])
    found = read_commit(Product("web", "1.0.0", repo=str(made.path)), oid)
    assert isinstance(found, NoCommit)
    assert not list(Path.cwd().glob("x"))


def test_the_lines_say_it_all(tmp_path: Path) -> None:
    """Who, when, the message, the files with their bars."""
    made = make_repository(tmp_path, [CommitSpec("feat(api)!: a\n\nWhy.", {"a.txt": "1\n2\n"})])
    commit = parse_commit("feat(api)!: a\n\nWhy.", oid=made.oids[0], author="Ana Ruiz", authored=1_760_000_000)
    text = [line_text(line) for line in commit_lines(commit, told(made, 0))]
    assert text == [
        "feat(api)!: a",
        f"commit    {made.oids[0]}",
        "author    Ana Ruiz, 2025-10-09 08:53:20 UTC",
        "type      feat",
        "scope     api",
        "breaks    a",
        "",
        "Why.",
        "",
        "1 file  +2 -0",
        "    +2     -0  ++                        a.txt",
    ]
