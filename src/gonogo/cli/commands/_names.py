"""Names of the plan as people type them. A module of its own: verbs that only read git need nothing more."""

from collections.abc import Iterable

from gonogo.errors import UsageError
from gonogo.text import clean
from gonogo.text.names import suggest


def require_name(wanted: str, names: Iterable[str], what: str) -> None:
    """Raises UsageError with the nearest name when `wanted` is given and none of `names`."""
    known = list(names)
    if not wanted or wanted in known:
        return
    near = suggest(wanted, known)
    hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known)}"
    raise UsageError(f"the plan has no {what} '{clean(wanted, 80)}'", remedy=hint)
