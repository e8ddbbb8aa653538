"""Reading an event's data: whatever somebody wrote there, a fold gets the type it asks for."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from gonogo.events import Event
from gonogo.text import clean

Handlers = Mapping[str, Callable[[Event], None]]
"""By kind of event: what it does to the working copy of a topic."""


def name_of(event: Event) -> str:
    """What stands behind the colon of the subject: `smoke-eu` of `item:smoke-eu`."""
    return event.subject.partition(":")[2]


def text(data: Mapping[str, Any], key: str) -> str:
    """One harmless line; "" for what is no text."""
    value = data.get(key, "")
    return clean(value) if isinstance(value, str) else ""


def number(data: Mapping[str, Any], key: str) -> int:
    """A whole number; 0 for what is none."""
    value = data.get(key, 0)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def texts(data: Mapping[str, Any], key: str, limit: int = 1_000) -> tuple[str, ...]:
    """The texts of a list, each as one harmless line; empty for what is no list."""
    value = data.get(key)
    if not value:
        return ()
    return tuple([clean(one, limit) for one in value if isinstance(one, str)]) if isinstance(value, list) else ()


def pairs(data: Mapping[str, Any], key: str) -> Mapping[str, str]:
    """A mapping of texts to texts; empty for what is none."""
    value = data.get(key)
    if not isinstance(value, Mapping):
        return {}
    return {clean(name): clean(one) for name, one in value.items() if isinstance(one, str)}


def rows(data: Mapping[str, Any], key: str) -> tuple[Mapping[str, Any], ...]:
    """The mappings of a list; empty for what is no list."""
    value = data.get(key)
    return tuple(one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def moment(data: Mapping[str, Any], key: str) -> datetime | None:
    """A time in UTC; None for what is none."""
    try:
        at = datetime.fromisoformat(text(data, key))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None
