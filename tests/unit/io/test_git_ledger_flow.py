"""Where the mainline's own releases must come to, and what has arrived in this clone only."""

from pathlib import Path

import pytest

from gonogo.facts.ledger import Arrival, Ledger, build
from gonogo.io.git.ledger import survey
from gonogo.plan import Branches, ChangelogRules, Product, VersionFile
from support.releases import NOW
from support.repositories import git
from unit.io.test_git_ledger import Desk

pytestmark = pytest.mark.needs("git")

GITFLOW = Branches(model="gitflow", active=("develop",))
TRUNK = Branches(active=("develop",))


def read(desk: Desk, branches: Branches, previous: str = "") -> Ledger:
    """What is proven now."""
    files = (VersionFile("version.txt", pattern="{version}"),)
    product = Product("web", "1.1.0", previous=previous, repo=str(desk.path), files=files)
    return build([survey(product, branches, ChangelogRules())], (), NOW)


def cells(desk: Desk, branches: Branches) -> dict[tuple[str, str], Arrival]:
    """(subject, branch) to arrival."""
    return {(cell.subject, cell.branch): cell.arrival for cell in read(desk, branches).cells}


@pytest.fixture
def flow(tmp_path: Path) -> Desk:
    """git flow: develop went on after v1.0.0; a hotfix was merged into main and tagged there, and nowhere else."""
    made = Desk(tmp_path / "repo")
    made.on("develop", "v1.0.0").commit("feat: next")
    made.on("hotfix/v1.0.1", "v1.0.0").commit("fix: login")
    made.commit("chore(release): 1.0.1", "version.txt", "1.0.1")
    made.on("main").do("merge", "-q", "--no-ff", "-m", "Merge hotfix", "hotfix/v1.0.1")
    made.tag("v1.0.1")
    return made


MAIN_FIRST = [GITFLOW, TRUNK]
DEVELOP_FIRST = [Branches(model=model, main="develop", active=("main",)) for model in ("gitflow", "trunk")]


