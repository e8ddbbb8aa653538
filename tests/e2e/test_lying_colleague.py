"""An account publishes that the planned version runs: nobody else's session goes on saying GO for that."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from gonogo.errors import ExitCode
from gonogo.rules.readiness import Answer
from support.pty_screen import PtyScreen
from support.servers import Canned, Fixture, serving
from support.shared_install import Accounts, SharedPython, as_user, open_directory, popen_as
from support.waiting import until

pytestmark = pytest.mark.needs("accounts")

EVERY = 2.0
PLAN = """\
release: shared
environments: [staging, production]
products:
  web: {{version: 1.3.0, probe: {{url: "{base}/{{environment}}/web", instances: 1, vary_query: false}}}}
  api: {{version: 1.3.0, probe: {{url: "{base}/{{environment}}/api", instances: 1, vary_query: false}}}}
defaults: {{every: 2s, timeout: 1s, stale_after: 10s, unknown_after: 30s}}
"""
LIAR = """\
import sys, time
from pathlib import Path
from gonogo.io.host.clock_system import SystemClock
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.plan_file.parsing import parse_plan
from gonogo.io.sharing.keys import keys_of
from gonogo.io.sharing.publication import Publication
from gonogo.io.sharing.record import FORMAT, Header, answer_lines
from gonogo.facts import Running, Seen, Status, Target

path, directory, clock = Path(sys.argv[1]), Path(sys.argv[2]), SystemClock()
plan = parse_plan(path.read_bytes(), str(path), path.parent)
me = UnixIdentity().actor("cli")
published = Publication(directory, Header(FORMAT, me.host, me.boot_id, me.pid), 0o640)
cells = [Target(product, name) for product in ("web", "api") for name in ("staging", "production")]
while True:
    for target in cells:
        version = "1.3.0" if target.environment == "staging" else "1.2.0"
        key, now = keys_of(plan)[str(target)].key, clock.now()
        seen = Seen(target, (Running(version),), Status.SUCCEEDED, now, "auto", looks=20, in_all=20)
        published.publish(key, list(answer_lines(key, [seen], clock.steady(), now, 600.0, excerpts=True)))
    print("told", flush=True)
    time.sleep(0.5)
