"""What a message says beside its first line: squashed lines, reverts, picks, co-authors, wished versions."""

import pytest

from gonogo.commits import parse_commit

SQUASHED = """feat: payments (#12)

* feat(api): refunds
* fix!: rounding
* wip
* Merge branch 'main'

Signed-off-by: Ana <ana@example.com>
"""


def test_squashed_commit_tells_each_conventional_line() -> None:
    """The first line, and every further one of a known type; `wip` and trailers are none."""
    parts = parse_commit(SQUASHED, oid="a" * 40, with_body=False).parts()
    assert [(part.type, part.scope, part.description, part.breaking) for part in parts] == [
        ("feat", "", "payments (#12)", ""),
        ("feat", "api", "refunds", ""),
        ("fix", "", "rounding", "rounding"),
    ]
    assert [part.key for part in parts] == ["a" * 40, f"{'a' * 40}.1", f"{'a' * 40}.2"]


def test_paragraphs_of_a_squashed_commit_are_lines_too() -> None:
    """The form release tools document: one conventional line a paragraph."""
    parts = parse_commit("feat: a\n\nfix(utils): b\n\nwith words\n\nfeat(utils): c").parts()
    assert [part.description for part in parts] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "message",
    [
        "feat: a (#1)\n\n* feat: a",  # a branch of one commit repeats its title
        "fix: a\n\nThe regex missed this one:\n\n    chore(deps)!: drop Python 3.9\n",  # an example is no entry
        "fix: a\n\nNote: be careful.\n\nRefs: #12",  # words before a colon
        "fix: a\n\nwhich is why\nfix: stands here in the middle of a sentence",
    ],
)
def test_text_that_is_no_entry_makes_none(message: str) -> None:
    """Only lines at a bullet or a paragraph's beginning, of a known type, not indented, not the title again."""
    assert len(parse_commit(message).parts()) == 1


def test_lines_of_a_merge_are_not_told_twice() -> None:
    """The branch's own commits stand beside it in the history."""
    assert len(parse_commit("Merge pull request #5\n\nfeat: a", parents=2).parts()) == 1


@pytest.mark.parametrize(
    ("message", "reverts"),
    [
        (f'Revert "feat: a"\n\nThis reverts commit {"a" * 40}.', ("a" * 40,)),
        (f"revert: feat: a\n\nThis reverts commit {'a' * 40}.", ("a" * 40,)),
        ("revert: feat: a", ('"feat: a',)),
        ('Revert "feat: a" (#13)\n\nReverts acme/web#12', ('"feat: a',)),
        ('fix: Revert "feat: a"', ('"feat: a',)),
        ('Reapply "feat: a"', ('"Revert "feat: a"',)),
        (f"chore: undo\n\nThis reverts commits {'a' * 10} and {'b' * 10}.", ("a" * 10, "b" * 10)),
        ("fix: reverts of drafts are kept", ()),
        ("fix: a\n\nIt reverts to the default.", ()),
    ],
)
def test_revert_says_what_it_takes_back(message: str, reverts: tuple[str, ...]) -> None:
    """By id where it names one, else by the subject in quotes."""
    assert parse_commit(message, with_body=False).reverts == reverts


def test_origin_of_a_pick_is_read() -> None:
    """Each line of `git cherry-pick -x`, the last pick last."""
    message = f"fix: a\n\n(cherry picked from commit {'a' * 40})\n(cherry picked from commit {'b' * 40})"
    assert parse_commit(message, with_body=False).picked_from == ("a" * 40, "b" * 40)


def test_co_authors_are_named_once() -> None:
    """Names, without addresses; harmless like every text from outside."""
    message = "fix: a\n\nCo-authored-by: Ben <b@x>\nCo-Authored-By: Eve\x1b[1m <e@x>\nCo-authored-by: Ben <b@x>"
    assert parse_commit(message, with_body=False).co_authors == ("Ben", "Eve␛[1m")


def test_wished_version_is_read() -> None:
    """`Release-As:` in any case, on a line of its own."""
    assert parse_commit("chore: x\n\nRelease-As: 2.0.0", with_body=False).release_as == "2.0.0"
    assert parse_commit("chore: x\n\nwe Release-As: 2.0.0 soon", with_body=False).release_as == ""


def test_upgrade_steps_keep_their_lines() -> None:
    """The footer whole; "" when a break is only marked."""
    assert parse_commit("feat: a\n\nBREAKING CHANGE: one\n\n- two").upgrade == "one\n\n- two"
    assert parse_commit("feat!: a").upgrade == ""


def test_ordinary_message_keeps_nothing_besides_its_headline() -> None:
    """A history of 64,000 of them has to fit."""
    plain = parse_commit("fix: a\n\nWhy it was, in a sentence.", with_body=False)
    assert plain.more is parse_commit("fix: b", with_body=False).more
