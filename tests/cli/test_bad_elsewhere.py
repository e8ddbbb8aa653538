"""A version marked bad in another release beside this one is no GO here, by who said it; nor is it a way back."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Here, Release, account
from gonogo import wiring
from gonogo.engine import once
from gonogo.events.versions import MarkedElsewhere
from support.repositories import git

RULE = "version.bad-elsewhere"
UNKNOWN = "version.marks-unknown"
REASON = ("--reason", "it loses orders")


def edit(release: Release, change: Callable[[str], str]) -> None:
    """Edit the plan of this release."""
    release.plan.write_text(change(release.plan.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.fixture
def before(release: Release) -> str:
    """The plan of the release before this one; this account is a certain person in both."""
    edit(release, lambda plan: plan.replace(f"account: {account()}}}", f"account: {account()}, shared: false}}"))
    edit(release, lambda plan: plan.replace("    repo: web\n", ""))
    other = release.directory / "before.yaml"
    text = release.plan.read_text(encoding="utf-8")
    other.write_text(text.replace("release: 2026.11", "release: 2026.10"), encoding="utf-8")
    return str(other)


def said(gonogo: Here, environment: str = "staging") -> dict[str, tuple[str, str]]:
    """By rule: how it weighs, and the fact."""
    facts = json.loads(gonogo("why", "--env", environment, "--json").out)
    weights = ("blockers", "unknowns", "waived", "warnings")
    return {one["rule"]: (key, one["fact"]) for key in weights for one in facts[key]}


def test_what_another_release_marked_bad_is_no_go_here(gonogo: Here, before: str) -> None:
    """In every verb that judges; once it is withdrawn there, nothing is left of it."""
    assert gonogo("start").code == 0
    assert RULE not in said(gonogo)
    assert gonogo("mark-bad", "web", "v1.3.0", *REASON, "--plan", before).code == 0
    weight, fact = said(gonogo)[RULE]
    assert weight == "blockers"
    assert (
        fact
        == f"web v1.3.0 is marked bad by Me Myself ({account()}) in release 2026.10: it loses orders".replace(
            "web v1.3.0", "web 1.3.0"
        )
    )
    told = gonogo("status", "--env", "staging")
    assert told.code == 3
    assert "or withdraw it in release 2026.10: gonogo mark-bad web v1.3.0 --withdraw" in told.out
    refused = gonogo("go", "staging")
    assert (refused.code, RULE in refused.err) == (3, True)
    assert RULE in gonogo("complete", "--json").err
    assert gonogo("mark-bad", "web", "v1.3.0", "--withdraw", *REASON, "--plan", before).code == 0
    assert RULE not in said(gonogo)


def test_whoever_this_plan_does_not_name_is_heard_and_only_warns(
    gonogo: Here, release: Release, before: str
) -> None:
    """Warning is everybody's; what this release says itself is said once."""
    assert gonogo("mark-bad", "web", "1.3.0", *REASON, "--plan", before).code == 0
    edit(release, lambda plan: plan.replace(f"account: {account()}, shared: false", "account: nobody-here"))
    weight, fact = said(gonogo)[RULE]
    assert weight == "warnings"
    assert fact.endswith(f"in release 2026.10: it loses orders (only warns: {_why()})")
    assert gonogo("mark-bad", "web", "1.3.0", *REASON).code == 0
    found = said(gonogo)
    assert (found["version.bad"][0], RULE in found) == ("blockers", False)


def _why() -> str:
    return "root may be anybody" if account() == "root" else f"the plan does not name {account()}"


def test_other_products_and_versions_are_not_meant(gonogo: Here, before: str) -> None:
    """Told apart by the product's own scheme."""
    assert gonogo("mark-bad", "web", "1.3.1", *REASON, "--plan", before).code == 0
    assert RULE not in said(gonogo)


def test_what_is_bad_elsewhere_is_never_proposed(gonogo: Here, release: Release, before: str) -> None:
    """The version after it comes next."""
    assert gonogo("note", "tests", "begun").code == 0
    git(release.directory / "web", "tag", "-d", "v1.3.0")
    edit(release, lambda plan: plan.replace("    owner: me\n", "    owner: me\n    repo: web\n", 1))
    assert gonogo("next-version", "web").out == "1.3.0\n"
    assert gonogo("mark-bad", "web", "1.3.0", *REASON, "--plan", before).code == 0
    assert gonogo("next-version", "web").out == "1.4.0\n"


def test_what_is_bad_elsewhere_is_no_way_back(gonogo: Here, release: Release, before: str) -> None:
    """The version before that ran well is."""
    release.runs("staging", "1.3.0")
    for version in ("1.1.0", "1.2.0", "1.3.0"):
        release.runs("production", version)
        gonogo("matrix")
    assert gonogo("start").code == 0
    assert gonogo("mark-bad", "web", "1.2.0", *REASON, "--plan", before).code == 0
    lines = gonogo("rollback", "plan").out.splitlines()
    assert lines[0].startswith("web back to 1.1.0")
    weight, fact = said(gonogo, "production")["rollback.target-bad"]
    assert weight == "warnings"
    who = f"Me Myself ({account()})"
    assert fact == (
        f"web would be rolled back to 1.1.0: {who} marked 1.2.0 bad in release 2026.10: it loses orders"
    )


def test_before_anybody_has_looked_beside_it_is_not_known(
    gonogo: Here, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that does not end is no look: unknown is no GO."""
    assert gonogo("start").code == 0
    assert UNKNOWN not in said(gonogo)
    late = threading.Event()

    def hangs(_journal: str) -> MarkedElsewhere:
        late.wait(20)
        return MarkedElsewhere()

    monkeypatch.setattr(wiring, "read_marks", hangs)
    monkeypatch.setattr(once, "PATIENCE", 0.5)
    weight, fact = said(gonogo)[UNKNOWN]
    late.set()
    assert weight == "unknowns"
    assert fact.endswith("is not known: nobody has looked yet")


def test_a_journal_beside_that_was_edited_hides_no_mark_in_silence(gonogo: Here, before: str) -> None:
    """What it marks is not known: told, with the release."""
    assert gonogo("mark-bad", "web", "1.3.0", *REASON, "--plan", before).code == 0
    place = Path(json.loads(gonogo("journal", "path", "--plan", before, "--json").out)["directory"])
    (file,) = [one for one in place.glob("*.jsonl") if b"version.marked-bad" in one.read_bytes()]
    file.write_bytes(file.read_bytes().replace(b"it loses orders", b"it loses nothing"))
    weight, fact = said(gonogo)[RULE]
    assert weight == "warnings"
    assert fact.startswith("which versions are marked bad in release 2026.10 is not known: that journal is not")
