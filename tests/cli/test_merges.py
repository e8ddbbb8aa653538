"""merges: the ledger on the command line, and the word somebody gives by name."""

import json

from cli.conftest import Here, Release
from support.repositories import git

_AS = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false")


def hotfix(release: Release) -> str:
    """Ship 1.2.1 beside the mainline; returns the fix."""
    web = release.directory / "web"
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
    """Said in words, exit 0."""
    found = gonogo("merges")
    assert (found.code, found.out) == (
        0, "no fix was shipped outside the mainline: there is nothing to carry forward\n",
    )  # fmt: skip


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
    assert "says another commit does the same" in gonogo("log").out
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


def test_a_repository_that_cannot_be_read_is_no_good_news(gonogo: Here, release: Release) -> None:
    """Exit 4, and no sentence that sounds as if all were well."""
    (release.directory / "web" / ".git" / "HEAD").unlink()
    found = gonogo("merges")
    assert found.code == 4
    assert found.out == "whether a fix is missing anywhere is not known\n"
    assert "not a git repository" in found.err
