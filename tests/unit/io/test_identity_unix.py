"""Who acts is what the kernel says, whatever the environment says."""

import os
import pwd

import pytest

from gonogo.io.host.identity_unix import UnixIdentity, account_name


def test_the_environment_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """USER, LOGNAME and git's variables are not asked; sudo's is kept as a claim."""
    for name in ("USER", "LOGNAME", "GIT_AUTHOR_NAME", "SUDO_USER", "USERNAME"):
        monkeypatch.setenv(name, "alice")

    actor = UnixIdentity().actor("ci")

    assert (actor.uid, actor.user) == (os.getuid(), pwd.getpwuid(os.getuid()).pw_name)
    assert (actor.sudo, actor.via, actor.pid) == ("alice", "ci", os.getpid())


def test_claims_are_harmless_and_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """They stand on everybody's screen."""
    monkeypatch.setenv("SUDO_USER", "\x1b[2J" + "x" * 500)
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.7 52011 10.0.0.1 22")

    actor = UnixIdentity().actor("cli")

    assert "\x1b" not in actor.sudo
    assert len(actor.sudo) == 64
    assert actor.ssh_from == "10.0.0.7"


def test_an_account_without_a_name_has_its_number() -> None:
    """As after an account was removed."""
    assert account_name(4_000_000) == "uid:4000000"


def test_host_and_boot_are_told() -> None:
    """Two hosts, or one before and after a reboot, can be told apart."""
    actor = UnixIdentity().actor("cli")

    assert actor.host == os.uname().nodename
    assert len(actor.boot_id) in {0, 36}
