"""docs/cli.md and the program cannot disagree."""

from pathlib import Path

from cli.reference import page

DOCS = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_page_is_what_the_program_says() -> None:
    """Verbs, options and exit codes come from the parser; `python -m cli.reference` writes the page anew."""
    assert DOCS.read_text(encoding="utf-8") == page()
