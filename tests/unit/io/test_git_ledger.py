"""Forward-merges as git proves them: real picks, merges and reverts in real repositories."""

from pathlib import Path

import pytest

from gonogo.events.merges import MergeWord, Word
from gonogo.facts.ledger import Arrival, Ledger, build
from gonogo.io.git.ledger import survey
from gonogo.plan import Branches, ChangelogRules, Product, VersionFile
from support.releases import ANA, NOW
from support.repositories import git, make_repository

pytestmark = pytest.mark.needs("git")

NOBODY = ("-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com", "-c", "commit.gpgSign=false")


class Desk:
    """A clone somebody works in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        make_repository(path, ["feat: begin"], annotated={"v1.0.0": 0})
        git(path, "checkout", "-q", "-f", "main")

    def commit(self, subject: str, name: str = "", content: str = "") -> str:
        """Write a file and commit it."""
        file = self.path / (name or f"{subject.split()[-1]}.txt")
        file.write_text(content or f"{subject}\n", encoding="utf-8")
        git(self.path, "add", file.name)
        git(self.path, *NOBODY, "commit", "-q", "-m", subject)
        return self.head()

    def head(self) -> str:
        """The commit the work tree is at."""
        return git(self.path, "rev-parse", "HEAD")

    def on(self, branch: str, start: str = "") -> "Desk":
        """Go to a branch, a new one when it has a start."""
        git(self.path, "checkout", "-q", *(["-b", branch, start] if start else [branch]))
        return self

    def do(self, *words: str) -> str:
        """Any command of git that commits; returns where it led."""
        git(self.path, *NOBODY, *words)
        return self.head()

    def tag(self, name: str) -> None:
        """Release what is checked out."""
        git(self.path, *NOBODY, "tag", "-a", "-m", name, name)

    def ledger(self, *active: str, words: tuple[MergeWord, ...] = ()) -> Ledger:
        """What is proven now."""
        product = Product(
            "web", "1.1.0", repo=str(self.path), files=(VersionFile("version.txt", pattern="{version}"),)
        )
        return build([survey(product, Branches(active=active), ChangelogRules())], words, NOW)

    def cells(self, *active: str) -> dict[tuple[str, str], tuple[Arrival, str]]:
        """(subject, branch) to arrival and detail."""
        return {(cell.subject, cell.branch): (cell.arrival, cell.detail) for cell in self.ledger(*active).cells}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """v1.0.0 is out, main went on, and a hotfix v1.0.1 was made on its line."""
    made = Desk(tmp_path / "repo")
    made.commit("feat: more")
    made.on("hotfix/v1.0.1", "v1.0.0").commit("fix: login")
    made.commit("chore(release): 1.0.1", "version.txt", "1.0.1")
    made.tag("v1.0.1")
    return made.on("main")


def test_a_fix_that_nobody_carried_forward_is_missing(desk: Desk) -> None:
    """The classic: it comes back with the next release. What only says the version need not travel."""
    assert {key: arrival for key, (arrival, _) in desk.cells().items()} == {
        ("fix: login", "main"): Arrival.MISSING
    }


def test_a_merged_hotfix_is_part_of_the_branch(desk: Desk) -> None:
    """By reachability, the strongest proof."""
    desk.do("merge", "-q", "--no-ff", "-m", "Merge hotfix", "hotfix/v1.0.1")
    assert desk.cells()["fix: login", "main"] == (Arrival.PRESENT, "is part of it")


def test_a_pick_is_known_by_its_change(desk: Desk) -> None:
    """Without a trailer, by what it changes; the commit that does it is named."""
    pick = desk.do("cherry-pick", "v1.0.1~1")
    assert desk.cells()["fix: login", "main"] == (Arrival.PRESENT, f"the same change is in it ({pick[:8]})")


def test_a_pick_resolved_by_hand_is_known_by_its_trailer(desk: Desk) -> None:
    """Its change is another one; its `-x` line says where it is from."""
    fix = git(desk.path, "rev-parse", "v1.0.1~1")
    pick = desk.commit(f"fix: log in\n\n(cherry picked from commit {fix})", "login.txt", "by hand\n")
    assert desk.cells()["fix: login", "main"] == (Arrival.PRESENT, f"a pick of it is in it ({pick[:8]})")


def test_a_pick_resolved_by_hand_without_a_trailer_is_missing_and_says_so(desk: Desk) -> None:
    """The one false alarm there is: somebody answers for it by name."""
    desk.commit("fix: log in", "login.txt", "by hand\n")
    assert desk.cells()["fix: login", "main"] == (
        Arrival.MISSING,
        "no such change, and no commit that says it was picked from it",
    )


def test_a_fix_picked_from_the_mainline_is_known_there(desk: Desk) -> None:
    """Trunk: the fix landed on main first, and the hotfix says so."""
    landed = desk.commit("fix: basket", "basket.txt", "main\n")
    desk.on("hotfix/v1.0.2", "v1.0.1")
    desk.commit(f"fix: basket\n\n(cherry picked from commit {landed})", "basket.txt", "hotfix, by hand\n")
    desk.tag("v1.0.2")
    assert desk.cells()["fix: basket", "main"] == (Arrival.PRESENT, f"a pick of it is in it ({landed[:8]})")


@pytest.mark.parametrize("how", ["merge", "pick", "trailer"])
def test_a_fix_that_was_taken_back_has_not_arrived(desk: Desk, how: str) -> None:
    """A revert on the branch undoes every proof; a revert of the revert restores it."""
    fix = git(desk.path, "rev-parse", "v1.0.1~1")
    if how == "merge":
        desk.do("merge", "-q", "--no-ff", "-m", "Merge hotfix", "hotfix/v1.0.1")
        revert = desk.do("revert", "--no-edit", fix)
    elif how == "pick":
        pick = desk.do("cherry-pick", fix)
        revert = desk.do("revert", "--no-edit", pick)
    else:
        pick = desk.do("cherry-pick", "-x", fix)
        revert = desk.do("revert", "--no-edit", pick)
    assert desk.cells()["fix: login", "main"][0] is Arrival.MISSING
    desk.do("revert", "--no-edit", revert)
    assert desk.cells()["fix: login", "main"][0] is Arrival.PRESENT


def test_a_fix_travels_forward_to_newer_lines_and_to_listed_branches(desk: Desk) -> None:
    """1.10 is newer than 1.9, older lines need it only when the plan lists them."""
    for line in ("1.9", "1.10", "0.9"):
        desk.on(f"release/v{line}", "v1.0.0").on("main")
    desk.on("legacy", "v1.0.0").on("main")
    git(desk.path, "tag", "-d", "v1.0.1")
    desk.on("release/v1.9")
    desk.tag("v1.9.0")
    desk.commit("fix: nine")
    desk.tag("v1.9.1")
    desk.on("main")
    due = {branch for (subject, branch) in desk.cells("legacy") if subject == "fix: nine"}
    assert due == {"main", "release/v1.10", "legacy"}


def test_a_release_branch_that_the_plan_retires_is_named_and_not_asked_for(desk: Desk) -> None:
    """Branches lie around long after their last release: nobody must delete them to complete the next one."""
    for line in ("1.1", "1.2", "2.0"):
        desk.on(f"release/v{line}", "v1.0.0").on("main")
    product = Product("web", "1.1.0", repo=str(desk.path))
    branches = Branches(retired=("release/v1.*", "release/v0.9"))
    ledger = build([survey(product, branches, ChangelogRules())], (), NOW)
    assert {cell.branch for cell in ledger.cells if cell.subject == "fix: login"} == {"main", "release/v2.0"}
    assert ledger.retired == ("release/v1.1", "release/v1.2")


def test_hotfixes_from_before_a_day_are_counted_and_not_followed(desk: Desk) -> None:
    """Whoever begins to keep this ledger need not answer for ten years first."""
    product = Product("web", "1.1.0", repo=str(desk.path))
    old = build([survey(product, Branches(since="2999-01-01"), ChangelogRules())], (), NOW)
    assert (old.cells, old.old, old.problem) == ((), 1, "")
    new = build([survey(product, Branches(since="2001-01-01"), ChangelogRules())], (), NOW)
    assert (len(new.cells), new.old) == (2, 0)


def test_release_branches_named_by_a_whole_version_are_found(desk: Desk) -> None:
    """`release/{version}` is a pattern like any other: no such branch may be passed over in silence."""
    for version in ("1.0.0", "1.1.0", "2.0.0-rc.1"):
        desk.on(f"release/{version}", "v1.0.0").on("main")
    product = Product("web", "1.1.0", repo=str(desk.path))
    ledger = build([survey(product, Branches(release="release/{version}"), ChangelogRules())], (), NOW)
    assert {cell.branch for cell in ledger.cells if cell.subject == "fix: login"} == {
        "main", "release/1.1.0", "release/2.0.0-rc.1",
    }  # fmt: skip


def test_an_ordinary_release_from_the_mainline_is_no_hotfix(desk: Desk) -> None:
    """A patch that was cut from main has nothing to carry anywhere."""
    desk.commit("fix: on main")
    desk.tag("v1.1.0")
    desk.commit("fix: more on main")
    desk.tag("v1.1.1")
    assert {subject for subject, _ in desk.cells()} == {"fix: login"}


def test_release_candidates_carry_nothing(desk: Desk) -> None:
    """What was never final was never shipped."""
    desk.on("hotfix/v1.0.2", "v1.0.1").commit("fix: half")
    desk.tag("v1.0.2-rc.1")
    assert "fix: half" not in {subject for subject, _ in desk.on("main").cells()}


def test_a_word_answers_for_what_git_cannot_prove(desk: Desk) -> None:
    """By name and reason; it does not outweigh a proof, and another branch is another question."""
    fix = git(desk.path, "rev-parse", "v1.0.1~1")
    for word, arrival in ((Word.EQUIVALENT, Arrival.PRESENT), (Word.WAIVED, Arrival.WAIVED)):
        said = MergeWord("web", fix, "main", word, "rewritten in #12", ANA, NOW, 7)
        (cell,) = desk.ledger(words=(said,)).cells
        assert cell.arrival is arrival
        assert "aruiz" in cell.detail
        assert "rewritten in #12" in cell.detail


def test_what_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    """No mainline, no repository: nothing is green."""
    desk = Desk(tmp_path / "repo")
    git(desk.path, "branch", "-m", "main", "trunk")
    assert desk.ledger().problem.startswith("web: there is no branch main: say in `branches.main`")
    product = Product("web", "1.0.0", repo=str(tmp_path / "nowhere"))
    assert "there is no such directory" in build([survey(product, Branches(), ChangelogRules())], (), NOW).problem


def test_a_shallow_clone_proves_no_absence(desk: Desk, tmp_path: Path) -> None:
    """What was cut off may be there: such a cell is unknown, not missing."""
    desk.commit("feat: yet more")
    git(tmp_path, "clone", "-q", "--depth", "2", "--no-single-branch", f"file://{desk.path}", "shallow")
    shallow = tmp_path / "shallow"
    product = Product("web", "1.1.0", repo=str(shallow))
    ledger = build([survey(product, Branches(), ChangelogRules())], (), NOW)
    assert "shallow" in ledger.problem
    assert all(cell.arrival is not Arrival.MISSING for cell in ledger.cells)


def fix_of(desk: Desk) -> str:
    """The commit that v1.0.1 shipped."""
    return git(desk.path, "rev-parse", "v1.0.1~1")


def test_a_fix_taken_back_before_a_later_release_stays_missing(desk: Desk) -> None:
    """The revert lies below the tag of a newer line: it counts all the same."""
    pick = desk.do("cherry-pick", fix_of(desk))
    desk.do("revert", "--no-edit", pick)
    desk.tag("v1.1.0")
    desk.on("hotfix/v1.1.1", "v1.1.0").commit("fix: basket")
    desk.tag("v1.1.1")
    assert desk.on("main").cells()["fix: login", "main"][0] is Arrival.MISSING


def test_a_fix_taken_back_by_title_only_is_missing(desk: Desk) -> None:
    """As forges write it: no commit id, the pull request's number behind the title."""
    desk.do("cherry-pick", "-x", fix_of(desk))
    desk.commit('Revert "fix: login" (#12)\n\nReverts ours/web#11', "login.txt", "as before\n")
    assert desk.cells()["fix: login", "main"][0] is Arrival.MISSING


