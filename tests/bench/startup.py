"""What starting costs: whole processes against `python -c pass`, the first frame against a bare Textual app.

    python -m venv ../clean && ../clean/bin/pip install .
    python tests/bench/startup.py --python ../clean/bin/python [--rounds 9] [--peers ../peers/bin]

Exit code 1 when a target is missed. What else is installed beside gonogo costs too: httpx loads click and rich
where it finds them.

Processor time (user and system, as the kernel counts it when a process is reaped), in turns; the median of each,
and the median of the ratios round by round. The cockpit's is that of its process when its screen first shows the
checklist. Only two endpoints on loopback are asked. --peers: where git-cliff lies.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))

from msgspec import Struct

from support.pty_screen import PtyScreen
from support.repositories import make_repository
from support.servers import Canned, serving

PLAN = """\
release: 2026.11
environments: [staging, production]
products:
  web: {{version: 1.3.0, previous: 1.2.0, repo: web, probe: {{url: "{base}/{{environment}}", instances: 1}}}}
checklist:
  - {{id: tests, title: Run the full test suite}}
  - {{id: smoke, title: Smoke tests, after: [tests]}}
"""

MINIMAL = """\
from textual.app import App
from textual.widgets import DataTable, Footer, Static

class Minimal(App):
    BINDINGS = [("q", "quit", "Quit"), ("j", "down", "Down"), ("k", "up", "Up")]
    def compose(self):
        yield Static("GO for production")
        yield DataTable()
        yield Static("\\n".join(f"line {number}" for number in range(20)))
        yield Footer()
    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("product", "staging", "production")
        for number in range(20):
            table.add_row(f"product {number}", "1.3.0", "1.2.0")

Minimal().run()
"""
"""A table, a text and a footer: what any cockpit by Textual pays."""


class Target(Struct, frozen=True):
    """What is measured, and how much of the first of its group it may cost."""

    name: str
    measure: Callable[[], float]
    """Processor time in milliseconds."""
    limit: float = 0.0
    """0 for what is only shown."""


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--python", default=sys.executable, help="of the environment gonogo is installed in")
    options = parser.parse_args()
    with _release() as (directory, environment):
        missed = _compare(_processes(options.python, directory, environment, options.peers), options.rounds)
        missed += _compare(_screens(options.python, directory, environment), options.rounds)
    sys.stdout.write("\n".join(f"missed: {miss}" for miss in missed) or "every target is met")
    sys.stdout.write("\n")
    return 1 if missed else 0


@contextmanager
def _release() -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A release of one product, and the environment of whoever looks at it."""
    answers = {
        f"/{name}": Canned(b'{"version": "1.3.0"}', {"Content-Type": "application/json"})
        for name in ("staging", "production")
    }
    with tempfile.TemporaryDirectory(prefix="gonogo-bench-") as scratch, serving(answers) as fleet:
        directory = Path(scratch)
        make_repository(
            directory / "web", ["chore: begin", "feat: one", "fix: two"], tags={"v1.2.0": 0, "v1.3.0": 2}
        )
        (directory / "release.yaml").write_text(PLAN.format(base=fleet.url("").rstrip("/")))
        # byte code is written once, as it is for whoever installs the program, and not into the source tree
        yield (
            directory,
            {
                **os.environ,
                "HOME": scratch,
                "XDG_STATE_HOME": f"{scratch}/state",
                "XDG_CONFIG_HOME": f"{scratch}/config",
                "XDG_CACHE_HOME": f"{scratch}/cache",
                "PYTHONPYCACHEPREFIX": f"{tempfile.gettempdir()}/gonogo-bench-bytecode",
                "PYTHONDONTWRITEBYTECODE": "",
            },
        )


def _processes(python: str, directory: Path, environment: Mapping[str, str], peers: Path | None) -> list[Target]:
    def whole(*argv: str, here: Path = directory) -> Callable[[], float]:
        return lambda: _cpu_of(argv, here, environment)

    ours = (python, "-m", "gonogo")
    targets = [
        Target("python -c pass", whole(python, "-c", "pass")),
        Target("python -c 'import msgspec'", whole(python, "-c", "import msgspec")),
        Target("gonogo --version", whole(*ours, "--version"), 2.5),
        Target("gonogo --help", whole(*ours, "--help"), 2.5),
        Target("gonogo tick tests", whole(*ours, "tick", "tests"), 3.5),
        Target("gonogo changelog", whole(*ours, "changelog")),
        Target("gonogo status --json", whole(*ours, "status", "--json"), 3.5),
        Target("gonogo why", whole(*ours, "why")),
    ]
    if peers:
        targets.append(
            Target("git-cliff --unreleased", whole(f"{peers}/git-cliff", "--unreleased", here=directory / "web"))
        )
    return targets


def _screens(python: str, directory: Path, environment: Mapping[str, str]) -> list[Target]:
    minimal = directory / "minimal.py"
    minimal.write_text(MINIMAL)

    def until(wanted: str, *argv: str) -> Callable[[], float]:
        return lambda: _cpu_until(wanted, argv, directory, environment)

    return [
        Target("a bare Textual app, first frame", until("product 5", python, str(minimal))),
        Target("the cockpit, first frame", until("Smoke tests", python, "-m", "gonogo"), 1.25),
    ]


def _cpu_of(argv: Sequence[str], directory: Path, environment: Mapping[str, str]) -> float:
    process = subprocess.Popen(
        argv, cwd=directory, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    return (used.ru_utime + used.ru_stime) * 1000


def _cpu_until(wanted: str, argv: Sequence[str], directory: Path, environment: Mapping[str, str]) -> float:
    with PtyScreen(argv, (120, 40), environment, cwd=directory) as screen:
        screen.wait_for(wanted, 60.0)
        # nanoseconds its threads have run; /proc/PID/stat counts hundredths of a second
        tasks = Path(f"/proc/{screen.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def _compare(targets: Sequence[Target], rounds: int) -> list[str]:
    """Each in turn, round by round, so that a busy moment meets all of them; the first round warms up."""
    found: dict[str, list[float]] = {target.name: [] for target in targets}
    for number in range(rounds + 1):
        for target in targets:
            spent = target.measure()
            if number:
                found[target.name].append(spent)
    missed = []
    floor = found[targets[0].name]
    for target in targets:
        ratio = median(ours / least for ours, least in zip(found[target.name], floor, strict=True))
        wanted = f"{target.limit}x" if target.limit else ""
        sys.stdout.write(f"| {target.name} | {median(found[target.name]):,.0f} ms | {ratio:.1f}x | {wanted} |\n")
        sys.stdout.flush()
        if target.limit and ratio > target.limit:
            missed.append(f"{target.name}: {ratio:.1f}x instead of {target.limit}x")
    return missed


if __name__ == "__main__":
    sys.exit(main())
