"""One poller per host and release, with real processes and a server that counts."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.pty_screen import PtyScreen, gonogo
from support.shared_polling import EVERY, SOURCES, SharedRelease, Watch, send, shared_release, watches
from support.waiting import until

# sixteen programs that start at once on a busy machine have taken 40 s to hear of everything
pytestmark = pytest.mark.timeout(400)
CROWD = 16


@pytest.fixture
def release(tmp_path: Path) -> Iterator[SharedRelease]:
    """Four endpoints, all as planned."""
    with shared_release(tmp_path) as made:
        yield made


def everybody_knows(crowd: list[Watch]) -> None:
    """Wait until each session has heard of every endpoint, and who asks."""
    until(
        lambda: all(len(one.running()) == SOURCES and one.pollers() for one in crowd),
        "all sessions know all cells",
        deadline=240,
    )


def leader(crowd: list[Watch]) -> Watch:
    """The session that asks most."""
    pids = Counter({one["pid"]: one["sources"] for one in crowd[0].pollers() if not one["stopped"]})
    pid = pids.most_common(1)[0][0]
    return next(one for one in crowd if one.pid == pid)


def asked_again(release: SharedRelease, times: int) -> float:
    """Wait for so many more questions to each endpoint; returns the seconds that took."""
    started, before = time.monotonic(), len(release.noted)
    until(lambda: len(release.noted) - before >= times * SOURCES, f"{times} more questions each", deadline=60)
    return time.monotonic() - started


def test_sixteen_sessions_ask_as_one_and_survive_their_poller(release: SharedRelease) -> None:
    """No more requests than one session's, and a dead or stopped poller is replaced in time."""
    with watches(release, CROWD) as crowd:
        everybody_knows(crowd)

        took = asked_again(release, 6)
        # six rounds take five intervals when the first of them falls due at once
        assert 1.1 * SOURCES * (took + EVERY) / EVERY >= 6 * SOURCES, f"{6 * SOURCES} requests in {took:.1f} s"

        dead = leader(crowd)
        at = send(dead.pid, signal.SIGKILL)
        crowd = [one for one in crowd if one is not dead]
        asked_again(release, 3)
        # what was due within an interval came at most one interval late
        assert release.noted.longest_gap(at) <= 2 * EVERY + 0.5

        until(lambda: all(one["pid"] != dead.pid for one in crowd[0].pollers()), "somebody else polls")
        still = leader(crowd)
        at = send(still.pid, signal.SIGSTOP)
        crowd = [one for one in crowd if one is not still]
        asked_again(release, 3)
        assert release.noted.longest_gap(at) <= 3 * EVERY + 0.5
        told = [{"pid": still.pid, "stopped": True}]
        until(
            lambda: [{"pid": one["pid"], "stopped": True} for one in crowd[0].pollers() if one["stopped"]] == told,
            "the others say who is stopped",
        )

        took = asked_again(release, 4)
        assert 1.1 * SOURCES * (took + EVERY) / EVERY >= 4 * SOURCES, "one substitute asks, not all"
        assert set(release.history()) == {
            (f"cell:{product}/{environment}", ("1.3.0",))
            for product in ("web", "api")
            for environment in ("staging", "production")
        }
        assert len(release.history()) == SOURCES


def test_a_change_and_a_split_are_recorded_once(release: SharedRelease) -> None:
    """Eight sessions see a canary come and win; the history has one line for each step."""
    with watches(release, 8) as crowd:
        everybody_knows(crowd)
        cell = "cell:web/production"

        release.runs("production", "web", "1.4.0")
        until(
            lambda: all(one.running()["web/production"] == ["1.4.0"] for one in crowd), "all see the new version"
        )
        turns = 0
        while (cell, ("1.3.0", "1.4.0")) not in release.history():
            assert turns < 12, "a split is recorded"
            turns += 1
            release.runs("production", "web", "1.3.0" if turns % 2 else "1.4.0")
            asked_again(release, 1)
        # the poller goes in the middle of it, and its successor has seen the same answers
        gone = leader(crowd)
        send(gone.pid, signal.SIGKILL)
        asked_again(release, 3)

    lines = [versions for subject, versions in release.history() if subject == cell]
    assert lines == [("1.3.0",), ("1.4.0",), ("1.3.0", "1.4.0")]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_a_watch_ends_cleanly(release: SharedRelease, number: signal.Signals, code: int) -> None:
    """Ctrl-C is how it ends well; nothing that was shared is left behind."""
    with watches(release, 1) as (only,):
        everybody_knows([only])
        send(only.pid, number)

        assert only.process.wait(timeout=20) == code
    assert list(release.journal.glob(".polls-*")) == []


def test_a_watch_says_what_changes_and_who_polls(release: SharedRelease) -> None:
    """One line each, in words; every change is also in the journal."""
    argv = [sys.executable, "-m", "gonogo", "watch", "--env", "production"]
    env = {**os.environ, **release.env}
    with subprocess.Popen(argv, cwd=release.directory, env=env, stdout=subprocess.PIPE, text=True) as watch:
        assert watch.stdout is not None
        try:
            first = [watch.stdout.readline() for _ in range(4)]
            release.runs("production", "api", "1.2.0")
            told = ""
            while "api/production runs 1.2.0; planned is the newer 1.3.0" not in told:
                told = watch.stdout.readline()
                assert told
        finally:
            watch.send_signal(signal.SIGINT)
            watch.wait(20)

    said = "".join(first)
    assert "polled here" in said
    assert "web/production runs the planned 1.3.0" in said
    assert "api/production runs the planned 1.3.0" in said
    assert "for production" in said
    assert "staging" not in said
    assert ("cell:api/production", ("1.2.0",)) in release.history()


def test_cockpits_say_who_polls_and_take_over(release: SharedRelease) -> None:
    """Two screens: one polls, the other says so, and polls when the first is killed."""
    options = {"size": (100, 30), "cwd": release.directory, "env": dict(release.env)}
    with PtyScreen(gonogo("open"), **options) as first:  # type: ignore[arg-type]  # a table of what both share
        first.wait_for("q quit")
        first.press("2")
        first.wait_for("polled here")
        with PtyScreen(gonogo("open"), **options) as second:  # type: ignore[arg-type]  # as above
            second.wait_for("q quit")
            second.press("2")
            second.wait_for(f"(pid {first.pid})")
            second.wait_for("4 of 4 as planned")
            status = subprocess.run(
                [sys.executable, "-m", "gonogo", "status"],
                cwd=release.directory, env={**os.environ, **release.env}, capture_output=True, text=True,
                check=False,
            )  # fmt: skip
            assert f"(pid {first.pid})" in status.stdout

            send(first.pid, signal.SIGSTOP)
            second.wait_for("is stopped: fg, or kill")
            second.wait_for("polled here")
            send(first.pid, signal.SIGKILL)
            second.wait_for(lambda text: "is stopped" not in text)
            second.press("q")
            assert second.wait() == 0
