"""Domain values as plain JSON values. Keys are API: added, never renamed. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# whoever prints one event must not load what judges a release
if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from gonogo.changelog import Changes
    from gonogo.commits import Commit
    from gonogo.commits.shipping import WhatShips
    from gonogo.events import Actor, Event
    from gonogo.events.state import ItemState, TriggerState
    from gonogo.facts import Observation
    from gonogo.facts.pollers import PolledBy
    from gonogo.matrix import Account, Cell
    from gonogo.plan import Trigger
    from gonogo.rules.readiness import ReasonLine, Verdict, Waived
    from gonogo.rules.rollback import WayBack


def moment(at: datetime | None) -> str | None:
    """`2026-11-24T20:14:03.120Z`, or None when it is not known."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def actor_facts(actor: Actor) -> dict[str, Any]:
    """Who acted, as the kernel names them, and from where."""
    return {
        "uid": actor.uid,
        "user": actor.user,
        "login": actor.login,
        "via": actor.via,
        "sudo_claim": actor.sudo,
        "host": actor.host,
        "claims": {
            "login": actor.login,
            "via": actor.via,
            "sudo": actor.sudo,
            "host": actor.host,
            "boot_id": actor.boot_id,
            "pid": actor.pid,
            "tty": actor.tty,
            "ssh_from": actor.ssh_from,
        },
    }


def event_facts(event: Event) -> dict[str, Any]:
    """One line of the journal."""
    return {
        "seq": event.seq,
        "flaw": event.flaw,
        "id": event.id,
        "at": moment(event.at),
        "actor": actor_facts(event.actor),
        "kind": event.kind,
        "subject": event.subject,
        "data": dict(event.data),
        "expect": event.expect,
        "plan_sha256": event.plan_sha256,
        "hash": event.hash,
    }


def item_facts(state: ItemState) -> dict[str, Any]:
    """Where a checklist item stands."""
    return {
        "status": state.status.value,
        "by": state.actor.user if state.actor else None,
        "at": moment(state.at),
        "reason": state.reason,
        "seq": state.seq,
        "title": state.title,
        "claimed_by": state.claim.actor.user if state.claim else None,
        "first": state.first.actor.user if state.first else None,
        "evidence": [
            {"kind": proof.kind, "text": proof.text, "sha256": proof.sha256, "size": proof.size}
            for proof in state.proofs
        ],
        "notes": [{"at": moment(note.at), "by": note.actor.user, "text": note.text} for note in state.notes],
    }


def seconds(length: timedelta | None) -> float | None:
    """A length of time in seconds, or None when it is not known."""
    return round(length.total_seconds(), 3) if length is not None else None


def cell_facts(cell: Cell) -> dict[str, Any]:
    """One product in one environment; `versions` of a cell that is not fresh are the last ones seen."""
    return {
        "product": cell.target.product,
        "environment": cell.target.environment,
        "planned": cell.planned,
        "freshness": cell.freshness.value,
        "relation": cell.relation.value,
        "status": cell.status.value,
        "matches": cell.counts_as_match,
        "versions": [
            {
                "version": running.version,
                "revision": running.revision,
                "weight": running.weight,
                "replicas": running.replicas,
                "role": running.role.value,
            }
            for running in cell.versions
        ],
        "sampled": cell.sampled,
        "looks": cell.looks or None,
        "looks_needed": cell.needed or None,
        "looks_counted": cell.counted or None,
        "polled_at": moment(cell.polled_at),
        "age_seconds": seconds(cell.age),
        "updated_at": moment(cell.updated_at),
        "since": moment(cell.since),
        "previous": list(cell.previous),
        "silent_since": moment(cell.silent_since),
        "reason": cell.reason.value if cell.reason else None,
        "detail": cell.detail,
        "message": cell.message,
        "source": cell.source,
        "way": cell.way,
        "elsewhere": cell.elsewhere or None,
        "expected": cell.expected,
        "held": cell.held or None,
        "awaits": list(cell.awaits),
        "contested": [
            {"account": one.by, "observed": one.theirs, "own": one.ours, "own_at": moment(one.at)}
            for one in cell.contests
        ],
        "sources": [account_facts(account) for account in cell.accounts],
    }


def account_facts(account: Account) -> dict[str, Any]:
    """What one source says about a cell."""
    return {
        "id": account.origin,
        "source": account.source,
        "freshness": account.freshness.value,
        "status": account.status.value,
        "versions": [running.version for running in account.versions],
        "polled_at": moment(account.polled_at),
        "age_seconds": seconds(account.age),
        "updated_at": moment(account.updated_at),
        "silent_since": moment(account.silent_since),
        "reason": account.reason.value if account.reason else None,
        "detail": account.detail,
        "link": account.link,
        "asked_by": account.by or None,
    }


def poller_facts(pollers: tuple[PolledBy, ...]) -> list[dict[str, Any]]:
    """Who asks the endpoints on this machine."""
    return [
        {
            "account": one.account,
            "pid": one.pid or None,
            "here": one.here,
            "sources": one.sources,
            "stopped": one.stopped,
        }
        for one in pollers
    ]


def shipping_facts(found: WhatShips) -> dict[str, Any]:
    """What would ship into a cell, in both directions."""
    from gonogo.commits.shipping import CannotTell

    if isinstance(found, CannotTell):
        return {"known": False, "reason": found.reason, "remedy": found.remedy}
    return {
        "known": True,
        "from": found.start,
        "from_oid": found.start_oid,
        "to": found.end,
        "to_oid": found.end_oid,
        "count": found.count,
        "commits": [commit_facts(commit) for commit in found.commits],
        "lost_count": found.lost_count,
        "lost": [commit_facts(commit) for commit in found.lost],
        "doubts": list(found.doubts),
    }


