"""Where the release stands, as plain JSON values: life, driver, holds, freezes, approvals, go, waivers, edits."""

from collections.abc import Iterable
from typing import Any

from gonogo.cli.facts import moment
from gonogo.domain import amendment, digest, waivers
from gonogo.domain.approvals import SlotStanding
from gonogo.domain.decisions import go
from gonogo.domain.snapshot import Snapshot
from gonogo.domain.state import Vote


def release_facts(snapshot: Snapshot) -> dict[str, Any]:
    """What `status --json` adds to the verdicts."""
    state = snapshot.state
    life, held, baton = state.lifecycle, state.held, state.baton
    return {
        "lifecycle": {
            "status": life.status.value,
            "by": life.actor.user if life.actor else None,
            "at": moment(life.at),
            "reason": life.reason,
            "started_by": life.started_by.user if life.started_by else None,
            "plan_sha256": life.plan.sha256 if life.plan else None,
            "versions": dict(life.plan.versions) if life.plan else {},
            "pins": dict(life.plan.pins) if life.plan else {},
        },
        "amendment": _amendment(snapshot),
        "held": {"by": held.actor.user, "at": moment(held.at), "reason": held.reason} if held else None,
        "driver": {"account": baton.driver, "since": moment(baton.at), "note": baton.note} if baton else None,
        "freezes": [
            {
                "number": one.seq,
                "by": one.actor.user,
                "at": moment(one.at),
                "reason": one.reason,
                "environments": list(one.environments),
                "products": list(one.products),
            }
            for one in state.freezes_now
        ],
        "approvals": approval_facts(snapshot.approvals),
        "waivers": _waivers(snapshot),
        "decisions": _decisions(snapshot),
        "bad_versions": [
            {"product": one.product, "version": one.version, "by": one.actor.user, "reason": one.reason}
            for one in state.bad.values()
        ],
        "version_holds": [
            {
                "product": one.target.product,
                "environment": one.target.environment,
                "version": one.version,
                "by": one.actor.user,
                "reason": one.reason,
            }
            for one in state.version_holds.values()
        ],
    }


def _amendment(snapshot: Snapshot) -> dict[str, Any] | None:
    pending = amendment.pending(snapshot.loaded, snapshot.state)
    if pending is None:
        return None
    return {"before": pending.before, "after": pending.after, "changes": list(pending.lines)}


def approval_facts(standings: Iterable[SlotStanding]) -> list[dict[str, Any]]:
    """Each approval with the votes that count, those that do not, and the rejections."""
    return [
        {
            "name": one.slot.name,
            "role": one.slot.role,
            "quorum": one.slot.quorum,
            "standing": one.standing.value,
            "rule": one.rule,
            "fact": one.fact,
            "counted": [_vote(vote) for vote in one.counted],
            "not_counted": [
                {**_vote(other.vote), "rule": other.rule, "why": other.why} for other in one.discounted
            ],
            "rejected": [{**_vote(vote), "reason": vote.reason} for vote in one.rejections],
        }
        for one in standings
    ]


def _vote(vote: Vote) -> dict[str, Any]:
    return {"by": vote.actor.user, "at": moment(vote.at), "expires": moment(vote.expires), "digest": vote.digest}


def _waivers(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [
        {
            "number": one.seq,
            "rule": one.rule,
            "subject": one.subject,
            "covers": [one.subject] if one.subject else list(one.covers),
            "environment": one.environment,
            "by": one.actor.user,
            "reason": one.reason,
            "until": moment(one.until),
            "in_force": waivers.holds(snapshot.plan, one, snapshot.now, snapshot.shared_accounts)
            and waivers.is_of(one, snapshot.digest),
        }
        for one in snapshot.state.waivers
    ]


def _decisions(snapshot: Snapshot) -> list[dict[str, Any]]:
    content = digest.content_of(snapshot.plan, snapshot.changes)
    return [
        {
            "environment": one.environment,
            "by": one.actor.user,
            "at": moment(one.at),
            "number": one.seq,
            "answer": one.answer,
            "stands": go.stands(one, content),
            "reasons": [
                {"rule": each.rule, "subject": each.subject, "weight": each.weight, "waiver": each.waiver}
                for each in one.reasons
            ],
        }
        for one in snapshot.state.decisions
    ]
