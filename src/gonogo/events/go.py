"""Go decisions: who let the release into which environment, on which list of reasons."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Actor, Event
from gonogo.events.reading import Handlers, name_of, number, pairs, rows, text


class Named(Struct, frozen=True):
    """One reason of that moment."""

    rule: str
    subject: str
    weight: str
    fact: str
    waiver: int = 0
    """Sequence number of the waiver that let it pass; 0 for what needed none."""


class GoDecision(Struct, frozen=True):
    """One GO, with everything that was on the list when it was given."""

    environment: str
    actor: Actor
    at: datetime
    seq: int
    answer: str
    """What was decided: go. Older records of a late one have the verdict of that moment here, in `verdict`."""
    confirmed: str
    """The code of the list that was confirmed."""
    digest: str = ""
    """Of what was let in; see `rules.digest`."""
    content: tuple[tuple[str, str], ...] = ()
    reasons: tuple[Named, ...] = ()
    flaw: str = ""
    """As in `Event`."""
    late: bool = False
    """It was given for what was deployed already, without a go."""
    reason: str = ""
    """Why it came late; "" for one that came in time."""
    verdict: str = "go"
    """What the verdict said then: of a late one no_go or unknown, as it came after the deployment."""
    versions: Mapping[str, str] = {}
    """By product: what was let in. Empty in records that name it only in `content`."""


class GoFold:
    """The working copy of the decisions while a replay runs."""

    def __init__(self, decisions: tuple[GoDecision, ...]) -> None:
        self.decisions = list(decisions)
        self.handlers: Handlers = {kinds.GO_DECIDED: self._decide}

    def _decide(self, event: Event) -> None:
        data = event.data
        self.decisions.append(
            GoDecision(
                name_of(event),
                event.actor,
                event.at,
                event.seq,
                "go" if data.get("late") else text(data, "answer"),
                text(data, "confirmed"),
                text(data, "digest"),
                tuple(pairs(data, "content").items()),
                tuple(
                    Named(
                        text(one, "rule"),
                        text(one, "subject"),
                        text(one, "weight"),
                        text(one, "fact"),
                        number(one, "waiver"),
                    )
                    for one in rows(data, "reasons")
                ),
                event.flaw,
                bool(data.get("late")),
                text(data, "reason"),
                text(data, "verdict") or text(data, "answer"),
                pairs(data, "versions"),
            )
        )
