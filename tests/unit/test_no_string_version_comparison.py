"""A guard: versions are ordered by `domain.version` and nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import gonogo

SOURCE = Path(gonogo.__file__).parent
WORDS = ("version", "planned", "previous", "next_version")


def _names_a_version(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith(WORDS)


def text_orders(code: str) -> Iterator[int]:
    """Lines that compare something called a version by <, >, min or max."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            ordering = any(isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE) for op in node.ops)
            if ordering and any(map(_names_a_version, [node.left, *node.comparators])):
                yield node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"min", "max"}:
            inner = [part for argument in node.args for part in ast.walk(argument) if isinstance(part, ast.expr)]
            if any(map(_names_a_version, inner)):
                yield node.lineno


def test_no_module_orders_versions_by_text() -> None:
    """`1.10` sorts below `1.9` as text: only the scheme's own order may be used."""
    found = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in sorted(SOURCE.rglob("*.py"))
        if path != SOURCE / "domain" / "version.py"
        for line in text_orders(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_guard_sees_what_it_looks_for() -> None:
    """A guard that never barks guards nothing."""
    assert list(text_orders("if cell.version < planned:\n    pass")) == [1]
    assert list(text_orders("newest = max(one.version for one in seen)")) == [1]
    assert list(text_orders("same = cell.version == planned")) == []
