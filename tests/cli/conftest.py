"""A small release on real parts: a plan file, a git repository, an HTTP server on loopback."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from cli.program import Result
from gonogo import wiring
from gonogo.cli.run import run
from support.repositories import CommitSpec, make_repository
from support.servers import Canned, Fixture, serving

PLAN = """\
release: 2026.11
name: Autumn train
environments: [staging, production]
people:
  me: {{name: Me Myself, account: {account}}}
  ben: {{name: Ben Okafor, account: somebody-else}}
products:
  web:
    version: 1.3.0
    previous: 1.2.0
    owner: me
    repo: web
    probe: {{url: "{base}/{{environment}}/version", instances: 1}}
checklist:
  Preparation:
    - {{id: tests, title: Run the full test suite, owner: ben}}
    - {{id: announce-window, title: Announce the window, owner: me}}
  Deployment:
    - {{id: smoke, title: Smoke tests, owner: me, after: [tests]}}
rules: {{release.draft: off}}
"""


class Here(Protocol):
    """Call the program in this process, in the directory of the release."""

    def __call__(self, *argv: str) -> Result:
        """Run one command line."""
        ...


class Release:
    """Where everything lies."""

    def __init__(self, directory: Path, fleet: Fixture) -> None:
        self.directory = directory
        self.fleet = fleet

    @property
    def plan(self) -> Path:
        """The plan file."""
        return self.directory / "release.yaml"

    def runs(self, environment: str, version: str) -> None:
        """Let an environment answer with this version from now on."""
        self.fleet.answers[f"/{environment}/version"] = Canned(
            f'{{"version": "{version}"}}'.encode(), {"content-type": "application/json"}
        )


def account() -> str:
    """The account the kernel names."""
    return pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Release]:
    """The release: staging runs the planned version, production the one before."""
    with serving({}) as fleet:
        directory = tmp_path / "work"
        directory.mkdir()
        make_repository(
            directory / "web",
            ["chore: begin", "feat(basket): keep it", CommitSpec("fix(login): focus the field")],
            tags={"v1.2.0": 0, "v1.3.0": 2},
        )
        made = Release(directory, fleet)
        made.plan.write_text(PLAN.format(account=account(), base=fleet.url("").rstrip("/")), encoding="utf-8")
        made.runs("staging", "1.3.0")
        made.runs("production", "1.2.0")
        monkeypatch.chdir(directory)
        yield made


@pytest.fixture
def gonogo(release: Release, capsys: pytest.CaptureFixture[str]) -> Here:
    """The program in this process: quicker than one of its own, and the same code but for the last two lines."""

    def call(*argv: str) -> Result:
        code = run(argv, wiring)
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return call
