"""Twelve planted secrets, and everything gonogo writes, shows or hands on: none of them is anywhere."""

import base64
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from gonogo.io.config.credentials import Credential, Secret
from gonogo.tui import crash
from support.pty_screen import PtyScreen, gonogo
from support.servers import Canned, Fixture, serving

CANARIES = {
    name: f"c4n4ry{number:02}{name}"
    for number, name in enumerate(
        (
            "env", "file", "netrc", "command", "location", "query", "proxy", "remote", "stranger", "userinfo",
            "apikey", "literal",
        )
    )
}  # fmt: skip
"""By the place each is planted in."""

PLAN = """\
release: 2026.11
environments: [prod]
defaults: {{every: 2s, timeout: 5s, stale_after: 10s, unknown_after: 30s}}
products:
  env: {{version: 1.0.0, repo: repo, probe: {{use: json, url: "{base}/echo?x={query}", auth: env}}}}
  file: {{version: 1.0.0, probe: {{use: json, url: "{base}/away", auth: file}}}}
  netrc: {{version: 1.0.0, probe: {{use: json, url: "{base}/good", auth: netrc}}}}
  command: {{version: 1.0.0, probe: {{use: header, url: "{base}/headers", header: X-App-Version, auth: command}}}}
  unbound: {{version: 1.0.0, probe: {{use: json, url: "{base}/good", auth: unbound}}}}
checklist:
  - {{id: item-1, title: Run the test suite}}
"""
CONFIG = """\
[auth.env]
hosts = ["127.0.0.1"]
scheme = "Bearer"
env = "PAYMENTS_TOKEN"
[auth.file]
hosts = ["127.0.0.1"]
header = "X-Api-Key"
file = "{home}/token"
[auth.netrc]
hosts = ["127.0.0.1"]
netrc = "pay.example.com"
[auth.command]
hosts = ["127.0.0.1"]
scheme = "Bearer"
command = ["{home}/token-command"]
[auth.unbound]
hosts = ["elsewhere.example.com"]
env = "PAYMENTS_TOKEN"
"""
WRONG = """\
release: 2026.11
environments: [prod]
products:
  a: {{version: 1.0.0, probe: "https://user:{userinfo}@a.example.com/"}}
  b: {{version: 1.0.0, probe: "https://b.example.com/?api_key={apikey}"}}
metadata: {{token: {literal}}}
"""
PLANTED = {"token", "netrc", "token-command", "config"}
"""Where the secrets lie: the only files that may hold them."""


