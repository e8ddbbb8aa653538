"""Where a hotfix lies, and who may work on it."""

import os
import threading
from pathlib import Path

import pytest

from gonogo.errors import BusyError, RefusedError
from gonogo.hotfix_jobs import bench as module
from gonogo.hotfix_jobs.bench import Bench
from gonogo.hotfix_jobs.hands import edit, shell
from gonogo.io.git.door import GitDoor, Manner


def test_git_that_outlives_a_killed_gonogo_keeps_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Going on waits for the last git of the one before: two gits never work in one workspace."""
    monkeypatch.setattr(module, "_LOCK_DEADLINE", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    slow = tmp_path / "slow-git"
    slow.write_text(f"#!/bin/sh\ncat {pipe} > /dev/null\n")
    slow.chmod(0o755)
    bench = Bench(tmp_path / "bench")
    with bench.locked() as lock:
        door = GitDoor(str(tmp_path), git=str(slow), manner=Manner(inherits=(lock,)))
        orphan = threading.Thread(target=door.ask, args=(["status"],))
        orphan.start()
        writer = os.open(pipe, os.O_WRONLY)
    with pytest.raises(BusyError), bench.locked():
        pass
    os.close(writer)
    orphan.join()
    with bench.locked():
        pass


def test_editor_gets_paths_and_never_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the conflicting file is called."""
    seen = tmp_path / "seen"
    editor = tmp_path / "editor"
    editor.write_text(f'#!/bin/sh\necho "$@" > {seen}\n')
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", f"{editor} --wait")
    monkeypatch.delenv("VISUAL", raising=False)
    assert edit(tmp_path, ["-x", "b.txt"]) == 0
    assert seen.read_text() == f"--wait {tmp_path}/-x {tmp_path}/b.txt\n"
    with pytest.raises(RefusedError):
        edit(tmp_path, [])
    with pytest.raises(RefusedError):
        shell(tmp_path / "gone")
