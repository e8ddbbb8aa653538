"""The ground other whole-program tests stand on: other accounts run the same gonogo."""

import pytest

from support.shared_install import Accounts, SharedPython, as_user


@pytest.mark.needs("accounts")
def test_another_account_imports_this_gonogo(shared_python: SharedPython, accounts: Accounts) -> None:
    """Source and dependencies are readable for an account that owns neither."""
    question = (
        "import os, httpx, msgspec, textual, yaml, gonogo\n"
        "print(os.getuid(), oct(os.umask(0)), os.environ['HOME'], gonogo.__file__)"
    )

    done = as_user(accounts.names[0], [shared_python.python, "-I", "-c", question], umask=0o077)

    assert done.stderr == ""
    uid, umask, home, place = done.stdout.split()
    assert (int(uid), umask) == (accounts.uid(accounts.names[0]), "0o77")
    assert home == str(accounts.home(accounts.names[0]))
    assert place.startswith(str(shared_python.root))


@pytest.mark.needs("accounts")
def test_accounts_share_a_group_and_nothing_else(accounts: Accounts) -> None:
    """Each home is closed to the others."""
    first, second = accounts.names[:2]

    done = as_user(first, ["ls", str(accounts.home(second))])

    assert done.returncode != 0
    assert as_user(first, ["id", "-gn"]).stdout.strip() == accounts.group
