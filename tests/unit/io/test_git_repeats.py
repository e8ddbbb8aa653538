"""One change in several commits: announced once, and never struck out on a guess."""

from pathlib import Path

import pytest

from gonogo.changelog import ProductChanges
from gonogo.io.git.door import GitError
from gonogo.io.git.history import changes, reading
from gonogo.io.git.history.repository import Repository
from gonogo.io.git.history.taken_back import TakenBack
from gonogo.plan import ChangelogRules, Product
from support.repositories import CommitSpec, Made, git, make_repository

pytestmark = pytest.mark.needs("git")

WHEN = 1_760_005_000


def ships(made: Made, version: str) -> ProductChanges:
    """What `version` ships; must be readable."""
    found = changes(Product("web", version, repo=str(made.path)), ChangelogRules())
    assert isinstance(found, ProductChanges), found
    return found


def struck(found: ProductChanges) -> dict[str, str]:
    """Subject to the reason, for every entry that is struck out."""
    commits = [commit for section in found.sections for commit in section.commits]
    return {commit.subject: str(commit.struck) for commit in commits if commit.struck}


FIX = CommitSpec("fix: rounding", parents=(0,), files={"pay.py": "round()\n"}, when=WHEN)
PICKED = 3


def hotfixed(path: Path, picked: CommitSpec) -> Made:
    """Main goes on from 1.0.0 with a fix; 1.0.1 has `picked` on a branch of its own."""
    line = CommitSpec("chore: line", parents=(0,), files={"line.txt": "1\n"})
    after = CommitSpec("feat: next", parents=(1,))
    return make_repository(path, ["feat: start", FIX, line, picked, after], tags={"v1.0.0": 0, "v1.0.1": PICKED})


def test_fix_that_a_hotfix_brought_is_not_announced_again(tmp_path: Path) -> None:
    """Picked without `-x`: the same author date and subject, and the same contents."""
    picked = CommitSpec("fix: rounding", parents=(2,), files={"pay.py": "round()\n"}, when=WHEN)
    made = hotfixed(tmp_path / "repo", picked)
    assert struck(ships(made, "1.1.0")) == {"fix: rounding": f"released in v1.0.1 as {made.oids[PICKED][:8]}"}


def test_same_date_and_subject_with_other_contents_are_two_changes(tmp_path: Path) -> None:
    """Equal words prove nothing."""
    made = hotfixed(
        tmp_path / "repo", CommitSpec("fix: rounding", parents=(2,), files={"pay.py": "ceil()\n"}, when=WHEN)
    )
    assert struck(ships(made, "1.1.0")) == {}


def test_pick_with_x_is_believed_whatever_it_contains(tmp_path: Path) -> None:
    """A conflict resolved by hand changes contents; the line stays."""
    plain = hotfixed(tmp_path / "plain", CommitSpec("x", parents=(2,)))
    message = f"fix: rounding\n\n(cherry picked from commit {plain.oids[1]})"
    made = hotfixed(tmp_path / "repo", CommitSpec(message, parents=(2,), files={"pay.py": "ceil()\n"}))
    assert made.oids[1] == plain.oids[1]
    assert struck(ships(made, "1.1.0")) == {"fix: rounding": f"released in v1.0.1 as {made.oids[PICKED][:8]}"}


def test_hotfix_that_its_own_line_took_back_is_not_released(tmp_path: Path) -> None:
    """1.0.1 has the fix and its revert: main is the first to bring it."""
    original = make_repository(tmp_path / "first", ["feat: start", FIX]).oids[1]
    pick = CommitSpec(f"fix: rounding\n\n(cherry picked from commit {original})", parents=(0,))
    picked = make_repository(tmp_path / "second", ["feat: start", FIX, pick]).oids[2]
    undo = CommitSpec(f'Revert "fix: rounding"\n\nThis reverts commit {picked}.', parents=(2,))
    after = CommitSpec("feat: next", parents=(1,))
    made = make_repository(
        tmp_path / "third", ["feat: start", FIX, pick, undo, after], tags={"v1.0.0": 0, "v1.0.1": 3}
    )
    assert struck(ships(made, "1.1.0")) == {}


