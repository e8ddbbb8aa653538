"""A real sshd on loopback, for accounts of the tests only."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from support.shared_install import Accounts

_START_DEADLINE = 20.0


class Bastion:
    """One running sshd and the key that opens it."""

    def __init__(self, port: int, key: Path, known_hosts: Path) -> None:
        self.port = port
        self._key = key
        self._known_hosts = known_hosts

    def command(self, user: str, remote: str, *, tty: bool = False) -> list[str]:
        """An ssh command line that runs `remote` as `user`."""
        return [
            "ssh",
            *(["-tt"] if tty else ["-T"]),
            *("-F", "/dev/null", "-p", str(self.port), "-i", str(self._key)),
            *("-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"),
            *("-o", f"UserKnownHostsFile={self._known_hosts}", "-o", "BatchMode=yes"),
            f"{user}@127.0.0.1",
            remote,
        ]

    def run(self, user: str, remote: str, timeout: float = 60) -> "subprocess.CompletedProcess[str]":
        """Run `remote` as `user` to its end."""
        return subprocess.run(
            self.command(user, remote),
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )


@contextmanager
def bastion(directory: Path, accounts: Accounts) -> Iterator[Bastion]:
    """Start sshd with a host key of its own; `accounts` get the client's key. Needs root."""
    key, host_key = directory / "client", directory / "host"
    for path in (key, host_key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    for name in accounts.names:
        _authorize(accounts, name, key.with_suffix(".pub"))
    port = _free_port()
    # sshd insists on absolute paths, for its log too: it starts itself anew for each connection
    config = directory / "sshd_config"
    config.write_text(_config(port, host_key, directory))
    Path("/run/sshd").mkdir(exist_ok=True)
    program = shutil.which("sshd", path="/usr/sbin:/sbin:/usr/bin")
    assert program is not None
    with subprocess.Popen([program, "-D", "-f", config, "-E", directory / "sshd.log"]) as daemon:
        try:
            _wait_until_open(port, directory / "sshd.log")
            yield Bastion(port, key, directory / "known_hosts")
        finally:
            daemon.terminate()
            daemon.wait()


def _config(port: int, host_key: Path, directory: Path) -> str:
    return (
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {host_key}\nPidFile {directory}/pid\n"
        "UsePAM no\nPasswordAuthentication no\nStrictModes no\nPrintMotd no\nMaxStartups 100\n"
        "AcceptEnv LANG NO_COLOR\n"
    )


def _authorize(accounts: Accounts, name: str, public_key: Path) -> None:
    folder = accounts.home(name) / ".ssh"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / "authorized_keys"
    target.write_text(public_key.read_text())
    for path in (folder, target):
        os.chown(path, accounts.uid(name), accounts.gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_DEADLINE
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"sshd did not open port {port}: {log.read_text() if log.exists() else 'no log'}")


def quoted(words: Sequence[object]) -> str:
    """Words as one remote command line."""
    import shlex

    return shlex.join(str(word) for word in words)
