"""A fix that runs is never shipped away: the tag that is planned was cut before it, and the mainline has it."""

import json
import shlex
from collections.abc import Callable

import pytest

from cli.conftest import Here, Release
from cli.test_merges import not_shared
from gonogo import events as kinds
from gonogo.events import Draft, EventId
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal, default_root
from support.repositories import git

_AS = ("-c", "user.name=Ana Ruiz", "-c", "user.email=ana@example.com", "-c", "commit.gpgSign=false")


@pytest.fixture
def fix(release: Release) -> str:
    """Production runs hotfix 1.2.1, picked from a mainline that had it after v1.3.0 was cut; returns its fix."""
    not_shared(release)
    web = release.directory / "web"
    git(web, "checkout", "-q", "-f", "main")
    (web / "total.txt").write_text("right\n", encoding="utf-8")
    git(web, "add", "total.txt")
    git(web, *_AS, "commit", "-q", "-m", "fix: total")
    on_main = git(web, "rev-parse", "HEAD")
    git(web, "checkout", "-q", "-b", "hotfix/v1.2.1", "v1.2.0")
    git(web, *_AS, "cherry-pick", "-x", on_main)
    git(web, *_AS, "tag", "-a", "-m", "v1.2.1", "v1.2.1")
    picked = git(web, "rev-parse", "HEAD")
    git(web, "checkout", "-q", "main")
    edit(release, lambda plan: plan.replace("previous: 1.2.0", "previous: 1.2.1"))
    release.runs("production", "1.2.1")
    return picked


def edit(release: Release, change: Callable[[str], str]) -> None:
    """Edit the plan."""
    release.plan.write_text(change(release.plan.read_text(encoding="utf-8")), encoding="utf-8")


def rules(gonogo: Here, environment: str = "production") -> dict[str, str]:
    """Rule to fact of what weighs."""
    facts = json.loads(gonogo("why", "--env", environment, "--json").out)
    return {one["rule"]: one["fact"] for key in ("blockers", "unknowns") for one in facts[key]}


def test_a_release_that_lacks_a_fix_that_runs_is_no_go(gonogo: Here, fix: str) -> None:
    """Fix, author, where it runs, and the ways out that somebody may take: nobody may waive; `go` refuses."""
    gonogo("start")
    assert rules(gonogo)["fix.lost"] == (
        f"web 1.3.0 lacks fix {fix[:8]} by Ana Ruiz (fix: total), which runs in production as 1.2.1"
    )
    told = gonogo("status", "--env", "production")
    assert told.code == 3
    assert f"next: gonogo hotfix plan web {fix[:8]} --from 1.3.0    makes a patch with it; or plan" in told.out
    assert f"gonogo merges equal {fix[:8]} v1.3.0 --commit COMMIT" in told.out
    assert "gonogo waive" not in told.out
    refused = gonogo("go", "production")
    assert (refused.code, "fix.lost" in refused.err) == (3, True)


def test_it_cannot_be_completed_either(gonogo: Here, release: Release, fix: str) -> None:
    """Also when the release has arrived, and the fix runs nowhere any more."""
    gonogo("start")
    release.runs("production", "1.3.0")
    refused = gonogo("complete", "--json")
    assert refused.code == 3
    assert f"web 1.3.0 lacks fix {fix[:8]} by Ana Ruiz (fix: total), which is in hotfix 1.2.1" in refused.err


def test_the_release_in_flight_is_a_column_of_the_merge_status(gonogo: Here, fix: str) -> None:
    """The mainline has it, what ships has not: that is open, and no branch to carry it to."""
    found = gonogo("merges", "--json")
    cells = {cell["branch"]: cell["arrival"] for cell in json.loads(found.out)["cells"]}
    assert (found.code, cells) == (3, {"main": "present", "v1.3.0": "missing"})
    refused = gonogo("merges", "waive", fix[:8], "v1.3.0", "--reason", "nobody needs it there")
    assert refused.code == 2
    assert "needs a waiver, which nobody in this plan may give" in refused.err
    assert f"gonogo hotfix plan web {fix[:8]} --from VERSION" in refused.err
    assert gonogo("merges", "equal", fix[:8], "v1.3.0", "--reason", "it is there in another way").code == 2


