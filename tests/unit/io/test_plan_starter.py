"""`gonogo init`: what it reads off a repository, that it always loads, and that it never overwrites."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import NotPermittedError, UsageError
from gonogo.io.plan_file.parsing import parse_plan
from gonogo.io.repository_files.plan_starter import (
    SCHEMA_FILE,
    Found,
    VersionPlace,
    look_around,
    starter_plan,
    starter_text,
    write_new,
)
from gonogo.plan import Plan


def loaded(text: str) -> Plan:
    """The plan it is."""
    return parse_plan(text.encode(), "release.yaml", "/srv/web")


def git(directory: Path, *argv: str) -> None:
    """Run git there, with nobody's configuration."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
    subprocess.run(["git", *identity, *argv], cwd=directory, env=environment, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone with tags, branches and version files."""
    top = tmp_path / "web-shop"
    top.mkdir()
    (top / "pyproject.toml").write_text('[project]\nname = "shop"\nversion = "1.11.0"\n')
    (top / "package.json").write_text('{"version": "1.11.0"}')
    (top / "VERSION").write_text("1.11.0\n")
    (top / "src" / "shop").mkdir(parents=True)
    (top / "src" / "shop" / "__init__.py").write_text('"""Shop."""\n__version__ = "1.10.0"\n')
    git(top, "init", "-q", "-b", "master")
    git(top, "add", ".")
    git(top, "commit", "-q", "-m", "feat: all")
    for tag in ("v1.9.0", "v1.10.0", "v1.11.0-rc.1", "nightly"):
        git(top, "tag", tag)
    git(top, "branch", "release/v1.x")
    return top


@pytest.mark.needs("git")
def test_the_starter_says_what_the_repository_shows(repository: Path) -> None:
    """Version from its files, the version before from the highest final tag, branches as they are called."""
    text = starter_plan(repository)
    plan = loaded(text)
    product = plan.products[0]
    assert (product.name, product.version, product.previous, product.tag) == (
        "web-shop", "1.11.0", "1.10.0", "v{version}",
    )  # fmt: skip
    assert [(file.path, file.key, file.pattern) for file in product.files] == [
        ("pyproject.toml", "project.version", ""),
        ("package.json", "version", ""),
        ("VERSION", "", "{version}"),
        ("src/shop/__init__.py", "", '__version__ = "{version}"'),
    ]
    assert "# states 1.10.0 now" in text, "it was forgotten, and is one of the places all the same"
    assert product.repo == "/srv/web"
    assert plan.branches.main == "master"
    assert "# active: [release/v1.x]" in text
    assert text.startswith(f"# yaml-language-server: $schema={SCHEMA_FILE}\n")


@pytest.mark.needs("git")
def test_a_plan_below_the_top_names_the_clone_above(repository: Path) -> None:
    """`repo` leads from the plan to the clone."""
    below = repository / "deploy" / "plans"
    below.mkdir(parents=True)
    assert look_around(below).repo == "../.."
    assert loaded(starter_plan(below)).products[0].repo == "/"


def test_without_a_repository_there_is_a_plan_too(tmp_path: Path) -> None:
    """With nothing known, 0.1.0 of a product called like the directory."""
    plan = loaded(starter_plan(tmp_path))
    assert (plan.products[0].version, plan.products[0].previous, plan.products[0].repo) == ("0.1.0", "", "")


def test_a_broken_repository_is_no_repository(tmp_path: Path) -> None:
    """What git does not want to read is passed over."""
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    (tmp_path / "pyproject.toml").write_text("[project\n")
    (tmp_path / "package.json").write_text("[" * 100_000)
    assert loaded(starter_plan(tmp_path)).products[0].version == "0.1.0"


def test_the_version_after_the_newest_tag_is_planned() -> None:
    """Where files state nothing newer."""
    found = Found(
        "web", ".", ("v1.2.3", "v1.10.0"), ("main",), (VersionPlace("VERSION", "1.2.3", "", "{version}"),)
    )
    product = loaded(starter_text(found)).products[0]
    assert (product.version, product.previous, product.files) == ("1.10.1", "1.10.0", ())


@pytest.mark.parametrize(
    ("tag", "pattern"), [("1.2.3", "{version}"), ("v1.2.3", "v{version}"), ("web/v1.2.3", "web/v{version}")]
)
def test_the_pattern_of_tags_is_that_of_the_newest(tag: str, pattern: str) -> None:
    """With v, without, or below the product's name."""
    assert loaded(starter_text(Found("web", ".", (tag,)))).products[0].tag == pattern


_HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "--upload-pack=touch /tmp/x", "v1.0.0\nproducts: {}", 'v1.0.0"', "v1.0.0: {",
            "{version}", "v{version}1.0.0",
            "v1.0.0.lock", "v1.0.0/../x", "\x1b[2J", "../../etc/passwd", "release/x]", "release/*a", "1.0.0@{1}",
            "token", "v1.0.0-rc.1", "999999999999999999999999.0.0", "é1.0.0", "v01.0.0", "#1.0.0",
            "web@1.0.0", "1.0.0+a",
        ]
    ),
)  # fmt: skip


