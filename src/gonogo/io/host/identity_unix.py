"""Who acts, as the kernel names them. `$USER`, `$LOGNAME`, git's configuration and flags are never asked."""

import os
import pwd
from pathlib import Path

from gonogo.events import Actor
from gonogo.text import clean

_NOT_RECORDED = 2**32 - 1
"""What /proc/self/loginuid says when nobody has logged in: a service, a container."""
_NAME_LIMIT = 64


class UnixIdentity:
    """The account this process runs as."""

    def actor(self, via: str) -> Actor:
        """Return the account of the real user id; `via` is tui, cli or ci.

        What the environment says (sudo, ssh) is kept apart as a claim and decides nothing.
        """
        uid = os.getuid()
        return Actor(
            uid=uid,
            user=account_name(uid),
            login=_login_name(),
            via=via,
            sudo=clean(os.environ.get("SUDO_USER", ""), _NAME_LIMIT),
            host=clean(os.uname().nodename, _NAME_LIMIT),
            boot_id=clean(_first_line("/proc/sys/kernel/random/boot_id"), _NAME_LIMIT),
            pid=os.getpid(),
            tty=clean(_terminal(), _NAME_LIMIT),
            ssh_from=clean((os.environ.get("SSH_CONNECTION", "").split() or [""])[0], _NAME_LIMIT),
        )


def account_name(uid: int) -> str:
    """Name of the account, or `uid:1234` when the host knows none."""
    return known_account(uid) or nameless(uid)


def known_account(uid: int) -> str:
    """Name of the account; "" when the host has none with that number."""
    try:
        return clean(pwd.getpwuid(uid).pw_name, _NAME_LIMIT)
    except KeyError:
        return ""


def nameless(uid: int) -> str:
    """What stands for the name of an account that has none."""
    return f"uid:{uid}"


def _login_name() -> str:
    """Account the kernel recorded at log-in, which sudo and su do not change; "" when it recorded none."""
    text = _first_line("/proc/self/loginuid")
    if not text.isdecimal() or int(text) == _NOT_RECORDED:
        return ""
    return account_name(int(text))


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace").partition("\n")[0].strip()
    except OSError:
        return ""


def _terminal() -> str:
    for descriptor in (0, 1, 2):
        try:
            return os.ttyname(descriptor)
        except OSError:
            continue
    return ""
