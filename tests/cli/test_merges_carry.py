"""merges carry: one fix to one branch, in a workspace of its own; nobody's checkout is touched."""

import json
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from cli.test_merges import hotfix
from support.hotfix_world import fingerprint
from support.repositories import git


def away(release: Release) -> Path:
    """The person works on something else: no branch is checked out."""
    web = release.directory / "web"
    git(web, "config", "user.email", "me@example.com")
    git(web, "checkout", "-q", "-f", "--detach", "main")
    return web


def confirmed(gonogo: Here, fix: str, branch: str = "main") -> str:
    """The code that goes with what would be done."""
    return str(json.loads(gonogo("merges", "carry", fix[:8], branch, "--json").out)["confirm"])


def test_it_is_shown_first_and_nothing_is_touched(gonogo: Here, release: Release) -> None:
    """Clean or conflicting, the difference, the commands, and what to type; not even an object is written."""
    fix = hotfix(release)
    web = away(release)
    before = fingerprint(web)
    shown = gonogo("merges", "carry", fix[:8], "main")
    assert shown.code == 3
    assert "clean" in shown.out
    assert f"git cherry-pick -x {fix}" in shown.out
    assert f"gonogo merges carry {fix[:8]} main --confirm " in shown.out
    assert fingerprint(web) == before


def test_with_its_code_the_branch_gets_the_fix_and_the_ledger_turns(gonogo: Here, release: Release) -> None:
    """Picked with -x on the branch alone; checkout, index and stash stay; the ledger finds the proof."""
    fix = hotfix(release)
    web = away(release)
    head, tip = git(web, "rev-parse", "HEAD"), git(web, "rev-parse", "main")
    done = gonogo("merges", "carry", fix[:8], "main", "--confirm", confirmed(gonogo, fix))
    assert done.code == 0, done.err + done.out
    assert git(web, "rev-parse", "main~1") == tip
    assert f"(cherry picked from commit {fix})" in git(web, "log", "-1", "--format=%B", "main")
    assert (git(web, "rev-parse", "HEAD"), git(web, "status", "--porcelain")) == (head, "")
    assert git(web, "worktree", "list").count("\n") == 0
    assert "push origin main" in done.out
    assert gonogo("merges").code == 0
    assert "finished" in gonogo("log").out


def test_a_branch_that_is_checked_out_is_not_moved(gonogo: Here, release: Release) -> None:
    """Said before anything is done, with what to do."""
    fix = hotfix(release)
    web = away(release)
    git(web, "checkout", "-q", "main")
    tip = git(web, "rev-parse", "main")
    shown = gonogo("merges", "carry", fix[:8], "main")
    assert shown.code == 3
    assert f"main is checked out in {web}" in shown.out
    assert f"cherry-pick -x {fix[:12]}" in shown.out
    assert "--confirm" not in shown.out
    assert git(web, "rev-parse", "main") == tip


def test_a_code_of_another_moment_is_refused(gonogo: Here, release: Release) -> None:
    """The branch moved between looking and acting: nothing is done."""
    fix = hotfix(release)
    web = away(release)
    code = confirmed(gonogo, fix)
    moved = git(web, "commit-tree", "-p", "main", "-m", "later", "main^{tree}") if _named(web) else ""
    git(web, "update-ref", "refs/heads/main", moved)
    refused = gonogo("merges", "carry", fix[:8], "main", "--confirm", code)
    assert refused.code != 0
    assert "not the plan you looked at" in refused.err
    assert git(web, "rev-parse", "main") == moved


def _named(web: Path) -> bool:
    git(web, "config", "user.name", "me")
    return True


def conflicting(release: Release) -> tuple[Path, str]:
    """Mainline has another login.txt."""
    fix = hotfix(release)
    web = away(release)
    _named(web)
    (web / "login.txt").write_text("another way\n", encoding="utf-8")
    git(web, "add", "login.txt")
    git(web, "commit", "-q", "-m", "feat: login in another way")
    git(web, "update-ref", "refs/heads/main", "HEAD")
    return web, fix


def test_the_ledger_shows_of_each_missing_merge_whether_it_would_conflict(gonogo: Here, release: Release) -> None:
    """Without touching anything; in JSON as well."""
    web, fix = conflicting(release)
    git(web, "branch", "release/v1.4", "main~1")
    before = fingerprint(web)
    shown = gonogo("merges", "--preview")
    assert shown.code == 3
    assert "would conflict in login.txt (1 hunk)" in shown.out
    assert "would apply cleanly" in shown.out
    cells = json.loads(gonogo("merges", "--preview", "--json").out)["cells"]
    told = {cell["branch"]: (cell["preview"]["outcome"], cell["preview"]["files"]) for cell in cells}
    assert told == {"main": ("conflict", ["login.txt"]), "release/v1.4": ("clean", [])}
    assert "preview" not in json.loads(gonogo("merges", "--json").out)["cells"][0]
    assert fingerprint(web) == before
    assert fix


