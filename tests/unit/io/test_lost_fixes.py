"""What of one commit is not in another one: real picks, merges, squashes and reverts, and 200 generated histories.

The generated ones are compared with a set that is kept by hand: which change is in the files of each branch, and
which was taken back on purpose.
"""

import random
from pathlib import Path

import pytest
from msgspec import Struct

from gonogo.io.git.ledger.lost_fixes import Compared, Scope, compare
from support.repositories import git
from unit.io.test_git_ledger import NOBODY, Desk, desk

__all__ = ["desk"]
pytestmark = pytest.mark.needs("git")

SCOPE = Scope(own=("version.txt", "CHANGELOG.md"), numbers=("1.0.0", "1.0.1"))
HISTORIES, AT_ONCE, IN_EVERY_RUN = 200, 20, 40


def lost(desk: Desk, have: str, ships: str, scope: Scope = SCOPE) -> list[str]:
    """Subjects of what `have` has and `ships` lacks."""
    return [one.subject for one in found(desk, have, ships, scope).lost]


def found(desk: Desk, have: str, ships: str, scope: Scope = SCOPE) -> Compared:
    """Both by any name."""
    oids = [git(desk.path, "rev-parse", f"{name}^{{commit}}") for name in (have, ships)]
    return compare(str(desk.path), scope, oids[0], oids[1])


def test_a_fix_that_only_the_hotfix_has_is_lost_and_its_author_named(desk: Desk) -> None:
    """The release commit, which writes the version alone, is no fix."""
    (one,) = found(desk, "v1.0.1", "main").lost
    assert (one.subject, one.author) == ("fix: login", "Ana Ruiz")


def test_a_tag_cut_before_the_forward_merge_lacks_what_the_mainline_has(desk: Desk) -> None:
    """The branch is not what ships."""
    desk.tag("v1.1.0")
    desk.do("cherry-pick", "-x", "v1.0.1~1")
    assert lost(desk, "v1.0.1", "main") == []
    assert lost(desk, "v1.0.1", "v1.1.0") == ["fix: login"]


@pytest.mark.parametrize(
    "way",
    [
        ("cherry-pick", "-x", "v1.0.1~1"),
        ("cherry-pick", "v1.0.1~1"),
        ("merge", "--no-edit", "v1.0.1"),
        ("merge", "-s", "ours", "--no-edit", "v1.0.1"),
    ],
)
def test_a_fix_that_was_brought_is_contained(desk: Desk, way: tuple[str, ...]) -> None:
    """By a pick with or without trailer, or by a merge."""
    desk.do(*way)
    assert lost(desk, "v1.0.1", "main") == []


def test_a_trailer_that_its_commit_does_not_bear_out_is_not_believed(desk: Desk) -> None:
    """Whoever writes the line need not have brought the change: a commit of other files has nothing of it."""
    fix = git(desk.path, "rev-parse", "v1.0.1~1")
    desk.commit(f"fix: login\n\n(cherry picked from commit {fix})", "elsewhere.txt", "something else\n")
    assert lost(desk, "v1.0.1", "main") == ["fix: login"]


def test_a_pick_that_brought_a_file_of_its_own_is_missed(desk: Desk) -> None:
    """What runs was picked from the mainline, and something was added on the way, which the mainline lacks."""
    desk.commit("fix: total", "total.txt", "right\n")
    on_main = desk.head()
    desk.on("hotfix/v1.0.1").do("cherry-pick", "-n", on_main)
    desk.commit(f"fix: total\n\n(cherry picked from commit {on_main})", "extra.txt", "and this\n")
    desk.on("main").do("cherry-pick", "-x", "v1.0.1~1")
    assert lost(desk, "hotfix/v1.0.1", "main") == ["fix: total"]
    desk.commit("fix: the rest of it", "extra.txt", "and this\n")
    assert lost(desk, "hotfix/v1.0.1", "main") == []


def test_a_pick_whose_conflict_was_resolved_by_hand_is_believed(desk: Desk) -> None:
    """Another change in the same file, and another name of its directory: that is what picks look like."""
    fix = git(desk.path, "rev-parse", "v1.0.1~1")
    (desk.path / "pages").mkdir()
    (desk.path / "pages" / "login.txt").write_text("resolved by hand\n", encoding="utf-8")
    desk.do("add", "pages")
    desk.do("commit", "-q", "-m", f"fix: login\n\n(cherry picked from commit {fix})")
    assert lost(desk, "v1.0.1", "main") == []


