"""Several unix accounts on one host, over a real sshd, on the same release at the same time."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen
from support.shared_install import Accounts, SharedPython, as_user, open_directory
from support.sshd import Bastion, bastion, quoted

pytestmark = pytest.mark.needs("accounts", "sshd")

UMASKS = (0o007, 0o022, 0o077, 0o002)

PLAN = """\
release: bastion
environments: [staging, production]
products:
  web: {version: 1.4.0}
checklist:
  - {id: one, title: First thing}
  - {id: two, title: Second thing}
  - {id: three, title: Third thing}
  - {id: four, title: Fourth thing}
"""


class Site:
    """A host as root has set it up for a release: plan, shared journal, sshd."""

    def __init__(self, ssh: Bastion, install: SharedPython, accounts: Accounts, directory: Path) -> None:
        self.ssh = ssh
        self.accounts = accounts
        self._install = install
        self._plan = directory / "release.yaml"
        self._journal = directory / "journal"

    def words(self, *arguments: str) -> list[str]:
        """gonogo on this release."""
        options = ["--plan", str(self._plan), "--journal", str(self._journal)]
        return [str(self._install.gonogo), *arguments, *options]

    def run(self, user: int, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a verb as the account of that number, by its own shell with its own umask."""
        remote = f"umask {UMASKS[user]:04o}; exec {quoted(self.words(*arguments))}"
        return self.ssh.run(self.accounts.names[user], remote)

    def cockpit(self, user: int) -> PtyScreen:
        """A cockpit over ssh at 80x24."""
        remote = f"umask {UMASKS[user]:04o}; exec {quoted(self.words('open'))}"
        return PtyScreen(self.ssh.command(self.accounts.names[user], remote, tty=True), size=(80, 24))


@pytest.fixture(scope="module")
def site(shared_python: SharedPython, accounts: Accounts) -> Iterator[Site]:
    """A shared journal made by root, and a plan everybody may read."""
    with open_directory() as directory:
        (directory / "release.yaml").write_text(PLAN)
        made = subprocess.run(
            [
                *(shared_python.gonogo, "journal", "init", "--shared", directory / "journal"),
                *("--group", accounts.group, "--plan", directory / "release.yaml"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        with bastion(directory, accounts) as ssh:
            yield Site(ssh, shared_python, accounts, directory)


def test_four_accounts_see_each_others_ticks_on_every_open_screen(site: Site) -> None:
    """Four cockpits over ssh, four umasks: each tick of a command line or a cockpit shows on all of them."""
    with ExitStack() as stack:
        screens = [stack.enter_context(site.cockpit(user)) for user in range(4)]
        for screen in screens:
            screen.wait_for("First thing")

        ticked = site.run(1, "tick", "one")
        assert ticked.returncode == 0, ticked.stderr
        for screen in screens:
            screen.wait_for(
                lambda text: any("[x]" in line and "First thing" in line for line in text.splitlines())
            )

        screens[2].press("j")
        screens[2].press("space")
        for screen in screens:
            screen.wait_for(lambda text: text.count("[x]") == 2)

        for screen in screens:
            screen.press("q")
            assert screen.wait() == 0


def test_each_act_carries_the_account_the_kernel_names(site: Site) -> None:
    """Whatever the environment claims, the record names who really acted."""
    liar = site.accounts.names[3]
    claims = dict.fromkeys(("USER", "LOGNAME", "SUDO_USER", "GIT_AUTHOR_NAME"), site.accounts.names[0])

    done = as_user(liar, site.words("tick", "four"), env=claims, umask=0o077)

    assert done.returncode == 0, done.stderr
    assert f"by {liar}" in done.stdout
    log = site.run(0, "log", "--item", "four")
    assert liar in log.stdout


def test_the_journal_is_closed_to_strangers_and_to_each_other(site: Site) -> None:
    """No umask opens a file to others, and nobody can write in another's file."""
    folder = Path(site.words()[-1]) / "bastion"
    assert site.run(2, "note", "three", "a word").returncode == 0
    for path in folder.glob("*.jsonl"):
        assert path.stat().st_mode & 0o137 == 0, f"{path.name} is {path.stat().st_mode:o}"
    theirs = next(
        path for path in folder.glob("*.jsonl") if path.stat().st_uid == site.accounts.uid(site.accounts.names[2])
    )

    forged = as_user(site.accounts.names[0], ["sh", "-c", f"echo forged >> {theirs}"])

    assert forged.returncode != 0
    assert os.path.exists(theirs)
