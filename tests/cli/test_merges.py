"""merges: the ledger on the command line, and the word somebody gives by name."""

import json
from pathlib import Path

import pytest

from cli.conftest import Here, Release, account
from gonogo.io.journal import default_root
from support.repositories import git

_AS = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false")


def hotfix(release: Release) -> str:
    """Ship 1.2.1 beside the mainline; returns the fix. What is planned has no tag yet."""
    web = release.directory / "web"
    if git(web, "tag", "--list", "v1.3.0"):
        git(web, "tag", "-d", "v1.3.0")
    git(web, "checkout", "-q", "-f", "-b", "hotfix/v1.2.1", "v1.2.0")
    (web / "login.txt").write_text("fixed\n", encoding="utf-8")
    git(web, "add", "login.txt")
    git(web, *_AS, "commit", "-q", "-m", "fix(login): let people in")
    git(web, *_AS, "tag", "-a", "-m", "v1.2.1", "v1.2.1")
    return git(web, "rev-parse", "HEAD")


def not_shared(release: Release) -> None:
    """Let the account that runs the tests be one person, also when it is root."""
    release.plan.write_text(
        release.plan.read_text(encoding="utf-8").replace(
            "me: {name: Me Myself,", "me: {name: Me Myself, shared: false,"
        ),
        encoding="utf-8",
    )


def test_without_hotfixes_there_is_nothing_to_carry(gonogo: Here) -> None:
    """Said in words, with what was looked at; exit 0."""
    found = gonogo("merges")
    assert found.code == 0
    assert found.out.splitlines() == [
        "no fix was shipped outside the mainline: there is nothing to carry forward",
        "looked at: web: 2 final releases up to 1.3.0; branches main (mainline)",
    ]


def test_a_status_that_found_no_release_is_unknown(gonogo: Here, release: Release) -> None:
    """Tags of another pattern, or none fetched: exit 4, in words what was looked at; the gate does not hold."""
    web = release.directory / "web"
    git(web, "tag", "-d", *git(web, "tag").split())
    found = gonogo("merges")
    assert found.code == 4
    assert "there is nothing to carry" not in found.out
    assert "looked at: web: 0 final releases; branches main (mainline)" in found.out


def test_a_fix_that_was_merged_in_this_clone_only_is_open_until_it_is_pushed(
    gonogo: Here, release: Release, tmp_path: Path
) -> None:
    """`merged here, not pushed` is exit 3, with the command; the remote has it: exit 0."""
    fix = hotfix(release)
    web = release.directory / "web"
    git(tmp_path, "clone", "-q", "--bare", str(web), "far.git")
    git(web, "remote", "add", "origin", str(tmp_path / "far.git"))
    git(web, "fetch", "-q", "origin")
    me = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    git(web, "checkout", "-q", "-f", "main")
    git(web, *me, "cherry-pick", "-x", fix)
    found = gonogo("merges")
    assert found.code == 3
    assert "  unpushed main  merged here, not pushed to origin: a pick of it is in it" in found.out
    assert f"git -C {web} push origin main" in found.out
    refused = gonogo("merges", "carry", fix[:8], "main")
    assert (refused.code, "main of this clone has" in refused.err) == (3, True)
    git(web, "push", "-q", "origin", "main")
    assert gonogo("merges").code == 0


def test_a_missing_fix_is_exit_3_with_what_to_type(gonogo: Here, release: Release) -> None:
    """Fix, branch, why it counts as missing, and the way out."""
    fix = hotfix(release)
    found = gonogo("merges")
    assert found.code == 3
    assert found.out.splitlines() == [
        f"web 1.2.1  {fix[:8]}  fix(login): let people in",
        "  missing  main  no such change, and no commit that says it was picked from it",
        "",
        "1 open: carry each forward, or answer for it",
        "  would they conflict?   gonogo merges --preview",
        f"  bring it there         gonogo merges carry {fix[:8]} main",
        f"  another commit does it gonogo merges equal {fix[:8]} main --reason '...'",
        f"  it need not go there   gonogo merges waive {fix[:8]} main --reason '...'",
    ]


