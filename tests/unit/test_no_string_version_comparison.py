"""A guard: versions are ordered by `versions` and nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import gonogo

SOURCE = Path(gonogo.__file__).parent
WORDS = ("version", "planned", "previous", "next_version")


def _names_a_version(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith(WORDS)


def _is_constant(node: ast.expr) -> bool:
    """The number of a file format is a version too, and a plain number."""
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def _sorts_versions(call: ast.Call) -> bool:
    """`max(cell.version for ...)`, `sorted(cells, key=lambda cell: cell.version)`."""
    if not isinstance(call.func, ast.Name) or call.func.id not in {"min", "max", "sorted"}:
        return False
    keys = [word.value.body for word in call.keywords if isinstance(word.value, ast.Lambda)]
    each = [one.elt for one in call.args if isinstance(one, ast.GeneratorExp | ast.ListComp)]
    return any(map(_names_a_version, keys if keys or call.func.id == "sorted" else each))


def text_orders(code: str) -> Iterator[int]:
    """Lines that order something called a version by <, >, min, max or a sort key."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Compare):
            operands = [node.left, *node.comparators]
            ordering = any(isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE) for op in node.ops)
            if ordering and any(map(_names_a_version, operands)) and not any(map(_is_constant, operands)):
                yield node.lineno
        elif isinstance(node, ast.Call) and _sorts_versions(node):
            yield node.lineno


def test_no_module_orders_versions_by_text() -> None:
    """`1.10` sorts below `1.9` as text: only the scheme's own order may be used."""
    found = [
        f"{path.relative_to(SOURCE)}:{line}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line in text_orders(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_guard_sees_what_it_looks_for() -> None:
    """A guard that never barks guards nothing."""
    assert list(text_orders("if cell.version < planned:\n    pass")) == [1]
    assert list(text_orders("newest = max(one.version for one in seen)")) == [1]
    assert list(text_orders("sorted(seen, key=lambda one: one.version)")) == [1]
    assert list(text_orders("same = cell.version == planned")) == []