def test_a_waiver_is_advised_only_where_somebody_may_give_it(gonogo: Here, release: Release, fix: str) -> None:
    """With the name of who may; and what was printed is taken when that person types it."""
    assert "gonogo waive" not in gonogo("merges").out
    edit(release, lambda plan: plan.replace("name: Me Myself,", "name: Me Myself, roles: [sre],"))
    edit(release, lambda plan: plan + "waivers: {roles: [sre]}\n")
    gonogo("start")
    typed = f"gonogo waive fix.lost:fix:web/{fix[:8]} --env production --reason '...' --until 2h"
    advised = f"{typed}    (by Me Myself"
    assert f"  it may be missing      {advised}" in gonogo("merges").out
    refused = gonogo("merges", "waive", fix[:8], "v1.3.0", "--reason", "nobody needs it there")
    assert advised in refused.err
    words = shlex.split(typed.replace("'...'", "'told to every user'"))
    assert "--confirm " in gonogo(*words[1:]).out


def test_a_new_tag_behind_the_forward_merge_is_go(gonogo: Here, release: Release, fix: str) -> None:
    """The way out that costs least: 1.3.1 has the fix."""
    git(release.directory / "web", *_AS, "tag", "-a", "-m", "v1.3.1", "v1.3.1", "main")
    edit(release, lambda plan: plan.replace("version: 1.3.0", "version: 1.3.1"))
    assert not {"fix.lost", "fix.unknown"} & set(rules(gonogo))
    assert json.loads(gonogo("merges", "--json").out)["open"] == 0
    assert fix


@pytest.mark.parametrize("subject", ['Revert "fix: total"', "docs: how to go back"])
def test_a_message_alone_takes_no_fix_back(gonogo: Here, release: Release, fix: str, subject: str) -> None:
    """What runs still has it: a commit that says it reverts the fix touches another file."""
    web = release.directory / "web"
    git(web, "checkout", "-q", "hotfix/v1.2.1")
    (web / "howto.txt").write_text("go back by hand\n", encoding="utf-8")
    git(web, "add", "howto.txt")
    git(web, *_AS, "commit", "-q", "-m", subject, "-m", f"This reverts commit {fix}.")
    git(web, *_AS, "tag", "-f", "-a", "-m", "v1.2.1", "v1.2.1")
    git(web, "checkout", "-q", "main")
    gonogo("start")
    assert fix[:8] in rules(gonogo)["fix.lost"]


def test_a_merge_that_took_nothing_of_the_hotfix_does_not_bring_it(
    gonogo: Here, release: Release, fix: str
) -> None:
    """1.3.1 contains the commit and not the change: no go, also when production has moved on."""
    web = release.directory / "web"
    git(web, "checkout", "-q", "-b", "release/v1.3", "v1.3.0")
    git(web, *_AS, "merge", "-q", "-s", "ours", "-m", "Merge v1.2.1", "v1.2.1")
    git(web, *_AS, "tag", "-a", "-m", "v1.3.1", "v1.3.1")
    merge = git(web, "rev-parse", "HEAD")
    git(web, "checkout", "-q", "main")
    edit(release, lambda plan: plan.replace("version: 1.3.0", "version: 1.3.1"))
    gonogo("start")
    lost = f"web 1.3.1 lacks fix {fix[:8]} by Ana Ruiz (fix: total), which"
    assert rules(gonogo)["fix.lost"] == f"{lost} runs in production as 1.2.1; merge {merge[:8]} left it out"
    release.runs("production", "1.2.0")
    assert rules(gonogo)["fix.lost"] == f"{lost} is in hotfix 1.2.1; merge {merge[:8]} left it out"
    cells = {one["branch"]: one["arrival"] for one in json.loads(gonogo("merges", "--json").out)["cells"]}
    assert cells["v1.3.1"] == "missing"