@pytest.mark.parametrize("branches", [*MAIN_FIRST, *DEVELOP_FIRST], ids=lambda one: f"{one.model}-{one.main}")
def test_a_hotfix_that_was_merged_into_main_only_is_missing_in_develop(flow: Desk, branches: Branches) -> None:
    """Whichever of the two the plan calls mainline; merged or picked there, nothing is open any more."""
    assert cells(flow, branches)["fix: login", "develop"] is Arrival.MISSING
    flow.on("develop").do("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    after = read(flow, branches)
    assert (after.open, after.problem, after.followed_nothing) == ((), "", False)


@pytest.mark.parametrize("branches", MAIN_FIRST, ids=lambda one: one.model)
def test_a_hotfix_of_main_that_was_picked_into_develop_has_arrived(flow: Desk, branches: Branches) -> None:
    """By the same proofs as everywhere."""
    flow.on("develop").do("cherry-pick", "v1.0.1^2~1")
    assert cells(flow, branches) == {("fix: login", "develop"): Arrival.PRESENT}


def released(desk: Desk) -> Desk:
    """v1.1.0: a release branch of develop with a fix of its own, merged into main and tagged; develop went on."""
    desk.on("develop").do("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    desk.on("release/v1.1", "develop").commit("fix: stabilised")
    desk.on("main").do("merge", "-q", "--no-ff", "-m", "Merge release", "release/v1.1")
    desk.tag("v1.1.0")
    desk.on("develop").commit("feat: later")
    return desk.on("main")


def test_what_was_stabilised_on_a_release_branch_must_come_back_to_develop(flow: Desk) -> None:
    """Every release of main counts, not patches alone; develop's own work is no fix."""
    released(flow)
    assert cells(flow, GITFLOW) == {("fix: stabilised", "develop"): Arrival.MISSING}
    assert cells(flow, TRUNK) == {("fix: stabilised", "develop"): Arrival.MISSING}
    develop_first = Branches(model="gitflow", main="develop", active=("main",))
    assert cells(flow, develop_first)["fix: stabilised", "develop"] is Arrival.MISSING


def test_the_next_hotfix_of_main_must_reach_develop_and_the_line_that_is_being_stabilised(flow: Desk) -> None:
    """Also after develop has flowed into main; a release branch that has shipped needs nothing more."""
    released(flow)
    flow.on("release/v1.2", "develop").on("hotfix/v1.1.1", "v1.1.0").commit("fix: basket")
    flow.on("main").do("merge", "-q", "--no-ff", "-m", "Merge hotfix", "hotfix/v1.1.1")
    flow.tag("v1.1.1")
    found = cells(flow, GITFLOW)
    assert {branch for subject, branch in found if subject == "fix: basket"} == {"develop", "release/v1.2"}
    assert cells(flow, TRUNK)["fix: basket", "develop"] is Arrival.MISSING


@pytest.mark.parametrize("name", ["legacy", "release/v1.x"])
def test_a_line_that_was_cut_from_the_mainline_needs_nothing_that_the_mainline_releases(
    tmp_path: Path, name: str
) -> None:
    """It is downstream: its own tags say so, or newer releases of the mainline that it never had."""
    desk = Desk(tmp_path / "repo")
    desk.on(name, "v1.0.0").commit("fix: old")
    desk.on("main").commit("feat: two")
    desk.tag("v2.0.0")
    desk.commit("fix: two")
    desk.tag("v2.0.1")
    branches = Branches(active=(name,))
    assert cells(desk, branches) == {}
    desk.on(name).tag("v1.0.1")
    assert cells(desk, branches) == {("fix: old", "main"): Arrival.MISSING, ("fix: old", name): Arrival.PRESENT}


def test_a_line_whose_releases_are_merged_up_needs_nothing_that_the_mainline_releases(tmp_path: Path) -> None:
    """Merging up looks like git flow the other way round; what ships by itself is a line."""
    desk = Desk(tmp_path / "repo")
    desk.on("maint", "v1.0.0").commit("fix: old")
    desk.tag("v1.0.1")
    desk.on("main").commit("feat: two")
    desk.tag("v2.0.0")
    desk.do("merge", "-q", "--no-ff", "-m", "Merge maint", "maint")
    desk.commit("fix: two")
    desk.tag("v2.0.1")
    assert cells(desk, Branches(active=("maint",))) == {
        ("fix: old", "main"): Arrival.PRESENT,
        ("fix: old", "maint"): Arrival.PRESENT,
    }


def test_a_line_without_releases_that_is_merged_up_needs_no_minor_release_of_the_mainline(tmp_path: Path) -> None:
    """It flows, but the mainline's release is not made of its work."""
    desk = Desk(tmp_path / "repo")
    desk.on("maint", "v1.0.0").commit("fix: old")
    desk.on("main").do("merge", "-q", "--no-ff", "-m", "Merge maint", "maint")
    desk.commit("feat: two")
    desk.commit("feat: three")
    desk.tag("v2.0.0")
    assert cells(desk, Branches(active=("maint",))) == {}


def test_a_release_that_main_took_as_one_commit_has_arrived_where_its_content_was(flow: Desk) -> None:
    """Squashed releases: no commit and no patch of them is in develop, yet develop had exactly that."""
    flow.on("develop").do("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    flow.commit("feat: a")
    flow.commit("feat: b")
    flow.on("main").do("merge", "-q", "--squash", "develop")
    flow.do("commit", "-q", "-m", "feat: everything of 1.1.0")
    flow.tag("v1.1.0")
    flow.on("develop").commit("feat: later")
    assert cells(flow, GITFLOW) == {("feat: everything of 1.1.0", "develop"): Arrival.PRESENT}


def clone(desk: Desk, where: Path) -> Desk:
    """A clone of it, with every branch as a local one."""
    git(where.parent, "clone", "-q", str(desk.path), str(where))
    for branch in ("main", "develop"):
        git(where, "checkout", "-q", branch)
    made = Desk.__new__(Desk)
    made.path = where
    return made


def test_what_was_merged_in_this_clone_only_is_open(flow: Desk, tmp_path: Path) -> None:
    """Nobody else has it: it is called unpushed until the remote has it."""
    mine = clone(flow, tmp_path / "clone")
    mine.on("develop").do("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    found = read(mine, GITFLOW)
    assert [(cell.branch, cell.arrival, cell.remote) for cell in found.open] == [
        ("develop", Arrival.UNPUSHED, "origin")
    ]
    assert found.open[0].detail == "merged here, not pushed to origin: is part of it"
    git(flow.path, "checkout", "-q", "--detach")
    git(mine.path, "push", "-q", "origin", "develop")
    assert read(mine, GITFLOW).open == ()


def test_a_hotfix_that_was_merged_and_tagged_in_this_clone_only_is_open_on_the_mainline(
    flow: Desk, tmp_path: Path
) -> None:
    """On the mainline here, and yet nobody else has it; what came before it is settled."""
    mine = clone(flow, tmp_path / "clone")
    mine.on("hotfix/v1.0.2", "v1.0.1").commit("fix: basket")
    mine.on("main").do("merge", "-q", "--no-ff", "-m", "Merge hotfix", "hotfix/v1.0.2")
    mine.tag("v1.0.2")
    assert cells(mine, Branches()) == {("fix: basket", "main"): Arrival.UNPUSHED}
    git(flow.path, "checkout", "-q", "--detach")
    git(mine.path, "push", "-q", "origin", "main")
    assert cells(mine, Branches()) == {}


def test_what_the_remote_has_counts_although_the_branch_of_this_clone_is_behind(
    flow: Desk, tmp_path: Path
) -> None:
    """Whoever fetches and merges nothing still sees what colleagues pushed."""
    mine = clone(flow, tmp_path / "clone")
    flow.on("develop").do("cherry-pick", "v1.0.1^2~1")
    git(mine.path, "fetch", "-q")
    assert cells(mine, GITFLOW) == {("fix: login", "develop"): Arrival.PRESENT}


def test_a_branch_that_was_taken_back_at_the_remote_has_lost_its_fix(flow: Desk, tmp_path: Path) -> None:
    """The branch here still has it; what everybody has counts."""
    flow.on("develop")
    pick = flow.do("cherry-pick", "v1.0.1^2~1")
    mine = clone(flow, tmp_path / "clone")
    flow.do("revert", "--no-edit", pick)
    git(mine.path, "fetch", "-q")
    assert cells(mine, GITFLOW) == {("fix: login", "develop"): Arrival.MISSING}


def test_a_branch_that_tracks_another_one_is_compared_with_the_one_of_its_own_name(
    flow: Desk, tmp_path: Path
) -> None:
    """`git checkout -b develop origin/main` makes main the upstream of develop: pushed to main is not pushed."""
    mine = clone(flow, tmp_path / "clone")
    git(mine.path, "branch", "-q", "--set-upstream-to=origin/main", "develop")
    mine.on("develop").do("merge", "-q", "--no-ff", "-m", "Merge main", "main")
    assert [cell.arrival for cell in read(mine, GITFLOW).open] == [Arrival.UNPUSHED]


def test_a_status_without_any_release_says_so_and_is_not_green(tmp_path: Path) -> None:
    """No tag, or none of that pattern: nothing was followed. What the plan says ran before makes it a problem."""
    desk = Desk(tmp_path / "repo")
    git(desk.path, "tag", "-d", "v1.0.0")
    found = read(desk, Branches())
    assert (found.followed_nothing, found.problem) == (True, "")
    assert [(one.mainline, one.releases) for one in found.looked] == [("main", 0)]
    assert "no final release with a tag like v{version}" in read(desk, Branches(), previous="1.0.0").problem


def test_a_develop_that_the_plan_does_not_name_is_told(flow: Desk) -> None:
    """Nothing is followed there: whoever reads the status must not take it for green."""
    assert [one.unlisted for one in read(flow, Branches()).looked] == [("develop",)]
    assert [one.unlisted for one in read(flow, TRUNK).looked] == [()]