@given(
    name=_HOSTILE,
    repo=st.sampled_from(["", ".", "..", "../..", "-x", "a: b"]),
    tags=st.lists(_HOSTILE, max_size=6).map(tuple),
    branches=st.lists(_HOSTILE, max_size=6).map(tuple),
    version=_HOSTILE,
)
def test_whatever_names_are_found_the_plan_loads(
    name: str, repo: str, tags: tuple[str, ...], branches: tuple[str, ...], version: str
) -> None:
    """Tags, branches and directories come from strangers."""
    files = (VersionPlace("VERSION", version, "", "{version}"),)
    plan = loaded(starter_text(Found(name, repo, tags, branches, files)))
    assert [env.name for env in plan.environments] == ["staging", "production"]


@pytest.mark.parametrize("kind", ["file", "dangling link", "directory"])
def test_what_exists_is_never_overwritten(tmp_path: Path, kind: str) -> None:
    """Not a file, not what a link leads to, not a directory."""
    path = tmp_path / "release.yaml"
    if kind == "file":
        path.write_text("mine\n")
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError) as refused:
        write_new(path, "text\n")
    assert refused.value.message == "it exists already and is never overwritten"
    assert "gonogo check" in refused.value.remedy
    assert not (tmp_path / "elsewhere").exists()
    assert kind != "file" or path.read_text() == "mine\n"


@pytest.mark.parametrize("own", ["develop", "development"])
def test_a_branch_of_development_beside_the_mainline_is_git_flow(own: str) -> None:
    """A hotfix that is forgotten in it comes back as a bug: the plan follows fixes there from the first day on."""
    plan = loaded(starter_text(Found("web", ".", ("v1.0.0",), ("main", own, "release/v1.0"))))
    assert (plan.branches.model, plan.branches.main, plan.branches.active) == ("gitflow", "main", (own,))
    alone = loaded(starter_text(Found("web", ".", ("v1.0.0",), (own,))))
    assert alone.branches.model == "trunk"


def test_a_new_file_is_written_whole(tmp_path: Path) -> None:
    """With the mode the umask gives."""
    path = tmp_path / "release.yaml"
    write_new(path, "release: é\n")
    assert path.read_text(encoding="utf-8") == "release: é\n"


def test_a_directory_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """A slip of the pen makes no directories."""
    with pytest.raises(UsageError, match="there is no such directory"):
        write_new(tmp_path / "missing" / "release.yaml", "")


@pytest.mark.needs("root")
def test_a_directory_this_account_may_not_write(tmp_path: Path) -> None:
    """Said with another way."""
    child = os.fork()
    if child == 0:
        try:
            os.setuid(65534)
            write_new(Path("/usr/release.yaml"), "")
        except NotPermittedError as error:
            os._exit(0 if error.remedy else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


_YEAR = 365 * 86_400


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        # a year of calendar tags, then semantic versions: the newest series, not the highest number
        ({"2019.10.1": 0, "2019.12.0": 1, "v1.0.0": 5 * _YEAR, "v1.1.0": 6 * _YEAR}, {"web": "v{version}"}),
        # a maintenance release is newer than the newest version
        ({"v1.9.0": 1, "v2.0.0": 2, "v1.9.1": 3}, {"web": "v{version}"}),
        ({"release-1.0.0": 1, "release-1.1.0": 2}, {"web": "release-{version}"}),
        ({"web-1.0.0": 1}, {"web": "web-{version}"}),
        (
            {"0.11.0": 1, "0.23.0": 2, "hatch-v1.17.0": 3, "hatchling-v1.31.0": 4, "hatch-v1.17.1": 5},
            {"hatch": "hatch-v{version}", "hatchling": "hatchling-v{version}"},
        ),
        (
            {"@acme/cli@1.0.0": 1, "@acme/core@2.0.0": 2},
            {"core": "@acme/core@{version}", "cli": "@acme/cli@{version}"},
        ),
        # the whole repository is released too, and went on last
        ({"plug-in-v0.1.0": 1, "v3.0.0": 2}, {"web": "v{version}", "plug-in": "plug-in-v{version}"}),
        # a plug-in that nobody released for years
        ({"plug-in-v0.1.0": 0, "v3.0.0": 3 * _YEAR}, {"web": "v{version}"}),
        ({"nightly": 1, "v1.0.0-rc.1": 2}, {"web": "v{version}"}),
    ],
)
def test_the_series_of_tags_that_releases_go_on_in_are_the_products(
    tags: dict[str, int], wanted: dict[str, str]
) -> None:
    """What nothing goes on with is told in a comment."""
    text = starter_text(Found("web", ".", tuple(tags), made_at=tags))
    assert {product.name: product.tag for product in loaded(text).products} == wanted
    dead = {"2019.12.0", "0.23.0"} & set(tags) or (wanted == {"web": "v{version}"} and "plug-in-v0.1.0" in tags)
    assert ("# Tags of other series" in text) is bool(dead)
