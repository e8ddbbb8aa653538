"""Which decisions are signed, and what exactly a signature covers.

Where a plan says `sign: decisions`, an event of these kinds decides something only with a good signature of the
account that made it. What is signed is the draft as the rules made it, with the release and the account; its id is
in it too, so that a signature cannot be used a second time.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.events import Actor, Draft, Event
from gonogo.events.state import ReleaseState
from gonogo.plan import Plan
from gonogo.text import clean_block

NAMESPACE = "gonogo-event@1"
"""Of the signatures: one made for something else is none here."""
FIELD = "signature"
"""In the data of an event; everything else in it is signed."""
SIGNED = frozenset(
    {
        kinds.APPROVAL_GIVEN, kinds.APPROVAL_REJECTED, kinds.GO_DECIDED, kinds.WAIVER_GIVEN, kinds.RELEASE_STARTED,
        kinds.GLASS_REQUESTED, kinds.GLASS_BROKEN,
        kinds.RELEASE_COMPLETED, kinds.RELEASE_CANCELLED, kinds.PLAN_AMENDED, kinds.ROLLBACK_STARTED,
        *kinds.LIFTING,
    }
)  # fmt: skip
"""What lets something go. What only stops (hold, freeze, bad mark) needs no key: anybody may stop the line."""
_TAG = b"gonogo-signed@1\n"
_TEXT_LIMIT = 64 * 1024


def is_wanted(plan: Plan, kind: str) -> bool:
    """Whether `plan` asks for a signature on an event of that kind."""
    return plan.sign == "decisions" and kind in SIGNED


def payload(release: str, what: Draft | Event, actor: Actor) -> bytes:
    """The bytes that are signed: the same for a draft and for the event it became."""
    signed = {
        "release": release,
        "id": what.id,
        "kind": what.kind,
        "subject": what.subject,
        "data": _settled({name: value for name, value in what.data.items() if name != FIELD}),
        "expect": what.expect,
        "plan_sha256": what.plan_sha256,
        "uid": actor.uid,
        "user": actor.written_as,
    }
    return _TAG + json.dumps(signed, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def with_signature(draft: Draft, signature: str) -> Draft:
    """The draft as it is recorded."""
    return replace(draft, data={**draft.data, FIELD: signature})


def as_event(draft: Draft, signature: str, actor: Actor, at: datetime) -> Event:
    """The event it would become; its number is not known yet, and is no part of what is signed."""
    signed = with_signature(draft, signature)
    return Event(0, draft.id, at, actor, draft.kind, draft.subject, signed.data, draft.expect, draft.plan_sha256)


def signature_of(event: Event) -> str:
    """Its signature in OpenSSH's armoured form; "" when it has none."""
    value = event.data.get(FIELD, "")
    return value if isinstance(value, str) else ""


class Prepared(Struct, frozen=True):
    """Signatures made before the critical section: a key may wait for a touch, the lock must not."""

    now: datetime
    """UTC, the moment the signed drafts speak of."""
    steady: float | None = None
    """Of that moment, as in `Scene`."""
    signatures: Mapping[bytes, str] = {}
    """By what was signed."""


def apply(prepared: Prepared, plan: Plan, drafts: Sequence[Draft], actor: Actor) -> tuple[Draft, ...] | None:
    """The drafts with their signatures; None when one of them is not what was signed."""
    made: list[Draft] = []
    for draft in drafts:
        if not is_wanted(plan, draft.kind):
            made.append(draft)
            continue
        signature = prepared.signatures.get(payload(plan.release, draft, actor))
        if signature is None:
            return None
        made.append(with_signature(draft, signature))
    return tuple(made)


def agreed_unsigned(state: ReleaseState) -> Event | None:
    """What the release stands on and is not signed as it should be; None when that is in order.

    Votes, waivers and go decisions simply do not count then, and what ends a stop does not end it. A start,
    an accepted amendment or an end cannot be left out without changing what everything else means: they stand, and
    block.
    """
    life = state.lifecycle
    # an amendment that was accepted is what people agreed on last, whoever started
    standing = life.amendments[-1].seq if life.amendments and not life.is_over else life.seq
    return next((event for event in state.flawed if event.seq == standing), None)


def _settled(value: Any) -> Any:
    """As it is read back from a record: lists for tuples, texts without what no terminal may see."""
    match value:
        case str():
            return clean_block(value, _TEXT_LIMIT)
        case list() | tuple():
            return [_settled(one) for one in value]
        case Mapping():
            return {str(name): _settled(one) for name, one in value.items()}
        case _:
            return value
