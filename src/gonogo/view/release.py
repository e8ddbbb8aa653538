"""Where the release stands besides its verdicts: its life, the release lead, what holds it, what was decided."""

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from gonogo.events import people
from gonogo.events.freezes import FreezeNow
from gonogo.events.lifecycle import Lifecycle, ReleaseStatus
from gonogo.events.state import Vote
from gonogo.plan import Plan
from gonogo.rules import amendment, authority
from gonogo.rules import votes as approvals
from gonogo.rules.asked import asked
from gonogo.rules.completion import open_deployments
from gonogo.rules.snapshot import Snapshot
from gonogo.rules.standing_go import Given, Ground
from gonogo.rules.votes import SlotStanding
from gonogo.text.spans import span, when
from gonogo.text.tones import Line, Span, Tone

WORDS = {
    ReleaseStatus.DRAFT: "draft",
    ReleaseStatus.IN_PROGRESS: "in progress",
    ReleaseStatus.COMPLETED: "completed",
    ReleaseStatus.CANCELLED: "cancelled",
}


def lifecycle(snapshot: Snapshot) -> str:
    """`in progress`; where it is on hold, or was edited, that is said first."""
    if snapshot.state.held is not None:
        return "ON HOLD"
    return WORDS[snapshot.state.lifecycle.status]


def end_words(plan: Plan, life: Lifecycle) -> str:
    """`COMPLETED 2026-11-30 21:14 UTC by Ana Ruiz (aruiz)`; "" while the release is not over."""
    if not life.is_over:
        return ""
    when_ = f" {life.at:%Y-%m-%d %H:%M} UTC" if life.at else ""
    by = f" by {people.named(plan, life.actor.user)}" if life.actor else ""
    return f"{WORDS[life.status].upper()}{when_}{by}"


def end_line(snapshot: Snapshot) -> Line:
    """What heads a release that is over, whatever could be judged of it now; () before."""
    life = snapshot.state.lifecycle
    words = end_words(snapshot.plan, life)
    if not words:
        return ()
    said = (Span(f": {life.reason}"),) if life.reason else ()
    return (Span(words, Tone.GOOD if life.status is ReleaseStatus.COMPLETED else Tone.WARN), *said)


def life_line(snapshot: Snapshot) -> Line:
    """Who brought it there and when, and what keeps it: a hold, an edit nobody has accepted."""
    life, held = snapshot.state.lifecycle, snapshot.state.held
    line = [Span(WORDS[life.status], Tone.STRONG)]
    if life.actor is not None and life.at is not None:
        line.append(Span(f" by {life.actor.user} at {when(life.at, snapshot.now)}"))
    if life.reason:
        line.append(Span(f": {life.reason}"))
    if held is not None:
        line.append(
            Span(f"; ON HOLD by {held.actor.user} at {when(held.at, snapshot.now)}: {held.reason}", Tone.BAD)
        )
    if amendment.pending(snapshot.loaded, snapshot.state) is not None:
        line.append(Span("; the plan was edited, gonogo amend show", Tone.BAD))
    return tuple(line)


def driver(snapshot: Snapshot) -> str:
    """The release lead, as people call them; "" when there is none."""
    baton = snapshot.state.baton
    return people.named(snapshot.plan, baton.driver) if baton else ""


def driver_line(snapshot: Snapshot) -> Line:
    """The release lead, since when, and the note of the handover."""
    baton = snapshot.state.baton
    if baton is None:
        offered = authority.offered(snapshot.plan, snapshot.state)
        to_whom = f"offered to {offered}; " if offered else ""
        return (Span(f"none yet; {to_whom}gonogo drive takes the lead", Tone.MUTED),)
    note = f": {baton.note}" if baton.note else ""
    since = f"since {when(baton.at, snapshot.now)}"
    started = ", who started the release" if baton.by_start else ""
    line: Line = (Span(f"{driver(snapshot)} {since}{started}{note}"),)
    if offered := authority.offered(snapshot.plan, snapshot.state):
        line = (*line, Span(f"; the lead is offered to {offered}: gonogo drive", Tone.MUTED))
    return line