def test_a_branch_behind_its_remote_is_warned_of(gonogo: Here, release: Release) -> None:
    """What is made on top of it would be refused there."""
    fix = hotfix(release)
    web = away(release)
    _named(web)
    there = git(web, "commit-tree", "-p", "main", "-m", "somebody else's", "main^{tree}")
    git(web, "remote", "add", "origin", str(web))
    git(web, "update-ref", "refs/remotes/origin/main", there)
    shown = gonogo("merges", "carry", fix[:8], "main")
    assert "origin has commits of main that yours has not" in shown.out
    assert "moves    main, now at" in shown.out
    assert "put the branch back to" in shown.out


def test_a_conflict_stops_with_the_place_and_goes_on_by_name(gonogo: Here, release: Release) -> None:
    """The workspace is named; every file resolved by hand is confirmed by name and told in the commit."""
    web, fix = conflicting(release)
    stopped = gonogo("merges", "carry", fix[:8], "main", "--confirm", confirmed(gonogo, fix))
    assert stopped.code == 3
    assert "gonogo merges continue web --resolved login.txt" in stopped.out
    folder = Path(next(line for line in stopped.out.splitlines() if "cd " in line).partition("cd ")[2])
    assert gonogo("merges", "continue").code != 0
    (folder / "login.txt").write_text("both ways\n", encoding="utf-8")
    done = gonogo("merges", "continue", "web", "--resolved", "login.txt")
    assert done.code == 0, done.err + done.out
    assert git(web, "show", "main:login.txt") == "both ways"
    assert "Conflicts resolved by hand:" in git(web, "log", "-1", "--format=%B", "main")
    assert not folder.exists()
    assert gonogo("merges").code == 0


@pytest.mark.parametrize("model", ["trunk", "gitflow"])
def test_a_carry_of_which_nothing_is_kept_is_refused(gonogo: Here, release: Release, model: str) -> None:
    """The ledger would call the fix arrived; that a branch has it otherwise is said by name, with a reason."""
    web, fix = conflicting(release)
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(f"{text}\nbranches: {{model: {model}}}\n", encoding="utf-8")
    before = git(web, "rev-parse", "main")
    assert gonogo("merges", "carry", fix[:8], "main", "--confirm", confirmed(gonogo, fix)).code == 3
    refused = gonogo("merges", "continue", "web", "--ours", "login.txt")
    assert refused.code == 3
    assert f"nothing of {fix[:10]} is left" in refused.err
    assert f"gonogo merges equal {fix[:8]} main --reason" in refused.err
    assert git(web, "rev-parse", "main") == before


def test_abort_leaves_the_repository_as_it_was(gonogo: Here, release: Release) -> None:
    """Object for object."""
    web, fix = conflicting(release)
    before = fingerprint(web)
    assert gonogo("merges", "carry", fix[:8], "main", "--confirm", confirmed(gonogo, fix)).code == 3
    aborted = gonogo("merges", "abort", "--reason", "somebody else does it")
    assert aborted.code == 0, aborted.err
    assert fingerprint(web) == before
    assert gonogo("merges", "continue").code != 0


def test_gitflow_merges_instead_of_picking(gonogo: Here, release: Release) -> None:
    """The fix itself becomes a parent; the release commit of the hotfix stays where it is."""
    fix = hotfix(release)
    web = away(release)
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(f"{text}\nbranches: {{model: gitflow}}\n", encoding="utf-8")
    done = gonogo("merges", "carry", fix[:8], "main", "--confirm", confirmed(gonogo, fix))
    assert done.code == 0, done.err + done.out
    assert git(web, "rev-parse", "main^2") == fix
    assert gonogo("merges").code == 0


def test_what_has_arrived_is_not_carried_again(gonogo: Here, release: Release) -> None:
    """Said, with the proof."""
    fix = hotfix(release)
    away(release)
    assert gonogo("merges", "carry", fix[:8], "main", "--confirm", confirmed(gonogo, fix)).code == 0
    again = gonogo("merges", "carry", fix[:8], "main")
    assert again.code == 3
    assert "has" in again.err
