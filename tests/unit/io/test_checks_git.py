"""Tags and version files as a check sees them: in real repositories, as they were committed."""

import os
from pathlib import Path

import pytest

from gonogo.errors import GonogoError
from gonogo.events.checks import CheckOutcome
from gonogo.facts.finding import Progress
from gonogo.facts.version_files import FileVerdict
from gonogo.io.checks.git_tag import Wrong, tag_is_right
from gonogo.io.checks.runner import Runner
from gonogo.io.checks.trust_store import TrustStore
from gonogo.io.checks.version_files import files_agree
from gonogo.io.config import Config
from gonogo.io.http.door import Door
from gonogo.io.repository_files.version_files import read_version_files
from gonogo.plan import (
    Environment,
    Item,
    ItemId,
    LoadedPlan,
    Plan,
    Product,
    SignersFile,
    VersionFile,
)
from gonogo.plan.conditions import FileCheck, GitCheck
from gonogo.testing.clock import FakeClock
from support.repositories import CommitSpec, git, make_repository
from support.waiting import command_lines

pytestmark = pytest.mark.needs("git")

FILES = {
    "pyproject.toml": '[project]\nname = "web"\nversion = "1.2.3"\n',
    "package.json": '{"version": "1.2.3"}',
    "Chart.yaml": "appVersion: 1.2.3\nversion: 0.1\n",
    "web/__init__.py": "x = 1\n__version__ = '1.2.3'\n",
}
PLACES = (
    VersionFile("pyproject.toml", "project.version"),
    VersionFile("package.json", "version"),
    VersionFile("Chart.yaml", "appVersion"),
    VersionFile("web/__init__.py", pattern="__version__ = '{version}'"),
)


def web(repo: Path, *files: VersionFile, version: str = "1.2.3", **more: str) -> Product:
    """A product in that repository."""
    return Product("web", version, repo=str(repo), files=files, **more)  # type: ignore[arg-type]  # texts only


def test_an_annotated_tag_at_its_pin_is_right(tmp_path: Path) -> None:
    """What is right is said with the commit."""
    made = make_repository(tmp_path / "repo", ["feat: a", "fix: b"], annotated={"v1.2.3": 0})
    said = tag_is_right(web(made.path, revision=made.oids[0]), merged_into="main")
    assert said == f"v1.2.3 is annotated and at {made.oids[0][:10]}, merged into main"


def test_a_missing_a_light_and_a_moved_tag_are_wrong(tmp_path: Path) -> None:
    """Each says what is wrong with it."""
    made = make_repository(tmp_path / "repo", ["feat: a", "fix: b"], tags={"v1.2.4": 1}, annotated={"v1.2.3": 1})
    with pytest.raises(Wrong, match=r"^there is no tag v9\.0\.0$"):
        tag_is_right(web(made.path, version="9.0.0"))
    with pytest.raises(Wrong, match=r"^v1\.2\.4 is a light tag"):
        tag_is_right(web(made.path, version="1.2.4"))
    with pytest.raises(Wrong, match=f"points at {made.oids[1][:10]}, pinned is {made.oids[0][:10]}"):
        tag_is_right(web(made.path, revision=made.oids[0]))


def test_a_tag_on_a_side_branch_is_not_merged(tmp_path: Path) -> None:
    """What nobody merged would be lost with the next release."""
    branches = [CommitSpec("fix: side", parents=(0,)), CommitSpec("feat: main", parents=(0,))]
    made = make_repository(tmp_path / "repo", [CommitSpec("feat: a"), *branches], annotated={"v1.2.3": 1})
    with pytest.raises(Wrong, match=r"^v1\.2\.3 is not merged into main$"):
        tag_is_right(web(made.path), merged_into="main")
    with pytest.raises(Wrong, match="there is no branch nowhere"):
        tag_is_right(web(made.path), merged_into="nowhere")


def test_merged_at_origin_is_merged(tmp_path: Path) -> None:
    """A clone at the tag has no branch of that name, and one that was not pulled has an old one."""
    made = make_repository(tmp_path / "repo", ["feat: a", "feat: b"], annotated={"v1.2.3": 1})
    clone = tmp_path / "clone"
    git(made.path, "clone", "-q", "--branch", "v1.2.3", str(made.path), str(clone))
    assert tag_is_right(web(clone), merged_into="main").endswith(", merged into main")

    git(clone, "branch", "main", "v1.2.3~1")
    assert tag_is_right(web(clone), merged_into="main").endswith(", merged into main")
    git(clone, "update-ref", "-d", "refs/remotes/origin/main")
    with pytest.raises(Wrong, match=r"is not merged into main$"):
        tag_is_right(web(clone), merged_into="main")


def test_a_signature_is_checked_with_our_programs_not_the_repository_s(tmp_path: Path) -> None:
    """A repository that names a verifier which says yes to everything is not asked."""
    made = make_repository(tmp_path / "repo", ["feat: a"], annotated={"v1.2.3": 0})
    planted = tmp_path / "yes"
    planted.write_text(f"#!/bin/sh\ntouch {tmp_path}/fired\necho '[GNUPG:] GOODSIG x y'\n")
    planted.chmod(0o755)
    git(made.path, "config", "gpg.program", str(planted))
    git(made.path, "config", "gpg.ssh.program", str(planted))
    with pytest.raises(Wrong, match=r"^the signature of v1\.2\.3 is not accepted"):
        tag_is_right(web(made.path), signed=True)
    assert not (tmp_path / "fired").exists()