def test_a_squashed_branch_is_contained_by_its_files_or_by_what_the_message_lists(desk: Desk) -> None:
    """git's own template names the commits; without it the files are the same."""
    desk.on("hotfix/v1.0.1").commit("fix: sessions", "login.txt", "fix: login\nfix: sessions\n")
    desk.on("main").do("merge", "--squash", "hotfix/v1.0.1")
    desk.do("commit", "-q", "-m", "fix: what 1.0.1 has (#7)")
    assert lost(desk, "hotfix/v1.0.1", "main") == []
    desk.commit("feat: another login", "login.txt", "fix: login\nfix: sessions\nfeat\n")
    assert lost(desk, "hotfix/v1.0.1", "main") == ["fix: sessions", "fix: login"]
    desk.do("reset", "-q", "--hard", "HEAD~2")
    desk.do("merge", "--squash", "hotfix/v1.0.1")
    desk.do("commit", "-q", "--no-edit")
    desk.commit("feat: another login", "login.txt", "fix: login\nfix: sessions\nfeat\n")
    assert lost(desk, "hotfix/v1.0.1", "main") == []


def test_a_hotfix_of_nothing_but_a_library_outside_the_paths_is_missed_as_well(desk: Desk) -> None:
    """The product was released for it; beside a fix of its own, what others changed is not its affair."""
    elsewhere = Scope(("svc",), SCOPE.own, SCOPE.numbers)
    assert lost(desk, "v1.0.1", "main", elsewhere) == ["fix: login"]
    assert lost(desk, "v1.0.1", "main", Scope(("login.txt",), SCOPE.own, SCOPE.numbers)) == ["fix: login"]
    desk.on("hotfix/v1.0.1").commit("fix: tax", "tax.txt", "right\n")
    assert lost(desk, "hotfix/v1.0.1", "main", Scope(("tax.txt",), SCOPE.own, SCOPE.numbers)) == ["fix: tax"]


def test_what_was_reverted_where_it_ships_is_not_missed(desk: Desk) -> None:
    """Somebody took it back on purpose; nor is what was taken back where it runs."""
    desk.do("cherry-pick", "-x", "v1.0.1~1")
    desk.do("revert", "--no-edit", "HEAD")
    assert lost(desk, "v1.0.1", "main") == []
    desk.do("reset", "-q", "--hard", "HEAD~2")
    desk.on("hotfix/v1.0.1").do("revert", "--no-edit", "HEAD~1")
    assert lost(desk, "hotfix/v1.0.1", "main") == []


def test_what_says_it_reverts_and_changes_the_same_file_otherwise_takes_nothing_back(desk: Desk) -> None:
    """Where it runs, a message hides no fix: none of its lines is undone."""
    fix = git(desk.path, "rev-parse", "v1.0.1~1")
    desk.on("hotfix/v1.0.1")
    text = (desk.path / "login.txt").read_text(encoding="utf-8")
    desk.commit(f'Revert "fix: login"\n\nThis reverts commit {fix}.', "login.txt", f"{text}and more\n")
    assert lost(desk, "hotfix/v1.0.1", "main")[-1] == "fix: login"


def test_a_revert_that_was_reverted_brings_the_fix_back(desk: Desk) -> None:
    """Where it runs, the fix is there; a message that says it brings it back does not."""
    desk.on("hotfix/v1.0.1").do("revert", "--no-edit", "HEAD~1")
    undone = desk.head()
    desk.do("revert", "--no-edit", "HEAD")
    assert lost(desk, "hotfix/v1.0.1", "main") == ["fix: login"]
    desk.do("reset", "-q", "--hard", "HEAD~1")
    desk.commit(f"docs: how to bring it back\n\nThis reverts commit {undone}.", "howto.txt", "by hand\n")
    assert "fix: login" not in lost(desk, "hotfix/v1.0.1", "main")


