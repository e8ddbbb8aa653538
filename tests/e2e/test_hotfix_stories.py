"""What went wrong for users of other tools, each with the test that it does not go wrong here."""

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from gonogo.acts.versions import MarkBad
from gonogo.errors import GonogoError, IntegrityError, RefusedError, StorageError, UsageError
from gonogo.hotfix.lines import Observed
from gonogo.hotfix.outcome import Finished, Given, Stopped, Waiting
from gonogo.hotfix.preview import Outcome as Picked
from gonogo.hotfix.steps import StepKind
from gonogo.hotfix.wish import Seen, Wish
from gonogo.hotfix.work import Kind
from gonogo.hotfix_jobs import executor, picking
from gonogo.hotfix_jobs.preparing import plan_prepare
from gonogo.hotfix_jobs.service import Hotfixes
from gonogo.io.git.door import GitError
from gonogo.plan import ApprovalSlot, Branches, Person, SchemeName, VersionFile
from support import hotfix_world
from support.hotfix_stage import Wizard
from support.repositories import CommitSpec, Made, git, make_repository

pytestmark = pytest.mark.needs("git")

TESTED = Given(tested="make test: 12 passed")
RESOLVED = hotfix_world.changed((10, "ten corrected"))


def wizard_of(made: Made, tmp_path: Path, branches: Branches = Branches(), **more: object) -> Wizard:  # noqa: B008  # frozen
    """A wizard on that repository."""
    plan = hotfix_world.plan_of(hotfix_world.product(made.path, **more), branches=branches)
    return Wizard(plan, tmp_path / "state")


def runs(*versions: str) -> Seen:
    """Production with these versions."""
    return Seen(tuple(Observed(one, ("prod",), 2.0, "json") for one in versions))


def test_row_30_hotfix_of_an_older_line_gets_its_own_next_patch(tmp_path: Path) -> None:
    """semantic-release#1487: 1.10.0 is out, and 1.9.3 still becomes 1.9.4."""
    made = hotfix_world.linear(tmp_path / "repo")
    planned = wizard_of(made, tmp_path).planned(made.oids[3])
    assert planned.work is not None
    assert planned.work.version == "1.9.4"
    assert planned.work.base_name == "v1.9.3"


def test_row_45_the_tag_stands_on_the_hotfix_itself(tmp_path: Path) -> None:
    """nvie/gitflow#376: no unreleased work in it; its diff to the base is the picks and the release commit."""
    made = hotfix_world.linear(tmp_path / "repo")
    assert isinstance(wizard_of(made, tmp_path).made(made.oids[3]), Finished)
    assert git(made.path, "rev-parse", "v1.9.4^{commit}") == git(made.path, "rev-parse", "hotfix/v1.9.4")
    assert git(made.path, "diff", "--name-only", "v1.9.3", "v1.9.4").split() == [
        "CHANGELOG.md",
        "app.txt",
        "pyproject.toml",
    ]
    assert git(made.path, "ls-tree", "--name-only", "v1.9.4", "new.txt") == ""
    assert git(made.path, "cat-file", "-t", "v1.9.4") == "tag"


def test_row_46_what_is_checked_out_does_not_matter(tmp_path: Path) -> None:
    """gitflow-avh#416: HEAD, index, stash and files of the person stay byte for byte, wherever HEAD is."""
    made = hotfix_world.linear(tmp_path / "repo")
    git(made.path, "checkout", "--quiet", "--detach", "HEAD~2")
    (made.path / "app.txt").write_text("half an edit")
    git(made.path, "add", "app.txt")
    (made.path / "app.txt").write_text("and more")
    (made.path / "scratch").write_text("untracked")
    before = hotfix_world.fingerprint(made.path)

    wizard = wizard_of(made, tmp_path)
    planned = wizard.planned(made.oids[3], made.oids[4])
    assert hotfix_world.fingerprint(made.path) == before
    assert isinstance(wizard.start(planned), Waiting)
    assert hotfix_world.fingerprint(made.path) == before
    assert isinstance(wizard.go_on(TESTED), Finished)

    after = dict(hotfix_world.fingerprint(made.path))
    assert {name: mark for name, mark in after.items() if name in before} == before
    new = {name for name in after if name not in before}
    announced = {".git/refs/heads/hotfix/v1.9.4", ".git/refs/tags/v1.9.4", ".git/logs/refs/heads/hotfix/v1.9.4"}
    assert {name for name in new if "/objects/" not in name} == announced