def test_a_word_by_name_closes_the_cell_and_can_be_taken_back(gonogo: Here, release: Release) -> None:
    """The reason stays in the ledger and in the trail."""
    fix = hotfix(release)
    not_shared(release)
    assert gonogo("merges", "equal", fix[:8], "main", "--reason", "short").code == 2
    said = gonogo("merges", "equal", fix[:8], "main", "--reason", "rewritten on main in another way")
    assert said.code == 0, said.err
    facts = json.loads(gonogo("merges", "--json").out)
    assert [cell["arrival"] for cell in facts["cells"]] == ["present"]
    assert "rewritten on main in another way" in facts["cells"][0]["detail"]
    assert "said that another commit does the same" in gonogo("log").out
    assert gonogo("merges", "waive", fix[:8], "main", "--reason", "main has no login any more").code == 0
    assert gonogo("merges").code == 0
    assert gonogo("merges", "waive", fix[:8], "main", "--withdraw").code == 0
    assert gonogo("merges").code == 3


def test_a_fix_that_nobody_knows_is_refused(gonogo: Here, release: Release) -> None:
    """With where the known ones are listed."""
    hotfix(release)
    refused = gonogo("merges", "waive", "deadbeef", "main", "--reason", "there is no such thing")
    assert (refused.code, "gonogo merges    lists them" in refused.err) == (2, True)


def test_a_commit_that_is_not_in_the_branch_does_not_do_it_there(gonogo: Here, release: Release) -> None:
    """Whoever names a commit is held to it: a slip would close the cell for good."""
    fix = hotfix(release)
    not_shared(release)
    said = ("merges", "equal", fix[:8], "main", "--reason", "rewritten in the new login", "--commit")
    wrong = gonogo(*said, fix[:10])
    assert (wrong.code, "is no part of main" in wrong.err) == (2, True)
    assert gonogo(*said, "nosuchcommit").code == 2
    assert gonogo(*said, "--output=x").code == 2
    assert gonogo("merges").code == 3
    right = git(release.directory / "web", "rev-parse", "main")
    assert gonogo(*said, right[:10]).code == 0
    assert f"({right[:8]})" in gonogo("merges").out


def test_a_word_about_a_commit_that_has_left_the_branch_counts_no_more(gonogo: Here, release: Release) -> None:
    """Somebody reset the branch: what did it there is gone, and so is the reason to say present."""
    fix = hotfix(release)
    not_shared(release)
    web = release.directory / "web"
    right, before = git(web, "rev-parse", "main"), git(web, "rev-parse", "main~1")
    gonogo("merges", "waive", fix[:8], "main", "--reason", "first we thought nobody needs it")
    said = gonogo("merges", "equal", fix[:8], "main", "--reason", "rewritten in the new login", "--commit", right)
    assert (said.code, gonogo("merges").code) == (0, 0)
    git(web, "update-ref", "refs/heads/main", before)
    found = gonogo("merges")
    assert found.code == 3
    assert f"said that {right[:8]} does {fix[:8]} on main: it is no part of that branch any more" in found.out


def test_a_repository_that_cannot_be_read_is_no_good_news(gonogo: Here, release: Release) -> None:
    """Exit 4, and no sentence that sounds as if all were well."""
    (release.directory / "web" / ".git" / "HEAD").unlink()
    found = gonogo("merges")
    assert found.code == 4
    assert found.out.splitlines() == [
        "whether a fix is missing anywhere is not known",
        "looked at: web: no repository that could be read",
    ]
    assert "not a git repository" in found.err


def other_release(release: Release, name: str) -> Path:
    """The plan of another release of the same products, beside the first one."""
    plan = release.directory / f"{name}.yaml"
    text = release.plan.read_text(encoding="utf-8").replace("release: 2026.11", f"release: {name}")
    plan.write_text(text, encoding="utf-8")
    return plan