def reason_facts(reason: ReasonLine) -> dict[str, Any]:
    """One reason of a verdict."""
    return {
        "rule": reason.rule,
        "weight": reason.weight.value,
        "fact": reason.fact,
        "subject": reason.subject,
        "observed_at": moment(reason.observed_at),
        "source": reason.source,
        "who": reason.who,
        "remedy": reason.remedy,
        "waived": waived_facts(reason.waived),
        "members": [reason_facts(one) for one in reason.members],
    }


def waived_facts(waived: Waived | None) -> dict[str, Any] | None:
    """Who let a reason pass; None when nobody did."""
    if waived is None:
        return None
    return {
        "seq": waived.seq,
        "by": waived.by,
        "reason": waived.reason,
        "until": moment(waived.until),
        "was": waived.was.value,
        "break_glass": waived.glass,
    }


def way_back_facts(way: WayBack) -> dict[str, Any]:
    """How one product would go back."""
    return {"product": way.product, "target": way.target, **readiness_facts(way)}


def readiness_facts(way: WayBack) -> dict[str, Any]:
    """Whether it is ready, and each point that decides it."""
    return {
        "readiness": way.readiness.value,
        "command": list(way.command),
        "points": [
            {
                "name": point.name,
                "readiness": point.readiness.value,
                "fact": point.fact,
                "remedy": point.remedy,
            }
            for point in way.points
        ],
    }


def verdict_facts(verdict: Verdict) -> dict[str, Any]:
    """The answer for one environment; blockers, unknowns, waived ones and warnings each in a list of their own."""
    from gonogo.rules.readiness import Weight

    return {
        "environment": verdict.environment,
        "verdict": verdict.answer.value,
        "arrived": verdict.arrived,
        "blockers": [reason_facts(reason) for reason in verdict.of(Weight.BLOCKER)],
        "unknowns": [reason_facts(reason) for reason in verdict.of(Weight.UNKNOWN)],
        "waived": [reason_facts(reason) for reason in verdict.of(Weight.WAIVED)],
        "warnings": [reason_facts(reason) for reason in verdict.of(Weight.WARNING)],
    }


def observation_facts(observation: Observation) -> dict[str, Any]:
    """One answer, or why there is none."""
    from gonogo.facts import Seen

    seen = observation if isinstance(observation, Seen) else None
    return {
        "product": observation.target.product,
        "environment": observation.target.environment,
        "answered": seen is not None,
        "versions": [running.version for running in seen.versions] if seen else [],
        "status": seen.status.value if seen else None,
        "reason": None if isinstance(observation, Seen) else observation.reason.value,
        "detail": "" if isinstance(observation, Seen) else observation.detail,
        "polled_at": moment(observation.polled_at),
        "source": observation.source,
    }


def changes_facts(changes: Changes, *, commits: bool = True) -> dict[str, Any]:
    """What one product ships; with `commits`, every commit in its section."""
    from gonogo.changelog import Unreadable

    if isinstance(changes, Unreadable):
        return {"product": changes.product, "readable": False, "reason": changes.reason, "remedy": changes.remedy}
    facts: dict[str, Any] = {
        "product": changes.product,
        "readable": True,
        "planned": changes.planned,
        "base": changes.base,
        "target": changes.range.target,
        "target_oid": changes.target_oid,
        "tag": changes.range.tag.name,
        "tag_exists": changes.tag_exists,
        "pin_mismatch": changes.pin_mismatch,
        "shallow": changes.shallow,
        "partial": changes.range.partial,
        "choices": [{"base": choice.tag, "commits": choice.commits} for choice in changes.range.choices],
        "migrations": list(changes.range.migrations),
        "problems": list(changes.problems),
        "count": changes.count,
        "bump": changes.bump.value,
        "doubt": changes.doubt,
        "unclear": [commit.oid for commit in changes.unclear],
        "next_version": changes.next_version,
        "forced_by": [commit.oid for commit in changes.forced_by],
        "contradiction": changes.contradiction,
        "without_upgrade": [commit.oid for commit in changes.without_upgrade],
    }
    if commits:
        facts["sections"] = [
            {"title": section.title, "commits": [commit_facts(commit) for commit in section.commits]}
            for section in changes.sections
        ]
    return facts


def commit_facts(commit: Commit) -> dict[str, Any]:
    """One commit as its message says."""
    return {
        "oid": commit.oid,
        "type": commit.type,
        "scope": commit.scope,
        "description": commit.description,
        "breaking": commit.breaking,
        "upgrade": commit.upgrade,
        "struck": None
        if commit.struck is None
        else {"why": commit.struck.fate.value, "other": commit.struck.other, "release": commit.struck.release},
        "part": commit.part,
        "issues": list(commit.issues),
        "co_authors": list(commit.co_authors),
        "author": commit.author,
        "at": moment(commit.authored_at),
    }


def trigger_facts(trigger: Trigger, fired: TriggerState | None) -> dict[str, Any]:
    """One rollback trigger and its last incident."""
    return {
        "trigger": trigger.id,
        "when": trigger.when,
        "metric": trigger.metric,
        "fired_at": moment(fired.fired_at) if fired else None,
        "observation": fired.observation if fired else "",
        "asks": bool(fired and fired.asks),
        "answer": fired.answer if fired else "",
        "answered_by": fired.answered_by.user if fired and fired.answered_by else None,
        "reason": fired.reason if fired else "",
        "over_at": moment(fired.cleared_at) if fired else None,
    }
