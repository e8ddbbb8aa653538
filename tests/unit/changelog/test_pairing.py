"""What cancels out in a range: reverts with what they revert, copies of one change."""

from collections.abc import Collection, Mapping, Sequence

from gonogo.changelog.evidence import Borne, Hearsay
from gonogo.changelog.pairing import reverted, strike
from gonogo.commits import Commit, Fate, Struck, parse_commit

A, B, C, D = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def commit(oid: str, message: str, parents: int = 1) -> Commit:
    """One commit of a range."""
    return parse_commit(message, oid=oid, parents=parents, with_body=False)


def undo(oid: str, what: str, subject: str = "x") -> Commit:
    """As `git revert` writes it."""
    return commit(oid, f'Revert "{subject}"\n\nThis reverts commit {what}.')


class Told(Hearsay):
    """Where git says what some merge brought, and how far claims are so; others are so wholly."""

    def __init__(
        self, brought: Mapping[tuple[str, str], set[str]] | None = None, borne: Mapping[str, Borne] | None = None
    ) -> None:
        self._brought = brought or {}
        self._borne = borne or {}

    def brought(self, merge: str, by: Commit) -> Collection[str]:
        """By merge and revert."""
        return self._brought.get((merge, by.oid), ())

    def undoes(self, by: Commit, oid: str) -> Borne:
        """By the commit that is taken back."""
        return self._borne.get(oid, Borne.WHOLLY)

    def repeats(self, copy: str, oid: str) -> Borne:
        """By the original."""
        return self._borne.get(oid, Borne.WHOLLY)


def fates(commits: Sequence[Commit]) -> dict[str, str]:
    """First letter of the id to what became of it."""
    return {one.oid[0]: str(one.struck.fate) for one in strike(commits, {}) if one.struck}


def test_revert_and_reverted_are_both_struck() -> None:
    """Each names the other."""
    struck = reverted([undo(B, A), commit(A, "feat: x")])
    assert struck == {A: Struck(Fate.REVERTED, B), B: Struck(Fate.REVERT, A)}
    assert [str(one) for one in struck.values()] == ["reverted by bbbbbbbb", "reverts aaaaaaaa"]


def test_revert_of_a_revert_brings_the_change_back() -> None:
    """Of three, the first stands and the other two cancel out."""
    assert fates([undo(C, B), undo(B, A), commit(A, "feat: x")]) == {"c": "revert", "b": "reverted"}


def test_revert_of_what_is_out_is_a_change() -> None:
    """It takes something from users: it is told, not struck."""
    assert fates([undo(B, D), commit(A, "feat: x")]) == {}


def test_abbreviated_id_that_fits_two_commits_names_none() -> None:
    """Nothing is struck out on a guess."""
    one, two = f"abcdef1{'0' * 33}", f"abcdef1{'1' * 33}"
    assert reverted([undo(B, "abcdef1"), commit(one, "feat: x"), commit(two, "feat: y")]) == {}


def test_subject_in_quotes_names_the_newest_older_commit() -> None:
    """Squashed reverts name no id; the forge's number at the end does not matter."""
    history = [commit(C, 'Revert "feat: x (#1)" (#3)'), commit(B, "feat: x (#2)"), commit(A, "feat: x (#1)")]
    assert fates(history) == {"c": "revert", "b": "reverted"}


def test_revert_of_several_is_struck_when_all_are_here() -> None:
    """With one of them released before, the revert still tells something."""
    both = commit(D, f"chore: undo\n\nThis reverts commits {A} and {B}.")
    assert fates([both, commit(B, "fix: y"), commit(A, "feat: x")]) == {
        "d": "revert",
        "b": "reverted",
        "a": "reverted",
    }
    assert fates([both, commit(A, "feat: x")]) == {"a": "reverted"}


def test_pick_of_a_commit_beside_it_is_a_copy() -> None:
    """The original is announced, the pick is not."""
    pick = commit(B, f"fix: x\n\n(cherry picked from commit {A})")
    assert fates([pick, commit(A, "fix: x")]) == {"b": "copy"}


def test_pick_of_what_was_reverted_is_the_change() -> None:
    """That is how people bring something back."""
    pick = commit(C, f"fix: x\n\n(cherry picked from commit {A})")
    assert fates([pick, undo(B, A), commit(A, "fix: x")]) == {"b": "revert", "a": "reverted"}


def test_copy_that_contents_show_gives_way_to_a_revert() -> None:
    """What was found by contents is struck only while its other half stands."""
    copies = {B: Struck(Fate.COPY, A)}
    assert [one.struck is not None for one in strike([commit(B, "fix: x"), commit(A, "fix: x")], copies)] == [
        True,
        False,
    ]


