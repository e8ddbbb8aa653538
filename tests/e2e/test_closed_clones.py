"""A clone this account may not enter: the plan is judged all the same, and says what it could not read."""

from pathlib import Path

import pytest

from support.repositories import CommitSpec, make_repository
from support.shared_install import Accounts, SharedPython, as_user

pytestmark = pytest.mark.needs("accounts")

PLAN = """\
release: "2026.11"
environments: [production]
products:
  inside: {version: 1.0.0, repo: closed/repo}
  itself: {version: 1.0.0, repo: shut}
sign: decisions
allowed_signers: {repo: shut, ref: main, file: signers}
"""


def test_a_clone_of_somebody_else_is_unknown_and_no_crash(shared_python: SharedPython, accounts: Accounts) -> None:
    """The clone itself, or a folder above it, is closed: each product is unknown, with the reason."""
    place = shared_python.root / "closed-clones"
    for closed in (place / "closed", place / "shut"):
        closed.mkdir(parents=True)
    make_repository(place / "closed" / "repo", [CommitSpec("feat: a")])
    make_repository(place / "shut", [CommitSpec("feat: a", {"signers": ""})])
    place.chmod(0o755)
    for closed in (place / "closed", place / "shut"):
        closed.chmod(0o700)
    plan = place / "release.yaml"
    plan.write_text(PLAN, encoding="utf-8")
    plan.chmod(0o644)

    def asks(*words: str | Path) -> tuple[int, str]:
        done = as_user(accounts.names[0], [shared_python.gonogo, *words, "--plan", plan], timeout=60)
        return done.returncode, done.stdout + done.stderr

    code, told = asks("why")
    assert code == 3
    assert "the history of inside cannot be read" in told
    assert "the history of itself cannot be read" in told
    assert "main:signers: " in asks("doctor")[1]
    assert asks("start")[0] == 78