def test_row_47_a_conflict_is_resolved_and_the_rest_goes_on(tmp_path: Path) -> None:
    """gitflow-avh#50: after a conflict nothing starts over, and nothing is skipped."""
    made = hotfix_world.conflicts(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    stopped = wizard.start(wizard.planned(made.oids[3], made.oids[4]))
    assert isinstance(stopped, Stopped)
    assert [one.path for one in stopped.conflicts] == ["app.txt"]
    (Path(stopped.folder) / "app.txt").write_text(RESOLVED)
    assert isinstance(wizard.go_on(Given(resolved=("app.txt",))), Waiting)
    assert isinstance(wizard.go_on(TESTED), Finished)
    subjects = git(made.path, "log", "--format=%s", "--reverse", "v1.9.3..v1.9.4").splitlines()
    assert subjects == ["fix: ten was wrong", "fix: clean", "chore(release): web 1.9.4"]
    assert "# not a comment" in git(made.path, "log", "-1", "--format=%B", "v1.9.4~2")


def test_row_47_unresolved_files_are_named_and_markers_are_found(tmp_path: Path) -> None:
    """Going on needs each file by name, and none with a marker left."""
    made = hotfix_world.conflicts(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    wizard.start(wizard.planned(made.oids[3]))
    with pytest.raises(RefusedError, match=r"not confirmed by name: app\.txt"):
        wizard.go_on()
    with pytest.raises(RefusedError, match=r"app\.txt:10: a conflict marker is left"):
        wizard.go_on(Given(resolved=("app.txt",)))
    with pytest.raises(UsageError, match=r"other\.txt has no conflict"):
        wizard.go_on(Given(resolved=("app.txt", "other.txt")))


@pytest.mark.parametrize("how", ["ours", "edited"])
def test_a_fix_of_which_nothing_is_kept_is_not_announced(tmp_path: Path, how: str) -> None:
    """The line's own stays everywhere: refused before it is recorded, and it can still be resolved well."""
    made = hotfix_world.conflicts(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    stopped = wizard.start(wizard.planned(made.oids[3]))
    assert isinstance(stopped, Stopped)
    file = Path(stopped.folder) / "app.txt"
    given = Given(ours=("app.txt",))
    if how == "edited":
        file.write_text(f"{git(made.path, 'show', 'v1.9.3:app.txt')}\n")
        given = Given(resolved=("app.txt",))
    with pytest.raises(RefusedError, match=f"nothing of {made.oids[3][:10]} is left"):
        wizard.go_on(given)
    assert wizard.hotfixes.live("hotfix").resolutions == ()
    file.write_text(RESOLVED)
    assert isinstance(wizard.go_on(Given(resolved=("app.txt",), tested="all of it")), Finished)


def test_the_proof_finds_a_pick_of_which_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By itself, whatever the moment of resolving let through."""
    made = hotfix_world.conflicts(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    wizard.start(wizard.planned(made.oids[3]))
    monkeypatch.setattr(picking, "check_something_left", lambda *_: None)
    with pytest.raises(IntegrityError, match=f"nothing of {made.oids[3][:10]} is in it"):
        wizard.go_on(Given(ours=("app.txt",), tested="all of it"))
    assert git(made.path, "tag", "--list", "v1.9.4") == ""


def test_row_48_a_tag_that_cannot_be_made_leaves_nothing_merged(tmp_path: Path) -> None:
    """nvie/gitflow#6368: the failure is told, nothing is pushed, and the abort takes the branch back, too."""
    made = hotfix_world.linear(tmp_path / "repo")
    before = hotfix_world.fingerprint(made.path)
    wizard = wizard_of(made, tmp_path)
    wizard.start(wizard.planned(made.oids[3]))
    git(made.path, "update-ref", "refs/tags/v1.9.4/in-the-way", "HEAD")
    with pytest.raises(GonogoError):
        wizard.go_on(TESTED)
    git(made.path, "update-ref", "-d", "refs/tags/v1.9.4/in-the-way")
    assert wizard.hotfixes.abort(wizard.hotfixes.live("hotfix"), "no tag").remains == ()
    assert hotfix_world.fingerprint(made.path) == before


def test_row_49_a_conflict_in_a_version_file_comes_with_its_answer(tmp_path: Path) -> None:
    """gitflow-avh#147: the line's own version file stays, and the release commit writes the new version."""
    path = tmp_path / "repo"
    begin = {"app.txt": "1\n", "pyproject.toml": hotfix_world.PROJECT}
    bumped = {"app.txt": "2\n", "pyproject.toml": hotfix_world.PROJECT.replace("1.9.3", "2.0.1")}
    between = {"pyproject.toml": hotfix_world.PROJECT.replace("1.9.3", "2.0.0")}
    made = make_repository(
        path,
        [CommitSpec("chore: begin", begin), CommitSpec("chore: 2.0.0", between), CommitSpec("fix: all", bumped)],
        annotated={"v1.9.3": 0},
    )
    git(path, "config", "user.email", "ana@example.com")
    wizard = wizard_of(made, tmp_path)
    planned = wizard.planned(made.oids[2])
    [conflict] = planned.preview.picks[0].conflicts
    assert conflict.path == "pyproject.toml"
    assert "it states the version" in conflict.proposal
    assert isinstance(wizard.start(planned), Stopped)
    assert isinstance(wizard.go_on(Given(ours=("pyproject.toml",), tested="yes, by hand")), Finished)
    assert 'version = "1.9.4"' in git(path, "show", "v1.9.4:pyproject.toml")
    assert git(path, "show", "v1.9.4:app.txt") == "2"


def test_row_50_the_preview_says_before_anything_is_broken(tmp_path: Path) -> None:
    """backstage PR 7473: which commit conflicts, in which file, with which hunks; no file of anybody changes."""
    made = hotfix_world.conflicts(tmp_path / "repo")
    before = hotfix_world.fingerprint(made.path)
    planned = wizard_of(made, tmp_path).planned(made.oids[3], made.oids[4])
    assert [one.outcome for one in planned.preview.picks] == [Picked.CONFLICT, Picked.CLEAN]
    assert not planned.preview.picks[1].certain
    [conflict] = planned.preview.picks[0].conflicts
    assert "ten corrected" in conflict.hunks[0]
    assert "line 10" in conflict.hunks[0]
    assert hotfix_world.fingerprint(made.path) == before


def test_row_51_the_base_is_what_runs_and_the_version_never_goes_down(tmp_path: Path) -> None:
    """posit-dev/publisher#4094: never from main by habit, never a version that is not above, or that exists."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    for wanted in ("1.9.2", "1.9.3", "1.10.0"):
        with pytest.raises(RefusedError):
            wizard.planned(made.oids[3], as_version=wanted)
    git(made.path, "tag", "v1.9.7", "main")
    following = wizard.planned(made.oids[3])
    assert following.work is not None
    assert following.work.version == "1.9.8"
    assert any("1.9.7" in warning for warning in following.preview.warnings)


def test_a_version_marked_bad_is_given_to_nothing_any_more(tmp_path: Path) -> None:
    """Not proposed, not chosen by hand, and not made when the mark came after the plan."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    before = wizard.planned(made.oids[3])
    assert before.work is not None
    assert before.work.version == "1.9.4"

    seen = replace(runs("1.9.3"), bad=(("1.9.4", "ben"),))
    following = wizard.planned(made.oids[3], seen=seen)
    assert following.work is not None
    assert following.work.version == "1.9.5"
    with pytest.raises(RefusedError, match=r"1\.9\.4 is marked bad by ben"):
        wizard.planned(made.oids[3], seen=seen, as_version="1.9.4")

    wizard.session.submit(MarkBad("web", "1.9.4", "built from the wrong commit"))
    with pytest.raises(RefusedError, match="is marked bad by"):
        wizard.start(before)


def test_row_51_two_versions_at_once_must_be_chosen_between(tmp_path: Path) -> None:
    """A canary is running: nobody guesses which of the two is broken."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    with pytest.raises(UsageError, match=r"more than one version of web: 1\.9\.3 in prod, 1\.10\.0 in prod"):
        wizard.planned(made.oids[3], seen=runs("1.9.3", "1.10.0"))
    with pytest.raises(RefusedError, match="nobody knows"):
        wizard.planned(made.oids[3], seen=runs())


def test_row_52_the_commands_shown_are_the_commands_run(tmp_path: Path) -> None:
    """kubernaut PR 1647: every command of the list stands in the log as it was shown, and a test must be told."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    planned = wizard.planned(made.oids[3])
    waits = wizard.start(planned)
    assert isinstance(waits, Waiting)
    assert waits.step.kind is StepKind.TEST
    assert isinstance(wizard.go_on(TESTED), Finished)
    [known] = wizard.hotfixes.all()
    assert known.tested is not None
    ran = [str(one["command"]) for one in wizard.hotfixes.bench(known).commands()]
    for step in planned.steps:
        for command in step.commands:
            if not any("{" in word for word in command.argv):
                assert any(command.argv[0] in line and command.argv[-1] in line for line in ran), command


def test_row_53_what_was_resolved_by_hand_stays_on_record(tmp_path: Path) -> None:
    """antrea PR 7527: who, which file, how many hunks; in the journal, in the commit, in what approvers sign."""
    made = hotfix_world.conflicts(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    stopped = wizard.start(wizard.planned(made.oids[3]))
    assert isinstance(stopped, Stopped)
    (Path(stopped.folder) / "app.txt").write_text(RESOLVED)
    wizard.go_on(Given(resolved=("app.txt",), tested="all of it"))
    [known] = wizard.hotfixes.all()
    assert [(one.path, one.hunks, one.how) for one in known.resolutions] == [("app.txt", 1, "edited")]
    message = git(made.path, "log", "-1", "--format=%B", "v1.9.4~1")
    assert "Conflicts resolved by hand:\n\tapp.txt" in message
    assert f"(cherry picked from commit {made.oids[3]})" in message


def test_gitflow_starts_empty_and_takes_what_is_committed(tmp_path: Path) -> None:
    """The other branch model: the fix is made on the hotfix branch, then merged forward."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path, Branches(model="gitflow", hotfix="hotfix/{version}"))
    waits = wizard.start(wizard.planned())
    assert isinstance(waits, Waiting)
    assert waits.step.kind is StepKind.FIX
    tree = Path(waits.folder)
    (tree / "app.txt").write_text("fixed\n")
    assert isinstance(wizard.go_on(), Waiting)
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    git(tree, *who, "commit", "--quiet", "--all", "--message=fix: by hand")
    assert isinstance(wizard.go_on(TESTED), Finished)
    assert git(made.path, "log", "--format=%s", "v1.9.3..v1.9.4").splitlines() == [
        "chore(release): web 1.9.4",
        "fix: by hand",
    ]
    assert git(made.path, "rev-parse", "hotfix/1.9.4") == git(made.path, "rev-parse", "v1.9.4^{commit}")


def test_release_candidates_lead_to_their_own_final_or_past_it(tmp_path: Path) -> None:
    """1.9.4-rc.1 is out: the next version is above it, and what runs stays the base."""
    made = hotfix_world.linear(tmp_path / "repo")
    git(made.path, "tag", "v1.9.4-rc.1", "release/v1.9")
    planned = wizard_of(made, tmp_path).planned(made.oids[3])
    assert planned.work is not None
    assert planned.work.version == "1.9.5"
    assert planned.work.base_name == "v1.9.3"


def test_a_product_of_a_monorepo_sees_its_own_commits_and_tags(tmp_path: Path) -> None:
    """Tags of other products are not its versions; a commit outside its paths is warned of."""
    path = tmp_path / "repo"
    made = make_repository(
        path,
        [
            CommitSpec("chore: begin", {"web/a": "1\n", "api/a": "1\n"}),
            CommitSpec("fix(web): one", {"web/a": "2\n"}),
            CommitSpec("fix(api): other", {"api/a": "2\n"}),
        ],
        annotated={"web/v1.9.3": 0, "api/v1.9.4": 0},
    )
    git(path, "config", "user.email", "ana@example.com")
    wizard = wizard_of(made, tmp_path, tag="web/v{version}", paths=("web",), files=())
    offered = wizard.planned().candidates
    assert offered is not None
    assert [one.commit.subject for one in offered.found] == ["fix(web): one"]
    planned = wizard.planned(made.oids[2])
    assert planned.work is not None
    assert (planned.work.version, planned.work.tag) == ("1.9.4", "web/v1.9.4")
    assert any("outside the paths of web" in warning for warning in planned.preview.warnings)


def test_a_fix_that_mainline_took_back_is_no_fix_to_pick(tmp_path: Path) -> None:
    """It stands among the others with who took it back; the preview warns, and mainline lacks it."""
    made = hotfix_world.linear(tmp_path / "repo")
    fix = made.oids[4]
    git(made.path, "checkout", "--quiet", "main")
    git(made.path, "-c", "user.name=Ben", "-c", "user.email=b@example.com", "revert", "--no-edit", fix)
    by = git(made.path, "rev-parse", "main")
    wizard = wizard_of(made, tmp_path)
    offered = wizard.planned().candidates
    assert offered is not None
    assert [one.commit.oid for one in offered.found if one.is_fix] == [made.oids[3]]
    assert {one.commit.oid: one.taken_back for one in offered.found if one.taken_back} == {fix: by}
    preview = wizard.planned(fix).preview
    assert any(f"{fix[:10]} was taken back on main by {by[:10]}" in warning for warning in preview.warnings)
    assert {need.branch: need.missing for need in preview.needs}["main"] == (fix[:10],)


def test_a_fix_that_is_not_on_mainline_is_warned_of(tmp_path: Path) -> None:
    """Trunk: what is picked from a topic branch would be gone with the next release."""
    made = hotfix_world.merges(tmp_path / "repo")
    git(made.path, "checkout", "--quiet", "-b", "later", "main")
    git(
        made.path,
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@b",
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        "fix: x",
    )
    planned = wizard_of(made, tmp_path).planned("later")
    assert any("is not on main" in warning for warning in planned.preview.warnings)


def test_what_the_line_has_already_is_marked_and_not_picked_twice(tmp_path: Path) -> None:
    """By its trailer in the list, and as nothing to do in the preview."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    assert isinstance(wizard.made(made.oids[3]), Finished)
    again = wizard.planned(made.oids[3], seen=runs("1.9.4"))
    assert any("already: leave it out" in blocker for blocker in again.preview.blockers)
    offered = wizard.planned(seen=runs("1.9.4")).candidates
    assert offered is not None
    marks = {one.commit.oid: one.picked for one in offered.found}
    assert marks[made.oids[3]].startswith("-x trailer of")
    assert marks[made.oids[4]] == ""


def test_a_moved_tag_is_a_blocker(tmp_path: Path) -> None:
    """What runs names another commit than the tag: nobody knows what would be fixed."""
    made = hotfix_world.linear(tmp_path / "repo")
    seen = Seen((Observed("1.9.3", ("prod",), 2.0, "json", (made.oids[0],)),))
    planned = wizard_of(made, tmp_path).planned(made.oids[3], seen=seen)
    assert any("v1.9.3 is at" in blocker for blocker in planned.preview.blockers)


def test_review_comes_before_the_tag_and_needs_other_eyes(tmp_path: Path) -> None:
    """As the plan asks: the branch is there to be read, the tag is not, and whoever made it does not count."""
    from gonogo.acts.hotfixes import ApproveHotfix
    from gonogo.acts.scene import Accepted, Refused
    from gonogo.hotfix import review

    made = hotfix_world.linear(tmp_path / "repo")
    people = (
        Person("me", "Me", "me", ("engineering",), shared=False),
        Person("ben", "Ben", "ben", ("engineering",)),
    )
    slot = ApprovalSlot("engineering", "engineering", expires=timedelta(hours=1))
    plan = replace(hotfix_world.plan_of(hotfix_world.product(made.path), approvals=[slot]), people=people)
    wizard = Wizard(plan, tmp_path / "state")
    wizard.start(wizard.planned(made.oids[3]))
    waits = wizard.go_on(TESTED)
    assert isinstance(waits, Waiting)
    assert waits.step.kind is StepKind.REVIEW
    assert waits.remedy == "gonogo hotfix approve web engineering"
    assert "v1.9.4" not in git(made.path, "tag")
    assert "hotfix/v1.9.4" in git(made.path, "branch")

    known = wizard.hotfixes.live("hotfix")
    code = review.preview(known, slot).code
    assert isinstance(wizard.session.submit(ApproveHotfix(known.id, "engineering", code)), Refused)
    ben = wizard.as_somebody("ben", 2002)
    ben.session.refresh()
    assert isinstance(ben.session.submit(ApproveHotfix(known.id, "engineering", "0000-0000")), Refused)
    assert isinstance(ben.session.submit(ApproveHotfix(known.id, "engineering", code)), Accepted)
    assert isinstance(wizard.go_on(), Finished)


@pytest.mark.needs("sshd")
def test_signed_tag_is_made_by_the_person_s_own_key(tmp_path: Path) -> None:
    """Their git configuration names key and format; the repository's own words about programs are not heard."""
    made = hotfix_world.linear(tmp_path / "repo")
    git(made.path, "config", "gpg.ssh.program", "false")
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    git(tmp_path, "config", "--global", "gpg.format", "ssh")
    git(tmp_path, "config", "--global", "user.signingKey", str(key))
    wizard = wizard_of(made, tmp_path)
    wizard.start(wizard.planned(made.oids[3], sign=True))
    assert isinstance(wizard.go_on(TESTED), Finished)
    assert "-----BEGIN SSH SIGNATURE-----" in git(made.path, "cat-file", "tag", "v1.9.4")


def test_several_products_under_one_release(tmp_path: Path) -> None:
    """One journal, one table: each product with its own branch and tag."""
    web, api = hotfix_world.linear(tmp_path / "web"), hotfix_world.linear(tmp_path / "api")
    products = (hotfix_world.product(web.path), replace(hotfix_world.product(api.path), name="api"))
    plan = replace(hotfix_world.plan_of(products[0]), products=products)
    wizard = Wizard(plan, tmp_path / "state")
    wizard.start(wizard.planned(web.oids[3]))
    wizard.start(wizard.planned(api.oids[4], product="api"))
    with pytest.raises(UsageError, match="2 are under way: web, api"):
        wizard.hotfixes.live("hotfix")
    for name in ("api", "web"):
        assert isinstance(wizard.hotfixes.go_on(wizard.hotfixes.live("hotfix", name), TESTED), Finished)
    assert [(one.product, one.tag) for one in wizard.hotfixes.all()] == [("web", "v1.9.4"), ("api", "v1.9.4")]


def test_prepare_cuts_the_branch_moves_the_changelog_and_tags(tmp_path: Path) -> None:
    """The ordinary release by the same steps, and taken back by the same abort."""
    begin = {"CHANGELOG.md": hotfix_world.CHANGELOG, "pyproject.toml": hotfix_world.PROJECT}
    more = hotfix_world.CHANGELOG.replace("[Unreleased]\n", "[Unreleased]\n\n### Added\n\n- More.\n")
    commits = [CommitSpec("chore: begin", begin), CommitSpec("feat: more", {"n.txt": "1\n", "CHANGELOG.md": more})]
    made = make_repository(tmp_path / "repo", commits, annotated={"v1.9.3": 0})
    git(made.path, "config", "user.email", "ana@example.com")
    wizard = wizard_of(made, tmp_path)
    planned = plan_prepare(wizard.plan, Wish("web", Kind.PREPARE), hotfix_world.NOW)
    assert planned.work is not None
    assert planned.preview.blockers == ()
    assert isinstance(wizard.hotfixes.start(planned.work, planned.work.code), Finished)
    changelog = git(made.path, "show", "v1.10.0:CHANGELOG.md")
    assert "## [1.10.0] - 2026-11-24\n\n### Added\n\n- More." in changelog
    assert 'version = "1.10.0"' in git(made.path, "show", "release/v1.10:pyproject.toml")
    assert git(made.path, "cat-file", "-t", "v1.10.0") == "tag"
    second = plan_prepare(wizard.plan, Wish("web", Kind.PREPARE), hotfix_world.NOW)
    assert any("exists already" in blocker for blocker in second.preview.blockers)


def test_a_scheme_without_order_asks_for_the_version(tmp_path: Path) -> None:
    """Nobody invents the successor of an opaque name."""
    made = hotfix_world.linear(tmp_path / "repo")
    git(made.path, "tag", "-a", "-m", "x", "vblue", "v1.9.3^{commit}")
    wizard = wizard_of(
        made, tmp_path, scheme=SchemeName.OPAQUE, files=(VersionFile("nowhere.txt", pattern="{version}"),)
    )
    with pytest.raises(RefusedError, match="has no successor"):
        wizard.planned(made.oids[3], seen=runs("blue"))
    planned = wizard.planned(made.oids[3], seen=runs("blue"), as_version="green")
    assert planned.work is not None
    assert planned.work.tag == "vgreen"
    assert any("nowhere.txt" in blocker for blocker in planned.preview.blockers)


@pytest.mark.parametrize("full", [False, True])
def test_a_step_that_fails_names_itself_and_the_ways_on(
    full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git says of a full disk only that it could not write; nothing is lost, and `continue` goes on from there."""
    made = hotfix_world.linear(tmp_path / "repo")
    wizard = wizard_of(made, tmp_path)
    planned = wizard.planned(made.oids[3])
    assert planned.work is not None
    broken = tmp_path / "git"
    broken.write_text(
        '#!/bin/sh\ncase "$*" in *cherry-pick*) echo "fatal: no" >&2; exit 128;; esac\nexec git "$@"\n'
    )
    broken.chmod(0o755)
    monkeypatch.setattr(executor, "_is_full", lambda place: full)
    hotfixes = Hotfixes(wizard.session, wizard.state, wizard.plan.release, git=str(broken))
    with pytest.raises(StorageError if full else GitError) as failed:
        hotfixes.start(planned.work, planned.work.code)
    assert "step 3, pick " in failed.value.message
    assert failed.value.message.startswith("the disk is full") == full
    assert "gonogo hotfix continue web or gonogo hotfix abort web" in failed.value.remedy
    assert isinstance(wizard.go_on(), Waiting)
