"""The plan file on disk: found, read as the very bytes it has, watched; and every way it can be missing."""

import hashlib
import os
from pathlib import Path

import pytest

from gonogo.errors import ExitCode, NotPermittedError, PlanInvalid, UsageError
from gonogo.io.plan_file import PlanFile, find_plan
from gonogo.ports import PlanSource

PLAN = b"release: r\nenvironments: [staging]\nproducts: {web: {version: 1.0.0, repo: ../web}}\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A plan in a directory of its own."""
    file = tmp_path / "train" / "release.yaml"
    file.parent.mkdir()
    file.write_bytes(PLAN)
    return file


def test_a_plan_is_loaded_with_the_hash_of_its_bytes(path: Path) -> None:
    """Every decision names this hash."""
    source: PlanSource = PlanFile(path)
    loaded = source.load()
    assert loaded.sha256 == hashlib.sha256(PLAN).hexdigest()
    assert loaded.path == str(path)
    assert loaded.plan.products[0].repo == str(path.parents[1] / "web")


def test_a_change_is_noticed_once(path: Path) -> None:
    """A stat tells; after the next load it is quiet again."""
    source = PlanFile(path)
    assert source.changed()
    source.load()
    assert not source.changed()
    path.write_bytes(PLAN + b"name: changed\n")
    assert source.changed()
    assert source.load().plan.name == "changed"
    assert not source.changed()


def test_a_replaced_file_of_the_same_size_and_time_is_a_change(path: Path) -> None:
    """Editors write a new file and rename it: the inode tells."""
    source = PlanFile(path)
    source.load()
    before = path.stat()
    other = path.with_name("new")
    other.write_bytes(PLAN.replace(b"1.0.0", b"1.0.1"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.rename(path)
    assert source.changed()


def test_a_file_that_is_gone_is_a_change_and_then_an_error(path: Path) -> None:
    """It is told once; when the file is back, that is a change again."""
    source = PlanFile(path)
    source.load()
    path.unlink()
    assert source.changed()
    with pytest.raises(UsageError, match="there is no such plan"):
        source.load()
    assert not source.changed()
    path.write_bytes(PLAN)
    assert source.changed()
    source.load()


def test_an_invalid_plan_is_named_as_one_would_type_it(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative to where one is; absolute where that is elsewhere."""
    path.write_bytes(PLAN + b"nam: r\n")
    monkeypatch.chdir(path.parent)
    with pytest.raises(PlanInvalid) as here:
        PlanFile(path).load()
    assert str(here.value).startswith("release.yaml:4:1: unknown key 'nam' in the plan\n")
    monkeypatch.chdir("/")
    with pytest.raises(PlanInvalid) as elsewhere:
        PlanFile(path).load()
    assert str(path.relative_to("/")) in str(elsewhere.value)


def test_a_missing_plan_has_a_remedy(tmp_path: Path) -> None:
    """`gonogo init` writes one."""
    with pytest.raises(UsageError) as missing:
        PlanFile(tmp_path / "release.yaml").load()
    assert missing.value.message == "there is no such plan"
    assert missing.value.remedy == "`gonogo init` writes a plan to start from; `--plan PATH` names another one"
    assert missing.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("name", ["\0", "release.yaml/x"])
def test_a_path_that_cannot_be(path: Path, name: str) -> None:
    """A NUL, a file where a directory should be: no such plan."""
    with pytest.raises(UsageError, match="there is no such plan"):
        PlanFile(path.parent / name).load()


def test_a_directory_is_no_plan(tmp_path: Path) -> None:
    """The file itself is wanted."""
    with pytest.raises(UsageError, match="the plan is a directory") as wrong:
        PlanFile(tmp_path).load()
    assert wrong.value.remedy == "name the file itself: --plan PATH"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Nobody writes to it, and nobody hangs."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="the plan is not a file"):
        PlanFile(tmp_path / "pipe").load()


def test_a_device_without_end_is_not_read() -> None:
    """Not a byte of it."""
    with pytest.raises(UsageError, match="the plan is not a file"):
        PlanFile("/dev/zero").load()


@pytest.mark.needs("root")
def test_a_plan_this_account_may_not_read(path: Path) -> None:
    """Said with who can help."""
    path.chmod(0o600)
    child = os.fork()
    if child == 0:  # the test's own process stays root
        try:
            os.setuid(65534)
            PlanFile(path).load()
        except NotPermittedError as error:
            os._exit(0 if error.message == "this account may not read the plan" and error.remedy else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_named_plan_comes_first(tmp_path: Path) -> None:
    """--plan, then GONOGO_PLAN, then the search."""
    assert find_plan(tmp_path, "given.yaml", "env.yaml") == Path("given.yaml")
    assert find_plan(tmp_path, "", "env.yaml") == Path("env.yaml")


def test_the_nearest_plan_upwards_is_taken(path: Path) -> None:
    """From anywhere in the repository."""
    deep = path.parent / "a" / "b"
    deep.mkdir(parents=True)
    assert find_plan(deep) == path


@pytest.mark.parametrize("kind", ["directory", "file"])
def test_the_search_ends_at_the_repository(path: Path, kind: str) -> None:
    """The plan of another repository around this one is not ours. In a worktree `.git` is a file."""
    inner = path.parent / "vendored"
    inner.mkdir()
    mark = inner / ".git"
    mark.mkdir() if kind == "directory" else mark.write_text("gitdir: elsewhere\n")
    with pytest.raises(UsageError) as missing:
        find_plan(inner)
    assert missing.value.message == f"there is no release.yaml here or above, up to {inner}"
    assert "gonogo init" in missing.value.remedy


def test_a_directory_called_release_yaml_is_passed_over(path: Path) -> None:
    """Only a file is a plan."""
    inner = path.parent / "inner"
    (inner / "release.yaml").mkdir(parents=True)
    assert find_plan(inner) == path
