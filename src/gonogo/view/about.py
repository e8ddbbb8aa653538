"""What the plan says of the release itself: its description, and what else its authors wrote into `metadata`."""

import json
from typing import Any

from gonogo.plan import Plan
from gonogo.text import clean

_KEYS, _LONGEST = 20, 200
"""Rows that are shown, and characters of each."""


def about(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Label and text of each row, in the plan's order. Shown, never interpreted."""
    rows = [("about", clean(plan.description, 2 * _LONGEST))] if plan.description.strip() else []
    given = list(plan.metadata.items())
    rows += [(clean(str(key), 40), clean(_text(value), _LONGEST)) for key, value in given[:_KEYS]]
    if len(given) > _KEYS:
        rows.append(("metadata", f"{len(given) - _KEYS} more keys stand in the plan"))
    return tuple(rows)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(value)
    return json.dumps(value, ensure_ascii=False, default=str)
