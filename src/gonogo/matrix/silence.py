"""Who does not answer: failed questions put together by the host or the source they have in common.

A proxy that is down makes two hundred cells unknown for one reason, and a person needs the reason, once.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from gonogo.facts import CONNECTION, Reason
from gonogo.matrix import Account, Cell, Freshness, Matrix
from gonogo.plan import Target
from gonogo.text.spans import span


class Outage(Struct, frozen=True):
    """Several cells, or one, that get no answer from the same place."""

    place: str
    """Host and port, or the source's own words when it has no host."""
    reason: Reason
    detail: str
    since: datetime | None
    """UTC, when the first of the failures in a row ended."""
    cells: tuple[Target, ...]
    """All that were asked there in vain, in the order of the matrix."""
    unknown: tuple[Target, ...]
    """Those of them that no other source tells anything about."""
    reached: bool = False
    """The host answered, only not with what was asked for."""


class Silence(Struct, frozen=True):
    """A source that does not answer, while another one or its own last answer still speaks for its cells."""

    source: str
    detail: str
    since: datetime
    cells: tuple[Target, ...]


def outages(matrix: Matrix) -> tuple[Outage, ...]:
    """Every place that was asked in vain: those that cannot be reached first, of them the one with most cells."""
    grouped: dict[tuple[str, bool], list[tuple[Cell, Account]]] = {}
    for cell in matrix.troubled:
        for account in cell.accounts:
            if account.reason is not None and not _beside(cell, account) and (place := _place(account)):
                key = (place, account.reason not in CONNECTION)
                grouped.setdefault(key, []).append((cell, account))
    found = [_outage(place, reached, pairs) for (place, reached), pairs in grouped.items()]
    return tuple(sorted(found, key=lambda one: (one.reached, -len(one.cells))))


def silences(matrix: Matrix, now: datetime) -> tuple[Silence, ...]:
    """Sources that have fallen silent although the cells they speak of are still known.

    One missed answer is no alarm: a source counts once it has been silent for an interval or longer, and at once
    when it never answered. Where nothing else is known the cell itself is unknown, and that is said elsewhere.
    """
    grouped: dict[str, list[tuple[Cell, Account]]] = {}
    for cell in matrix.troubled:
        if cell.is_known:
            for account in cell.accounts:
                if _is_silent(account, now) and not _beside(cell, account):
                    grouped.setdefault(account.source, []).append((cell, account))
    return tuple(
        Silence(
            source,
            _words(pairs[0][1]),
            min(account.silent_since for _, account in pairs if account.silent_since is not None),
            tuple(cell.target for cell, _ in pairs),
        )
        for source, pairs in grouped.items()
    )


def outage_sentence(outage: Outage, count: int | None = None) -> str:
    """`12 cells: cannot reach prom.example:443 (connection refused)`; `count` when only some of them matter."""
    number = len(outage.cells) if count is None else count
    cells = "1 cell" if number == 1 else f"{number} cells"
    verb = "no answer to use from" if outage.reached else "cannot reach"
    return f"{cells}: {verb} {outage.place} ({outage.detail})"


def named(targets: Iterable[Target], most: int = 3) -> str:
    """`web/staging, api/staging and 10 more`."""
    names = [str(target) for target in targets]
    left = len(names) - most
    return ", ".join(names) if left <= 0 else f"{', '.join(names[:most])} and {left} more"


def for_how_long(since: datetime | None, now: datetime) -> str:
    """`, for 3m 05s`; nothing when it is not known, or has just begun."""
    return f", for {span(now - since)}" if since is not None and now - since >= timedelta(seconds=1) else ""


def _place(account: Account) -> str:
    """What the failures have in common; "" for an answer that is about one cell only."""
    if account.reason in CONNECTION:
        return account.host or account.source
    return account.source if account.origin else ""


def _outage(place: str, reached: bool, pairs: list[tuple[Cell, Account]]) -> Outage:
    since = [account.silent_since for _, account in pairs if account.silent_since is not None]
    first = pairs[0][1]
    assert first.reason is not None  # that is what brought it here
    alike = len({account.detail for _, account in pairs}) == 1
    return Outage(
        place,
        first.reason,
        # what is said of one cell alone would name that cell only
        _words(first) if alike or first.reason is not Reason.NO_DATA else "it says nothing about these",
        min(since, default=None),
        tuple(dict.fromkeys(cell.target for cell, _ in pairs)),
        tuple(dict.fromkeys(cell.target for cell, _ in pairs if not cell.is_known)),
        reached,
    )


def _beside(cell: Cell, account: Account) -> bool:
    """A source that answers, and never had a word about this cell, which somebody else speaks for.

    A source is asked about every cell of the plan; nobody promised that it knows all of them.
    """
    return account.reason is Reason.NO_DATA and account.polled_at is None and cell.is_known


def _is_silent(account: Account, now: datetime) -> bool:
    if account.silent_since is None:
        return False
    never = account.polled_at is None
    return never or account.freshness is not Freshness.FRESH or now - account.silent_since >= account.timing.every


def _words(account: Account) -> str:
    return account.detail or (account.reason.replace("_", " ") if account.reason else "no answer")
