"""A changelog keeps the form its authors gave it: each shape under tests/golden/changelogs, byte for byte."""

from datetime import date
from pathlib import Path

import pytest

from gonogo.changelog.keepachangelog.reading import read
from gonogo.changelog.keepachangelog.releasing import NotReleased, Release, Released, release

SHAPES = Path(__file__).parents[2] / "golden" / "changelogs"
NAMES = sorted(path.stem for path in SHAPES.glob("*.md") if not path.name.endswith(".after.md"))
NEW = Release(
    "1.1.0", date(2026, 11, 4), "v1.1.0", "v1.0.0", "### Fixed\n\n- a fix", "https://h.test/a/b/compare/"
)


@pytest.mark.parametrize("name", NAMES)
def test_the_new_entry_has_the_form_of_the_newest(name: str) -> None:
    """`NAME.md` becomes `NAME.after.md`, or is refused for the reason in `NAME.refused`."""
    result = release((SHAPES / f"{name}.md").read_bytes().decode(), NEW)
    refused = SHAPES / f"{name}.refused"
    if refused.exists():
        assert isinstance(result, NotReleased)
        assert f"line {result.line}: {result.reason}\n{result.remedy}\n" == refused.read_text(encoding="utf-8")
    else:
        assert isinstance(result, Released)
        assert result.text == (SHAPES / f"{name}.after.md").read_bytes().decode()


@pytest.mark.parametrize("name", [name for name in NAMES if not (SHAPES / f"{name}.refused").exists()])
def test_an_entry_that_was_written_is_known_as_one(name: str) -> None:
    """Released twice, the second time is refused; no heading waits for that version any more."""
    after = (SHAPES / f"{name}.after.md").read_bytes().decode()
    again = release(after, NEW)
    assert isinstance(again, NotReleased)
    assert "has an entry for 1.1.0 already" in again.reason
    found = read(after).part("1.1.0")
    assert found is not None
    assert after.splitlines()[again.line - 1] == after.splitlines()[found.start]


@pytest.mark.parametrize("name", NAMES)
def test_taken_apart_every_shape_is_whole_again(name: str) -> None:
    """Nothing of a file is lost in reading."""
    text = (SHAPES / f"{name}.md").read_bytes().decode()
    assert "".join(read(text).lines) == text


@pytest.mark.parametrize("ending", ["rst", "adoc", "html", "RST"])
def test_the_ending_of_the_file_tells_its_language(ending: str) -> None:
    """An underlined heading is Markdown in one file and reStructuredText in another."""
    text = "1.0.0 (2026-01-02)\n------------------\n\n- First\n"
    found = release(
        text, Release("1.1.0", date(2026, 11, 4), "v1.1.0", generated="- x", file=f"docs/CHANGES.{ending}")
    )
    assert isinstance(found, NotReleased)
    assert "gonogo notes" in found.remedy


@pytest.mark.parametrize(
    ("text", "waiting"),
    [
        ("## 1.1.0 (Unreleased)\n\n- by hand\n\n## [Unreleased]\n\n- later\n", "- by hand"),
        ("## 2.0.0 (Unreleased)\n\n- by hand\n\n## [Unreleased]\n\n- now\n", "- now"),
    ],
)
def test_what_waits_under_a_number_is_of_that_version_alone(text: str, waiting: str) -> None:
    """A patch does not ship the words of the next major version."""
    document = read(text)
    part = document.waiting("1.1.0")
    assert part is not None
    assert document.body(part) == waiting
    assert document.part("1.1.0") is None
