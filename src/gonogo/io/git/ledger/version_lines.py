"""Whether a line says which version the product is, or which one of something else it needs.

`version = "1.0.1"` is the product's own, `requests==1.0.1` is not, though both may hold the same number. The text
around a line decides: a table of dependencies, an element of XML, a block that names something else.
"""

import re
from collections.abc import Sequence

MARK = "VERSION"
"""Stands in a line where the number stood."""

_NUMBER_ALONE = re.compile(rf"(?:<(?:string|value|revision|release)>|[\W_])*v?{MARK}(?:</\w+>|\W)*", re.IGNORECASE)
# a name of the version at the start of the line, and then nothing but the number
_NAMED = re.compile(
    r"[\W_]*(?:(?:export|const|let|var|val|def|final|static|public|private|internal|string|set|arg|env|label|define"
    r"|dim|property|name|value)\b[\W_]*){0,4}"
    r"(?:(?:app|project|package|product|current|release|revision|chart|module|bundle|file|assembly|informational"
    r"|short|software|program|my|the|this)[\W_]*){0,2}"
    rf"version(?:[\W_]*(?:code|name|string|prefix|number|info|value|content))?[\W_]*v?{MARK}\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"depend|require|plugin|extension|constraint|provider|image|engine|source\b|module\b|artifact|peer|override"
    r"|resolution|toolchain|replace|exclude|^\s*-\s*\w",
    re.IGNORECASE,
)
_ELEMENT = re.compile(r"<(/?)(dependency|plugin|extension|PackageReference|annotationProcessorPath)\b")
_TABLE = re.compile(r"^\s*\[+([^\]]+)\]+\s*$")
DOCUMENTS = (".md", ".rst", ".adoc", ".asciidoc", ".html", ".1")
"""Ends of files that tell people about a version, and need none."""


def is_own(line: str, before: Sequence[str], product: str) -> bool:
    """Whether a line, with `MARK` for its number, says the version of the product; `before` are lines above it."""
    if product and re.search(rf"(?<![\w.-]){re.escape(product)}(?![\w.-])", line, re.IGNORECASE):
        return True
    if _NUMBER_ALONE.fullmatch(line):
        return not _is_of_another(line, before)
    return _NAMED.match(line) is not None and not _is_of_another(line, before)


def _is_of_another(line: str, before: Sequence[str]) -> bool:
    """Whether the block around a line is about something else."""
    depth = 0
    for row in reversed(before):
        for element in reversed(list(_ELEMENT.finditer(row))):
            depth += 1 if element[1] else -1
            if depth < 0:
                return True
    table = next((found for row in reversed(before) if (found := _TABLE.match(row))), None)
    if table is not None and _OTHERS.search(table[1]):
        return True
    indent = _indent(line)
    for row in reversed(before):
        if row.strip() and _indent(row) < indent:
            if _OTHERS.search(row):
                return True
            indent = _indent(row)
    return False


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())
