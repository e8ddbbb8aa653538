"""`urls:`: one product behind several addresses, each asked by itself. k of n is not n of n.

Every instance's version is part of the answer, with how many run it. One that does not answer, or is not well,
makes the whole degraded: its version is not known, so nobody may say that the rollout is done.
"""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec.structs import replace

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT, EXCERPT_LIMIT, Request
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Understood
from gonogo.text import clean

AT_ONCE = 4
"""Instances asked at the same time; what a poller allows a host."""
_GRAVITY = (
    Status.FAILED, Status.UNKNOWN, Status.DEGRADED, Status.PAUSED, Status.IN_PROGRESS, Status.NOT_DEPLOYED,
    Status.SUCCEEDED,
)  # fmt: skip


class Instances:
    """The same preset, an object of its own for each URL."""

    def __init__(self, parts: Sequence[tuple[str, Preset]]) -> None:
        self._parts = tuple(parts)

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """Ask all of them within the time-out of one."""
        places = asyncio.Semaphore(AT_ONCE)

        async def one(url: str, preset: Preset) -> Outcome:
            async with places:
                return await preset.ask(fetch, replace(request, url=url))

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(url, preset)) for url, preset in self._parts]
        names = [urlsplit(url).netloc or url for url, _ in self._parts]
        return together(list(zip(names, (task.result() for task in tasks), strict=True)))


def together(outcomes: Sequence[tuple[str, Outcome]]) -> Outcome:
    """What instances add up to, by the name of each. Pure."""
    good = [(name, outcome) for name, outcome in outcomes if isinstance(outcome, Understood)]
    bad = [(name, outcome) for name, outcome in outcomes if isinstance(outcome, NotUnderstood)]
    excerpt = clean("; ".join(f"{name} {_told(outcome)}" for name, outcome in outcomes), EXCERPT_LIMIT)
    if not good:
        name, first = bad[0]
        same = len({outcome.reason for _, outcome in bad}) == 1
        detail = f"none of {len(bad)} instances: {name}: {first.reason}: {first.detail}"
        return NotUnderstood(first.reason if same else Reason.NO_DATA, clean(detail, DETAIL_LIMIT), excerpt)
    status = min((outcome.status for _, outcome in good), key=_GRAVITY.index)
    if bad and _GRAVITY.index(status) > _GRAVITY.index(Status.DEGRADED):
        status = Status.DEGRADED
    updated = [outcome.updated_at for _, outcome in good]
    return Understood(
        versions=_counted([outcome for _, outcome in good]),
        status=status,
        # the rollout is as new as its last instance, when all say when that was
        updated_at=max((moment for moment in updated if moment), default=None) if all(updated) else None,
        message=_message(good, bad),
        place=good[0][1].place,
        excerpt=excerpt,
    )


def _counted(outcomes: Sequence[Understood]) -> tuple[Running, ...]:
    """Versions with the number of instances that run each, most first."""
    counts: dict[tuple[str, str], int] = {}
    for running in (running for outcome in outcomes for running in outcome.versions):
        key = (running.version, running.revision)
        counts[key] = counts.get(key, 0) + (running.replicas or 1)
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    return tuple(Running(version, revision, replicas=count) for (version, revision), count in ranked)


def _message(good: Sequence[tuple[str, Understood]], bad: Sequence[tuple[str, NotUnderstood]]) -> str:
    if bad:
        name, first = bad[0]
        total = len(good) + len(bad)
        why = f"{name}: {first.detail or first.reason}"
        return clean(f"{len(good)} of {total} instances answer; {why}", DETAIL_LIMIT)
    told = next((f"{name}: {outcome.message}" for name, outcome in good if outcome.message), "")
    return clean(told, DETAIL_LIMIT)


def _told(outcome: Outcome) -> str:
    if isinstance(outcome, NotUnderstood):
        return f"{outcome.reason}"
    return "+".join(running.version for running in outcome.versions) or outcome.status
