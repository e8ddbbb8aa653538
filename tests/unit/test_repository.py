"""What the repository promises in public text is what the program does."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Input, TextArea

from gonogo.errors import ExitCode
from gonogo.tui.intents import INTENTS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TOP_LEVEL = {
    *("pyproject.toml", "README.md", "src", "tests", "release.yaml", "screenshots"),
    *("LICENSE", "CHANGELOG.md", "docs"),
}


def _tracked() -> list[str]:
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, check=True)
    return [name.decode() for name in done.stdout.split(b"\0") if name]


@pytest.mark.needs("git")
def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    """A newcomer finds the product, not its workshop."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    found = {name.split("/")[0] for name in _tracked()}

    assert {name for name in found if not name.startswith(".")} == TOP_LEVEL


def test_the_readme_lists_every_exit_code() -> None:
    """Exit codes are API: the table names each of them."""
    table = README[README.index("## Exit codes") :]
    told = {int(number) for number in re.findall(r"\b\d{1,3}\b", table.split("```")[0])}

    assert {int(code) for code in ExitCode} <= told


def test_every_key_of_the_readme_does_what_it_says() -> None:
    """Key and sentence come from the same table as the screen's own help."""
    table = README[README.index("## Keys") : README.index("## Exit codes")]
    by_key = {intent.shown_key: intent.help for intent in INTENTS if intent.id() != "JumpToReason"}
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \|$", table, flags=re.MULTILINE)

    assert len(rows) > 10
    assert [(key, text) for key, text in rows if by_key.get(key) != text] == []


@pytest.mark.parametrize("name", ["demo", "tests"])
def test_the_readme_has_one_command_for_each_set_up(name: str) -> None:
    """Two commands do everything: each is a single line between its markers."""
    block = README.split(f"<!-- {name} -->")[1].split(f"<!-- /{name} -->")[0]
    (command,) = [line for line in block.splitlines() if line and not line.startswith("```")]

    assert command.startswith("python3 -m venv .venv && ")


def test_every_document_the_readme_names_is_there() -> None:
    """No link of the README leads nowhere."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if "://" not in target:
            assert (ROOT / target).exists(), target


_CLOCKS = {"monotonic", "perf_counter", "process_time", "time"}
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def _bounded_times(tree: ast.AST) -> list[int]:
    """Lines that hold a difference of two clock readings below a number: true on a quiet machine only."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.BinOp)
        and isinstance(node.left.op, ast.Sub)
        and any(
            isinstance(part, ast.Call)
            and isinstance(part.func, ast.Name | ast.Attribute)
            and (part.func.id if isinstance(part.func, ast.Name) else part.func.attr) in _CLOCKS
            for part in ast.walk(node.left)
        )
        and any(
            isinstance(sign, ast.Lt | ast.LtE) and isinstance(limit, ast.Constant)
            for sign, limit in zip(node.ops, node.comparators, strict=True)
        )
    ]


def test_the_search_for_bounded_times_finds_them() -> None:
    """The next test can fail."""
    assert _bounded_times(ast.parse("assert time.monotonic() - started < 2.0")) == [1]
    assert _bounded_times(ast.parse("assert process_time() - before <= 5")) == [1]
    assert _bounded_times(ast.parse("assert time.monotonic() - started >= 0.3")) == []


def test_no_test_holds_a_duration_below_an_absolute_time() -> None:
    """A busy machine fails nothing: what is about speed is a ratio in one run."""
    found = {str(path.relative_to(ROOT)): _bounded_times(ast.parse(path.read_bytes())) for path in TESTS}

    assert {path: lines for path, lines in found.items() if lines} == {}


def test_no_test_takes_a_fixed_path_for_one_that_does_not_exist() -> None:
    """On somebody's machine it does; a test's own directory is empty on all of them."""
    wrong = "/non" + "existent"

    assert [str(path.relative_to(ROOT)) for path in TESTS if wrong in path.read_text("utf-8")] == []


def test_what_of_textual_is_private_and_overridden_is_counted_where_its_version_is_pinned() -> None:
    """Whoever raises the pin looks at each of them."""
    defined = {
        node.name
        for path in (ROOT / "src" / "gonogo" / "tui").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("_")
        and not node.name.startswith("__")
    }
    of_textual = {name for kind in (App, Input, TextArea) for name in dir(kind)}

    assert defined & of_textual == {"_background_screens", "_handle_exception", "_on_key", "_on_paste"}
    assert "four private names are overridden" in (ROOT / "pyproject.toml").read_text("utf-8")


IO_STILL_IMPORTED = 27
"""By front ends: take one away, and lower this."""


def test_front_ends_import_no_more_of_io_than_they_did() -> None:
    """The list of exceptions gets shorter, never longer."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    [listed] = [one["ignore_imports"] for one in contracts if one["name"].startswith("Front ends")]

    assert len(listed) <= IO_STILL_IMPORTED