def test_a_word_given_in_another_release_counts_and_says_so(gonogo: Here, release: Release) -> None:
    """Nobody answers for the same fix with every release; who did, and where, stands in the ledger."""
    fix = hotfix(release)
    not_shared(release)
    summer = str(other_release(release, "2026.08"))
    said = ("merges", "waive", fix[:8], "main", "--reason", "main has no login any more")
    assert gonogo(*said, "--plan", summer).code == 0
    found = gonogo("merges")
    assert found.code == 0
    assert f"  waived   main  {account()} (in release 2026.08) says it need not go there" in found.out
    cell = json.loads(gonogo("merges", "--json").out)["cells"][0]
    assert (cell["said_by"], cell["said_in"]) == (account(), "2026.08")


def test_a_word_given_in_another_release_can_be_withdrawn_here(gonogo: Here, release: Release) -> None:
    """For both: that release may be over, and nothing can be recorded there any more."""
    fix = hotfix(release)
    not_shared(release)
    summer = str(other_release(release, "2026.08"))
    gonogo("merges", "waive", fix[:8], "main", "--reason", "main has no login any more", "--plan", summer)
    taken = gonogo("merges", "waive", fix[:8], "main", "--withdraw")
    assert taken.code == 0, taken.err
    assert (gonogo("merges").code, gonogo("merges", "--plan", summer).code) == (3, 3)
    assert gonogo("merges", "waive", fix[:8], "main", "--withdraw").code == 3


def test_words_in_a_journal_that_was_edited_do_not_count(gonogo: Here, release: Release) -> None:
    """And the ledger says that there were some."""
    fix = hotfix(release)
    not_shared(release)
    summer = str(other_release(release, "2026.08"))
    gonogo("merges", "waive", fix[:8], "main", "--reason", "main has no login any more", "--plan", summer)
    [file] = default_root().joinpath("2026.08").glob("*.jsonl")
    file.write_bytes(file.read_bytes().replace(b"no login", b"no basket"))
    found = gonogo("merges")
    assert found.code == 3
    assert "what was said in release 2026.08 does not count here: that journal is not intact" in found.out
    assert json.loads(gonogo("merges", "--json").out)["notes"]


def test_the_word_of_a_job_in_another_release_does_not_count(
    gonogo: Here, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever could not say so here cannot say so there for us: here, an account that several people use."""
    fix = hotfix(release)
    shared = release.plan.read_text(encoding="utf-8").replace("name: Me Myself,", "name: Me Myself, shared: true,")
    not_shared(release)
    summer = str(other_release(release, "2026.08"))
    gonogo("merges", "waive", fix[:8], "main", "--reason", "main has no login any more", "--plan", summer)
    release.plan.write_text(shared, encoding="utf-8")
    found = gonogo("merges")
    assert found.code == 3
    assert f"what {account()} said in release 2026.08 about {fix[:8]} on main does not count here" in found.out
    git(release.directory / "web", "tag", "-d", "v1.2.1")
    assert "does not count here" not in gonogo("merges").out


def test_completing_waits_for_a_fix_that_nobody_carried(gonogo: Here, release: Release) -> None:
    """Without a gate, and although this release made no hotfix: what was shipped beside mainline comes back."""
    not_shared(release)
    gonogo("start")
    before = gonogo("complete").err
    assert "merges." not in before
    fix = hotfix(release)
    refused = gonogo("complete", "--json")
    assert refused.code == 3
    assert f"fix {fix[:8]} of web is not in main" in refused.err
    assert json.loads(refused.err)["error"]["remedy"]
    plan = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(plan.replace("rules: {", "rules: {merges.missing: warn, "), encoding="utf-8")
    assert "merges.missing" not in gonogo("complete", "--json").err
