"""`changelog --from` and `--all`, `next-version --from`: another base, and the whole history."""

import json
import os
from pathlib import Path

from cli.conftest import Here, Release
from support.repositories import git


def test_base_that_is_named_is_the_base(gonogo: Here, release: Release) -> None:
    """A tag, a branch or a commit, before what the plan or the tags say."""
    oid = git(release.directory / "web", "rev-parse", "HEAD~1")

    assert f"web 1 commit since {oid}" in gonogo("changelog", "web", "--from", oid).out
    assert "web 2 commits since v1.2.0" in gonogo("changelog", "web", "--from", "v1.2.0").out


def test_base_of_the_plan_is_the_base(gonogo: Here, release: Release) -> None:
    """`from:` of the product; the option comes before it."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("repo: web", "repo: web\n    from: main"), encoding="utf-8")

    assert gonogo("changelog", "web", "--json").facts["products"][0]["base"] == "main"
    assert gonogo("changelog", "web", "--json", "--from", "v1.2.0").facts["products"][0]["base"] == "v1.2.0"


def test_unknown_base_is_an_answer_we_do_not_have(gonogo: Here) -> None:
    """Exit 4, and the name; an option in disguise is none."""
    found = gonogo("changelog", "web", "--from", "v0.0.9")
    assert (found.code, "there is no tag, branch or commit 'v0.0.9'" in found.out) == (4, True)
    assert gonogo("changelog", "web", "--from=--output=x").code == 4


def test_next_version_counts_from_there_too(gonogo: Here) -> None:
    """The same range gives the same answer."""
    assert gonogo("next-version", "web", "--from", "v1.2.0").out == "1.3.0\n"


def test_whole_history_by_release(gonogo: Here, release: Release) -> None:
    """Newest first; the second time from what was kept in the user's cache, with the same words."""
    first = gonogo("changelog", "--all")
    second = gonogo("changelog", "--all")

    assert first.code == 0
    assert first.out.startswith("v1.3.0  2 commits\n\nAdded  1\n")
    assert "\nv1.2.0  1 commit\n\nInternal  1\n" in first.out
    assert second.out == first.out
    assert len(list(Path(os.environ["XDG_CACHE_HOME"]).rglob("*.past"))) == 1
    assert not list((release.directory / "web").rglob("*.past"))


def test_whole_history_takes_nothing_of_one_range(gonogo: Here) -> None:
    """What would be passed over is refused."""
    found = gonogo("changelog", "--all", "web", "--from", "v1.2.0", "--write")
    assert (found.code, "--all does not go with --from and --write" in found.err) == (2, True)


def test_version_after_a_base_that_is_no_release_is_reckoned_from_the_one_in_it(
    gonogo: Here, release: Release
) -> None:
    """Never the planned one as if the commits had asked for it; where there is none, there is no answer."""
    web = release.directory / "web"
    git(web, "tag", "-d", "v1.3.0")
    found = gonogo("next-version", "web", "--from", git(web, "rev-parse", "HEAD~1"))
    assert (found.out, "is no release: the next version is the one after v1.2.0" in found.err) == ("1.2.1\n", True)
    git(web, "tag", "-d", "v1.2.0")
    found = gonogo("next-version", "web", "--from", git(web, "rev-parse", "HEAD~1"))
    assert (found.code, found.out, "contains no release" in found.err) == (4, "", True)


def test_whole_history_as_json(gonogo: Here) -> None:
    """One object for each release."""
    (web,) = json.loads(gonogo("changelog", "--all", "--json").out)["products"]
    assert [(one["tag"], one["count"]) for one in web["releases"]] == [("v1.3.0", 2), ("v1.2.0", 1)]


def test_whole_history_that_cannot_be_read_is_unknown(gonogo: Here, release: Release) -> None:
    """Exit 4, and why."""
    (release.directory / "web").rename(release.directory / "gone")
    found = gonogo("changelog", "--all")
    assert (found.code, found.out) == (4, "")
    assert "web: there is no such directory" in found.err