def test_who_asserts_that_a_commit_does_the_same_names_one_that_ships(
    gonogo: Here, release: Release, fix: str
) -> None:
    """A commit of the mainline that does not ship proves nothing."""
    web = release.directory / "web"
    main, shipped = git(web, "rev-parse", "main"), git(web, "rev-parse", "v1.3.0")
    words = ("merges", "equal", fix[:8], "v1.3.0", "--reason", "rewritten in the basket", "--commit")
    assert gonogo(*words, main).code == 2
    assert "fix.lost" in rules(gonogo)
    assert gonogo(*words, shipped).code == 0
    assert "fix.lost" not in rules(gonogo)
    assert gonogo("merges").code == 0


def test_the_version_to_roll_back_to_contains_it_as_well(gonogo: Here, release: Release, fix: str) -> None:
    """Going back to 1.2.0 would take the fix away, too."""
    edit(release, lambda plan: plan.replace("    owner: me\n", "    owner: me\n    rollback: {to: 1.2.0}\n"))
    facts = json.loads(gonogo("why", "--env", "production", "--json").out)
    said = {one["subject"]: one["fact"] for one in facts["blockers"] if one["rule"] == "fix.lost"}
    assert said[f"fix:web/{fix[:8]}/1.2.0"] == (
        f"the rollback target 1.2.0 of web lacks fix {fix[:8]} by Ana Ruiz (fix: total), "
        "which runs in production as 1.2.1"
    )


def test_a_rollback_target_that_git_does_not_know_is_not_known_to_have_the_fix(
    gonogo: Here, release: Release, fix: str
) -> None:
    """An answer that is missing is no answer: never GO."""
    edit(release, lambda plan: plan.replace("    owner: me\n", "    owner: me\n    rollback: {to: 1.1.0}\n"))
    fact = rules(gonogo)["fix.unknown"]
    assert fact.startswith(
        "whether web 1.1.0 contains every fix is not known: it is the rollback target of production"
    )
    assert fix


def test_a_waiver_that_names_the_fix_lets_just_this_one_pass(gonogo: Here, release: Release, fix: str) -> None:
    """By a role that may, with a reason and an end; another fix would block again."""
    edit(release, lambda plan: plan.replace("name: Me Myself,", "name: Me Myself, roles: [sre],"))
    edit(release, lambda plan: plan + "waivers: {roles: [sre]}\n")
    offered = f"gonogo waive fix.lost:fix:web/{fix[:8]} --env production --reason '...' --until 2h"
    assert offered in gonogo("status", "--env", "production").out
    words = (
        "waive",
        f"fix.lost:fix:web/{fix[:8]}",
        "--env",
        "production",
        "--reason",
        "told to every user",
        "--until",
    )
    gonogo("start")
    shown = gonogo(*words, "2h")
    assert "--confirm " in shown.out, shown
    code = shown.out.rpartition("--confirm ")[2].split()[0]
    assert gonogo(*words, "2h", "--confirm", code).code == 0
    assert "fix.lost" not in rules(gonogo)

    web = release.directory / "web"
    git(web, "checkout", "-q", "hotfix/v1.2.1")
    (web / "tax.txt").write_text("right\n", encoding="utf-8")
    git(web, "add", "tax.txt")
    git(web, *_AS, "commit", "-q", "-m", "fix: tax")
    git(web, *_AS, "tag", "-a", "-m", "v1.2.2", "v1.2.2")
    release.runs("production", "1.2.2")
    assert "(fix: tax)" in rules(gonogo)["fix.lost"]


def test_a_shallow_clone_does_not_know_whether_a_fix_is_lost(gonogo: Here, release: Release, fix: str) -> None:
    """What it leaves out may hold the fix, or lack it."""
    whole = release.directory / "whole"
    (release.directory / "web").rename(whole)
    git(release.directory, "clone", "-q", "--depth", "1", "--branch", "v1.3.0", f"file://{whole}", "web")
    assert "fix.unknown" in rules(gonogo)
    assert fix


def test_a_version_marked_bad_is_missed_by_nobody(gonogo: Here, fix: str) -> None:
    """What was marked bad is taken away on purpose."""
    assert "fix.lost" in rules(gonogo)
    done = gonogo("mark-bad", "web", "1.2.1", "--reason", "the totals are wrong again")
    assert done.code == 0, done.err
    assert "fix.lost" not in rules(gonogo)
    assert fix