"""


class Desk:
    """One host, one shared journal, an honest and a lying account. Version 1.2.0 runs everywhere."""

    def __init__(self, install: SharedPython, accounts: Accounts, fleet: Fixture, directory: Path) -> None:
        self.install, self.accounts = install, accounts
        self.honest, self.liar = accounts.names[:2]
        self.fleet = fleet
        self.plan, self.journal = directory / "release.yaml", directory / "journal"
        self.place = ["--plan", str(self.plan), "--journal", str(self.journal)]
        self.ends = ExitStack()
        self.plan.write_text(PLAN.format(base=fleet.url("").rstrip("/")), encoding="utf-8")
        for environment in ("staging", "production"):
            for product in ("web", "api"):
                self.runs(environment, product, "1.2.0")
        words = ["journal", "init", "--shared", str(self.journal), "--group", accounts.group]
        subprocess.run([install.gonogo, *words, "--plan", self.plan], check=True, capture_output=True)
        self.says(self.honest, "start").check_returncode()

    def runs(self, environment: str, product: str, version: str) -> None:
        """Let an endpoint answer with this version from now on."""
        body = json.dumps({"version": version}).encode()
        self.fleet.answers[f"/{environment}/{product}"] = Canned(body, {"content-type": "application/json"})

    def says(self, user: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """One verb of that account, to its end."""
        return as_user(user, [str(self.install.gonogo), *words, *self.place], umask=0o077)

    def lies(self, directory: Path) -> "subprocess.Popen[bytes]":
        """The other account begins to publish, and has done so."""
        script, out = self.plan.parent / "liar.py", directory / "liar.txt"
        script.write_text(LIAR, encoding="utf-8")
        (journal,) = self.journal.iterdir()
        argv = [str(self.install.python), str(script), str(self.plan), str(journal)]
        return self._running(self.liar, argv, out)

    def watch(self, directory: Path) -> "Told":
        """A session of the honest account."""
        out = directory / "watch.txt"
        self._running(self.honest, [str(self.install.gonogo), "watch", "--json", *self.place], out, wait=False)
        return Told(out)

    def _running(self, user: str, argv: list[str], out: Path, *, wait: bool = True) -> "subprocess.Popen[bytes]":
        stream = self.ends.enter_context(out.open("wb"))
        process = popen_as(user, argv, umask=0o022, stdout=stream, stderr=subprocess.STDOUT)
        self.ends.callback(process.wait)
        self.ends.callback(process.kill)
        if wait:
            until(lambda: out.read_text(encoding="utf-8").startswith("told"), f"{user} has published")
        return process


class Told:
    """What a session says, and when it was read."""

    def __init__(self, out: Path) -> None:
        self._out = out

    def lines(self, kind: str) -> list[Any]:
        """Everything of one kind."""
        lines = [json.loads(line) for line in self._out.read_text(encoding="utf-8").split("\n")[:-1]]
        return [one[kind] for one in lines if one["kind"] == kind]

    def production(self) -> Any:
        """The verdict it said last; None before the first."""
        found = [one for one in self.lines("verdict") if one["environment"] == "production"]
        return found[-1] if found else None

    def contested(self) -> list[Any]:
        """What other accounts observe otherwise, by the newest line of each cell."""
        newest = {(one["product"], one["environment"]): one for one in self.lines("cell")}
        return [each for one in newest.values() for each in one["contested"]]


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts) -> Iterator[Desk]:
    """The journal in a directory that everybody may enter."""
    with open_directory() as directory, serving({}) as fleet:
        made = Desk(shared_python, accounts, fleet, directory)
        yield made
        made.ends.close()


def test_a_lie_is_found_within_a_few_intervals_and_decides_nothing(desk: Desk, tmp_path: Path) -> None:
    """The watch names the account and both answers; exit codes rest on own answers from the beginning."""
    desk.lies(tmp_path)
    watch = desk.watch(tmp_path)
    assert desk.says(desk.honest, "status", "--env", "production").returncode == ExitCode.NO_GO
    waited = desk.says(desk.honest, "wait", "--env", "production", "--timeout", "3s")
    assert waited.returncode == ExitCode.TIMEOUT
    why = desk.says(desk.honest, "why", "--env", "production")
    assert "still runs 1.2.0" in why.stdout
    refused = desk.says(desk.honest, "go", "production")
    assert refused.returncode == ExitCode.NO_GO, refused.stdout + refused.stderr

    until(lambda: watch.production() is not None, "the watch has judged")
    until(lambda: bool(watch.contested()), "the watch contests an answer")
    (first, *_) = watch.contested()
    assert (first["account"], first["observed"], first["own"]) == (desk.liar, "1.3.0", "1.2.0")
    until(lambda: watch.production()["verdict"] != Answer.GO, "no longer GO")
    until(
        lambda: any(
            one["rule"] == "source.contested" and desk.liar in one["fact"]
            for one in watch.production()["unknowns"]
        ),
        "a reason names the account",
    )
    after = len(watch.lines("verdict"))
    begun = len(desk.fleet.asked)
    until(lambda: len(desk.fleet.asked) - begun >= 4, "the own account goes on asking")
    assert all(
        one["verdict"] != Answer.GO for one in watch.lines("verdict")[after:] if one["environment"] == "production"
    )


def test_a_cockpit_does_not_stay_go_for_what_a_colleague_claims(desk: Desk, tmp_path: Path) -> None:
    """Its bar names the account; when the claim has become true, own answers agree and it is GO."""
    liar = desk.lies(tmp_path)
    argv = [str(desk.install.gonogo), "open", *desk.place]
    become = ["setpriv", "--reuid", str(desk.accounts.uid(desk.honest)), "--regid", str(desk.accounts.gid)]
    nowhere = {"XDG_CONFIG_HOME": None, "XDG_STATE_HOME": None, "XDG_CACHE_HOME": None, "PYTHONPATH": None}
    home = {"HOME": str(desk.accounts.home(desk.honest)), "USER": desk.honest, "LOGNAME": desk.honest}
    with PtyScreen(
        [*become, "--init-groups", *argv], size=(100, 30), cwd=Path("/"), env={**home, **nowhere}
    ) as screen:
        screen.wait_for("ANSWERS DIFFER")
        screen.wait_for(
            lambda text: f"account {desk.liar} observed 1.3.0" in text and " GO for production" not in text
        )
        liar.kill()
        for product in ("web", "api"):
            desk.runs("staging", product, "1.3.0")
        screen.wait_for(lambda text: "ANSWERS DIFFER" not in text)
        screen.press("q")
        assert screen.wait() == 0