def test_copy_beside_its_original_is_told_once(tmp_path: Path) -> None:
    """A branch with picked commits is merged into the one they came from."""
    again = CommitSpec("fix: rounding", parents=(2,), files={"pay.py": "round()\n"}, when=WHEN)
    made = make_repository(
        tmp_path / "repo",
        ["feat: start", FIX, CommitSpec("chore: side", parents=(0,)), again,
         CommitSpec("Merge branch 'side'", parents=(1, 3), files={})],
        tags={"v1.0.0": 0},
    )  # fmt: skip
    found = ships(made, "1.0.1")
    assert [section.title for section in found.sections] == ["Fixed", "Internal", "Merges", "Already announced"]
    assert len(struck(found)) == 1


def test_pick_of_what_the_base_has_is_a_copy(tmp_path: Path) -> None:
    """A maintenance branch with a pick is merged back after the release that has the original."""
    first = make_repository(tmp_path / "first", ["feat: start", "fix: rounding"])
    pick = CommitSpec(f"fix: rounding\n\n(cherry picked from commit {first.oids[1]})", parents=(0,))
    made = make_repository(
        tmp_path / "repo",
        ["feat: start", "fix: rounding", pick, CommitSpec("Merge", parents=(1, 2), files={})],
        tags={"v1.0.0": 0, "v1.1.0": 1},
    )
    assert struck(ships(made, "1.1.1")) == {"fix: rounding": f"the same change as {made.oids[1][:8]}"}


def test_what_was_taken_back_in_the_base_and_picked_again_is_news(tmp_path: Path) -> None:
    """The pick stands on a line that has its original: it brings the change back."""
    first = make_repository(tmp_path / "first", ["feat: start", "fix: rounding", 'Revert "fix: rounding"'])
    pick = f"fix: rounding\n\n(cherry picked from commit {first.oids[1]})"
    made = make_repository(
        tmp_path / "repo", ["feat: start", "fix: rounding", 'Revert "fix: rounding"', pick], tags={"v1.1.0": 2}
    )
    assert struck(ships(made, "1.1.1")) == {}


@pytest.mark.parametrize("trailer", [True, False])
def test_what_was_taken_back_in_the_base_and_comes_from_another_branch_is_news(
    tmp_path: Path, trailer: bool
) -> None:
    """A branch from before it has the same change: merged, it ships, and its break with it."""
    broke = CommitSpec("feat!: way", files={"pay.py": "round()\n"}, when=WHEN)
    first = make_repository(tmp_path / "first", [CommitSpec("feat: start", files={"pay.py": ""}), broke])
    undo = CommitSpec(f'Revert "feat!: way"\n\nThis reverts commit {first.oids[1]}.', files={"pay.py": ""})
    said = f"feat!: way\n\n(cherry picked from commit {first.oids[1]})" if trailer else "feat!: way"
    side = CommitSpec("chore: side", parents=(0,), files={"side.txt": "1\n"})
    again = CommitSpec(said, parents=(3,), files={"pay.py": "round()\n"}, when=WHEN)
    join = CommitSpec("Merge branch 'way'", parents=(2, 4), files={"pay.py": "round()\n"})
    made = make_repository(
        tmp_path / "repo",
        [CommitSpec("feat: start", files={"pay.py": ""}), broke, undo, side, again, join],
        tags={"v1.1.0": 2},
    )
    found = ships(made, "1.2.0")
    assert (struck(found), found.breaking_without_major) == ({}, True)


