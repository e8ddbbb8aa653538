"""What would ship into a cell, read from real repositories."""

from pathlib import Path

import pytest

from gonogo.commits.shipping import CannotTell, Shipping, headline
from gonogo.facts.containment import ContainmentQuestion
from gonogo.io.git.range import what_ships
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.repository_files.containment_reader import read_containment
from gonogo.plan import Product
from support.deciding import make_plan
from support.repositories import CommitSpec, Made, make_repository

pytestmark = pytest.mark.needs("git")


def _repository(path: Path) -> Made:
    """v1.2.2, two commits, v1.2.3; and a hotfix of 1.2.2 beside them that 1.2.3 lacks."""
    commits = [
        CommitSpec("feat: begin"),
        CommitSpec("fix: one"),
        CommitSpec("feat: two"),
        CommitSpec("fix: only here", parents=(0,)),
        CommitSpec("chore: three", parents=(2,)),
    ]
    return make_repository(path, commits, tags={"v1.2.2": 0, "v1.2.3": 2, "v1.2.2-hotfix": 3})


def _ships(made: Made, version: str, revision: str = "", planned: str = "1.2.3") -> Shipping:
    found = what_ships(Product("web", planned, repo=str(made.path)), version, revision)
    assert isinstance(found, Shipping), found
    return found


def test_the_commits_between_a_version_and_the_target(tmp_path: Path) -> None:
    """Newest first, from tag to tag."""
    found = _ships(_repository(tmp_path), "1.2.2")

    assert [commit.subject for commit in found.commits] == ["feat: two", "fix: one"]
    assert headline(found) == "2 commits from v1.2.2 to v1.2.3"
    assert found.doubts == ()


def test_the_running_revision_wins_over_the_tag(tmp_path: Path) -> None:
    """What runs is a commit; a tag that marks another one is told."""
    made = _repository(tmp_path)

    found = _ships(made, "1.2.2", made.oids[1][:10])

    assert [commit.subject for commit in found.commits] == ["feat: two"]
    assert "while v1.2.2 marks" in found.doubts[0]


def test_a_build_that_is_a_commit_id_names_the_commit(tmp_path: Path) -> None:
    """As .NET writes it; the tag of the version is compared with it."""
    made = _repository(tmp_path)

    found = _ships(made, f"1.2.2+{made.oids[1][:10]}")

    assert [commit.subject for commit in found.commits] == ["feat: two"]


def test_a_build_that_is_a_counter_names_no_commit(tmp_path: Path) -> None:
    """What was built under it is not known; the next act is one that helps."""
    found = what_ships(Product("web", "1.2.3", repo=str(_repository(tmp_path).path)), "1.2.2+7", "")

    assert isinstance(found, CannotTell)
    assert found.remedy == "let the endpoint name its commit (`revision`), or tag that build: v1.2.2+7"


@pytest.mark.parametrize(
    ("version", "remedy"),
    [
        ("1.2.1+7", "tag that build: v1.2.1+7; or put `rollback: {to: VERSION}` into the plan"),
        ("1.2.1", "git -C {repo} fetch --tags"),
    ],
)
def test_a_version_to_go_back_to_that_has_no_tag_is_found_by_what_helps(
    tmp_path: Path, version: str, remedy: str
) -> None:
    """Fetching brings no tag of a build that nobody tagged."""
    made = _repository(tmp_path)
    product = Product("web", "1.2.3", repo=str(made.path))
    question = ContainmentQuestion(product, version)

    (found,) = read_containment(make_plan(products=(product,)), (question,), (), SystemClock())

    assert found.problem == f"the repository has no tag of {version}"
    assert found.remedy == remedy.replace("{repo}", product.repo)


def test_going_back_is_called_by_its_name(tmp_path: Path) -> None:
    """A target older than what runs adds nothing and takes commits away."""
    made = _repository(tmp_path)

    found = _ships(made, "1.2.4", made.oids[4])

    assert (found.count, found.lost_count) == (0, 1)
    assert headline(found).startswith("it would go back: v1.2.3 lacks 1 commit")


def test_a_hotfix_that_the_target_lacks_is_told(tmp_path: Path) -> None:
    """The fix that would silently be undone."""
    found = _ships(_repository(tmp_path), "1.2.2-hotfix")

    assert [commit.subject for commit in found.lost] == ["fix: only here"]
    assert (
        headline(found)
        == "2 commits from v1.2.2-hotfix to v1.2.3; and 1 commit of v1.2.2-hotfix would be taken away"
    )


def test_without_a_tag_the_head_counts_and_says_so(tmp_path: Path) -> None:
    """Before the release is tagged, what would ship may still move."""
    found = _ships(_repository(tmp_path), "1.2.3", planned="1.3.0")

    assert found.end == "HEAD"
    assert found.doubts == ("the plan ships HEAD, not the tag v1.3.0: that may still move",)


@pytest.mark.parametrize("version", ["9.9.9", "--output=/tmp/x", "a..b", "\x1b[2J", "", "v1.2.2^{tree}"])
def test_a_version_nobody_tagged_is_told_with_the_next_step(tmp_path: Path, version: str) -> None:
    """Whatever a source calls its version: git never takes it for an option or an expression."""
    found = what_ships(Product("web", "1.2.3", repo=str(_repository(tmp_path).path)), version)

    assert isinstance(found, CannotTell)
    assert "fetch --tags" in found.remedy


def test_a_missing_repository_is_told(tmp_path: Path) -> None:
    """No exception reaches the screen."""
    assert isinstance(what_ships(Product("web", "1.2.3", repo=str(tmp_path / "gone")), "1.2.2"), CannotTell)
    assert isinstance(what_ships(Product("web", "1.2.3"), "1.2.2"), CannotTell)


def test_only_the_products_paths_count(tmp_path: Path) -> None:
    """In a monorepo what ships of one product is what touched its folders."""
    made = make_repository(
        tmp_path,
        [CommitSpec("a", {"web/x": "1"}), CommitSpec("b", {"api/x": "1"}), CommitSpec("c", {"web/x": "2"})],
        tags={"v1.2.2": 0, "v1.2.3": 2},
    )
    product = Product("web", "1.2.3", repo=str(made.path), paths=("web",))

    found = what_ships(product, "1.2.2")

    assert isinstance(found, Shipping)
    assert ([commit.subject for commit in found.commits], found.count) == (["c"], 1)
