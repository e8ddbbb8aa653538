"""From the changes to what is written about them: whole commits, release notes, the changelog entry."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.events import Paste

from gonogo.acts.notes import SaveDraft
from gonogo.changelog import Changes
from gonogo.changelog.notes import Audience
from gonogo.io.git.history import changes as read_changes
from gonogo.plan import ChangelogRules, Product
from gonogo.tui.screens.entry import EntryScreen
from gonogo.tui.screens.notes import NotesScreen
from support.repositories import CommitSpec, make_repository
from tui.stage import BEN, Seat, Stage, make_plan

pytestmark = pytest.mark.needs("git")

_COMMITS = (
    CommitSpec("feat: begin", {"db/1.sql": "create", "a.txt": "one\n"}),
    CommitSpec(
        "feat(api)!: other names\n\nThe whole story.\n\nBREAKING CHANGE: say `id`", {"a.txt": "two\nthree\n"}
    ),
    CommitSpec("feat: charge twice", {"b.txt": "x\n"}),
    CommitSpec('Revert "feat: charge twice"', {"b.txt": ""}),
)


def real(directory: Path) -> Stage:
    """One product with a real repository."""
    made = make_repository(directory / "web", _COMMITS, tags={"v1.0.0": 0})
    plan = make_plan()
    product = replace(
        plan.products[0], name="web", version="2.0.0", previous="1.0.0", repo=str(made.path), probes=()
    )
    stage = Stage(replace(plan, products=(product,), environments=plan.environments))

    def history(product: Product) -> Changes:
        return read_changes(product, ChangelogRules())

    stage.histories = history
    return stage


def at_changes(stage: Stage, directory: Path, play: Callable[[Seat], object]) -> None:
    """Play in a cockpit that shows the changes."""

    async def run() -> None:
        async with stage.cockpit((100, 30), state_dir=directory) as seat:
            await seat.press("3")
            played = play(seat)
            assert asyncio.iscoroutine(played)
            await played

    asyncio.run(run())


def notes(seat: Seat) -> NotesScreen:
    """The notes on the screen."""
    assert isinstance(seat.app.screen, NotesScreen)
    return seat.app.screen


async def opened(seat: Seat, key: str = "e") -> NotesScreen:
    """The notes, put together."""
    await seat.press(key)
    await seat.until(lambda: isinstance(seat.app.screen, NotesScreen) and notes(seat).sheet is not None)
    await seat.until(lambda: bool(notes(seat).edit.text))
    return notes(seat)


def test_a_reverted_commit_is_struck_in_words(tmp_path: Path) -> None:
    """Without colours and without strike-through the words are left."""

    async def play(seat: Seat) -> None:
        assert "reverted by" in seat.text()
        assert "reverts" in seat.text()
        assert "Ana Ruiz" in seat.text()

    at_changes(real(tmp_path), tmp_path, play)


def test_enter_shows_the_whole_commit_with_its_files(tmp_path: Path) -> None:
    """Message, author, files and how much of each changed: read from git, off the screen's thread."""

    async def play(seat: Seat) -> None:
        await seat.press("g", "enter")
        await seat.until(lambda: "1 file  +2 -1" in seat.text())
        for text in ("The whole story.", "BREAKING CHANGE: say `id`", "a.txt", "Ana Ruiz"):
            assert text in seat.text()

    at_changes(real(tmp_path), tmp_path, play)


def test_edited_notes_are_kept_in_the_journal(tmp_path: Path) -> None:
    """Each audience has a text of its own; what is kept is a draft, and the file of unkept texts is gone."""
    stage = real(tmp_path)

    async def play(seat: Seat) -> None:
        await opened(seat)
        await seat.press("ctrl+t")
        assert "Before you upgrade" in notes(seat).edit.text
        await seat.type("By hand. ")
        await seat.press("ctrl+s")
        await seat.until(lambda: "kept as #" in seat.text())
        await seat.press("escape")
        await seat.until(lambda: seat.app.screen is seat.app.cockpit)

    at_changes(stage, tmp_path, play)
    session = stage.session(BEN)
    session.refresh()
    draft = session.inputs.state.drafts
    assert draft["external"].text.startswith("By hand. # ")
    assert not list((tmp_path / "drafts").glob("*"))


def test_leaving_with_an_unkept_text_asks_and_loses_nothing(tmp_path: Path) -> None:
    """Esc asks, Esc again goes on; n leaves the text in a file, and the next visit offers it."""
    stage = real(tmp_path)

    async def play(seat: Seat) -> None:
        await opened(seat)
        await seat.type("Unkept. ")
        await seat.sees("[internal]   external    not kept yet")
        await seat.press("escape")
        assert "Not kept yet" in seat.text()
        await seat.press("x", "escape")
        assert notes(seat).edit.text.startswith("Unkept. #")
        await seat.press("escape", "n")
        await seat.until(lambda: seat.app.screen is seat.app.cockpit)
        [file] = (tmp_path / "drafts").glob("*")
        assert file.read_text().startswith("Unkept. #")
        await seat.sees("not kept in the journal: the internal notes; e offers the text again")
        await opened(seat)
        assert "was not kept last time" in seat.text()
        await seat.press("ctrl+o")
        assert notes(seat).edit.text.startswith("Unkept. #")
        await seat.press("escape", "y")
        await seat.until(lambda: seat.app.screen is seat.app.cockpit)

    at_changes(stage, tmp_path, play)
    session = stage.session(BEN)
    session.refresh()
    assert session.inputs.state.drafts["internal"].text.startswith("Unkept. #")