class World(NamedTuple):
    """A release with secrets in every place."""

    directory: Path
    home: Path
    environ: Mapping[str, str]
    endpoints: Fixture

    def run(self, *arguments: str) -> str:
        """Everything a command prints, whatever its exit code."""
        done = subprocess.run(
            gonogo(*arguments),
            cwd=self.directory,
            env={**self.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return done.stdout


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Endpoints that repeat what they were asked with, and a git that writes its environment down."""
    home, directory = tmp_path / "home", tmp_path / "release"
    for place in (home / "gonogo", home / "bin", directory):
        place.mkdir(parents=True)
    _private(home / "token", CANARIES["file"])
    _private(home / "netrc", f"machine pay.example.com login ana password {CANARIES['netrc']}\n")
    _private(home / "token-command", f"#!/bin/sh\necho {CANARIES['command']}\n", 0o700)
    _private(home / "gonogo" / "config.toml", CONFIG.format(home=home))
    _private(
        home / "bin" / "git",
        f'#!/bin/sh\nenv >> "{tmp_path}/git-environment"\nexec {shutil.which("git")} "$@"\n',
        0o755,
    )
    _repository(directory / "repo")
    environ = {
        **os.environ,
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "NETRC": str(home / "netrc"),
        "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
        "PAYMENTS_TOKEN": CANARIES["env"],
        "AWS_SECRET_ACCESS_KEY": CANARIES["stranger"],
        "HTTP_PROXY": f"http://user:{CANARIES['proxy']}@127.0.0.1:1",
    }
    with serving(_answers()) as endpoints:
        (directory / "release.yaml").write_text(PLAN.format(base=endpoints.url(""), query=CANARIES["query"]))
        (directory / "wrong.yaml").write_text(WRONG.format(**CANARIES))
        yield World(directory, home, environ, endpoints)


def _answers() -> Mapping[str, Canned]:
    """Each repeats the secret it is asked with, as careless servers do."""
    basic = base64.b64encode(f"ana:{CANARIES['netrc']}".encode()).decode()
    echo = f'{{"error": "bad token {CANARIES["env"]}", "sent": "Bearer {CANARIES["env"]}"}}'
    return {
        "/echo": Canned(echo.encode(), {"X-Echo": f"Bearer {CANARIES['env']}"}, 401),
        "/away": Canned(b"", {"Location": f"https://login.example.com/?code={CANARIES['location']}"}, 302),
        "/good": Canned(f'{{"version": "1.0.0", "status": "{CANARIES["netrc"]} {basic}"}}'.encode()),
        "/headers": Canned(b"", {"X-App-Version": "1.0.0", "X-Sent": f"Bearer {CANARIES['command']}"}),
    }


def _private(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def _repository(path: Path) -> None:
    def git(*argv: str) -> None:
        subprocess.run(["git", "-C", str(path), *argv], check=True, capture_output=True)

    path.mkdir()
    git("init", "-q")
    git("-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "feat: x")
    git("remote", "add", "origin", f"https://user:{CANARIES['remote']}@git.example.com/x.git")


def leaked(*texts: str | bytes) -> set[str]:
    """Names of the secrets that stand in any of them, plain or as base64."""
    found = set()
    for text in texts:
        raw = text.encode() if isinstance(text, str) else text
        for name, secret in CANARIES.items():
            if secret.encode() in raw or base64.b64encode(secret.encode()).rstrip(b"=")[:-2] in raw:
                found.add(name)
    return found


def test_no_command_prints_a_secret(world: World) -> None:
    """Nor writes one into a file: journal, state, cache."""
    printed = {
        words: world.run(*words.split())
        for words in (
            "status", "status --json", "why", "matrix", "matrix --json", "matrix env prod", "matrix file prod",
            "matrix netrc prod", "matrix command prod --json", "changelog", "check", "check --live",
            "check --live --json", "check wrong.yaml", "check wrong.yaml --json", "doctor", "doctor --json",
            "tick item-1", "log --json", "journal verify",
        )
    }  # fmt: skip
    assert {words: names for words, text in printed.items() if (names := leaked(text))} == {}
    assert "401" in printed["matrix env prod"]
    assert "redirects to https://login.example.com" in printed["matrix file prod"]
    assert "1.0.0" in printed["matrix netrc prod"]
    assert "is not bound to 127.0.0.1" in printed["matrix"] + printed["check --live"]
    assert _sent(world) == {"env", "file", "netrc", "command"}
    assert _leaking_files(world) == {}


def _sent(world: World) -> set[str]:
    """The secrets the endpoints were asked with: the test would prove nothing if they were not sent."""
    headers = "\n".join(f"{value}" for asked in world.endpoints.asked for value in asked.headers.values())
    basic = base64.b64encode(f"ana:{CANARIES['netrc']}".encode()).decode()
    return {name for name in ("env", "file", "command") if CANARIES[name] in headers} | (
        {"netrc"} if basic in headers else set()
    )


def _leaking_files(world: World) -> dict[str, set[str]]:
    """Files with a secret in them, besides those it was planted in. What git was given is one of them."""
    root = world.directory.parent
    assert (root / "git-environment").exists()
    planted = {world.home / name for name in PLANTED} | {
        world.directory / "release.yaml",
        world.directory / "wrong.yaml",
        world.directory / "repo" / ".git" / "config",
    }
    files = [path for path in root.rglob("*") if path.is_file() and path not in planted]
    return {str(path): names for path in files if (names := leaked(path.read_bytes()))}


def test_the_cockpit_shows_no_secret_and_hands_none_to_a_process(world: World) -> None:
    """On every screen about a cell; and the arguments of all processes are looked at meanwhile."""
    seen: list[str | bytes] = []
    with PtyScreen(gonogo(), size=(180, 50), cwd=world.directory, env=dict(world.environ)) as screen:
        screen.wait_for("Run the test suite")
        screen.press("2")
        screen.wait_for("1.0.0")
        screen.wait_for(lambda text: "asking" not in text)
        seen.append(_process_list())
        for _ in range(5):
            screen.press("enter")
            screen.settle()
            screen.press("escape", "j")
            screen.settle()
        screen.press("w")
        screen.settle()
        seen.append(_process_list())
        seen.append(screen.raw)
        screen.press("ctrl+c")
        screen.wait()
        seen.append(screen.raw)
    assert leaked(*seen) == set()
    assert _leaking_files(world) == {}


def _process_list() -> bytes:
    """What `ps` could show anybody."""
    lines = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                lines.append((entry / "cmdline").read_bytes())
    return b"\n".join(lines)


def test_a_crash_report_holds_no_secret(tmp_path: Path) -> None:
    """Not even of a crash in the middle of sending one."""
    credential = Credential("pay", "Authorization", Secret(CANARIES["env"]), ("h",))

    def sends(given: Credential) -> None:
        text = given.value.reveal()
        raise RuntimeError(f"{given!r} cannot be sent, of {len(text)} characters")

    try:
        sends(credential)
    except RuntimeError as error:
        path = crash.write(error, tmp_path, datetime(2026, 11, 24, tzinfo=UTC))
    assert path is not None
    assert "Secret(***)" in path.read_text()
    assert leaked(path.read_bytes()) == set()
