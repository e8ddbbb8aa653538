"""`changelog --commit ID`: one commit of what ships, whole: message, files and how much of each changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gonogo.changelog import ProductChanges
from gonogo.cli.facts import commit_facts
from gonogo.commits.whole_commit import NoCommit, WholeCommit
from gonogo.errors import ExitCode, UsageError
from gonogo.io.git.commit import read_commit
from gonogo.text import clean
from gonogo.view.commit import commit_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gonogo.changelog import Changes
    from gonogo.cli.context import Context
    from gonogo.commits import Commit
    from gonogo.commits.whole_commit import CommitTold
    from gonogo.plan import Plan


def run(context: Context, plan: Plan, changes: Sequence[Changes]) -> int:
    """Print it. Raises UsageError when none of the commits that ship has that id, or more than one has."""
    wanted = context.args.commit.lower()
    found = dict(_named(changes, wanted))
    if len(found) != 1:
        many = f"{len(found)} commits begin with" if found else "no commit that ships has the id"
        raise UsageError(f"{many} '{clean(wanted, 64)}'", remedy="gonogo changelog    lists them")
    [(name, commit)] = found.values()
    product = plan.product(name)
    assert product is not None
    told = read_commit(product, commit.oid)
    if context.options.json:
        context.out.json({"product": name, **commit_facts(commit), **_facts(told)})
    else:
        context.out.lines(commit_lines(commit, told))
    return ExitCode.UNKNOWN if isinstance(told, NoCommit) else ExitCode.OK


def _named(changes: Sequence[Changes], wanted: str) -> Iterator[tuple[str, tuple[str, Commit]]]:
    for one in changes:
        if isinstance(one, ProductChanges):
            for section in one.sections:
                for commit in section.commits:
                    if not commit.part and commit.oid.startswith(wanted):
                        yield commit.oid, (one.product, commit)


def _facts(told: CommitTold) -> dict[str, object]:
    if not isinstance(told, WholeCommit):
        return {"readable": False, "reason": told.reason}
    return {
        "readable": True,
        "message": told.message,
        "committer": told.committer,
        "parents": list(told.parents),
        "file_count": told.file_count,
        "added": told.added,
        "removed": told.removed,
        "files": [
            {"path": file.path, "before": file.before, "added": file.added, "removed": file.removed}
            for file in told.files
        ],
        "files_unknown": told.no_files,
    }
