"""The wizard in words: where it is in eight steps, what is folded in little room, what a log line says."""

from datetime import UTC, datetime

from msgspec.structs import replace

from gonogo.events.hotfixes import Hotfix, HotfixStatus, StepRecord
from gonogo.hotfix.on_bench import Ran
from gonogo.hotfix.steps import steps_of
from gonogo.hotfix.work import Identity, Kind, Work
from gonogo.plan import SchemeName
from gonogo.testing.events import make_actor
from gonogo.text.tones import line_text
from gonogo.view import wizard

WORK = Work(
    Kind.HOTFIX, "2026.11", "web", "/srv/web", SchemeName.SEMVER, "1.9.4", "1.9.3", "v1.9.3", "a" * 40,
    "hotfix/v1.9.4", "v1.9.4", 0, Identity("Ana", "ana@example.com"), approvals=("qa",), remote="origin",
)  # fmt: skip
STEPS = steps_of(WORK)
KNOWN = Hotfix(
    WORK.id, "hotfix", "web", "1.9.4", "1.9.3", "v1.9.3", "a" * 40, "hotfix/v1.9.4", "v1.9.4", "/srv/web",
    "/state/x", "bastion", make_actor("ana", 1), datetime(2026, 11, 24, tzinfo=UTC), 1, "0" * 64,
    steps_total=len(STEPS),
)  # fmt: skip


def done(count: int) -> Hotfix:
    """So many steps are over."""
    return replace(
        KNOWN, steps={one.number: StepRecord(one.number, one.kind.value, True) for one in STEPS[:count]}
    )


def test_the_step_at_hand_decides_which_of_the_eight_it_is() -> None:
    """Work is 5, waiting for eyes 6, for the push 7, and the ledger 8."""
    kinds = [step.kind.value for step in STEPS]
    assert wizard.phase(done(0), STEPS) == 5
    assert wizard.phase(done(kinds.index("review")), STEPS) == 6
    assert wizard.phase(done(kinds.index("push")), STEPS) == 7
    assert wizard.phase(replace(done(len(STEPS)), status=HotfixStatus.FINISHED), STEPS) == 8


def test_in_little_room_what_is_done_is_counted() -> None:
    """The step at hand and all that follow stay to be seen."""
    lines = [line_text(line) for line in wizard.progress_lines(done(5), STEPS, busy=False, room=len(STEPS) - 2)]
    assert len(lines) <= len(STEPS) - 2
    assert "1 to 3 are done" in lines[0]
    assert any("here: " in line for line in lines)


def test_the_line_of_steps_fits_eighty_columns() -> None:
    """Whichever is current."""
    assert max(len(line_text(wizard.step_line(step))) for step in range(1, 9)) <= 80


def test_a_command_that_failed_says_what_git_said() -> None:
    """Its code in the place of ok."""
    [line] = wizard.command_lines([Ran("workspace", "git cherry-pick -x 1a2b", 1, 3.0, "could not apply")])
    assert line_text(line).startswith("1 ")
    assert line_text(line).endswith("could not apply")