def test_quitting_in_the_middle_keeps_the_text_in_a_file(tmp_path: Path) -> None:
    """Ctrl+C, a hang-up or a dropped connection end the view in the same way."""

    async def play(seat: Seat) -> None:
        await opened(seat)
        await seat.type("Dropped. ")
        await seat.press("ctrl+c")

    at_changes(real(tmp_path), tmp_path, play)
    [file] = (tmp_path / "drafts").glob("*")
    assert file.read_text().startswith("Dropped. #")


def test_somebody_elses_draft_is_never_written_over_unseen(tmp_path: Path) -> None:
    """The first Ctrl+S tells, and records nothing; the second is a decision, and theirs stays in the trail."""
    stage = real(tmp_path)

    async def play(seat: Seat) -> None:
        await opened(seat)
        await seat.type("Mine. ")
        stage.act(SaveDraft(Audience.INTERNAL, "Theirs.", "0" * 64))
        await seat.until(lambda: "bokafor kept other notes" in seat.text())
        await seat.press("ctrl+s")
        await seat.until(lambda: "nothing recorded" in seat.text())
        assert notes(seat).edit.text.startswith("Mine. #")
        await seat.press("ctrl+s")
        await seat.until(lambda: "kept as #" in seat.text())

    at_changes(stage, tmp_path, play)
    session = stage.session(BEN)
    session.refresh()
    assert session.inputs.state.drafts["internal"].text.startswith("Mine. #")
    assert any(event.data.get("text") == "Theirs." for event in session.inputs.state.events)


def test_theirs_is_read_and_ones_own_stays_in_a_file(tmp_path: Path) -> None:
    """Ctrl+O takes their text; one's own is one undo away, and in the file besides."""
    stage = real(tmp_path)

    async def play(seat: Seat) -> None:
        await opened(seat)
        await seat.type("Mine. ")
        stage.act(SaveDraft(Audience.INTERNAL, "Theirs.", "0" * 64))
        await seat.until(lambda: "bokafor kept other notes" in seat.text())
        await seat.press("ctrl+o")
        assert notes(seat).edit.text == "Theirs."
        [file] = (tmp_path / "drafts").glob("*")
        assert file.read_text().startswith("Mine. #")
        await seat.press("f8")
        assert notes(seat).edit.text.startswith("Mine. #")
        await seat.press("escape", "n")

    at_changes(stage, tmp_path, play)


def test_a_paste_is_cleaned(tmp_path: Path) -> None:
    """No escape sequence gets into the notes, and a paste with line ends is no series of keys."""

    async def play(seat: Seat) -> None:
        screen = await opened(seat)
        screen.edit.post_message(Paste("a\x1b]52;c;ZXZpbA==\x07\r\nq\u202eb"))
        await seat.until(lambda: screen.edit.text.startswith("a"))
        assert screen.edit.text.startswith("a\u241b]52;c;ZXZpbA==\u2407\nq\ufffdb")
        await seat.press("escape", "n")

    at_changes(real(tmp_path), tmp_path, play)


def test_the_entry_is_written_when_its_version_is_typed(tmp_path: Path) -> None:
    """Anything else writes nothing; what is reverted is not in it."""
    file = tmp_path / "web" / "CHANGELOG.md"

    async def play(seat: Seat) -> None:
        await seat.press("p")
        await seat.until(lambda: "## [2.0.0]" in seat.text())
        await seat.press("enter")
        await seat.type("2.0")
        await seat.press("enter")
        assert not file.exists()
        await seat.type(".0")
        await seat.press("enter")
        await seat.until(lambda: seat.app.screen is seat.app.cockpit)
        assert "written: " in seat.text()

    at_changes(real(tmp_path), tmp_path, play)
    assert "- **api:** other names (" in file.read_text()
    assert "charge twice" not in file.read_text()


def test_a_changelog_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    """What somebody else wrote in the meantime stays."""
    file = tmp_path / "web" / "CHANGELOG.md"

    async def play(seat: Seat) -> None:
        await seat.press("p")
        await seat.until(lambda: "## [2.0.0]" in seat.text())
        file.write_text("# Changelog\n\n## [Unreleased]\n\n- theirs\n")
        await seat.type("2.0.0")
        await seat.press("enter")
        await seat.until(lambda: "changed" in seat.text())
        assert isinstance(seat.app.screen, EntryScreen)

    at_changes(real(tmp_path), tmp_path, play)
    assert file.read_text() == "# Changelog\n\n## [Unreleased]\n\n- theirs\n"
