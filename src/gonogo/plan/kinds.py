"""Kinds of one thing, such as gates: each a struct with a tag, and tables that leave none of them out."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import Struct

Kind = TypeVar("Kind", bound=type[Struct])
Part = TypeVar("Part")


def name_of(kind: type[Struct]) -> str:
    """What a plan calls a kind: its tag."""
    return str(kind.__struct_config__.tag)


def for_every(kinds: Iterable[Kind], rows: Iterable[tuple[Kind, Part]]) -> Mapping[Kind, Part]:
    """One row for each kind. Raises TypeError at import: a kind that nobody judges would pass in silence."""
    table = dict(rows)
    lacking = [name_of(kind) for kind in kinds if kind not in table]
    if lacking:
        raise TypeError(f"no row for {', '.join(lacking)}")
    return table
