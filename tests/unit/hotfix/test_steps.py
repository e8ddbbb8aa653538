"""The list of steps: what is shown is what is run."""

from msgspec.structs import replace

from gonogo.hotfix.preview import Pick
from gonogo.hotfix.steps import Step, StepKind, push_command, steps_of
from gonogo.hotfix.work import Identity, Kind, Work
from gonogo.plan import SchemeName, VersionFile

OID = "1" * 40
WORK = Work(
    Kind.HOTFIX, "2026.11", "web", "/r", SchemeName.SEMVER, "1.9.4", "1.9.3", "v1.9.3", OID, "hotfix/v1.9.4",
    "v1.9.4", 1_795_552_200, Identity("Ana", "ana@example.com"), picks=(Pick("2" * 40, "fix: it", "Ben"),),
    files=(VersionFile("a.toml", "version"),), message="release", tag_message="tag",
)  # fmt: skip


def kinds(work: Work) -> list[str]:
    """The kinds of its steps."""
    return [step.kind.value for step in steps_of(work)]


def test_steps_of_a_hotfix_stand_in_their_order() -> None:
    """Review before the tag, the push last."""
    work = replace(WORK, approvals=("qa",), remote="origin")
    assert kinds(work) == [
        "workspace", "branch", "pick", "files", "commit", "verify", "test", "deliver", "review", "tag", "push",
    ]  # fmt: skip


def test_nothing_to_write_means_no_release_commit() -> None:
    """Without version files and changelog there is nothing to put in it."""
    assert "commit" not in kinds(replace(WORK, files=()))


def test_every_step_has_an_undo() -> None:
    """In words a person can read."""
    assert all(step.undo for step in steps_of(WORK))


def test_merge_is_picked_against_its_first_parent() -> None:
    """`-m 1`, and `-x` always."""
    merge = replace(WORK.picks[0], mainline_parent=1)
    [pick] = [step for step in steps_of(replace(WORK, picks=(merge,))) if step.kind is StepKind.PICK]
    assert pick.commands[0].argv == ("cherry-pick", "-x", "-m", "1", "2" * 40)


def test_push_is_atomic_with_expected_values_and_never_forced() -> None:
    """A lease on each reference, no `+` and no `--force`, the tag expected to be nowhere."""
    argv = push_command(WORK, "").argv
    assert "--atomic" in argv
    assert "--force-with-lease=refs/tags/v1.9.4:" in argv
    assert "--force-with-lease=refs/heads/hotfix/v1.9.4:" in argv
    assert not any(
        word in {"--force", "-f", "--mirror", "--delete", "--prune"} or word.startswith("+") for word in argv
    )


def test_code_binds_to_effects_and_not_to_the_moment() -> None:
    """The same plan a minute later has the same code; another pick, tree or tag has another."""
    assert replace(WORK, started_at=1).code == WORK.code
    others = [
        replace(WORK, picks=()), replace(WORK, base_oid="3" * 40), replace(WORK, tag="v1.9.5"),
        replace(WORK, result_tree="4" * 40), replace(WORK, remote="origin"), replace(WORK, branch_was=OID),
    ]  # fmt: skip
    assert len({one.code for one in (WORK, *others)}) == 7


def test_no_command_can_touch_the_checkout_of_the_person() -> None:
    """In their repository nothing but `update-ref` runs."""
    steps: tuple[Step, ...] = steps_of(replace(WORK, remote="origin"))
    theirs = [
        command.argv[0] for step in steps for command in step.commands if command.place.value == "repository"
    ]
    assert theirs == ["update-ref", "update-ref"]
