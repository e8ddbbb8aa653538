"""Changelogs against `git log`, git-cliff and commitizen: whole processes, in turns, on generated histories.

    python -m venv ../peers && ../peers/bin/pip install git-cliff==2.14.2 commitizen==4.19.3
    python tests/bench/changelog.py --peers ../peers/bin [--commits 1500 16000 64000] [--rounds 5]

The peers live in an environment of their own: nothing of gonogo needs them. Without --peers their columns stay
empty. Prints a Markdown table; exit code 1 when a target is missed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parents[1]))

from msgspec import Struct

from gonogo.io.git.history.records import FORMAT

PATIENCE = 120.0
"""Seconds a peer is waited for."""
MIB = 1024.0
"""KiB, as the kernel counts the memory of a process."""


class Run(Struct, frozen=True):
    """One process from start to end."""

    wall: float
    cpu: float
    rss: float
    """MiB at its largest, children left out."""


class History(Struct, frozen=True):
    """A repository and the tag its pending commits follow."""

    name: str
    path: Path
    plan: Path
    tag: str


class Tool(Struct, frozen=True):
    """What is measured: a command, and what makes the place ready before each run."""

    name: str
    argv: Sequence[str]
    cwd: Path
    before: Callable[[], None] = lambda: None
    env: Mapping[str, str] = {}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--commits", type=int, nargs="+", default=[1_500, 16_000, 64_000])
    parser.add_argument("--tags", type=int, default=10_000, help="of one more history, of the second size")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="gonogo-bench-") as scratch:
        room = Path(scratch)
        histories = [_history(room, f"{count:,} commits", count, max(count // 80, 1)) for count in options.commits]
        if options.tags:
            size = max(sorted(options.commits)[len(options.commits) // 2], options.tags)
            histories.append(
                _history(room, f"{size:,} commits, {options.tags:,} tags", size, size // options.tags)
            )
        _say("| history | what | git log | gonogo | with cache | git-cliff | commitizen | gonogo's memory |")
        _say("|---|---|---|---|---|---|---|---|")
        whole = {}
        misses: list[str] = []
        for history in histories:
            since = _measure(_since(history, options.peers), options.rounds)
            _say(_row(history.name, "since the last release", since))
            all_of_it = _measure(_whole(history, options.peers, room), options.rounds)
            _say(_row(history.name, "whole history", all_of_it))
            whole[history.name] = all_of_it
            misses += _missed(history.name, since, all_of_it)
        misses += _growth(list(whole.values()), options.commits)
    _say("")
    _say("\n".join(f"missed: {miss}" for miss in misses) or "every target is met")
    return 1 if misses else 0


def _say(line: str, where: TextIO = sys.stdout) -> None:
    where.write(f"{line}\n")
    where.flush()


def _history(room: Path, name: str, count: int, tag_every: int) -> History:
    path = room / name.replace(" ", "-").replace(",", "")
    # in a process of its own: the memory of who starts a process counts into the process's peak
    making = "import sys; from support.repositories import make_large; from pathlib import Path; "
    making += "make_large(Path(sys.argv[1]), int(sys.argv[2]), tag_every=int(sys.argv[3]))"
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, "-c", making, path, str(count), str(tag_every)], check=True, env=here)
    subprocess.run(["git", "-C", path, "repack", "-adq"], check=True)
    subprocess.run(["git", "-C", path, "pack-refs", "--all"], check=True)
    last = (count - 1) // tag_every
    plan = room / f"{path.name}.yaml"
    plan.write_text(f"release: bench\nenvironments: [prod]\nproducts: {{web: {{version: 1.0.0, repo: {path}}}}}\n")
    (path / ".cz.toml").write_text('[tool.commitizen]\ntag_format = "v$version"\nversion = "0.0.1"\n')
    return History(name, path, plan, f"v0.{last}.0")


def _gonogo(*words: str) -> list[str]:
    return [sys.executable, "-m", "gonogo", "changelog", *words]


def _since(history: History, peers: Path | None) -> list[Tool]:
    log = ["git", "log", "-z", f"--format={FORMAT}", "HEAD", f"^{history.tag}"]
    tools = [
        Tool("git log", log, history.path),
        Tool("gonogo", _gonogo("--plan", str(history.plan)), history.path),
    ]
    if peers:
        tools.append(Tool("git-cliff", [f"{peers}/git-cliff", "--unreleased"], history.path))
        start = ["changelog", "--dry-run", "--start-rev", history.tag]
        tools.append(Tool("commitizen", [f"{peers}/cz", *start], history.path))
    return tools


def _whole(history: History, peers: Path | None, room: Path) -> list[Tool]:
    cold, warm = room / "cold", room / "warm"
    tools = [
        Tool("git log", ["git", "log", "-z", f"--format={FORMAT}"], history.path),
        Tool(
            "gonogo", _gonogo("--all", "--plan", str(history.plan)), history.path,
            before=lambda: _empty(cold), env={"XDG_CACHE_HOME": str(cold)},
        ),
        Tool(
            "with cache", _gonogo("--all", "--plan", str(history.plan)), history.path,
            env={"XDG_CACHE_HOME": str(warm)},
        ),
    ]  # fmt: skip
    if peers:
        tools.append(Tool("git-cliff", [f"{peers}/git-cliff"], history.path))
        tools.append(Tool("commitizen", [f"{peers}/cz", "changelog", "--dry-run"], history.path))
    return tools


def _empty(directory: Path) -> None:
    for file in directory.rglob("*.past"):
        file.unlink()


def _measure(tools: Sequence[Tool], rounds: int) -> dict[str, list[Run]]:
    """Each tool in turn, round by round, so that a busy moment meets all of them; the first round warms up."""
    found: dict[str, list[Run]] = {tool.name: [] for tool in tools}
    for number in range(rounds + 1):
        for tool in tools:
            slow = found[tool.name] and found[tool.name][-1].wall > PATIENCE / 20
            if slow and number > 1:
                continue  # one run of what takes long is enough
            run = _run(tool)
            if number == 0 and run.wall < PATIENCE / 20:
                continue
            found[tool.name].append(run)
    return found


def _run(tool: Tool) -> Run:
    tool.before()
    # byte code is written once, as it is for whoever installs the program, and not into the source tree
    ours = {"PYTHONPYCACHEPREFIX": f"{tempfile.gettempdir()}/gonogo-bench-bytecode", "PYTHONDONTWRITEBYTECODE": ""}
    environment = {**os.environ, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1", **ours, **tool.env}
    began = time.perf_counter()
    process = subprocess.Popen(
        tool.argv, cwd=tool.cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    while True:
        pid, _, used = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        if time.perf_counter() - began > PATIENCE:
            process.kill()
        time.sleep(0.001)
    process.returncode = 0  # it has been waited for
    return Run(time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / MIB)


def _wall(runs: Sequence[Run]) -> float:
    """The least of all rounds: neighbours on the machine only ever add."""
    return min(run.wall for run in runs)


def _row(history: str, what: str, found: Mapping[str, Sequence[Run]]) -> str:
    cells = [history, what]
    for name in ("git log", "gonogo", "with cache", "git-cliff", "commitizen"):
        runs = found.get(name)
        if not runs:
            cells.append("")
        elif _wall(runs) >= PATIENCE:
            cells.append(f"> {PATIENCE:.0f} s")
        else:
            cells.append(f"{_wall(runs) * 1000:,.0f} ms")
    cells.append(f"{max(run.rss for run in found['gonogo']):.0f} MiB")
    return f"| {' | '.join(cells)} |"


def _missed(name: str, since: Mapping[str, Sequence[Run]], whole: Mapping[str, Sequence[Run]]) -> list[str]:
    rules = [
        ("whole history against git log", whole, "gonogo", whole, "git log", 2.5),
        ("whole history against commitizen", whole, "gonogo", whole, "commitizen", 0.4),
        ("whole history against git-cliff", whole, "gonogo", whole, "git-cliff", 0.05),
        ("with a warm cache against the last release alone", whole, "with cache", since, "gonogo", 1.3),
        ("since the last release against git-cliff", since, "gonogo", since, "git-cliff", 1.3),
    ]
    missed = []
    for what, ours_in, ours, theirs_in, theirs, limit in rules:
        if theirs_in.get(theirs):
            ratio = _wall(ours_in[ours]) / _wall(theirs_in[theirs])
            _say(f"  {what}, {name}: {ratio:.2f}x (target {limit}x)", sys.stderr)
            if ratio > limit:
                missed.append(f"{what}, {name}: {ratio:.2f}x instead of {limit}x")
    largest = max(run.rss for run in whole["gonogo"])
    if largest > 48:
        missed.append(f"memory, {name}: {largest:.0f} MiB instead of 48")
    return missed


def _growth(whole: Sequence[Mapping[str, Sequence[Run]]], sizes: Sequence[int]) -> list[str]:
    if 16_000 not in sizes or 64_000 not in sizes:
        return []
    grown = _wall(whole[sizes.index(64_000)]["gonogo"]) / _wall(whole[sizes.index(16_000)]["gonogo"])
    _say(f"  64,000 commits against 16,000: {grown:.2f}x (target 4.4x)", sys.stderr)
    return [f"64,000 commits against 16,000: {grown:.2f}x instead of 4.4x"] if grown > 4.4 else []


if __name__ == "__main__":
    sys.exit(main())
