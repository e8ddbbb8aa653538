"""A release from start to complete at a real terminal of 80 by 24; a second account approves elsewhere."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen, ScreenError
from support.servers import Canned, Fixture, serving
from support.shared_install import Accounts, SharedPython, as_user

pytestmark = pytest.mark.needs("accounts")

PLAN = """\
release: {release}
environments: {{staging: {{}}, production: {{after: [staging], production: true}}}}
manager: ana
people:
  ana: {{account: {ana}, name: Ana Ruiz, roles: [release-manager]}}
  ben: {{account: {ben}, name: Ben Okafor, roles: [engineering]}}
on_call: [ben]
defaults: {{every: 2s, timeout: 1s}}
products:
  web: {{version: 1.4.0, previous: 1.3.0, probe: {{url: "{base}/{{environment}}/version", instances: 1}}}}
checklist:
  - {{id: told, title: Tell the support team}}
approvals:
  engineering: {{role: engineering}}
gates:
  production: [{{approvals: [engineering]}}]
rollback:
  triggers: [{{id: errors, when: any error}}]
"""
WORD = "1.4.0"


def _answer(version: str) -> Canned:
    return Canned(json.dumps({"version": version}).encode(), {"Content-Type": "application/json"})


@pytest.fixture
def fleet() -> Iterator[Fixture]:
    """Staging has the new version, production the one before."""
    with serving({"/staging/version": _answer(WORD), "/production/version": _answer("1.3.0")}) as made:
        yield made


class Night:
    """A shared release: ana at her terminal, ben somewhere else."""

    def __init__(self, python: SharedPython, accounts: Accounts, fleet: Fixture) -> None:
        self.ana, self.ben = accounts.names[:2]
        self._python, self._accounts = python, accounts
        self.directory = python.root / "night"
        self.directory.mkdir(mode=0o755)
        self._plan = self.directory / "release.yaml"
        base = fleet.url("").rstrip("/")
        self._plan.write_text(PLAN.format(release="2026.11", ana=self.ana, ben=self.ben, base=base))
        self._plan.chmod(0o644)
        words = ("journal", "init", "--shared", self.directory / "journal", "--group", accounts.group)
        made = subprocess.run(
            [python.gonogo, *words, "--plan", self._plan], capture_output=True, text=True, check=False
        )
        assert made.returncode == 0, made.stderr

    def words(self, *verb: str) -> list[str | Path]:
        """The command line of a verb."""
        return [self._python.gonogo, *verb, "--plan", self._plan, "--journal", self.directory / "journal"]

    def cockpit(self) -> PtyScreen:
        """Ana's terminal."""
        number, group = str(self._accounts.uid(self.ana)), str(self._accounts.gid)
        become = ["setpriv", "--reuid", number, "--regid", group, "--init-groups"]
        home = str(self._accounts.home(self.ana))
        nowhere = {"XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None, "XDG_CACHE_HOME": None, "PYTHONPATH": None}
        env = {"HOME": home, "USER": self.ana, "LOGNAME": self.ana, **nowhere}
        return PtyScreen([*become, *self.words("open")], size=(80, 24), env=env, cwd=home)

    def ben_does(self, *verb: str) -> "subprocess.CompletedProcess[str]":
        """A verb of ben's."""
        return as_user(self.ben, self.words(*verb))


def _take(screen: PtyScreen, name: str) -> None:
    """A command by name."""
    screen.press(":")
    screen.wait_for("a part of the name")
    screen.type(name)
    screen.wait_for(lambda text: any(line.strip() == name for line in text.split("\n")))
    if "Down chooses" in screen.settle():
        screen.press("down")  # what cannot be taken back is never where the cursor stands by itself
    screen.press("enter")


def _confirm(screen: PtyScreen, done: str) -> None:
    """Type the version until the dialog hears it, then Enter: what is typed too early does nothing."""
    screen.wait_for(f"Type {WORD} and Enter")
    while True:
        screen.type(WORD)
        try:
            screen.wait_for(lambda text: any(line.strip() == WORD for line in text.split("\n")), deadline=1.0)
        except ScreenError:
            screen.press("ctrl+u")
        else:
            break
    screen.press("enter")
    screen.wait_for(done)


@pytest.mark.timeout(240)
def test_a_release_goes_from_start_to_complete(
    shared_python: SharedPython, accounts: Accounts, fleet: Fixture
) -> None:
    """Start, tick, a second account's approval by command line, go, complete; every step stands in the trail."""
    night = Night(shared_python, accounts, fleet)
    with night.cockpit() as screen:
        screen.wait_for("Tell the support team")
        _take(screen, "start the")
        _confirm(screen, "in progress")
        screen.press("space")
        screen.wait_for("[x] Tell the support team")

        screen.press("o", "enter")
        screen.wait_for("approval.missing")
        screen.press("escape")
        shown = night.ben_does("approve", "engineering", "--json")
        code = json.loads(shown.stdout)["confirm"]
        approved = night.ben_does("approve", "engineering", "--confirm", code)
        assert approved.returncode == 0, approved.stderr
        screen.wait_for("GO for production PRODUCTION")

        screen.press("o", "enter")
        _confirm(screen, "said GO for production")
        fleet.answers["/production/version"] = _answer(WORD)
        screen.press("2")
        screen.wait_for("2/2 match")
        _take(screen, "complete the")
        _confirm(screen, "completed the release")
        screen.press("q")
        assert screen.wait() == 0

    trail = night.ben_does("log").stdout
    told = ["started the release", "ticked told", "approved engineering", "said GO for production", "completed"]
    assert [one for one in told if one not in trail] == []
