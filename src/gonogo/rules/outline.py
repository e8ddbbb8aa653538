"""A whole plan as short texts by name: what the journal keeps of it, and what a later edit has changed.

Comments, layout and line numbers are no part of it.
"""

import base64
import binascii
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from gonogo.plan import Plan, Product
from gonogo.rules.digest import Difference
from gonogo.text.spans import span

PART = 48_000
"""Characters of a packed outline that one event takes: a record may have 64 KiB."""
_UNPACKED_LIMIT = 32 * 1024 * 1024
_NAMED_BY = ("key", "id", "name", "environment", "path")
_PLACES = frozenset({"where"})
"""Fields that only say where in the file something stands."""


def outline_of(plan: Plan) -> Mapping[str, str]:
    """Everything the plan says, by name: `products/web/version`, `items/smoke/title`."""
    return dict(_walk("", plan))


def _walk(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Struct):
        for field in msgspec.structs.fields(value):
            one = getattr(value, field.name)
            if field.name not in _PLACES and one != field.default:
                yield from _walk(f"{path}/{field.name}" if path else field.name, one)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _walk(f"{path}/{key}", one)
    elif isinstance(value, list | tuple) and any(isinstance(one, Struct) for one in value):
        yield from _listed(path, value)
    else:
        yield path, _said(value)


def _listed(path: str, values: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Parts that have a name go by it, so that a new one in front is one change and not many."""
    seen: dict[str, int] = {}
    for one in values:
        name = next((str(getattr(one, key)) for key in _NAMED_BY if getattr(one, key, "")), "")
        seen[name] = seen.get(name, 0) + 1
        here = name if seen[name] == 1 else f"{name}#{seen[name]}"
        # a part of nothing but default values must still be seen to come and go
        yield f"{path}/{here}", "yes"
        yield from _walk(f"{path}/{here}", one)
    order = [str(next((getattr(one, key) for key in _NAMED_BY if getattr(one, key, "")), "")) for one in values]
    yield f"{path}/order", ", ".join(order)


def _said(value: Any) -> str:
    match value:
        case timedelta():
            return span(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case list() | tuple():
            return ", ".join(map(_said, value))
        case bool():
            return "yes" if value else "no"
        case _:
            return str(value)


def pack(outline: Mapping[str, str]) -> tuple[str, ...]:
    """The outline as texts of letters, digits and =+/, each small enough for one event."""
    raw = json.dumps(dict(outline), sort_keys=True).encode()
    text = base64.b64encode(zlib.compress(raw, 9)).decode()
    return tuple(text[start : start + PART] for start in range(0, len(text), PART))


def unpack(parts: Sequence[str]) -> Mapping[str, str] | None:
    """The outline; None when the parts are not one that `pack` made. Bounded, whatever somebody wrote there."""
    try:
        packed = base64.b64decode("".join(parts), validate=True)
        raw = zlib.decompressobj().decompress(packed, _UNPACKED_LIMIT)
        value = json.loads(raw)
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        return None
    if not parts or not isinstance(value, dict):
        return None
    return {name: text for name, text in value.items() if isinstance(text, str)}


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """What differs, in the order of the names. A part that came or went as a whole is one difference."""
    found = [
        Difference(name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*after, *before])
        if before.get(name) != after.get(name)
    ]
    whole = {one.name for one in found if not (one.before and one.after) and _is_part(one, before, after)}
    order = [one for one in found if not _follows(one.name, whole)]
    return tuple(sorted(order, key=lambda one: one.name))


def _is_part(one: Difference, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return (before.get(one.name) or after.get(one.name)) == "yes" and one.name.count("/") == 1


def _follows(name: str, whole: set[str]) -> bool:
    head = "/".join(name.split("/")[:2])
    if name in whole:
        return False
    return head in whole or (name.endswith("/order") and any(one.startswith(f"{name[:-6]}/") for one in whole))


def versions_of(plan: Plan) -> dict[str, str]:
    """The planned version of each product."""
    return {product.name: product.version for product in plan.products}


def pin_of(product: Product, oid: str) -> str:
    """The commit a product ships from: what the plan pins, else what git says."""
    return product.revision or oid