def test_nothing_to_pair_costs_nothing() -> None:
    """The very same list comes back."""
    history = [commit(A, "feat: x")]
    assert strike(history, {}) is history


def test_ten_thousand_reverts_are_paired_in_one_go() -> None:
    """Looking each one up must not read the whole range again."""
    history = [undo(f"{at:040x}", f"{at + 20_000:040x}") for at in range(10_000)]
    history += [commit(f"{at + 20_000:040x}", f"feat: {at}") for at in range(10_000)]
    assert len(reverted(history)) == 20_000


def test_revert_of_a_merge_takes_back_what_it_brought() -> None:
    """The branch's commits do not ship; a revert among them takes nothing back any more."""
    merge = commit(C, "Merge branch 'topic'", parents=2)
    history = [undo(D, C), merge, undo(B, A, "feat: old"), commit(A, "feat: old")]
    found = strike(history, {}, Told({(C, D): {B, C}}))
    assert {one.oid[0]: str(one.struck.fate) for one in found if one.struck} == {
        "d": "revert",
        "c": "reverted",
        "b": "reverted",
    }


def test_merge_that_is_not_listed_is_taken_back_all_the_same() -> None:
    """Below `paths` git leaves out merges that change nothing by themselves."""
    found = strike([undo(D, C), commit(A, "feat: x")], {}, Told({(C, D): {A}}))
    assert [str(one.struck) for one in found] == ["reverts cccccccc", "reverted by dddddddd"]


def test_a_squashed_commit_is_more_than_what_one_of_its_parts_takes_back() -> None:
    """Its feature ships; only what it took back does not. A plain revert with reasons in a list is one."""
    squashed = commit(
        B, f'feat: new way (#5)\n\n* feat: new way\n\n* Revert "feat: x"\n\nThis reverts commit {A}.'
    )
    assert fates([squashed, commit(A, "feat: x")]) == {"a": "reverted"}
    plain = commit(B, f'Revert "feat: x"\n\nThis reverts commit {A}.\n\n- it was slow\n- nobody used it')
    assert fates([plain, commit(A, "feat: x")]) == {"b": "revert", "a": "reverted"}


def test_what_takes_back_no_line_of_it_takes_nothing_back() -> None:
    """A message is a claim; the break stands, and so does what says it is gone."""
    history = [undo(B, A), commit(A, "feat!: x")]
    assert strike(history, {}, Told(borne={A: Borne.NOT})) is history


def test_break_that_is_taken_back_in_part_looks_like_one() -> None:
    """A conflict was resolved, or half of it is gone: a person reads it. Anything else is believed."""
    told = Told(borne={A: Borne.PARTLY})
    revert, broke = strike([undo(B, A), commit(A, "feat!: x")], {}, told)
    assert (revert.struck, broke.struck, broke.breaking) == (None, None, "")
    assert broke.looks_breaking == "x (bbbbbbbb says it takes this back, and does so in part)"
    assert [one.struck is not None for one in strike([undo(B, A), commit(A, "feat: x")], {}, told)] == [True] * 2


def test_revert_that_breaks_something_itself_is_told() -> None:
    """What it takes back is gone, and what it says of its own is not."""
    said = f"feat: x\n\nThis reverts commit {A}.\n\nBREAKING CHANGE: y is gone too"
    assert fates([commit(B, said), commit(A, "feat: x")]) == {"a": "reverted"}


def test_a_break_that_a_squashed_commit_says_it_took_back_looks_like_one() -> None:
    """Which of its lines are in it, only a person can read; anything else is done and undone."""
    squashed = commit(A, 'feat: way (#5)\n\n* feat: way\n\n* feat!: gone\n\n* Revert "feat!: gone"')
    assert squashed.looks_breaking == "feat!: gone (the same commit says it takes this back)"
    assert (squashed.breaking, squashed.more.in_part) == ("", True)
    assert commit(A, 'feat: way (#5)\n\n* feat: gone\n\n* Revert "feat: gone"').looks_breaking == ""


def test_pick_hides_no_break_that_its_original_does_not_announce() -> None:
    """Whatever its contents: somebody says that it breaks."""
    history = [commit(B, f"feat!: x\n\n(cherry picked from commit {A})"), commit(A, "feat: x")]
    assert strike(history, {}) is history
    both = [history[0], commit(A, "feat!: x")]
    assert strike(both, {}, Told(borne={A: Borne.PARTLY}))[0].struck == Struck(Fate.COPY, A)
    plain = [commit(B, f"feat: x\n\n(cherry picked from commit {A})"), commit(A, "feat: x")]
    assert strike(plain, {}, Told(borne={A: Borne.NOT})) == plain
    assert strike(plain, {}, Told(borne={A: Borne.PARTLY}))[0].struck is not None
