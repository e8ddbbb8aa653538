"""Which file an entry goes into."""

from datetime import date
from pathlib import Path

import pytest

from gonogo.changelog import ProductChanges, Range
from gonogo.errors import RefusedError
from gonogo.io.repository_files.changelog_file import compare_base, entry_of
from gonogo.plan import ChangelogRules, Plan, Product
from support.repositories import git

DAY = date(2026, 11, 24)


def plan(repo: Path, file: str, tags: tuple[str, str]) -> Plan:
    """Two products of one repository."""
    products = (
        Product("web", "1.1.0", repo=str(repo), tag=tags[0]),
        Product("api", "1.1.0", repo=str(repo), tag=tags[1]),
    )
    return Plan("r", (), products, changelog=ChangelogRules(file=file))


def where(made: Plan, waiting: str) -> Path:
    """Where the entry of the first product goes; people wrote it under [Unreleased] of `waiting`."""
    product = made.products[0]
    (Path(product.repo) / ".git").mkdir(exist_ok=True)
    file = Path(product.repo) / waiting
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("## [Unreleased]\n\n- x\n")
    return entry_of(made, product, ProductChanges("web", Range(), "1.1.0"), DAY).path


def test_each_product_may_have_its_own_file(tmp_path: Path) -> None:
    """`{product}` stands for its name."""
    made = plan(tmp_path, "packages/{product}/NEWS.md", ("{product}/v{version}", "{product}/v{version}"))
    assert where(made, "packages/web/NEWS.md") == tmp_path / "packages/web/NEWS.md"


def test_two_lines_of_versions_do_not_share_a_file(tmp_path: Path) -> None:
    """`1.1.0` would be anybody's; the plan can give each its own."""
    made = plan(tmp_path, "CHANGELOG.md", ("web/v{version}", "api/v{version}"))
    with pytest.raises(RefusedError, match="web and api have versions of their own") as refused:
        where(made, "CHANGELOG.md")
    assert "{product}" in refused.value.remedy


def test_a_clone_without_files_gets_none(tmp_path: Path) -> None:
    """A bare clone's folder is git's own."""
    git(tmp_path, "init", "-q", "--bare", "bare.git")
    product = Product("web", "1.1.0", repo=str(tmp_path / "bare.git"))
    with pytest.raises(RefusedError, match="no clone with files in it"):
        entry_of(Plan("r", (), (product,)), product, ProductChanges("web", Range(), "1.1.0"), DAY)
    assert not (tmp_path / "bare.git" / "CHANGELOG.md").exists()


def test_files_of_git_are_no_changelog(tmp_path: Path) -> None:
    """Neither by name nor by a link that somebody committed."""
    product = Product("web", "1.1.0", repo=str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("[core]\n")
    (tmp_path / "CHANGELOG.md").symlink_to(".git/config")
    for file in (".git/config", "CHANGELOG.md", ".GIT/hooks/x"):
        made = Plan("r", (), (product,), changelog=ChangelogRules(file=file))
        with pytest.raises(RefusedError, match="belongs to git itself"):
            entry_of(made, product, ProductChanges("web", Range(), "1.1.0"), DAY)


def test_one_line_of_versions_has_one_file(tmp_path: Path) -> None:
    """Products that are tagged together are released together."""
    made = plan(tmp_path, "CHANGELOG.md", ("v{version}", "v{version}"))
    assert where(made, "CHANGELOG.md") == tmp_path / "CHANGELOG.md"


@pytest.mark.parametrize(
    ("remote", "link"),
    [
        ("https://me:secret@git.example.com:8443/shop/web.git", "https://git.example.com:8443/shop/web/compare/"),
        ("http://localhost:3000/shop/web", "http://localhost:3000/shop/web/compare/"),
        ("git@github.com:shop/web.git", "https://github.com/shop/web/compare/"),
        ("ssh://git@gitlab.example.com:2222/shop/web.git", "https://gitlab.example.com/shop/web/-/compare/"),
        ("/srv/git/web.git", ""),
        ("file:///srv/git/web.git", ""),
    ],
)
def test_links_lead_where_a_browser_finds_the_remote(tmp_path: Path, remote: str, link: str) -> None:
    """With the port of a web address, without that of ssh; never with a password."""
    git(tmp_path, "init", "-q")
    git(tmp_path, "remote", "add", "origin", remote)
    assert compare_base(str(tmp_path)) == link
