"""Driving a hotfix to its end, and killing it on the way: as a program of its own, at any one of its points.

    python -m support.hotfix_drive DIRECTORY STORY POINT

POINT is `count`, which prints how many points of each kind there are, or `kind:number`: `git-before:3` dies before
the third git, `git-in:3` while git replaces its first file, `git-after:3` behind it, `fact:2` behind the second
recorded fact, `file:4` at the fourth change of a file by gonogo itself.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gonogo.engine.session import Session
from gonogo.events import EventId
from gonogo.events.state import HotfixStatus
from gonogo.hotfix.outcome import Finished, Given, Outcome, Stopped
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs.service import Hotfixes
from gonogo.io.git import door as git_door
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.journal import DirectoryJournal
from gonogo.plan import LoadedPlan
from gonogo.testing.clock import FakeClock
from support import hotfix_world
from support.hotfix_world import changed
from support.repositories import Made

STORIES: Mapping[str, tuple[Callable[[Path], Made], tuple[int, ...], str]] = {
    "linear": (hotfix_world.linear, (3, 4), ""),
    "merges": (hotfix_world.merges, (4, 5), ""),
    "conflicts": (hotfix_world.conflicts, (3, 4), changed((10, "ten corrected"))),
}
"""Repository, picks, and what `app.txt` is resolved to."""


class Stage:
    """One repository with one hotfix planned, and where its state lies."""

    def __init__(self, directory: Path, story: str) -> None:
        self.directory = directory
        self.repo = directory / "repo"
        self.resolution = STORIES[story][2]
        plan = hotfix_world.plan_of(hotfix_world.product(self.repo))
        self.loaded = LoadedPlan(plan, "release.yaml", "0" * 64)

    def work(self, story: str, oids: tuple[str, ...]) -> Work:
        """The hotfix of that story."""
        planned = hotfix_world.planned(self.repo, *(oids[at] for at in STORIES[story][1]))
        assert planned.work is not None
        return planned.work

    def hotfixes(self) -> Hotfixes:
        """The wizard on the real journal, as a new process would open it."""
        clock = FakeClock(hotfix_world.NOW)
        identity = UnixIdentity()
        journal = DirectoryJournal.open(
            self.directory / "journal", "2026.11", identity, clock, "cli", shared=False,
            state_dir=self.directory / "state",
        )  # fmt: skip
        session = Session(self.loaded, journal, clock, journal.actor, lambda: EventId(os.urandom(16).hex()))
        return Hotfixes(session, self.directory / "state", "2026.11")

    def drive(self, work: Work) -> None:
        """Bring it to its end from wherever it is."""
        hotfixes = self.hotfixes()
        known = next((one for one in hotfixes.all() if one.id == work.id), None)
        if known is not None and known.status is HotfixStatus.FINISHED:
            return
        outcome: Outcome | None = None
        if known is None:
            outcome = hotfixes.start(work, work.code)
        while not isinstance(outcome, Finished):
            known = hotfixes.live("hotfix")
            if known.status is HotfixStatus.STOPPED or isinstance(outcome, Stopped):
                (Path(known.folder) / "tree" / "app.txt").write_text(self.resolution)
            outcome = hotfixes.go_on(known, Given(resolved=known.conflicts, tested="make test: 12 passed"))


class Killer:
    """Ends this process at one point, as a power cut would."""

    def __init__(self, point: str) -> None:
        kind, _, number = point.partition(":")
        self._wanted = (kind, int(number or 0))
        self.counts: Counter[str] = Counter()

    def reach(self, kind: str) -> bool:
        """A point of that kind is reached. Returns whether it is the one, for those that die later."""
        self.counts[kind] += 1
        hit = self._wanted == (kind, self.counts[kind])
        if hit and kind != "git-in":
            os.kill(os.getpid(), signal.SIGKILL)
        return hit

    def watch(self, directory: Path) -> None:
        """Count everything from now on."""
        ask, command, submit = git_door.GitDoor.ask, git_door.GitDoor._command, Session.submit
        killer, inside = self, [False]

        def watched_ask(self: git_door.GitDoor, argv: Any, **more: Any) -> git_door.Answer:
            if not _changes(argv):
                return ask(self, argv, **more)
            killer.reach("git-before")
            inside[0] = killer.reach("git-in")
            answer = ask(self, argv, **more)
            if inside[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            killer.reach("git-after")
            return answer

        def watched_command(self: git_door.GitDoor, argv: Any) -> list[str]:
            words = command(self, argv)
            if not inside[0]:
                return words
            kill = "inject=rename,renameat,renameat2,link:signal=KILL:when=1"
            return [
                "strace",
                "-f",
                "-o",
                "/dev/null",
                "-e",
                "trace=rename,renameat,renameat2,link",
                "-e",
                kill,
                *words,
            ]

        def watched_submit(self: Session, wish: Any) -> Any:
            outcome = submit(self, wish)
            killer.reach("fact")
            return outcome

        git_door.GitDoor.ask = watched_ask  # type: ignore[method-assign]  # the process is a test's own
        git_door.GitDoor._command = watched_command  # type: ignore[method-assign]
        Session.submit = watched_submit  # type: ignore[method-assign, assignment]
        sys.addaudithook(lambda event, arguments: self._audit(event, arguments, str(directory)))

    def _audit(self, event: str, arguments: tuple[Any, ...], directory: str) -> None:
        if event in {"os.rename", "os.remove", "os.mkdir", "shutil.copyfile", "shutil.rmtree"}:
            if "/journal/" not in str(arguments[0]) and str(arguments[0]).startswith(directory):
                self.reach("file")
        elif event == "open" and str(arguments[0]).startswith(directory) and "/journal/" not in str(arguments[0]):
            writes = isinstance(arguments[1], str) and arguments[1][:1] in {"w", "a", "x"}
            if writes and not str(arguments[0]).endswith("commands.jsonl"):
                self.reach("file")


_CHANGING = {
    "init",
    "checkout",
    "cherry-pick",
    "add",
    "commit",
    "reset",
    "clean",
    "pack-objects",
    "update-ref",
    "tag",
}


def _changes(argv: Any) -> bool:
    return argv[0] in _CHANGING


def main() -> None:
    """See the module."""
    import msgspec

    directory, story, point = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    stage = Stage(directory, story)
    work = msgspec.json.decode((directory / "work.json").read_bytes(), type=Work)
    killer = Killer(point)
    killer.watch(directory)
    stage.drive(work)
    sys.stdout.write(msgspec.json.encode(killer.counts).decode())


if __name__ == "__main__":
    main()
