"""Names people type: slugs, and what they may have meant."""

import re
from collections.abc import Iterable


def suggest(wanted: str, known: Iterable[str]) -> str:
    """The known name nearest to `wanted`; "" when none is near enough to be helpful."""
    from difflib import get_close_matches  # only mistakes need it

    near = get_close_matches(wanted[:80].lower(), list(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def slug(title: str) -> str:
    """The id of an item that gives none: its title in lower case, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def slug_of_any_script(title: str) -> str:
    """As `slug`, with the letters of every script: `通知客户`, `запустить-тесты`; "" for signs alone."""
    from unicodedata import category, normalize  # 1 MiB of tables, for titles in other scripts only

    letters = normalize("NFC", title).casefold()
    return "-".join("".join(one if category(one)[0] in "LMN" else " " for one in letters).split())