@pytest.mark.needs("sshd")
def test_a_signed_tag_is_accepted_by_a_listed_key_only(tmp_path: Path) -> None:
    """An SSH signature counts when the list of signers has its key."""
    made = make_repository(tmp_path / "repo", ["feat: a"])
    import subprocess

    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True, timeout=30)
    settings = [
        "-c",
        "gpg.format=ssh",
        "-c",
        f"user.signingKey={key}",
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
    ]
    git(made.path, *settings, "tag", "-s", "-m", "v1.2.3", "v1.2.3")
    signers = tmp_path / "signers"
    signers.write_text(f"a@b {key.with_suffix('.pub').read_text()}")
    assert tag_is_right(web(made.path), signed=True, allowed_signers=SignersFile(str(signers))).endswith(
        ", signed"
    )
    with pytest.raises(GonogoError, match="does not say whose keys count: allowed_signers"):
        tag_is_right(web(made.path), signed=True)
    signers.write_text("")
    with pytest.raises(Wrong, match="is not accepted"):
        tag_is_right(web(made.path), signed=True, allowed_signers=SignersFile(str(signers)))


def test_version_files_agree_at_the_tag_whatever_lies_around(tmp_path: Path) -> None:
    """TOML, JSON, YAML and a pattern are read from the commit, not from the work tree."""
    made = make_repository(tmp_path / "repo", [CommitSpec("feat: a", FILES)], annotated={"v1.2.3": 0})
    git(made.path, "checkout", "-q", "main")
    (made.path / "package.json").write_text('{"version": "9.9.9"}')
    assert files_agree(web(made.path, *PLACES)) == "4 files state 1.2.3 at tag v1.2.3"


def test_files_that_agree_before_there_is_a_tag_are_no_answer(tmp_path: Path) -> None:
    """The tag may still be put elsewhere."""
    made = make_repository(tmp_path / "repo", [CommitSpec("feat: a", FILES)])
    with pytest.raises(GonogoError, match=r"^there is no tag v1\.2\.3 yet; 1 file states 1\.2\.3 at HEAD$"):
        files_agree(web(made.path, PLACES[0]))


def test_who_disagrees_is_named_with_what_it_states(tmp_path: Path) -> None:
    """The file, the version in it, and the one that was planned."""
    files = {**FILES, "package.json": '{"version": "1.2.2"}'}
    made = make_repository(tmp_path / "repo", [CommitSpec("feat: a", files)])
    with pytest.raises(Wrong, match=r"^at HEAD: package\.json states 1\.2\.2; planned is 1\.2\.3$"):
        files_agree(web(made.path, *PLACES))


@pytest.mark.parametrize(
    ("path", "content", "place", "problem"),
    [
        ("package.json", None, {"key": "version"}, "is not there"),
        ("package.json", "{", {"key": "version"}, "cannot be read"),
        ("package.json", "[" * 100_000, {"key": "version"}, "cannot be read"),
        ("package.json", '{"name": 1}', {"key": "version"}, "has no key version"),
        ("package.json", '{"version": {}}', {"key": "version"}, "has something else than a version at version"),
        ("a.ini", "version=1.2.3", {"key": "version"}, "is neither TOML, JSON, YAML nor XML"),
        ("a.yaml", "a: &a [*a]", {"key": "version"}, "cannot be read"),
        ("a.yaml", "version: 1\nversion: 2\n", {"key": "version"}, "cannot be read"),
        ("a.py", "version = 'x'", {"pattern": "__version__ = '{version}'"}, "has no such line"),
    ],
)
def test_what_cannot_be_read_is_unknown_and_says_why(
    tmp_path: Path, path: str, content: str | None, place: dict[str, str], problem: str
) -> None:
    """A file that is missing or broken never counts as agreeing."""
    files = {"other": "x"} | ({path: content} if content is not None else {})
    made = make_repository(tmp_path / "repo", [CommitSpec("feat: a", files)])
    found = read_version_files(web(made.path, VersionFile(path, **place)))
    assert found.verdict is FileVerdict.UNKNOWN
    assert problem in found.files[0].problem
    with pytest.raises(GonogoError):
        files_agree(web(made.path, VersionFile(path, **place)))


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    """What a link names is not what ships."""
    (tmp_path / "secret.json").write_text('{"version": "1.2.3"}')
    made = make_repository(tmp_path / "repo", [CommitSpec("feat: a", {"x": "y"})])
    git(made.path, "checkout", "-q", "main")
    (made.path / "package.json").symlink_to(tmp_path / "secret.json")
    git(made.path, "add", "package.json")
    git(made.path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "link")
    found = read_version_files(web(made.path, VersionFile("package.json", "version")))
    assert [file.problem for file in found.files] == ["is no plain file"]


@pytest.mark.parametrize("kind", [GitCheck, FileCheck])
def test_a_git_that_does_not_answer_is_told_of_and_can_be_stopped(
    kind: type[GitCheck | FileCheck], tmp_path: Path
) -> None:
    """The repository lies on a disk that hangs: who waits sees it and stops it, and no git is left behind."""
    made = make_repository(tmp_path / "repo", ["feat: a"])
    packed = made.path / ".git" / "packed-refs"
    packed.unlink(missing_ok=True)
    os.mkfifo(packed)
    told: list[Progress] = []

    def told_no_more() -> bool:
        return bool(told)

    product = web(made.path, *PLACES)
    item = Item(ItemId("tagged"), "the tag is right", check=kind("web"))
    plan = Plan("r", (Environment("prod"),), (product,), items=(item,))
    loaded = LoadedPlan(plan, str(tmp_path / "release.yaml"), "0" * 64)
    runner = Runner(loaded, FakeClock(), TrustStore(tmp_path / "state"), Door, Config())
    found = runner.run(item, cancelled=told_no_more, progress=told.append)

    assert (found.outcome, found.summary) == (CheckOutcome.UNKNOWN, "stopped by hand before git answered")
    assert told[0].line == "git has not answered yet"
    assert [line for line in command_lines() if str(made.path) in line] == []