def test_a_fix_that_came_again_after_it_was_taken_back_is_present(desk: Desk) -> None:
    """Only the later commit counts."""
    desk.do("revert", "--no-edit", desk.do("cherry-pick", fix_of(desk)))
    again = desk.do("cherry-pick", fix_of(desk))
    assert desk.cells()["fix: login", "main"] == (Arrival.PRESENT, f"the same change is in it ({again[:8]})")


def test_a_pick_is_known_although_a_later_hotfix_contains_it(desk: Desk) -> None:
    """Resolved by hand on the mainline, from which the next line was cut."""
    fix = fix_of(desk)
    pick = desk.commit(f"fix: log in\n\n(cherry picked from commit {fix})", "login.txt", "by hand\n")
    desk.tag("v1.1.0")
    desk.on("hotfix/v1.1.1", "v1.1.0").commit("fix: basket")
    desk.tag("v1.1.1")
    assert desk.on("main").cells()["fix: login", "main"] == (
        Arrival.PRESENT, f"a pick of it is in it ({pick[:8]})",
    )  # fmt: skip


def test_a_fix_joined_of_two_is_not_there_by_one_of_them(desk: Desk) -> None:
    """Two trailers apart are two changes; the branch needs both."""
    first, second = desk.commit("fix: one", "one.txt", "main\n"), desk.commit("fix: two", "two.txt", "main\n")
    desk.do("revert", "--no-edit", second)
    desk.on("hotfix/v1.0.2", "v1.0.1")
    picked = [f"* {oid[:4]}\n\n(cherry picked from commit {oid})" for oid in (first, second)]
    desk.commit("\n\n".join(["fix: both", *picked]), "both.txt", "both\n")
    desk.tag("v1.0.2")
    assert desk.on("main").cells()["fix: both", "main"][0] is Arrival.MISSING
    desk.do("cherry-pick", "-x", second)
    assert desk.cells()["fix: both", "main"][0] is Arrival.PRESENT


