"""The repositories of the demo: what was released before, what ships tonight, what has been repaired since."""

from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from gonogo.simulator import scratch_git
from gonogo.simulator.demo.cast import OLD_FILE, Cast, products
from gonogo.simulator.histories import CAST, Chapter, History


def histories(now: datetime) -> dict[str, History]:
    """The story of each product's repository, by name."""
    return {one.name: _history(one) for one in products(now)}


def _history(one: Cast) -> History:
    released = [
        Chapter(version, 40, features=not _is_patch(version, before))
        for before, version in zip(("", *one.older), (*one.older, one.previous), strict=True)
    ]
    features = one.scheme == "calver" or not _is_patch(one.version, one.previous)
    planned = Chapter(one.version, 14, one.subjects, features=features)
    fixes, paths = tuple(text for text, _ in one.bugs), tuple(path for _, path in one.bugs)
    since = Chapter("", len(fixes) or 4, fixes, features=False, paths=paths)
    if one.bugs:
        begun = ("feat(webhook): tell the shop when a payment settles",)
        released[0] = replace(released[0], subjects=begun, paths=(OLD_FILE,))
    return History(
        one.name,
        (*released, planned, since),
        one.nouns,
        files=(one.file,),
        authors=CAST,
    )


def _is_patch(version: str, before: str) -> bool:
    return version.split(".")[:2] == before.split(".")[:2]


def settle(repositories: Path, one: Cast) -> None:
    """What a repository has that people work in: a name for commits, release branches, a remote to push to."""
    home = repositories / one.name
    for key, value in (("user.name", "Ana Ruiz"), ("user.email", "ana.ruiz@example.com")):
        scratch_git.run("-C", str(home), "config", key, value)
    if not one.bugs:
        return
    for version in (one.previous, one.version):
        major, minor, _ = version.split(".")
        scratch_git.run("-C", str(home), "branch", f"release/v{major}.{minor}", f"v{version}")
    remote = repositories / f"{one.name}.git"
    scratch_git.run("clone", "-q", "--bare", "--template=", "--", str(home), str(remote))
    scratch_git.run("-C", str(home), "remote", "add", "origin", str(remote))


def tagged(repository: Path) -> dict[str, str]:
    """Version to the commit its tag leads to."""
    listed = scratch_git.run(
        "-C", str(repository), "for-each-ref", "--format=%(refname:strip=2) %(*objectname)", "refs/tags/"
    )
    rows = (line.partition(" ") for line in listed.splitlines())
    return {name.removeprefix("v"): commit for name, _, commit in rows}