def approval_lines(snapshot: Snapshot) -> tuple[Line, ...]:
    """One line for each approval: how many of how many, and what is wrong with the others."""
    tones = {
        approvals.Standing.GIVEN: Tone.GOOD,
        approvals.Standing.REJECTED: Tone.BAD,
        approvals.Standing.MISSING: Tone.WARN,
        approvals.Standing.UNKNOWN: Tone.UNKNOWN,
    }
    return tuple(
        (
            Span(f"{one.slot.name} {len(one.counted)}/{one.slot.quorum} ", Tone.STRONG),
            Span(one.standing.value, tones[one.standing]),
            Span(f"  {one.fact}", Tone.MUTED),
        )
        for one in snapshot.approvals
    )


GIVEN = "What was approved"
"""Heading of the votes that count."""


def given_votes(snapshot: Snapshot, environment: str) -> tuple[tuple[SlotStanding, Vote], ...]:
    """Every vote that counts for an approval this environment asks for, in the plan's order."""
    found = snapshot.plan.environment(environment)
    wanted = asked(snapshot.plan, found) if found else frozenset()
    return tuple((one, vote) for one in snapshot.approvals if one.slot.name in wanted for vote in one.counted)


def vote_lines(snapshot: Snapshot, one: SlotStanding, vote: Vote) -> tuple[Line, ...]:
    """Who gave what; then when, what was signed and until when it is good for."""
    ends = approvals.expiry(one.slot, vote)
    left = f", good for {span(ends - snapshot.now)} more" if ends else ""
    said = f": {vote.reason}" if vote.reason else ""
    unsure = one.standing is approvals.Standing.UNKNOWN
    return (
        (
            Span("? ", Tone.UNKNOWN) if unsure else Span("+ ", Tone.GOOD),
            Span(f"{one.slot.name} ", Tone.STRONG),
            Span(f"by {people.named(snapshot.plan, vote.actor.user)}{said}"),
            Span(f"  {len(one.counted)} of {one.slot.quorum}", Tone.MUTED),
            Span(", not known whether of what ships now" if unsure else "", Tone.UNKNOWN),
        ),
        (
            Span(
                f"    at {when(vote.at, snapshot.now)} (#{vote.seq}), digest {vote.digest[:12]}{left}", Tone.MUTED
            ),
        ),
    )


def given_lines(snapshot: Snapshot, environment: str) -> tuple[Line, ...]:
    """The approvals that count for an environment, under their heading; empty when there are none."""
    votes = given_votes(snapshot, environment)
    if not votes:
        return ()
    heading: Line = (Span(f"{GIVEN} ({len(votes)})", Tone.STRONG),)
    return ((), heading, *(line for one, vote in votes for line in vote_lines(snapshot, one, vote)))


def go_lines(snapshot: Snapshot) -> tuple[Line, ...]:
    """The last go of each environment: who gave it and when, and whether it still holds."""
    found: list[Line] = []
    for given in snapshot.goes:
        decision = given.decision
        waived = sum(1 for one in decision.reasons if one.waiver)
        said = f" by {decision.actor.user} at {when(decision.at, snapshot.now)} (#{decision.seq})"
        line = [Span(f"{decision.environment} {'late GO' if decision.late else 'GO'}", Tone.STRONG), Span(said)]
        if decision.reason:
            line.append(Span(f": {decision.reason}"))
        if waived:
            line.append(Span(f", {waived} waived", Tone.WARN))
        if worth := go_worth(given):
            line.append(Span(f", {worth}", Tone.UNKNOWN if given.ground is Ground.UNKNOWN else Tone.BAD))
        found.append(tuple(line))
    return tuple(found)


