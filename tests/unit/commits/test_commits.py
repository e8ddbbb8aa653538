"""Commit messages: Conventional Commits 1.0 by clause, and everything people write instead."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.commits import Commit, parse_commit, read_footers
from gonogo.text import LINE_LIMIT
from support.pace import grows_with_its_size

CONFORMING = [
    ("1: type, colon, space", "feat: add login", ("feat", "", "", "add login")),
    ("1: type, scope and mark", "feat(api)!: drop v1", ("feat", "api", "drop v1", "drop v1")),
    ("2: feat", "feat: x", ("feat", "", "", "x")),
    ("3: fix", "fix: x", ("fix", "", "", "x")),
    ("4: scope is a noun in brackets", "fix(parser): x", ("fix", "parser", "", "x")),
    ("4: scope with blanks and slashes", "fix(web/login page): x", ("fix", "web/login page", "", "x")),
    ("5: description after colon and space", "fix:  array parsing issue", ("fix", "", "", "array parsing issue")),
    ("6: body after a blank line", "fix: x\n\nwhy it was", ("fix", "", "", "x")),
    ("7: body of several paragraphs", "fix: x\n\none\n\ntwo", ("fix", "", "", "x")),
    ("11: mark or footer", "feat!: x", ("feat", "", "x", "x")),
    ("12: BREAKING CHANGE footer", "feat: x\n\nBREAKING CHANGE: y z", ("feat", "", "y z", "x")),
    ("13: mark with footer", "feat!: x\n\nBREAKING CHANGE: y", ("feat", "", "y", "x")),
    ("14: other types", "docs: x", ("docs", "", "", "x")),
    ("15: types in any case", "FEAT: x", ("feat", "", "", "x")),
    ("16: hyphen is the same", "feat: x\n\nBREAKING-CHANGE: y", ("feat", "", "y", "x")),
    ("unknown types do not break the parse", "wip-2: x", ("wip-2", "", "", "x")),
]


@pytest.mark.parametrize(("clause", "message", "expected"), CONFORMING)
def test_clause_of_the_specification(clause: str, message: str, expected: tuple[str, str, str, str]) -> None:
    """Type, scope, what breaks, description."""
    commit = parse_commit(message)
    assert (commit.type, commit.scope, commit.breaking, commit.description) == expected


@pytest.mark.parametrize(
    "subject",
    [
        "Update readme",
        "feat:no space",
        "feat",
        "feat: ",
        ": no type",
        "(scope): no type",
        "feat(): empty scope",
        "feat (api): blank before the scope",
        "Merge branch 'main' into topic",
        "https://example.com/x: y",
        "[PAY-12] Fix rounding",
        ":bug: fix rounding",
    ],
)
def test_what_does_not_conform_is_kept_whole(subject: str) -> None:
    """No type, and the whole subject as its description: listed under Other, never dropped."""
    commit = parse_commit(subject)
    assert (commit.type, commit.description) == ("", subject.strip())


def test_break_announced_outside_the_convention_is_a_break() -> None:
    """Neither a subject of another style nor a missing blank line hides it."""
    assert parse_commit("Rework API\n\nBREAKING CHANGE: v1 is gone").breaking == "v1 is gone"
    assert parse_commit("feat: x\nsome words\nBREAKING CHANGE: v1 is gone").breaking == "v1 is gone"


def test_break_must_be_in_capitals() -> None:
    """Clause 15: all but BREAKING CHANGE may be written in any case."""
    assert parse_commit("feat: x\n\nbreaking change: y").breaking == ""


def test_break_without_words_is_still_a_break() -> None:
    """An empty footer says that something breaks, and not what."""
    assert parse_commit("feat: x\n\nBREAKING CHANGE:\n").breaking == "not described"


def test_footers_end_the_message() -> None:
    """Clauses 8-10: `Token: value` and `Token #value`, values over several lines."""
    body = "\nWhy.\n\nStill body.\n\nReviewed-by: Z\nRefs #123\nBREAKING CHANGE: one\n  two\n\nthree"
    assert [(footer.token, footer.value) for footer in read_footers(body)] == [
        ("Reviewed-by", "Z"),
        ("Refs", "123"),
        ("BREAKING CHANGE", "one\n  two\n\nthree"),
    ]


def test_body_that_looks_like_a_footer_stays_body() -> None:
    """A paragraph that begins with `Note:` in the middle of the text is text."""
    assert (
        read_footers("\nNote: careful.\n\nMore text.\n\nSigned-off-by: A <a@example.com>")[0].token
        == "Signed-off-by"
    )


@pytest.mark.parametrize(
    ("message", "issues"),
    [
        ("fix: rounding (#12)", ("#12",)),
        ("fix: rounding\n\nCloses #12, refs acme/pay#7", ("#12", "acme/pay#7")),
        ("[PAY-12] Fix rounding", ("PAY-12",)),
        ("fix: rounding\n\nRefs: PAY-12, PAY-13", ("PAY-12", "PAY-13")),
        ("fix: read UTF-8 and SHA-256 right", ()),
        ("fix: colour &#123; and a#1", ()),
    ],
)
def test_issues_are_found(message: str, issues: tuple[str, ...]) -> None:
    """Numbers of forges anywhere; keys of trackers in the subject and behind `Refs:`."""
    assert parse_commit(message).issues == issues


def test_time_is_utc() -> None:
    """Seconds since 1970 become a zone-aware time; nonsense becomes None."""
    assert parse_commit("x", authored=1_760_000_000).authored_at == datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
    assert parse_commit("x", authored=10**18).authored_at is None
    assert parse_commit("x", authored=-1).authored_at is None


def test_undecodable_bytes_are_shown_as_such() -> None:
    """Not dropped and not guessed."""
    assert parse_commit(b"fix: caf\xe9").description == "caf\\xe9"


def test_control_and_bidi_characters_are_only_shown() -> None:
    """Neither subject, author, body nor footer carries what a terminal could obey."""
    commit = parse_commit(
        "fix: a\x1b[2J\u202eb\n\nbody \x1b]0;owned\x07\n\nBREAKING CHANGE: c\x9b1m", author="Eve\x1b[1m"
    )
    shown = "".join(
        [commit.subject, commit.description, commit.author, commit.body.replace("\n", ""), commit.breaking]
    )
    assert shown.isprintable()


def test_subject_is_bounded() -> None:
    """10,000 characters do not reach a line of the screen."""
    commit = parse_commit("fix: " + "x" * 10_000)
    assert len(commit.subject) == LINE_LIMIT
    assert commit.type == "fix"


@pytest.mark.parametrize(
    ("unit", "end"),
    [("a.", "#"), ("\n", "x"), ("a/", "#1"), ("A-", ""), ("#", ""), ("x: y\n\n", "")],
)
def test_no_message_costs_more_than_its_length(unit: str, end: str) -> None:
    """Patterns that go back and forth would hang the reader for minutes."""
    grows_with_its_size(lambda size: parse_commit(f"fix: x #1\n\n{unit * (size // len(unit))}{end}"), 64_000)


@given(st.binary(max_size=400))
def test_any_bytes_make_a_commit(message: bytes) -> None:
    """Whatever is stored as a message, it is shown as one clean line."""
    commit = parse_commit(message)
    assert isinstance(commit, Commit)
    assert "\n" not in commit.subject
    assert commit.description or not commit.subject


words = st.text("abcxyz ", min_size=1, max_size=20).map(str.strip).filter(bool)


@given(st.sampled_from(["feat", "fix", "Docs"]), st.sampled_from(["", "api", "a/b"]), st.booleans(), words)
def test_headline_written_is_headline_read(kind: str, scope: str, mark: bool, description: str) -> None:
    """Formatting and parsing are inverse."""
    commit = parse_commit(f"{kind}{f'({scope})' if scope else ''}{'!' if mark else ''}: {description}")
    assert (commit.type, commit.scope, commit.description) == (kind.lower(), scope, description)
    assert bool(commit.breaking) is mark


def test_windows_line_ends_hide_nothing() -> None:
    """A tool that writes `\\r\\n` is heard like any other."""
    found = parse_commit("feat: x\r\n\r\nRelease-As: 3.0.0\r\nCo-authored-by: Ben <b@x>\r\nRefs: #12\r\n")
    assert (found.release_as, found.co_authors, found.issues) == ("3.0.0", ("Ben",), ("#12",))
    assert [footer.value for footer in found.footers] == ["3.0.0", "Ben <b@x>", "#12"]


def test_what_a_squashed_commit_took_back_itself_is_no_entry() -> None:
    """Done and undone on the branch: users never see it."""
    body = '* feat: a (#1)\n\n* fix: b\n\n* Revert "feat: a"\n\nThis reverts commit 1234567.\n\n* revert: fix: b'
    found = parse_commit(f"feat: all of it (#5)\n\n{body}\n\n* docs: c")
    assert [line.description for line in found.more.also] == ["c"]
