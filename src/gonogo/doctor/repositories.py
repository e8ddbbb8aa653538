"""Can git read every repository of the plan, safely and whole?"""

import re
from collections.abc import Iterator
from contextlib import suppress

from gonogo.doctor.finding import Finding, Level
from gonogo.errors import GonogoError
from gonogo.io.git.door import GitDoor, GitMissingError
from gonogo.io.git.ledger import lacking_of
from gonogo.plan import Plan
from gonogo.text import clean

GROUP = "git"
_OLDEST = (2, 36)
"""The first that refuses other accounts' repositories (CVE-2022-24765), and takes the switches gonogo sets."""


def findings(plan: Plan) -> Iterator[Finding]:
    """git itself, then each repository once."""
    try:
        yield _version()
    except GitMissingError:
        yield Finding(GROUP, Level.FAIL, "git", "is not on PATH", "install git")
        return
    except GonogoError as error:
        yield Finding(GROUP, Level.FAIL, "git", error.message, error.remedy)
        return
    by_path: dict[str, list[str]] = {}
    for product in plan.products:
        if product.repo:
            by_path.setdefault(product.repo, []).append(product.name)
    for path, names in by_path.items():
        yield _repository(path, ", ".join(names))
    yield from _branches(plan)


def _branches(plan: Plan) -> Iterator[Finding]:
    """A mainline that is not there makes the merge status unknown, and the release cannot complete."""
    for product in plan.products:
        with suppress(GonogoError):  # told of the repository
            for one in lacking_of(plan, product) if product.repo else ():
                subject = f"{one.repo} ({one.product})"
                what = f"has no branch {clean(one.branch, 80)}, which the plan names in `branches.{one.key}`"
                yield Finding(GROUP, Level.FAIL, subject, what, one.remedy)


def _version() -> Finding:
    said = GitDoor("/").run(["version"]).decode("utf-8", "replace").strip()
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < _OLDEST:
        least = ".".join(map(str, _OLDEST))
        return Finding(GROUP, Level.FAIL, "git", f"{said} is too old", f"install git {least} or later")
    return Finding(GROUP, Level.OK, "git", said)


def _repository(path: str, names: str) -> Finding:
    """Readable, ours, and whole; a dubious owner is told in git's own words, with git's own remedy."""
    subject = f"{path} ({names})"
    door = GitDoor(path)
    try:
        shallow = door.run(["rev-parse", "--is-shallow-repository"]).strip() == b"true"
        newest = door.run(["log", "-1", "--format=%h", "HEAD"]).decode("ascii", "replace").strip()
    except GonogoError as error:
        return Finding(GROUP, Level.FAIL, subject, error.message, error.remedy)
    if shallow:
        remedy = f"git -C {path} fetch --unshallow --tags"
        return Finding(GROUP, Level.WARN, subject, "is a shallow clone: changelogs miss commits", remedy)
    return Finding(GROUP, Level.OK, subject, f"readable and whole, at {newest}")