def test_partial_clone_is_said_and_needs_no_contents(tmp_path: Path) -> None:
    """Messages are all there; what needs contents is not asked, so nothing is fetched."""
    made = hotfixed(
        tmp_path / "repo", CommitSpec("fix: rounding", parents=(2,), files={"pay.py": "round()\n"}, when=WHEN)
    )
    git(made.path, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "partial"
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--bare", f"file://{made.path}", str(clone))
    found = ships(Made(clone, made.oids), "1.1.0")
    assert (found.range.partial, found.count, struck(found)) == (True, 2, {})
    assert any("the clone is partial" in problem for problem in found.problems)


def test_copies_that_cannot_be_looked_for_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list stands, and a reader knows that a line may be told twice."""

    def refuse(*_: object) -> None:
        raise GitError("git diff-tree gave no answer")

    made = hotfixed(tmp_path / "repo", CommitSpec("fix: rounding", parents=(2,)))
    monkeypatch.setattr(reading, "find_copies", refuse)
    found = ships(made, "1.1.0")
    assert (found.count, struck(found)) == (2, {})
    assert found.problems[-1].endswith("were not looked for: git diff-tree gave no answer")


def reverted_merge(path: Path, said: str, files: dict[str, str] | None = None) -> Made:
    """A branch with a break is merged and the merge taken back, in words that `said` completes."""
    before = [
        CommitSpec("feat: start", files={"a": "1", "b": "1"}),
        CommitSpec("feat!: brought", parents=(0,), files={"a": "2", "b": "1"}),
        CommitSpec("fix: on main", parents=(0,), files={"a": "1", "b": "2"}),
        CommitSpec("Merge branch 'topic'", parents=(2, 1), files={"a": "2", "b": "2"}),
    ]
    made = make_repository(path.with_name("before"), before)
    merge, main, topic = made.oids[3], made.oids[2], made.oids[1]
    text = said.format(merge=merge, main=main, topic=topic)
    return make_repository(path, [*before, CommitSpec(text, files=files or {"a": "1"})], tags={"v1.0.0": 0})


def test_what_a_reverted_merge_brought_does_not_ship(tmp_path: Path) -> None:
    """Its break asks for nothing: the next version is a patch."""
    made = reverted_merge(tmp_path / "repo", "Revert \"Merge branch 'topic'\"\n\nThis reverts commit {merge}.")
    found = ships(made, "1.0.1")
    by = f"reverted by {made.oids[4][:8]}"
    assert struck(found)["feat!: brought"] == struck(found)["Merge branch 'topic'"] == by
    assert (found.next_version, found.contradiction) == ("1.0.1", "")


def test_revert_of_a_merge_goes_back_to_the_line_it_names(tmp_path: Path) -> None:
    """`git revert -m 2` takes back the main side and says so."""
    said = 'Revert "Merge"\n\nThis reverts commit {merge}, reversing\nchanges made to {topic}.'
    made = reverted_merge(tmp_path / "repo", said, {"b": "1"})
    assert set(struck(ships(made, "2.0.0"))) == {"fix: on main", "Merge branch 'topic'", 'Revert "Merge"'}


def test_reverted_merge_is_found_below_paths(tmp_path: Path) -> None:
    """Though git lists neither the merge nor what did not touch them."""
    made = reverted_merge(tmp_path / "repo", "Revert it\n\nThis reverts commit {merge}.", {"a": "1", "b": "2"})
    found = changes(Product("web", "1.0.1", repo=str(made.path), paths=("a",)), ChangelogRules())
    assert isinstance(found, ProductChanges)
    assert "feat!: brought" in struck(found)
    assert found.next_version == "1.0.1"


def test_reverts_of_what_is_no_merge_here_ask_git_nothing(tmp_path: Path) -> None:
    """Ten thousand of them in a hostile history take no time."""
    made = make_repository(tmp_path / "repo", ["feat: start", "fix: x"])
    repository = Repository(str(made.path))
    commits = [repository.commit(oid) for oid in made.oids]
    repository.git = None  # type: ignore[assignment]  # whoever asked it would fail
    asked = TakenBack(repository, commits)
    assert asked.brought("f" * 40, commits[0]) == asked.brought(made.oids[0], commits[1]) == ()


def test_what_a_release_took_back_with_a_merge_was_not_announced(tmp_path: Path) -> None:
    """The hotfix merged a fix and reverted the merge: on main it is still news."""
    before: list[CommitSpec | str | bytes] = [
        "feat: start",
        FIX,
        CommitSpec("chore: line", parents=(0,), files={"line.txt": "1\n"}),
        CommitSpec("fix: rounding", parents=(2,), files={"pay.py": "round()\n"}, when=WHEN),
        CommitSpec("Merge branch 'fix'", parents=(2, 3), files={"pay.py": "round()\n", "line.txt": "1\n"}),
    ]
    merge = make_repository(tmp_path / "before", before).oids[4]
    undone = CommitSpec(f"Revert it\n\nThis reverts commit {merge}.", parents=(4,), files={"pay.py": ""})
    after = CommitSpec("feat: next", parents=(1,))
    made = make_repository(tmp_path / "repo", [*before, undone, after], tags={"v1.0.0": 0, "v1.0.1": 5})
    assert struck(ships(made, "1.1.0")) == {}