def short_when(at: datetime, now: datetime) -> str:
    """`19:33`, in UTC; with the day before it when that is not today."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%m-%d %H:%M}"


_COLUMN_WORDS = {
    Ground.LOST: "lost",
    Ground.UNKNOWN: "unknown",
    Ground.OTHER_CONTENT: "void",
    Ground.ROLLED_BACK: "rolled back",
    Ground.NOT_COUNTED: "void",
}


def column_goes(snapshot: Snapshot) -> Mapping[str, tuple[tuple[str, ...], Tone]]:
    """What was decided for each environment, for the head of its column: from the fullest text to the shortest.

    `GO 19:33 aruiz`, `GO 19:33`, `GO`; of one that does not hold any more the state stays, and the rest gives way.
    Empty where nothing was decided, and nothing was deployed without.
    """
    found = {one.environment: _column_go(one, snapshot.now) for one in snapshot.goes}
    for reason in open_deployments(snapshot):
        found[reason.subject.rpartition("/")[2]] = (("without GO", "no GO!"), Tone.BAD)
    return found


def _column_go(given: Given, now: datetime) -> tuple[tuple[str, ...], Tone]:
    decision, word = given.decision, _COLUMN_WORDS.get(given.ground, "")
    at = short_when(decision.at, now)
    if word:
        tone = Tone.UNKNOWN if given.ground is Ground.UNKNOWN else Tone.BAD
        return (f"GO {at} {word}", f"GO {word}", "GO?" if given.ground is Ground.UNKNOWN else "GO!"), tone
    late = (f"GO {at} late {decision.actor.user}", f"GO {at} late") if decision.late else ()
    return (*late, f"GO {at} {decision.actor.user}", f"GO {at}", "GO"), Tone.GOOD


def go_worth(given: Given) -> str:
    """`since then 2 new blockers`: why a go is not what it was; "" while it holds."""
    match given.ground:
        case Ground.HOLDS:
            return ""
        case Ground.NOT_COUNTED:
            return f"which does not count: {given.decision.flaw}"
        case Ground.OTHER_CONTENT:
            return "for other content than what ships now"
        case Ground.ROLLED_BACK:
            return "before a rollback: a new GO is needed"
        case Ground.LOST | Ground.UNKNOWN:
            return f"since then {_counted(given)}"
        case _ as unreachable:
            assert_never(unreachable)


def _counted(given: Given) -> str:
    listed = given.listed
    blockers = sum(one not in listed for one in given.blockers)
    unknowns = sum(one not in listed for one in given.unknowns)
    counts = (
        (blockers, f"{blockers} new blocker{'s' if blockers != 1 else ''}"),
        (unknowns, f"{unknowns} unknown"),
        (len(listed), f"{len(listed)} waived before and open again"),
    )
    return ", ".join(text for count, text in counts if count)


def freeze_lines(snapshot: Snapshot) -> tuple[Line, ...]:
    """The freezes declared by hand."""
    return tuple(
        (
            Span(f"#{one.seq} ", Tone.STRONG),
            Span(
                f"by {one.actor.user} at {when(one.at, snapshot.now)}{_ends(one, snapshot.now)}: {one.reason}",
                Tone.BAD,
            ),
            Span(_scope((*one.environments, *one.products)), Tone.MUTED),
        )
        for one in snapshot.state.stopped_at(snapshot.now)
    )


def _ends(one: FreezeNow, now: datetime) -> str:
    return f", until {short_when(one.until, now)} UTC" if one.until is not None else ""


def _scope(places: tuple[str, ...]) -> str:
    return f"  ({', '.join(places)} only)" if places else ""


def beyond_return(snapshot: Snapshot) -> str:
    """The title of the first item done past which there is no return; "" while one can still roll back."""
    for item in snapshot.plan.items:
        if item.point_of_no_return and snapshot.state.item(item.id).happened:
            return item.title
    return ""


def rollback_word(snapshot: Snapshot) -> str:
    """What going back means now: past the point of no return it is rolling forward."""
    return "roll forward (past the point of no return)" if beyond_return(snapshot) else "roll back"
