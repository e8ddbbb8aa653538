"""The connection drops in the middle of a step: nothing is lost, wherever it was begun."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from signal import SIGHUP

import pytest

from support import hotfix_world
from support.pty_screen import PtyScreen, gonogo
from support.repositories import git
from support.servers import Canned, serving
from support.waiting import until

pytestmark = pytest.mark.needs("git")

PLAN = """\
release: 2026.11
environments: [production]
products:
  web:
    version: 1.10.0
    repo: web
    files: [{{path: pyproject.toml, key: project.version}}]
    probe: {{url: "{base}/version", instances: 1}}
"""
GIT = """\
#!/bin/sh
case " $* " in *" cherry-pick "*) if [ -e {gate}/shut ]; then : > {gate}/reached; while [ -e {gate}/shut ]; do
  sleep 0.05; done; fi;; esac
exec {git} "$@"
"""


class Desk:
    """A release on real parts, and a git that waits in the middle of the pick while the gate is shut."""

    def __init__(self, directory: Path, base: str) -> None:
        self.made = hotfix_world.linear(directory / "web")
        (directory / "release.yaml").write_text(PLAN.format(base=base), encoding="utf-8")
        self.gate, tools = directory / "gate", directory / "bin"
        self.gate.mkdir()
        tools.mkdir()
        (self.gate / "shut").touch()
        wrapped = tools / "git"
        wrapped.write_text(GIT.format(gate=self.gate, git=shutil.which("git")), encoding="utf-8")
        wrapped.chmod(0o755)
        self.directory = directory
        self.env = {
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(directory),
            "XDG_STATE_HOME": str(directory / "state"),
            "GONOGO_JOURNAL": None,
        }

    def screen(self, *words: str) -> PtyScreen:
        """The program on a terminal."""
        return PtyScreen([*gonogo(), *words], env=self.env, cwd=self.directory)

    def say(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The program without one."""
        env = {**os.environ, **{name: value for name, value in self.env.items() if value is not None}}
        return subprocess.run(
            [*gonogo(), *words],
            env=env,
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def in_the_pick(self) -> None:
        """Wait until git is in the middle of it."""
        until((self.gate / "reached").exists, "the pick was begun")

    def let_go(self) -> None:
        """Git goes on."""
        (self.gate / "shut").unlink()

    def finished(self) -> None:
        """From where it stands to its end; the work is what it would have been."""
        done = self.say("hotfix", "continue", "web", "--tested", "make test: 312 passed")
        assert done.returncode == 0, done.stderr
        assert git(self.made.path, "tag", "--list", "v1.9.4") == "v1.9.4"
        assert git(self.made.path, "rev-list", "--count", "v1.9.3..v1.9.4") == "2"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Production runs 1.9.3."""
    with ExitStack() as stack:
        fleet = stack.enter_context(serving({}))
        fleet.answers["/version"] = Canned(b'{"version": "1.9.3"}', {"content-type": "application/json"})
        yield Desk(tmp_path, fleet.url("").rstrip("/"))


def hears_hang_ups(pid: int) -> bool:
    """Whether the process has a handler for them."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    caught = next(line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) & (1 << (SIGHUP - 1)))


def test_a_cockpit_that_is_cut_off_in_a_pick_goes_on_to_where_a_person_is_needed(desk: Desk) -> None:
    """The terminal is gone, its shell hangs up a second time: the process stays until the test is asked for."""
    with desk.screen() as screen:
        screen.wait_for("2 Matrix")
        screen.press("2").wait_for("1.9.3")
        screen.press("h").wait_for("[1 broken]")
        screen.wait_for("1.9.3  in production")
        screen.press("enter").wait_for("annotated")
        screen.press("enter").wait_for("[3 fixes]")
        screen.press("space").wait_for("1 picked")
        screen.press("enter").wait_for("clean")
        screen.press("d").wait_for("[5 do]")
        desk.in_the_pick()
        screen.hang_up()
        until(lambda: not hears_hang_ups(screen.pid), "the cockpit has left the screen")
        screen.kill(SIGHUP)
        assert screen.poll() is None
        desk.let_go()
        assert screen.wait() == 128 + SIGHUP
    facts = json.loads(desk.say("hotfix", "status", "--json").stdout)
    [known] = facts["hotfixes"]
    assert [step["name"] for step in known["steps"].values() if step["done"]][-1] == "verify"
    desk.finished()


def test_a_command_that_is_cut_off_in_a_pick_goes_on_with_continue(desk: Desk) -> None:
    """The command dies with its terminal; git ends by itself, and the next command finds what it did."""
    fix = desk.made.oids[3]
    code = json.loads(desk.say("hotfix", "plan", "web", fix, "--json").stdout)["confirm"]
    with desk.screen("hotfix", "start", "web", fix, "--confirm", code) as screen:
        desk.in_the_pick()
        screen.hang_up()
        assert screen.wait() in {-SIGHUP, 128 + SIGHUP}
        desk.let_go()
    desk.finished()
