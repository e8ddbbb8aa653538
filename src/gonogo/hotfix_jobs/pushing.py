"""Pushing branch and tag: only new references, only if the remote is as expected, never a second time by itself.

It runs in the workspace, which has no configuration: the remote's address is all that is taken from the person's
repository. How to reach it (ssh, credential helpers) is their own configuration's business.
"""

import re

from msgspec import Struct

from gonogo.hotfix.steps import push_command
from gonogo.hotfix.typed import typed
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs.discovery import Remote
from gonogo.hotfix_jobs.survey import remote_refs
from gonogo.hotfix_jobs.workspace import LOOK_TIMEOUT, Workspace
from gonogo.io.git.door import GitError
from gonogo.text import clean, clean_block


class Pushed(Struct, frozen=True):
    """The remote has both."""

    refs: tuple[str, ...]


class Refused(Struct, frozen=True):
    """The remote has neither."""

    reason: str
    lines: tuple[str, ...] = ()
    remedy: str = ""
    lost_race: bool = False


class Expected(Struct, frozen=True):
    """What the remote has where we want to push."""

    branch: str = ""
    """"" for nothing."""
    tag: str = ""


def look(space: Workspace, work: Work, remote: Remote) -> Expected:
    """Ask the remote. Raises GitError when it does not answer."""
    there = remote_refs(space.reaching(LOOK_TIMEOUT), remote)
    return Expected(there.get(f"refs/heads/{work.branch}", ""), there.get(f"refs/tags/{work.tag}", ""))


def push(space: Workspace, work: Work, remote: Remote, commit: str, tag_object: str) -> Pushed | Refused:
    """Push, or find that it was pushed before an interruption. Raises GitError when nobody answers."""
    refs = (f"refs/heads/{work.branch}", f"refs/tags/{work.tag}")
    there = look(space, work, remote)
    if (there.branch, there.tag) == (commit, tag_object):
        return Pushed(refs)
    if lost := _lost(space, work, remote, there, commit):
        return lost
    values = {"{url}": remote.url}
    argv = [values.get(word, word) for word in push_command(work, there.branch).argv]
    argv = [word.replace("{commit}", commit).replace("{tag}", tag_object) for word in argv]
    answer = space.reaching().ask(argv)
    if answer.code == 0:
        return Pushed(refs)
    now = look(space, work, remote)
    if (now.branch, now.tag) == (commit, tag_object):
        return Pushed(refs)  # it arrived, and only the answer was lost
    told = clean_block(answer.errors.decode("utf-8", "replace"), 8_000)
    return _lost(space, work, remote, now, commit) or explained(
        answer.out.decode("utf-8", "replace"), told, remote
    )


def _lost(space: Workspace, work: Work, remote: Remote, there: Expected, commit: str) -> Refused | None:
    back = typed(work.kind.value, "abort", work.product)
    if there.tag:
        return Refused(
            f"{remote.name} has a tag {work.tag} already ({there.tag[:10]}): somebody was first",
            remedy=f"{back}, git fetch --tags, plan it anew: it gets another version",
            lost_race=True,
        )
    if there.branch and not _leads_to(space, there.branch, commit):
        return Refused(
            f"{remote.name} has another {work.branch} ({there.branch[:10]}): somebody was first",
            remedy=f"{back}, git fetch, then plan it anew",
            lost_race=True,
        )
    return None


def _leads_to(space: Workspace, old: str, new: str) -> bool:
    try:
        return space.door.succeeds(["merge-base", "--is-ancestor", old, new])
    except GitError:
        return False  # a commit we do not even have cannot be part of ours


_PROTECTED = re.compile(
    r"protected branch|GH006|GH013|not allowed to (?:push|create)|protected tag", re.IGNORECASE
)
_REASON = re.compile(r"\[(?P<what>remote rejected|rejected)\] \((?P<why>[^()\n]*)\)")
_UNREACHABLE = re.compile(
    r"Could not resolve|Connection (?:refused|timed out|closed)|Permission denied|Authentication failed|"
    r"could not read Username|Host key verification failed|unable to access",
    re.IGNORECASE,
)


def explained(porcelain: str, errors: str, remote: Remote) -> Refused:
    """What a refusal means, from `push --porcelain` and what the remote said."""
    said = tuple(
        clean(line.removeprefix("remote:").strip(), 300)
        for line in errors.splitlines()
        if line.startswith("remote:") and line.removeprefix("remote:").strip()
    )[:40]
    reasons = [found["why"] for found in _REASON.finditer(porcelain) if "atomic" not in found["why"]]
    why = clean(reasons[0], 200) if reasons else ""
    everything = f"{errors}\n{porcelain}"
    if _PROTECTED.search(everything):
        return Refused(
            f"{remote.name} protects the branch or the tag: {why or 'this account may not push it'}",
            said,
            "ask who may push there; the tag and the branch are ready in your repository",
        )
    if "stale info" in why or "fetch first" in why or "already exists" in why:
        return Refused(f"{remote.name} changed in the meantime: {why}", said, "git fetch, then plan it anew", True)
    if "hook declined" in why:
        return Refused(
            f"a hook of {remote.name} said no: {why}", said, "read what the hook says; nothing was pushed"
        )
    if _UNREACHABLE.search(errors):
        line = next((clean(one, 300) for one in errors.splitlines() if _UNREACHABLE.search(one)), "")
        return Refused(f"{remote.name} cannot be reached: {line}", said, f"git ls-remote {remote.shown}")
    first = next((clean(one, 300) for one in errors.splitlines() if one.strip()), "it gave no reason")
    return Refused(f"{remote.name} refused: {why or first}", said, "nothing was pushed; it can be repeated")
