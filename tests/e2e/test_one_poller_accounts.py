"""Several accounts share the polling beside a shared journal; a credential stays with whoever has it."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.servers import Canned, Fixture, serving
from support.shared_install import Accounts, SharedPython, as_user, open_directory, popen_as
from support.waiting import until

pytestmark = pytest.mark.needs("accounts")

PLAN = """\
release: shared
environments: [production]
products:
  open: {{version: 1.3.0, probe: {{url: "{base}/open", instances: 1}}}}
  closed: {{version: 1.3.0, probe: {{url: "{base}/closed", use: json, version: version, auth: payments}}}}
defaults: {{every: 2s, timeout: 1s, stale_after: 10s, unknown_after: 30s}}
"""
TOKEN = "a-token-nobody-else-has"
CONFIG = """\
[auth.payments]
hosts = ["127.0.0.1"]
scheme = "Bearer"
env = "PAYMENTS"
"""


class Desk:
    """One host, one shared journal, two people of whom one has the credential."""

    def __init__(self, install: SharedPython, accounts: Accounts, fleet: Fixture, directory: Path) -> None:
        self.fleet = fleet
        self.accounts = accounts
        self.alice, self.bob = accounts.names[:2]
        self.plan = directory / "release.yaml"
        self.journal = directory / "journal"
        self._gonogo = install.gonogo
        self._ends = ExitStack()
        self.plan.write_text(PLAN.format(base=fleet.url("").rstrip("/")), encoding="utf-8")
        for name in ("open", "closed"):
            fleet.answers[f"/{name}"] = Canned(b'{"version": "1.3.0"}', {"content-type": "application/json"})
        words = ["journal", "init", "--shared", str(self.journal), "--group", accounts.group]
        subprocess.run([self._gonogo, *words, "--plan", self.plan], check=True, capture_output=True)
        home = accounts.home(self.alice)
        script = f"mkdir -p {home}/.config/gonogo && cat > {home}/.config/gonogo/config.toml"
        as_user(self.alice, ["sh", "-c", f"{script} <<'END'\n{CONFIG}END"], umask=0o077)

    def watch(self, user: str, directory: Path) -> "Told":
        """A session of that account."""
        out = directory / f"{user}.txt"
        stream = self._ends.enter_context(out.open("wb"))
        place = ["--plan", str(self.plan), "--journal", str(self.journal)]
        argv = [str(self._gonogo), "watch", "--json", *place]
        env = {"PAYMENTS": TOKEN} if user == self.alice else {}
        process = popen_as(user, argv, umask=0o077, env=env, stdout=stream, stderr=subprocess.STDOUT)
        self._ends.callback(process.wait)
        self._ends.callback(process.kill)
        return Told(process, out)

    def asked(self, path: str) -> int:
        """How often."""
        return sum(one.path == path for one in self.fleet.asked)

    def close(self) -> None:
        """End everybody."""
        self._ends.close()


class Told:
    """A session and what it says."""

    def __init__(self, process: "subprocess.Popen[bytes]", out: Path) -> None:
        self.process = process
        self._out = out

    def cell(self, product: str) -> Any:
        """What it said last of a product; None when nothing."""
        lines = [json.loads(line) for line in self._out.read_text(encoding="utf-8").split("\n")[:-1]]
        cells = [one["cell"] for one in lines if one["kind"] == "cell" and one["cell"]["product"] == product]
        return cells[-1] if cells else None


@pytest.fixture
def desk(shared_python: SharedPython, accounts: Accounts) -> Iterator[Desk]:
    """The journal in a directory that everybody may enter, whatever else pytest does to its own."""
    with open_directory() as directory, serving({}) as fleet:
        made = Desk(shared_python, accounts, fleet, directory)
        yield made
        made.close()


def test_a_credential_is_used_by_its_owner_and_its_answers_by_all(desk: Desk, tmp_path: Path) -> None:
    """Bob's cell names alice; without her nobody asks that endpoint, and he is told why."""
    bob = desk.watch(desk.bob, tmp_path)
    until(lambda: bob.cell("closed") is not None and bob.cell("open") is not None, "bob has looked")
    assert "not defined" in bob.cell("closed")["detail"]
    assert desk.asked("/closed") == 0

    alice = desk.watch(desk.alice, tmp_path)
    until(lambda: bob.cell("closed")["relation"] == "match", "bob knows what alice saw")
    (source,) = bob.cell("closed")["sources"]
    assert source["asked_by"] == desk.alice
    until(lambda: alice.cell("open") is not None, "alice knows what bob saw")
    (source,) = alice.cell("open")["sources"]
    assert source["asked_by"] == desk.bob

    (directory,) = desk.journal.iterdir()
    files = {path.owner(): path.stat() for path in directory.glob(".polls-*")}
    assert set(files) == {desk.alice, desk.bob}
    assert {facts.st_mode & 0o7777 for facts in files.values()} == {0o640}
    assert {facts.st_gid for facts in files.values()} == {desk.accounts.gid}
    assert all(TOKEN.encode() not in path.read_bytes() for path in directory.iterdir())

    alice.process.send_signal(signal.SIGKILL)
    alice.process.wait()
    before, opened = desk.asked("/closed"), desk.asked("/open")
    until(lambda: desk.asked("/open") >= opened + 4, "bob goes on with what he may ask")
    until(lambda: bob.cell("closed")["freshness"] != "fresh", "alice's last answer grows old on bob's screen")
    assert desk.asked("/closed") == before


def test_nobody_can_speak_in_another_accounts_name(desk: Desk, tmp_path: Path) -> None:
    """Bob writes what alice is to have seen; the kernel says whose file it is."""
    alice = desk.watch(desk.alice, tmp_path)
    (directory,) = desk.journal.iterdir()
    until(lambda: bool(list(directory.glob(".polls-*"))) and alice.cell("closed") is not None, "alice polls")
    (hers,) = directory.glob(".polls-*")
    uid = desk.accounts.uid(desk.alice)
    forged = f"sed s/1.3.0/6.6.6/g {hers} > {directory}/.polls-{uid}-0123456789ab; chmod 640 {directory}/.polls-*"
    as_user(desk.bob, ["sh", "-c", forged])
    for attempt in (f"echo x >> {hers}", f"rm -f {hers}", f"rm -f {directory}/.lock"):
        as_user(desk.bob, ["sh", "-c", attempt])
    bob = desk.watch(desk.bob, tmp_path)

    until(lambda: bob.cell("closed") is not None and bob.cell("closed")["relation"] == "match", "bob has looked")

    assert hers.exists()
    assert bob.cell("open")["versions"][0]["version"] == "1.3.0"
    assert b"6.6.6" not in (tmp_path / f"{desk.bob}.txt").read_bytes()
