"""A message that says it takes a commit back is a claim: what git bears out of it, by real commits."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from gonogo.changelog import ProductChanges
from gonogo.changelog.evidence import Borne
from gonogo.io.git.deeds import Deeds
from gonogo.io.git.door import GitDoor, GitError
from gonogo.io.git.history import changes
from gonogo.plan import ChangelogRules, Product
from support.repositories import git

pytestmark = pytest.mark.needs("git")

REST = "".join(f"line {at}\n" for at in range(9))
BROKE = f"one\ntwo\nthree\n{REST}"
AFTER = f"one\nzwei\ndrei\n{REST}"


class Desk(Struct):
    """A clone in which somebody works; `v1.0.0` is where it begins."""

    path: Path

    def run(self, *argv: str) -> str:
        """git, as Ana."""
        who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
        return git(self.path, *who, *argv)

    def commit(self, message: str, **files: str | None) -> str:
        """A commit of these files, None for one that goes; its id."""
        for name, text in files.items():
            path = self.path / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text)
        self.run("add", "-A")
        self.run("commit", "-q", "--allow-empty", "-m", message)
        return self.run("rev-parse", "HEAD")

    def claim(self, oid: str, **files: str | None) -> str:
        """A commit that says it takes another one back, whatever it does."""
        return self.commit(f'Revert "feat!: way"\n\nThis reverts commit {oid}.', **files)

    def revert(self, *words: str) -> str:
        """What git makes of it."""
        self.run("revert", "--no-edit", *words)
        return self.run("rev-parse", "HEAD")

    def borne(self, by: str, oid: str) -> Borne:
        """How far it is so."""
        return Deeds(GitDoor(str(self.path))).undoes(by, oid)

    def ships(self) -> ProductChanges:
        """What 1.1.0 ships of it."""
        found = changes(Product("web", "1.1.0", repo=str(self.path)), ChangelogRules())
        assert isinstance(found, ProductChanges), found
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """With one release."""
    path = tmp_path / "web"
    path.mkdir()
    git(path, "init", "-q", "-b", "main")
    made = Desk(path)
    made.commit("feat: start", lib_py=BROKE, other_py="1\n")
    made.run("tag", "v1.0.0")
    return made


def clean_revert(desk: Desk) -> str:
    """As git does it."""
    return desk.revert(desk.commit("feat!: way", lib_py=AFTER, new_py="1\n"))


def revert_after_more(desk: Desk) -> str:
    """The file was changed elsewhere in between."""
    broke = desk.commit("feat!: way", lib_py=AFTER)
    desk.commit("fix: more", lib_py=AFTER + "four\n")
    return desk.revert(broke)


def revert_after_a_move(desk: Desk) -> str:
    """The file lies elsewhere by then."""
    broke = desk.commit("feat!: way", lib_py=AFTER)
    desk.commit("refactor: move", lib_py=None, src__lib_py=AFTER)
    return desk.claim(broke, src__lib_py=BROKE)


def removal_of_what_was_added(desk: Desk) -> str:
    """Though it was changed in between."""
    broke = desk.commit("feat!: way", new_py="1\n2\n")
    desk.commit("fix: more", new_py="1\n3\n")
    return desk.claim(broke, new_py=None)


def revert_of_a_merge(desk: Desk) -> str:
    """With its branch."""
    desk.run("checkout", "-q", "-b", "topic")
    desk.commit("feat!: way", lib_py=AFTER)
    desk.run("checkout", "-q", "main")
    desk.commit("fix: main", other_py="2\n")
    desk.run("merge", "-q", "--no-edit", "topic")
    return desk.revert("-m", "1", "HEAD")


def revert_of_a_revert_of_a_revert(desk: Desk) -> str:
    """There and back again, and once more."""
    desk.commit("feat!: way", lib_py=AFTER)
    desk.revert("HEAD")
    desk.revert("HEAD")
    return desk.revert("HEAD")


REAL = [clean_revert, revert_after_more, revert_after_a_move, removal_of_what_was_added, revert_of_a_merge,
        revert_of_a_revert_of_a_revert]  # fmt: skip


@pytest.mark.parametrize("story", REAL)
def test_a_break_that_is_taken_back_asks_for_nothing(desk: Desk, story: Callable[[Desk], str]) -> None:
    """Nobody is bothered with what does not ship."""
    story(desk)
    found = desk.ships()
    assert (found.breaking, found.doubt, found.breaking_without_major) == ((), "", False)


def other_files(desk: Desk) -> str:
    """A text about going back."""
    return desk.claim(desk.commit("feat!: way", lib_py=AFTER), back_md="how to\n")


def empty(desk: Desk) -> str:
    """Nothing at all."""
    broke = desk.commit("feat!: way", lib_py=AFTER)
    return desk.claim(broke)


def other_lines(desk: Desk) -> str:
    """The same file, elsewhere in it."""
    return desk.claim(desk.commit("feat!: way", lib_py=AFTER), lib_py=AFTER + "four\n")


def by_title_alone(desk: Desk) -> str:
    """It names no id."""
    desk.commit("feat!: way", lib_py=AFTER)
    return desk.commit('Revert "feat!: way"', back_md="how to\n")


def merge_that_stays(desk: Desk) -> str:
    """Only the words of a reverted merge."""
    desk.run("checkout", "-q", "-b", "topic")
    desk.commit("feat!: way", lib_py=AFTER)
    desk.run("checkout", "-q", "main")
    desk.run("merge", "-q", "--no-ff", "--no-edit", "topic")
    return desk.claim(desk.run("rev-parse", "HEAD"), back_md="how to\n")


@pytest.mark.parametrize("story", [other_files, empty, other_lines, by_title_alone, merge_that_stays])
def test_a_break_stands_whatever_a_message_says(desk: Desk, story: Callable[[Desk], str]) -> None:
    """It ships, so the version must say so."""
    story(desk)
    found = desk.ships()
    assert [one.subject for one in found.breaking] == ["feat!: way"]
    assert (found.breaking_without_major, found.next_version) == (True, "2.0.0")


def half_of_it(desk: Desk) -> str:
    """One of two lines."""
    return desk.claim(desk.commit("feat!: way", lib_py=AFTER), lib_py=f"one\ntwo\ndrei\n{REST}")


def one_of_two_files(desk: Desk) -> str:
    """The other one still breaks."""
    return desk.claim(desk.commit("feat!: way", lib_py=AFTER, other_py="2\n"), other_py="1\n")


def conflict(desk: Desk) -> str:
    """Somebody went on with the very lines."""
    broke = desk.commit("feat!: way", lib_py=AFTER)
    desk.commit("fix: more", lib_py=f"one\nzwei\nthree and a half\n{REST}")
    return desk.claim(broke, lib_py=BROKE + "four\n")


@pytest.mark.parametrize("story", [half_of_it, one_of_two_files, conflict])
def test_what_is_taken_back_in_part_is_for_a_person_to_read(desk: Desk, story: Callable[[Desk], str]) -> None:
    """Nobody can tell whether the break is still there: unknown, and both are told."""
    by = story(desk)
    found = desk.ships()
    [looks] = found.unclear
    assert looks.looks_breaking == f"way ({by[:8]} says it takes this back, and does so in part)"
    assert found.doubt.startswith("unknown: 1 commit looks like a break that was taken back in part, or")
    assert looks.struck is None


def test_a_commit_that_the_repository_lacks_bears_out_nothing(desk: Desk) -> None:
    """Nor is it denied."""
    here = desk.run("rev-parse", "HEAD")
    assert desk.borne(here, "f" * 40) is desk.borne("f" * 40, here) is Borne.PARTLY


def test_many_claims_are_read_in_few_calls(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A history with hundreds of reverts is read as before."""
    asked: list[str] = []
    run = GitDoor.run

    def counted(door: GitDoor, argv: list[str], **more: bytes) -> bytes:
        asked.append(argv[0])
        return run(door, argv, **more)  # type: ignore[arg-type]

    for at in range(20):
        desk.revert(desk.commit(f"feat!: way {at}", lib_py=AFTER))
    monkeypatch.setattr(GitDoor, "run", counted)
    assert desk.ships().breaking == ()
    assert asked.count("diff-tree") == 1


def test_git_that_refuses_to_compare_is_no_proof(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not borne out does not become GO."""
    clean_revert(desk)
    run = GitDoor.run

    def refuse(door: GitDoor, argv: list[str], **more: bytes) -> bytes:
        if argv[0] == "diff-tree":
            raise GitError("git diff-tree gave no answer")
        return run(door, argv, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(GitDoor, "run", refuse)
    assert [one.subject for one in desk.ships().unclear] == ["feat!: way"]
