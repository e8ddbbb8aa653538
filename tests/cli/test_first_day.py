"""The first minute in a stranger's clone: `init` writes a plan that is valid and agrees with the repository."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.program import Result
from gonogo import wiring
from gonogo.cli.context import Options
from gonogo.cli.run import run
from gonogo.errors import ExitCode
from gonogo.wiring import load_plan

pytestmark = pytest.mark.needs("git")


class Clone:
    """A repository that is made commit by commit, a minute apart."""

    def __init__(self, top: Path) -> None:
        self.top = top
        top.mkdir()
        self.minute = 0
        self.git("init", "-q", "-b", "main", ".")

    def git(self, *argv: str) -> None:
        """Run git at this minute, with nobody's configuration."""
        when = f"@{1_780_000_000 + self.minute * 60} +0000"
        who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
               for part, value in (("NAME", "Dev"), ("EMAIL", "dev@example.com"), ("DATE", when))}  # fmt: skip
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.top), "GIT_CONFIG_NOSYSTEM": "1", **who}
        subprocess.run(["git", *argv], cwd=self.top, env=environment, check=True, capture_output=True)

    def commit(self, subject: str, **files: str) -> None:
        """One commit that writes these files; `__` in a name is a slash, `_dot_` a dot."""
        self.minute += 1
        for name, text in (files or {f"f{self.minute}": "x"}).items():
            path = self.top / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)

    def tag(self, name: str) -> None:
        """An annotated tag, here."""
        self.minute += 1
        self.git("tag", "-a", "-m", name, name)


def _plain(clone: Clone) -> None:
    clone.commit("feat: first")
    clone.tag("v1.0.0")
    clone.commit("fix: a repair")


def _feature(clone: Clone) -> None:
    clone.commit("feat: first")
    clone.tag("1.0.0")
    clone.commit("feat: more")


def _untagged(clone: Clone) -> None:
    clone.commit("feat: first", package_dot_json='{"version": "0.3.0"}')


def _python(clone: Clone) -> None:
    clone.commit("feat: first", pyproject_dot_toml='[project]\nversion = "1.0.0"\n')
    clone.tag("v1.0.0")
    clone.commit("fix: a repair")


def _maven(clone: Clone) -> None:
    pom = "<project><parent><version>77</version></parent><version>1.0.0</version></project>"
    clone.commit("feat: first", pom_dot_xml=pom)
    clone.tag("web-1.0.0")
    clone.commit("fix: a repair")


def _next_is_stated(clone: Clone) -> None:
    clone.commit("feat: first", Cargo_dot_toml='[package]\nversion = "1.0.0"\n')
    clone.tag("v1.0.0")
    clone.commit("feat: more", Cargo_dot_toml='[package]\nversion = "1.1.0"\n')


def _git_flow(clone: Clone) -> None:
    _plain(clone)
    clone.git("branch", "develop")


def _several(clone: Clone) -> None:
    clone.commit("feat: old")
    clone.tag("0.11.0")
    clone.commit("feat: a", packages__hatch__package_dot_json='{"version": "1.17.0"}')
    clone.tag("hatch-v1.17.0")
    clone.commit("feat: b", packages__hatchling__x="1")
    clone.tag("hatchling-v1.31.0")
    clone.commit("fix: a", packages__hatch__y="1")
    clone.commit("feat: b", packages__hatchling__y="1")


def _other_default(clone: Clone) -> None:
    _plain(clone)
    clone.git("branch", "-m", "main", "stable")


def _calendar_before(clone: Clone) -> None:
    clone.commit("feat: old")
    clone.tag("2019.10.1")
    clone.commit("feat: first")
    clone.tag("v1.0.0")
    clone.commit("fix: a repair")


SHAPES: dict[Callable[[Clone], None], dict[str, str]] = {
    _plain: {"web": "1.0.1"},
    _feature: {"web": "1.1.0"},
    _untagged: {"web": "0.3.0"},
    _python: {"web": "1.0.1"},
    _maven: {"web": "1.0.1"},
    _next_is_stated: {"web": "1.1.0"},
    _git_flow: {"web": "1.0.1"},
    _several: {"hatch": "1.17.1", "hatchling": "1.32.0"},
    _other_default: {"web": "1.0.1"},
    _calendar_before: {"web": "1.0.1"},
}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__.strip("_"))
def test_the_first_minute_goes_through(
    shape: Callable[[Clone], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """init, check, next-version, status: the plan is valid, and each says the same version."""
    for name in ("HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).mkdir()
    clone = Clone(tmp_path / "web")
    shape(clone)
    monkeypatch.chdir(clone.top)

    def gonogo(*argv: str) -> Result:
        code = run(argv, wiring)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    assert gonogo("init").code == ExitCode.OK
    plan = load_plan(Options(plan="release.yaml")).plan
    assert {product.name: product.version for product in plan.products} == SHAPES[shape]
    checked = gonogo("check")
    assert checked.code == ExitCode.OK, checked.err
    for product in plan.products:
        following = gonogo("next-version", product.name)
        if product.previous:
            assert following.out.strip() == product.version, following.err
    assert gonogo("status").code in {ExitCode.NO_GO, ExitCode.UNKNOWN}
    told = (clone.top / "release.yaml").read_text(encoding="utf-8")
    if shape in {_python, _maven}:
        assert [file.path for file in plan.products[0].files] in (["pyproject.toml"], ["pom.xml"])
        assert "# states 1.0.0 now" in told
    if shape is _git_flow:
        assert (plan.branches.model, plan.branches.active) == ("gitflow", ("develop",))
    if shape is _other_default:
        assert plan.branches.main == "stable"
    if shape is _several:
        assert [product.paths for product in plan.products] == [("packages/hatchling",), ("packages/hatch",)]
    if shape in {_several, _calendar_before}:
        assert "# Tags of other series" in told
