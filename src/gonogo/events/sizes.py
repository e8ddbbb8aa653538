"""How much of something an event keeps: a record has 64 KiB, whatever a plan or a list comes to."""

import json
from collections.abc import Iterable
from typing import Any

CONTENT = 44_000
"""Bytes of what was signed, in a record of little else."""
LIST = 24_000
"""Bytes of reasons, changes, names of what a waiver covers, or of content beside one of them."""


def size(value: Any) -> int:
    """Bytes of a value in a record, at most."""
    return len(json.dumps(value))


def that_fit(rows: Iterable[Any], limit: int = LIST) -> list[Any]:
    """The first rows, as many as have room in `limit` bytes."""
    kept, used = [], 0
    for row in rows:
        used += size(row) + 1
        if used > limit:
            break
        kept.append(row)
    return kept
