"""Repositories as hotfixes meet them: a line that runs, a mainline that went on, and a plan that knows both."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from gonogo.hotfix.lines import Observed
from gonogo.hotfix.wish import Planned, Seen, Wish
from gonogo.hotfix_jobs.planning import plan_hotfix
from gonogo.plan import ApprovalSlot, Branches, Environment, Plan, Product, VersionFile
from support.repositories import CommitSpec, Made, git, make_repository

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n## [1.9.3] - 2026-10-01\n\n### Fixed\n\n- Old things.\n"
PROJECT = '# ours\n[project]\nname = "web"\nversion = "1.9.3"  # keep in step\nrequires = ["x==1.9.3"]\n'


def text(*lines: str) -> str:
    """Lines as a file."""
    return "".join(f"{line}\n" for line in lines)


APP = [f"line {number}" for number in range(1, 31)]


def changed(*edits: tuple[int, str]) -> str:
    """The application with some of its lines changed, counted from 1."""
    lines = list(APP)
    for number, line in edits:
        lines[number - 1] = line
    return text(*lines)


def linear(path: Path) -> Made:
    """1.9.3 runs; mainline has 1.10.0, two fixes and a feature. Picks apply cleanly.

    Positions: 0 start, 1 release 1.9.3, 2 feature, 3 fix A, 4 fix B, 5 release 1.10.0.
    """
    made = make_repository(
        path,
        [
            CommitSpec(
                "chore: begin", {"app.txt": text(*APP), "CHANGELOG.md": CHANGELOG, "pyproject.toml": PROJECT}
            ),
            CommitSpec("chore(release): 1.9.3", {"notes.txt": "released\n"}),
            CommitSpec("feat(ui): a new thing", {"new.txt": "new\n"}),
            CommitSpec("fix(login): focus the field\n\nCloses #12\n", {"app.txt": changed((3, "line three"))}),
            CommitSpec("fix: close the file", {"app.txt": changed((3, "line three"), (20, "line twenty"))}),
            CommitSpec("chore(release): 1.10.0", {"pyproject.toml": PROJECT.replace('"1.9.3"  #', '"1.10.0"  #')}),
        ],
        annotated={"v1.9.3": 1, "v1.10.0": 5},
        branches={"release/v1.9": 1},
    )
    return _with_identity(made)


def merges(path: Path) -> Made:
    """A fix that came to mainline as a merge of two commits. Positions: 4 is the merge, 5 a fix behind it."""
    made = make_repository(
        path,
        [
            CommitSpec(
                "chore: begin", {"app.txt": text(*APP), "CHANGELOG.md": CHANGELOG, "pyproject.toml": PROJECT}
            ),
            CommitSpec("chore(release): 1.9.3", {"notes.txt": "released\n"}),
            CommitSpec("fix: first half", {"app.txt": changed((5, "line five"))}, parents=(1,)),
            CommitSpec("fix: second half", {"app.txt": changed((5, "line five"), (6, "line six"))}, parents=(2,)),
            CommitSpec(
                "Merge branch 'topic'", {"app.txt": changed((5, "line five"), (6, "line six"))}, parents=(1, 3)
            ),
            CommitSpec("fix: another", {"app.txt": changed((5, "line five"), (6, "line six"), (25, "line 25!"))}),
        ],
        annotated={"v1.9.3": 1},
        branches={"release/v1.9": 1, "topic": 3},
    )
    return _with_identity(made)


def conflicts(path: Path) -> Made:
    """A fix on top of a change that the line does not have. Positions: 2 the change, 3 the fix, 4 a clean fix."""
    made = make_repository(
        path,
        [
            CommitSpec(
                "chore: begin", {"app.txt": text(*APP), "CHANGELOG.md": CHANGELOG, "pyproject.toml": PROJECT}
            ),
            CommitSpec("chore(release): 1.9.3", {"notes.txt": "released\n"}),
            CommitSpec("feat: reword", {"app.txt": changed((10, "ten reworded"))}),
            CommitSpec("fix: ten was wrong\n\n# not a comment\n", {"app.txt": changed((10, "ten corrected"))}),
            CommitSpec("fix: clean", {"app.txt": changed((10, "ten corrected"), (28, "line 28!"))}),
        ],
        annotated={"v1.9.3": 1},
        branches={"release/v1.9": 1},
    )
    return _with_identity(made)


def _with_identity(made: Made) -> Made:
    git(made.path, "config", "user.name", "Ana Ruiz")
    git(made.path, "config", "user.email", "ana@example.com")
    git(made.path, "reset", "--quiet", "--hard", "main")
    return made


def product(path: Path, **more: object) -> Product:
    """The product of such a repository."""
    files = (VersionFile("pyproject.toml", "project.version"),)
    return replace(Product("web", "1.10.0", repo=str(path), files=files), **more)


def plan_of(one: Product, *, branches: Branches = Branches(), approvals: Sequence[ApprovalSlot] = ()) -> Plan:  # noqa: B008  # frozen
    """A plan with that product in production."""
    return Plan(
        "2026.11", (Environment("prod", production=True),), (one,), branches=branches, approvals=tuple(approvals)
    )


SEEN = Seen((Observed("1.9.3", ("prod",), 3.0, "json http://127.0.0.1/version"),))


def planned(path: Path, *picks: str, seen: Seen = SEEN, plan: Plan | None = None, **more: object) -> Planned:
    """A hotfix of 1.9.3 with those commits."""
    wish = replace(Wish("web", picks=tuple(picks), offline=True), **more)
    return plan_hotfix(plan or plan_of(product(path)), wish, seen, NOW)


def fingerprint(path: Path) -> Mapping[str, str]:
    """Every file of a repository with its content: objects, references, index, configuration, work tree."""
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest() + f" {file.stat().st_mode:o}"
        for file in _files(path)
    }


def _files(path: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(path):
        for name in names:
            file = Path(folder) / name
            if file.is_file() and not file.is_symlink():
                yield file
