"""What every decision is judged on, and what it may answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from gonogo.errors import ExitCode
from gonogo.events import Actor, Draft, Event, EventId
from gonogo.events.state import ReleaseState
from gonogo.facts.inputs import Inputs
from gonogo.plan import LoadedPlan, Plan

if TYPE_CHECKING:
    from gonogo.rules.snapshot import Snapshot


class Refusal(Struct, frozen=True):
    """Why a command was not accepted, and what to do instead. The act itself was not recorded."""

    exit_code: ExitCode
    rule: str
    """Stable id of the rule, such as `item.unknown`."""
    reason: str
    remedy: str = ""
    facts: tuple[str, ...] = ()
    """The list behind it, one line each: what is open, what blocks, what changed."""
    record: tuple[Draft, ...] = ()
    """What the journal keeps of the attempt; empty for slips such as a mistyped name."""


Answer = tuple[Draft, ...] | Refusal
"""The facts a command makes, or why it makes none. An empty tuple: it holds already, by the same account."""


class Scene(Struct, frozen=True):
    """Everything a decision is judged on, besides the wish itself: all of it as of this moment."""

    inputs: Inputs
    actor: Actor
    new_id: EventId
    now: datetime
    """UTC."""
    steady: float | None = None
    """As in `matrix.build`: seconds of a clock nobody can put back; None when there is none."""

    @property
    def loaded(self) -> LoadedPlan:
        """The plan that was on the author's screen."""
        return self.inputs.loaded

    @property
    def plan(self) -> Plan:
        """Its content."""
        return self.inputs.loaded.plan

    @property
    def state(self) -> ReleaseState:
        """The release as far as the journal goes, newest event included."""
        return self.inputs.state

    def snapshot(self) -> "Snapshot":
        """Everything, judged now. Costs milliseconds on a large plan: ask once."""
        from gonogo.rules import snapshot  # a tick is decided without it, and must not pay for it

        return snapshot.build(self.inputs, self.now, self.steady)

    def draft(
        self, kind: str, subject: str, data: Mapping[str, Any], *, expect: int = 0, number: int = 0
    ) -> Draft:
        """An event of this command; `number` tells those of one command apart."""
        event_id = EventId(f"{self.new_id}-{number}") if number else self.new_id
        return Draft(event_id, kind, subject, data, expect, self.loaded.sha256)


class Accepted(Struct, frozen=True):
    """The command is a fact now, or was one already."""

    events: tuple[Event, ...]
    """What was written; empty when what was asked for held already."""


class Refused(Struct, frozen=True):
    """The command was judged and turned down: at most that it was tried is recorded."""

    refusal: Refusal


Outcome = Accepted | Refused
