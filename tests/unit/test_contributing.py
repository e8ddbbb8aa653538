"""What docs/contributing.md and docs/architecture.md say about files is so."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py"))
}
GUIDE = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^### ([^`\n]+): `([^`\n]+)`\n(.+?)(?=^##)", GUIDE, re.MULTILINE | re.DOTALL)
KINDS = [kind for kind, _words, _text in EXAMPLES]


def _rows(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_there_is_a_worked_list_for_each_kind_of_addition() -> None:
    """What is added most."""
    assert KINDS == ["A probe", "A gate", "An act", "A fact from outside", "A column, or a word of a row"]


@pytest.mark.parametrize(("words", "text"), [example[1:] for example in EXAMPLES], ids=KINDS)
def test_an_example_lies_in_the_listed_files_and_in_no_other(words: str, text: str) -> None:
    """Whoever follows the list has touched everything: name a new place here, or take it away again."""
    found = {
        path
        for path, source in SOURCES.items()
        if re.search(rf"\b(?:{words})\b", source) or re.search(words, path)
    }

    assert {row for row in _rows(text) if row.startswith("src/")} == found


@pytest.mark.parametrize("page", ["contributing.md", "architecture.md"])
def test_every_file_a_page_names_is_there(page: str) -> None:
    """A path is told from the top, from the package, or from the folder of one of its rooms."""
    named = re.findall(
        r"`([\w./]+(?:\.(?:py|md|yaml|toml)|/))`", (ROOT / "docs" / page).read_text(encoding="utf-8")
    )
    package = ROOT / "src" / "gonogo"
    places = (ROOT, package, ROOT / "docs", *(path for path in package.rglob("*") if path.is_dir()))

    assert len(named) > 20
    assert [name for name in named if not any((place / name).exists() for place in places)] == []


def test_commands_of_the_guide_name_files_that_are_there() -> None:
    """The fast subset is no list of yesterday."""
    named = re.findall(r"(?<![\w/])tests/[\w/.-]+", GUIDE)

    assert "tests/contract" in named
    assert [name for name in named if not (ROOT / name).exists()] == []
