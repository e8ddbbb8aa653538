"""The examples of docs/rules.md are sentences of the program: each line fits a text that stands in the sources."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
PURE = ("plan", "events", "facts", "matrix", "versions", "changelog", "commits", "rules", "hotfix", "acts", "text")
FOLDERS = ("engine", "io/*", "io/git/door", "io/git/history")
OWN = 0.17
"""This part of a line must be the sentence's own words: `{fact}: {reason}` alone would fit everything."""


def _pattern(node: ast.expr) -> str | None:
    """The text as a pattern, with anything where something is filled in; None for what is no text."""
    match node:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=parts):
            return "".join(_pattern(part) or ".*" for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return f"{_pattern(left) or '.*'}{_pattern(right) or '.*'}"
        case _:
            return None


def _patterns() -> Iterator[tuple[int, re.Pattern[str]]]:
    """Each with how many characters it has of its own."""
    paths = {path for folder in FOLDERS for path in (ROOT / "src" / "gonogo").glob(f"{folder}/*.py")}
    paths |= {path for room in PURE for path in (ROOT / "src" / "gonogo" / room).rglob("*.py")}
    for path in sorted(paths):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            found = _pattern(node) if isinstance(node, ast.expr) else None
            if found and (own := len(re.sub(r"\.\*|\\", "", found))) > 2:
                yield own, re.compile(found)


PATTERNS = tuple(_patterns())
ASSEMBLED = "2 cells: cannot reach "
"""One sentence is put together from so many small parts that none of them could be told from another."""
EXAMPLES = re.findall(r"^    [x?!] (\S.+)\n        next: (\S.*)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("line", [line for example in EXAMPLES for line in example])
def test_an_example_is_what_the_program_says(line: str) -> None:
    """Somebody who searches the page for what stands on the screen finds it."""
    fitting = (pattern for own, pattern in PATTERNS if own >= OWN * len(line))

    assert any(pattern.search(line) for pattern in fitting) or line.startswith(ASSEMBLED), line
