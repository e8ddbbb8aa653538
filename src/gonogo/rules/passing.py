"""What lets a reason pass: waivers of one person and break-glass of two, read in one place by all who judge.

Whoever asks only for waivers overlooks break-glass. `rules.waivers` and `rules.glass` say when each counts.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from msgspec.structs import replace

from gonogo.events.glass import Glass
from gonogo.events.state import GoDecision, ReleaseState, Waiver
from gonogo.plan import Plan
from gonogo.rules import glass, waivers
from gonogo.rules.waivers import kept, waiver_for

__all__ = ["ever", "in_force", "kept", "took_on", "waiver_for"]
Ends = TypeVar("Ends", Waiver, Glass)


def in_force(
    plan: Plan,
    state: ReleaseState,
    now: datetime,
    environment: str = "",
    shared_accounts: Sequence[str] = (),
    digest: str = "",
) -> tuple[Waiver, ...]:
    """All that lets something pass at `now` (UTC), of one environment when it is named; waivers first."""
    asked = (now, environment, shared_accounts, digest)
    return (*waivers.in_force(plan, state, *asked), *glass.as_waivers(plan, state, *asked))


def ever(plan: Plan, state: ReleaseState) -> tuple[Waiver, ...]:
    """Every waiver, and every blocker of a confirmed break-glass, whether or not it is over by now."""
    return (*state.waivers, *glass.ever_as_waivers(plan, state))


def took_on(
    plan: Plan, state: ReleaseState, decision: GoDecision, shared_accounts: Sequence[str] = ()
) -> frozenset[tuple[str, str]]:
    """Rule and subject of what a go passed by, each by a waiver or a break-glass that held at that moment.

    The number that a go names proves nothing by itself: what it names must have let that very reason pass.
    """
    then = replace(
        state,
        waivers=tuple(_as_of(one, decision.seq) for one in state.waivers if one.seq < decision.seq),
        glasses=tuple(_as_of(one, decision.seq) for one in state.glasses if one.seq < decision.seq),
    )
    given = in_force(plan, then, decision.at, decision.environment, shared_accounts, decision.digest)
    return frozenset(
        (one.rule, one.subject)
        for one in decision.reasons
        if one.waiver
        and waiver_for(
            [by for by in given if by.seq == one.waiver], one.rule, one.subject, unknown=one.weight == "unknown"
        )
    )


def _as_of(one: Ends, seq: int) -> Ends:
    """As it was before number `seq` of the journal: what was ended later held then."""
    if one.ended is not None and one.ended.seq > seq:
        return replace(one, ended=None)
    return one