def test_what_a_hotfix_took_back_itself_need_not_travel(desk: Desk) -> None:
    """Neither the commit nor its revert."""
    desk.on("hotfix/v1.0.2", "v1.0.1")
    wrong = desk.commit("fix: wrong way")
    desk.do("revert", "--no-edit", wrong)
    desk.commit("fix: right way")
    desk.tag("v1.0.2")
    assert {key[0] for key in desk.on("main").cells()} == {"fix: login", "fix: right way"}


def test_another_indentation_is_another_change(desk: Desk) -> None:
    """Blanks mean something in some languages: git's own patch-id leaves them out."""
    desk.commit("fix: log in", "login.txt", "    fix: login\n")
    assert desk.cells()["fix: login", "main"][0] is Arrival.MISSING


def test_a_clean_pick_onto_other_surroundings_is_the_same_change(tmp_path: Path) -> None:
    """git's patch-id differs; author, time and every changed line are equal."""
    desk = Desk(tmp_path / "repo")
    lines = [f"{number}\n" for number in range(30)]
    desk.commit("feat: lines", "app.txt", "".join(lines))
    desk.tag("v1.1.0")
    desk.commit("feat: above", "app.txt", "".join(["top\n", *lines[:12], "twelve\n", *lines[13:]]))
    desk.on("hotfix/v1.1.1", "v1.1.0")
    fix = desk.commit("fix: fourteen", "app.txt", "".join([*lines[:14], "fixed\n", *lines[15:]]))
    desk.tag("v1.1.1")
    pick = desk.on("main").do("cherry-pick", fix)
    assert desk.cells()["fix: fourteen", "main"] == (
        Arrival.PRESENT, f"the same change is in it ({pick[:8]})",
    )  # fmt: skip


def test_a_commit_under_the_same_title_is_pointed_at(desk: Desk) -> None:
    """No proof: whoever answers for the cell knows where to look."""
    by_hand = desk.commit("fix: login (#12)", "login.txt", "by hand\n")
    [cell] = desk.ledger().cells
    assert cell.arrival is Arrival.MISSING
    assert cell.alike == by_hand
    assert cell.detail.endswith(f"; {by_hand[:8]} has the same title: resolved by hand?")


def test_a_commit_that_says_and_touches_nothing_is_read(desk: Desk) -> None:
    """An empty message on an empty change leaves no field behind its date."""
    desk.on("release/v1.0", "v1.0.0").do("commit", "-q", "--allow-empty", "--allow-empty-message", "-m", "")
    desk.commit("fix: after")
    assert desk.ledger("release/v1.0").problem == ""