def test_a_hotfix_that_reverts_is_lost_where_the_change_still_ships(desk: Desk) -> None:
    """And contained where the change never came, or was taken back too."""
    bad = desk.on("main").commit("feat: risky")
    desk.on("hotfix/v1.0.2", "main").do("revert", "--no-edit", bad)
    desk.on("main").commit("feat: next")
    assert lost(desk, "hotfix/v1.0.2", "main") == ['Revert "feat: risky"']
    desk.do("revert", "--no-edit", bad)
    assert lost(desk, "hotfix/v1.0.2", "main") == []
    desk.on("other", "v1.0.0").commit("feat: other")
    assert 'Revert "feat: risky"' not in lost(desk, "hotfix/v1.0.2", "other")


def test_a_commit_that_writes_only_the_version_is_no_fix_and_a_dependency_is(desk: Desk) -> None:
    """Also in files that the plan does not name."""
    desk.commit("feat: pom", "pom.xml", "<version>1.0.0-SNAPSHOT</version>\n<dep>4.1.0</dep>\n")
    desk.on("release", "main").commit("release 1.0.1", "pom.xml", "<version>1.0.1</version>\n<dep>4.1.0</dep>\n")
    assert lost(desk, "release", "main") == []
    desk.commit("fix: dependency", "pom.xml", "<version>1.0.1</version>\n<dep>4.1.1</dep>\n")
    assert lost(desk, "release", "main") == ["fix: dependency"]


def test_only_what_touches_the_product_is_missed(desk: Desk) -> None:
    """Of a repository with several products."""
    desk.on("hotfix/v1.0.1").commit("docs: it", "docs.txt", "it\n")
    desk.on("main").do("cherry-pick", "hotfix/v1.0.1")
    assert lost(desk, "hotfix/v1.0.1", "main", Scope(paths=("docs.txt",))) == []
    assert lost(desk, "v1.0.1", "main", Scope(paths=("./login.txt",))) == ["fix: login"]


# -- generated ------------------------------------------------------------------------------------------------


class Line(Struct):
    """A branch, with what is in its files and what was taken back on it, as kept by hand."""

    name: str
    has: set[str]
    dropped: set[str]
    """Changes that it had and took back."""


class World:
    """A repository that grows by chance. Each change appends its own line to its own file or to a shared one."""

    def __init__(self, path: Path, seed: int) -> None:
        self.dice = random.Random(seed)  # a test's own chance
        self.desk = Desk(path)
        self.made = 0
        self.commits: dict[str, list[str]] = {}
        """By change: the commits that make it and nothing else."""
        self.carried: dict[str, set[str]] = {}
        """By commit: the changes it makes."""
        self.main = Line("main", set(), set())
        for _ in range(self.dice.randrange(1, 4)):
            self.change(self.main)

    def change(self, line: Line, kind: str = "feat") -> str:
        """One more change on a branch."""
        self.made += 1
        name = f"{kind}-{self.made}"
        file = self.desk.path / f"{name}.txt"
        file.write_text("".join(f"{name} {row}\n" for row in range(3)), encoding="utf-8")
        self._commit(f"{kind}: {name}")
        self.commits[name] = [self.desk.head()]
        self.carried[self.desk.head()] = {name}
        line.has.add(name)
        return name

    def fork(self, line: Line, name: str) -> Line:
        """A branch from where another one is."""
        self.desk.on(name, line.name)
        return Line(name, set(line.has), set(line.dropped))

    def bring(self, source: Line, target: Line, name: str) -> None:
        """A change from one branch to another, in any way people have."""
        self.desk.on(target.name)
        if name in target.has or name in target.dropped:
            return
        commit = self.commits[name][-1]
        # a trailer is believed: where it runs, a commit that says so brings nothing else
        ways = ["pick", "pick -x", "squash alone", *(["squash"] if target.name != "hotfix" else [])]
        way = self.dice.choice(ways)
        if way == "squash":
            self.desk.do("cherry-pick", "-n", commit)
            self.made += 1
            more = f"more-{self.made}"
            (self.desk.path / f"{more}.txt").write_text(f"{more}\n", encoding="utf-8")
            self._commit(f"fix: several things\n\n(cherry picked from commit {commit})")
            self.commits[more], self.carried[self.desk.head()] = [], {name, more}
            target.has.add(more)
        elif way == "squash alone":
            self.desk.do("cherry-pick", "-n", commit)
            self._commit(f"fix: rewritten {name}")
            self.carried[self.desk.head()] = {name}
        else:
            self.desk.do("cherry-pick", *(["-x"] if way != "pick" else []), commit)
            self.commits[name].append(self.desk.head())
            self.carried[self.desk.head()] = {name}
        target.has.add(name)

    def merge(self, source: Line, target: Line) -> None:
        """A whole branch into another one."""
        self.desk.on(target.name)
        if git(self.desk.path, "merge-base", source.name, target.name) == git(
            self.desk.path, "rev-parse", source.name
        ):
            return
        self.desk.do("merge", "--no-ff", "--no-edit", source.name)
        target.has = {path.stem for path in self.desk.path.glob("*-*.txt") if path.stem in self.commits}
        target.dropped = (target.dropped | source.dropped) - target.has

    def revert(self, line: Line) -> None:
        """Take one of the changes back, by the commit that made it here."""
        self.desk.on(line.name)
        for name in self.dice.sample(sorted(line.has), len(line.has)):
            here = [one for one in self.commits[name] if self._is_on(one, line.name)]
            if here:
                self.desk.do("revert", "--no-edit", here[-1])
                line.has.discard(name)
                line.dropped.add(name)
                return

    def _is_on(self, commit: str, branch: str) -> bool:
        return bool(git(self.desk.path, "branch", "--contains", commit, "--list", branch))

    def _commit(self, message: str) -> None:
        git(self.desk.path, "add", "-A")
        git(self.desk.path, *NOBODY, "commit", "-q", "-m", message)


