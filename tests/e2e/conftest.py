"""Whole-program tests: gonogo as other accounts run it."""

from collections.abc import Iterator

import pytest

from support.shared_install import Accounts, NoSharedPythonError, SharedPython, shared_install, unix_accounts


@pytest.fixture(scope="session")
def shared_python() -> Iterator[SharedPython]:
    """An environment with gonogo that every account of this machine can run."""
    try:
        with shared_install() as install:
            yield install
    except NoSharedPythonError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="session")
def accounts() -> Iterator[Accounts]:
    """Four unix accounts in one group; mark the test `needs("accounts")`."""
    with unix_accounts() as made:
        yield made
