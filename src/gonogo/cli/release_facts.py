"""Where the release stands, as plain JSON values: life, driver, holds, freezes, approvals, go, waivers, edits."""

from collections.abc import Iterable
from typing import Any

from gonogo.cli.facts import moment
from gonogo.events.state import Vote
from gonogo.rules import amendment, digest, glass, waivers
from gonogo.rules.goes import stands
from gonogo.rules.readiness import ReasonLine
from gonogo.rules.snapshot import Snapshot
from gonogo.rules.standing_go import Given
from gonogo.rules.votes import SlotStanding


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
                "until": moment(one.until),
            }
            for one in state.stopped_at(snapshot.now)
        ],
        "approvals": approval_facts(snapshot.approvals),
        "waivers": _waivers(snapshot),
        "break_glass": glass_facts(snapshot),
        "decisions": _decisions(snapshot),
        "goes": [go_facts(one) for one in snapshot.goes],
        "without_go": _without_go(snapshot),
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


def glass_facts(snapshot: Snapshot, environment: str = "") -> list[dict[str, Any]]:
    """Every break-glass, oldest first, of one environment when it is named."""
    return [
        {
            "seq": one.seq,
            "environment": one.environment,
            "asked_by": one.asked_by.user,
            "asked_at": moment(one.asked_at),
            "confirmed_by": one.broken_by.user if one.broken_by else None,
            "until": moment(glass.ends(snapshot.plan, one)),
            "reason": one.reason,
            "covers": [{"rule": pane.rule, "subject": pane.subject, "fact": pane.fact} for pane in one.panes],
            "in_force": glass.holds(snapshot.plan, one, snapshot.now, snapshot.shared_accounts),
            "waits": glass.is_open(one, snapshot.now),
        }
        for one in snapshot.state.glasses
        if not environment or one.environment == environment
    ]


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


def go_facts(given: Given) -> dict[str, Any]:
    """The last go of one environment, and what it is worth now."""
    decision = given.decision
    return {
        "environment": decision.environment,
        "by": decision.actor.user,
        "at": moment(decision.at),
        "number": decision.seq,
        "late": decision.late,
        "reason": decision.reason,
        "ground": given.ground.value,
        "new": [_named(one) for one in given.fresh],
        "open_again": [_named(one) for one in given.listed],
    }


def _named(reason: ReasonLine) -> dict[str, Any]:
    return {
        "rule": reason.rule,
        "subject": reason.subject,
        "weight": reason.weight.value,
        "fact": reason.fact,
    }


def _without_go(snapshot: Snapshot) -> list[dict[str, Any]]:
    return [
        {
            "product": one.target.product,
            "environment": one.target.environment,
            "version": one.version,
            "first_seen": moment(one.at),
            "seen_by": one.by or None,
            "gone": moment(one.until),
            "percent": one.share,
        }
        for one in snapshot.undecided
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
            "verdict": one.verdict,
            "stands": stands(one, content),
            "late": one.late,
            "reason": one.reason,
            "reasons": [
                {"rule": each.rule, "subject": each.subject, "weight": each.weight, "waiver": each.waiver}
                for each in one.reasons
            ],
        }
        for one in snapshot.state.decisions
    ]