def test_what_runs_without_a_known_commit_is_not_known(gonogo: Here, release: Release) -> None:
    """Never GO; a plan without a repository is not judged."""
    not_shared(release)
    release.runs("production", "1.2.9")
    assert "the repository knows no commit of 1.2.9; it runs in production" in rules(gonogo)["fix.unknown"]
    edit(release, lambda plan: plan.replace("    repo: web\n", ""))
    assert not {"fix.lost", "fix.unknown"} & set(rules(gonogo))


def test_already_the_plan_of_a_hotfix_says_that_the_release_in_flight_lacks_it(
    gonogo: Here, release: Release
) -> None:
    """Before anything is made; a release cut after the fix has it."""
    not_shared(release)
    web = release.directory / "web"
    git(web, "config", "user.name", "Ana Ruiz")
    git(web, "config", "user.email", "ana@example.com")
    git(web, "checkout", "-q", "-f", "main")
    (web / "total.txt").write_text("right\n", encoding="utf-8")
    git(web, "add", "total.txt")
    git(web, *_AS, "commit", "-q", "-m", "fix: total")
    fix = git(web, "rev-parse", "HEAD")
    told = gonogo("hotfix", "plan", "web", fix[:10], "--from", "1.2.0", "--json")
    assert told.code == 0, told.err
    preview = json.loads(told.out)["preview"]
    assert preview["in_flight"] == {"version": "1.3.0", "name": "v1.3.0", "missing": [fix[:10]], "unmade": False}
    sentence = f"1.3.0 in flight will lack {fix[:10]}"
    assert any(one.startswith(sentence) for one in preview["warnings"])
    assert sentence in gonogo("hotfix", "plan", "web", fix[:10], "--from", "1.2.0").out.replace("\n", " ")
    git(web, "tag", "-f", "v1.3.0", "main")
    preview = json.loads(gonogo("hotfix", "plan", "web", fix[:10], "--from", "1.2.0", "--json").out)["preview"]
    assert preview["in_flight"]["missing"] == []
    assert not any("in flight" in one for one in preview["warnings"])


def test_a_hotfix_that_another_releases_journal_records_is_not_shipped_away(
    gonogo: Here, release: Release
) -> None:
    """It runs nowhere and has no tag: only the record of the release it was made in tells of it."""
    not_shared(release)
    web = release.directory / "web"
    git(web, "checkout", "-q", "-b", "hotfix/v1.2.1", "v1.2.0")
    (web / "total.txt").write_text("right\n", encoding="utf-8")
    git(web, "add", "total.txt")
    git(web, *_AS, "commit", "-q", "-m", "fix: total")
    fix = git(web, "rev-parse", "HEAD")
    git(web, "checkout", "-q", "main")
    assert gonogo("start").code == 0
    assert "fix.lost" not in rules(gonogo)

    made_in_another_release(fix, git(web, "rev-parse", "v1.2.0^{commit}"))

    told = json.loads(gonogo("why", "--env", "production", "--json").out)["blockers"]
    lacks = f"web 1.3.0 lacks fix {fix[:8]} by Ana Ruiz (fix: total), which is in hotfix 1.2.1"
    assert lacks in [one["fact"] for one in told if one["rule"] == "fix.lost"]


def made_in_another_release(commit: str, base: str) -> None:
    """What a hotfix of web to 1.2.1 leaves on record in a release beside this one."""
    journal = DirectoryJournal.open(default_root(), "another", UnixIdentity(), SystemClock(), "cli")
    name = "hotfix:web/1.2.1"
    started = {"product": "web", "version": "1.2.1", "base_version": "1.2.0", "base_oid": base, "steps": 1}
    facts: dict[str, dict[str, object]] = {
        kinds.HOTFIX_STARTED: started,
        kinds.HOTFIX_STEP_DONE: {"step": 1, "name": "commit", "commit": commit},
        kinds.HOTFIX_FINISHED: {"commit": commit},
    }
    drafts = [Draft(EventId(kind), kind, name, data) for kind, data in facts.items()]
    journal.transact(lambda _: drafts)
    journal.close()
