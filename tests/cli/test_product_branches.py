"""`branches` of one product: main and master in one plan, in everything that reads branches."""

import json
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from gonogo.acts import Scene, previews
from gonogo.events import EventId
from gonogo.facts.inputs import Inputs
from gonogo.io.plan_file import PlanFile
from gonogo.wiring.reading import read_history
from support.releases import ANA, NOW
from support.repositories import git, make_repository

ME = ("-c", "user.name=me", "-c", "user.email=me@example.com", "-c", "commit.gpgSign=false")


@pytest.fixture
def api(release: Release) -> Path:
    """A second product, on master, with git flow."""
    api = release.directory / "api"
    make_repository(api, ["feat: begin"], annotated={"v2.0.0": 0})
    git(api, "branch", "-m", "main", "master")
    git(api, "checkout", "-q", "-f", "-b", "develop", "v2.0.0")
    git(api, "checkout", "-q", "-b", "fixes/v2.0.1", "v2.0.0")
    (api / "fix.txt").write_text("fix\n", encoding="utf-8")
    git(api, "add", "fix.txt")
    git(api, *ME, "commit", "-q", "-m", "fix: api")
    git(api, "checkout", "-q", "master")
    git(api, *ME, "merge", "-q", "--no-ff", "-m", "Merge hotfix", "fixes/v2.0.1")
    git(api, *ME, "tag", "-a", "-m", "v2.0.1", "v2.0.1")
    git(api, "config", "user.name", "me")
    git(api, "config", "user.email", "me@example.com")
    git(api, "checkout", "-q", "--detach")
    return api


def plan(release: Release, branches: str) -> None:
    """The plan with both products; `branches` are those of api."""
    text = release.plan.read_text(encoding="utf-8").partition("  api:")[0].partition("checklist:")
    product = f"  api:\n    version: 2.1.0\n    previous: 2.0.1\n    repo: api\n    branches: {branches}\n"
    # whoever runs the tests may start the release, root or not
    mine = text[0].replace("name: Me Myself, account", "name: Me Myself, shared: false, account")
    release.plan.write_text(mine + product, encoding="utf-8")


@pytest.mark.usefixtures("api")
def test_each_product_is_followed_on_its_own_branches(gonogo: Here, release: Release) -> None:
    """Mainline and model are the product's; patterns come from the plan."""
    plan(release, "{model: gitflow, main: master, active: [develop]}")
    found = gonogo("merges", "--json")
    facts = json.loads(found.out)
    assert [(one["product"], one["mainline"], one["branches"]) for one in facts["looked"]] == [
        ("web", "main", ["main"]), ("api", "master", ["master", "develop"]),
    ]  # fmt: skip
    assert [(cell["subject"], cell["branch"], cell["arrival"]) for cell in facts["cells"]] == [
        ("fix: api", "develop", "missing")
    ]
    assert (found.code, facts["problem"]) == (3, "")
    fix = facts["cells"][0]["fix"]
    assert "merge" in gonogo("merges", "carry", fix[:8], "develop").out


@pytest.mark.usefixtures("api")
def test_a_hotfix_and_a_release_are_planned_on_the_products_own_branches(gonogo: Here, release: Release) -> None:
    """The pattern of the hotfix branch, the mainline a release is cut from."""
    plan(release, '{main: master, hotfix: "fixes/{version}", release: "rel/{major}.{minor}"}')
    prepared = json.loads(gonogo("prepare", "api", "--offline", "--json").out)
    assert (prepared["work"]["base_name"], prepared["work"]["branch"]) == ("master", "rel/2.1")
    hotfix = json.loads(gonogo("hotfix", "plan", "api", "--from", "2.0.1", "master", "--offline", "--json").out)
    assert hotfix["work"]["branch"] == "fixes/2.0.2"


@pytest.mark.usefixtures("api")
def test_a_branch_that_does_not_exist_is_told_before_the_release_starts(gonogo: Here, release: Release) -> None:
    """`check --live` and `doctor` fail on it, `start` warns: corrected later it would be an amendment."""
    plan(release, "{active: [develop, nightly]}")
    found = gonogo("check", "--live")
    assert found.code == 4
    assert "missing: api: branch main (`main:` of `branches:`) does not exist" in found.out
    assert "set `products.api.branches.main`. Did you mean 'master'?" in found.out
    assert "api: branch nightly (`active:` of `branches:`) does not exist" in found.out
    facts = json.loads(gonogo("check", "--live", "--json").out)
    assert [(one["product"], one["branch"], one["key"]) for one in facts["branches"]] == [
        ("api", "main", "main"), ("api", "nightly", "active"),
    ]  # fmt: skip
    examined = gonogo("doctor")
    assert examined.code != 0
    assert "has no branch main, which the plan names in `branches.main`" in examined.out
    started = gonogo("start")
    assert "api: branch main (`main:` of `branches:`) does not exist" in started.err
    plan(release, "{main: master, active: [develop]}")
    assert "missing" not in gonogo("check", "--live").out


def test_a_branch_that_only_a_remote_has_exists(gonogo: Here, release: Release, api: Path) -> None:
    """A fresh clone has one branch of its own."""
    git(release.directory, "clone", "-q", "--branch", "develop", str(api), "clone")
    plan(release, "{main: master, active: [develop]}")
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("repo: api", "repo: clone"), encoding="utf-8")
    assert "missing" not in gonogo("check", "--live").out


def test_what_a_product_says_of_its_branches_is_checked_like_the_plans(gonogo: Here, release: Release) -> None:
    """Names that git cannot have, and a branch that is retired and active; each with line and column."""
    plan(release, '{main: "a b", active: [develop], retired: ["dev*"], trunk: main}')
    found = gonogo("check")
    assert found.code == 2
    assert "unknown key 'trunk'" in found.out
    plan(release, '{main: "a b", active: [develop], retired: ["dev*"]}')
    told = gonogo("check").out
    assert "a b" in told
    assert "write a pattern without develop" in told


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(("branches", "warned"), [("{active: [develop]}", True), ("{main: master}", False)])
def test_the_cockpits_dialog_of_start_names_a_branch_that_does_not_exist(
    release: Release, branches: str, warned: bool
) -> None:
    """With the histories that the cockpit reads."""
    plan(release, branches)
    loaded = PlanFile(str(release.plan)).load()
    found = [read_history(product, loaded.plan, lambda: False, lambda _: None) for product in loaded.plan.products]
    inputs = Inputs(loaded, changes={one.product: one for one in found})
    shown = "\n".join(previews.start(Scene(inputs, ANA, EventId("new"), NOW)).lines)
    told = "warning  api: branch main (`main:` of `branches:`) does not exist: the release cannot complete."
    assert (told in shown) is warned
    assert ("warning" in shown) is warned
