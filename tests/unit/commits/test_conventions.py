"""Conventions seen in the wild, each a parser of its own; what does not fit stays whole."""

import pytest

from gonogo.commits import CONVENTIONS, parse_commit

SAID = [
    ("angular", "feat(core): add signals", ("feat", "core", "", "add signals")),
    ("angular", "fix(*): many places", ("fix", "", "", "many places")),
    ("angular", "fix(): no scope", ("fix", "", "", "no scope")),
    ("angular", "refactor(compiler-cli (ngtsc)): x", ("refactor", "compiler-cli (ngtsc)", "", "x")),
    ("angular", "feat(core)!: drop it", ("feat", "core", "drop it", "drop it")),
    ("jira", "[PAY-12] Fix rounding", ("ticket", "", "", "Fix rounding")),
    ("jira", "PAY-12: Fix rounding", ("ticket", "", "", "Fix rounding")),
    ("jira", "PAY-12 - Fix rounding", ("ticket", "", "", "Fix rounding")),
    ("jira", "[PAY-12] [Bug] Rounding", ("fix", "", "", "Rounding")),
    ("jira", "[PAY-12][Story] Refunds", ("feat", "", "", "Refunds")),
    ("jira", "[PAY-12] feat(api)!: refunds", ("feat", "api", "refunds", "refunds")),
    ("jira", "fix(api): PAY-12 rounding", ("fix", "api", "", "PAY-12 rounding")),
    ("gitmoji", ":bug: Fix rounding", ("fix", "", "", "Fix rounding")),
    ("gitmoji", "🐛 Fix rounding", ("fix", "", "", "Fix rounding")),
    ("gitmoji", "⚡️ Faster", ("perf", "", "", "Faster")),
    ("gitmoji", "✨ (api): refunds", ("feat", "api", "", "refunds")),
    ("gitmoji", "💥 Drop v1", ("feat", "", "Drop v1", "Drop v1")),
    ("gitmoji", ":boom: fix(api): drop v1", ("fix", "api", "drop v1", "drop v1")),
    ("gitmoji", "fix: without any", ("fix", "", "", "without any")),
]


@pytest.mark.parametrize(("convention", "subject", "expected"), SAID)
def test_convention_is_read(convention: str, subject: str, expected: tuple[str, str, str, str]) -> None:
    """Type, scope, what breaks, description."""
    commit = parse_commit(subject, convention=CONVENTIONS[convention])
    assert (commit.type, commit.scope, commit.breaking, commit.description) == expected


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize(
    "subject", ["Update readme", ":nonsense: x", "[SHA-256] of all", "🐛", "(x): y", "", "😀 hi"]
)
def test_what_fits_no_convention_is_kept_whole(convention: str, subject: str) -> None:
    """No type, and the subject as it is: it is listed, not dropped and not guessed at."""
    commit = parse_commit(subject, convention=CONVENTIONS[convention])
    assert (commit.type, commit.description) == ("", subject)


def test_ticket_stands_among_the_issues() -> None:
    """The key that the convention takes from the text is not lost."""
    assert parse_commit("[PAY-12] Fix rounding", convention=CONVENTIONS["jira"]).issues == ("PAY-12",)