def generated(path: Path, seed: int) -> tuple[World, Line, Line]:
    """A hotfix line that runs, and what ships: a tag somewhere on the mainline or on a branch of it."""
    world = World(path, seed)
    dice, main = world.dice, world.main
    runs = world.fork(main, "hotfix")
    world.desk.on("main")
    ships: Line | None = None
    fixes: list[str] = []
    for _ in range(dice.randrange(4, 12)):
        act = dice.choice(["feat", "fix here", "fix there", "bring", "merge", "revert", "revert there", "cut"])
        world.desk.on("main")
        if act == "feat":
            world.change(main)
        elif act == "fix here":
            fixes.append(world.change(main, "fix"))
            world.bring(main, runs, fixes[-1]) if dice.random() < 0.7 else None
        elif act == "fix there":
            world.desk.on(runs.name)
            fixes.append(world.change(runs, "fix"))
        elif act == "bring" and fixes:
            name = dice.choice(fixes)
            source, target = (runs, main) if name in runs.has else (main, runs)
            if name in source.has:
                world.bring(source, target, name)
        elif act == "merge" and dice.random() < 0.5:
            world.merge(runs, main)
        elif act == "revert" and main.has:
            world.revert(main)
        elif act == "revert there" and runs.has and dice.random() < 0.5:
            world.revert(runs)
        elif act == "cut" and ships is None:
            ships = world.fork(main, "release/v1.1")
    if ships is None:
        ships = Line("main", set(main.has), set(main.dropped))
    elif fixes and dice.random() < 0.3:
        name = dice.choice(fixes)
        if name in runs.has:
            world.bring(runs, ships, name)
    return world, runs, ships


@pytest.mark.parametrize(
    "first",
    [pytest.param(at, marks=() if at < IN_EVERY_RUN else pytest.mark.full) for at in range(0, HISTORIES, AT_ONCE)],
)
def test_generated_histories_lose_exactly_what_was_kept_by_hand(tmp_path: Path, first: int) -> None:
    """No fix that is lost passes, and none is reported that is there or was taken back on purpose."""
    wrong, losing = [], 0
    for seed in range(first, first + AT_ONCE):
        world, runs, ships = generated(tmp_path / str(seed), seed)
        expected = runs.has - ships.has - ships.dropped
        told = found(world.desk, runs.name, ships.name, Scope())
        reported = [world.carried.get(one.oid, set()) for one in told.lost if not one.subject.startswith("Revert")]
        losing += bool(expected)
        if expected - set().union(*reported) or any(not one & expected for one in reported):
            wrong.append((seed, sorted(expected), reported))
    assert not wrong
    assert losing > 2
