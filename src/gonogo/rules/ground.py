"""What a verdict stands on: the journal, the plan, the release's life, and the hour."""

from collections.abc import Iterable

from gonogo.events.edition import RULES, changed_since
from gonogo.events.state import ReleaseStatus
from gonogo.plan import Environment
from gonogo.rules import amendment, authority, signing
from gonogo.rules.authority import Act, clears, typed_for
from gonogo.rules.facts import Facts
from gonogo.rules.finishing import possible_starters
from gonogo.rules.naming import manager, named
from gonogo.rules.reason import ReasonLine, Weight
from gonogo.text.clocks import local_and_utc, off
from gonogo.text.spans import span

_SKEWED = 3
"""Events with a wrong time that are named, the newest ones."""


def footing(facts: Facts) -> Iterable[ReasonLine]:
    """What we stand on: the journal and the plan themselves."""
    for problem in facts.inputs.journal_problems:
        yield ReasonLine(
            "journal.alarm",
            Weight.BLOCKER,
            _headline(problem),
            "journal",
            facts.now,
            "journal",
            remedy="" if problem in facts.inputs.journal_unread else "gonogo journal verify",
        )
    for warning in facts.inputs.journal_warnings:
        yield ReasonLine(
            "journal.beside",
            Weight.WARNING,
            _headline(warning),
            "journal",
            facts.now,
            "journal",
            remedy="gonogo journal verify",
        )
    yield from _clocks(facts)
    if facts.inputs.plan_problem:
        yield ReasonLine(
            "plan.changed",
            Weight.UNKNOWN,
            f"the plan on disk is not the one judged here: {_headline(facts.inputs.plan_problem)}",
            "plan",
            facts.now,
            facts.inputs.loaded.path,
            remedy="gonogo check",
        )
    yield from _amended(facts)
    yield from _misrecorded(facts)
    yield from _unsigned(facts)
    yield from _denied(facts)
    yield from _older(facts)


def _older(facts: Facts) -> Iterable[ReasonLine]:
    by = facts.state.judged_by
    if by.edition > RULES:
        who = f"{named(facts.plan, by.actor.user)} decided by" if by.actor else "the journal was made under"
        where = f" (#{by.seq})" if by.seq else ""
        yield ReasonLine(
            "program.older",
            Weight.BLOCKER,
            f"{who} rules {by.edition}{where}, and this program judges by rules {RULES}",
            "release",
            facts.now,
            "journal",
            remedy="install the newer gonogo, then open the release again",
        )


def judged_otherwise(facts: Facts, found: Iterable[ReasonLine]) -> Iterable[ReasonLine]:
    """A release in flight that an older program started: which reasons that one did not give."""
    lifecycle = facts.state.lifecycle
    if not lifecycle.started_seq or lifecycle.is_over or lifecycle.rules >= RULES:
        return
    newer = changed_since(lifecycle.rules)
    told = dict.fromkeys(line.rule for line in found if line.rule in newer and line.weight is not Weight.WAIVED)
    if told:
        yield ReasonLine(
            "rules.changed",
            Weight.WARNING,
            f"started under rules {lifecycle.rules}, judged by rules {RULES}; new here: {', '.join(told)}",
            "release",
            lifecycle.started_at,
            "journal",
            remedy="docs/rules.md explains each of them",
        )


def _clocks(facts: Facts) -> Iterable[ReasonLine]:
    """Soak times, freezes and expiries are judged by clocks: ours, and those of who recorded them."""
    if facts.inputs.clock_off:
        yield ReasonLine(
            "clock.wrong",
            Weight.BLOCKER,
            off(facts.inputs.clock_off),
            "clock",
            facts.now,
            "kernel",
            remedy="start gonogo again with the host's own time",
        )
    for event in facts.state.skewed[-_SKEWED:]:
        who = named(facts.plan, event.actor.user)
        yield ReasonLine(
            "clock.skew",
            Weight.WARNING,
            f"{event.kind} by {who} (#{event.seq}): {event.skew}",
            f"event:{event.seq}",
            event.at,
            "journal",
            remedy="gonogo log",
        )


def _headline(problem: str) -> str:
    """Without the line it shows and the sign below: a fact is one line, and the remedy shows the rest."""
    return problem.splitlines()[0]


def _unsigned(facts: Facts) -> Iterable[ReasonLine]:
    event = signing.agreed_unsigned(facts.state)
    if event is not None:
        yield ReasonLine(
            "decision.unsigned",
            Weight.BLOCKER,
            f"{event.kind} by {named(facts.plan, event.actor.user)} (#{event.seq}) does not count: {event.flaw}",
            "release",
            event.at,
            "journal",
            manager(facts.plan),
            "put the key back into allowed_signers, or sign an amendment: gonogo amend accept",
        )


def _denied(facts: Facts) -> Iterable[ReasonLine]:
    """Decisions by hand of those who had no right to them: they count for nothing, and are told for good."""
    for event in [one for one in facts.state.flawed if one.denied][-_SKEWED:]:
        yield ReasonLine(
            "decision.denied",
            Weight.WARNING,
            f"{event.kind} by {named(facts.plan, event.actor.user)} (#{event.seq}) does not count: {event.denied}",
            f"event:{event.seq}",
            event.at,
            "journal",
            manager(facts.plan),
            "gonogo journal verify",
        )


def _amended(facts: Facts) -> Iterable[ReasonLine]:
    edit = amendment.pending(facts.inputs.loaded, facts.state)
    if edit is not None:
        count = len(edit.changes)
        what = f"{count} change{'s' if count != 1 else ''}" if edit.readable else "the edit"
        yield ReasonLine(
            "plan.amended",
            Weight.BLOCKER,
            f"the plan was edited after the start, and nobody has accepted {what}",
            "plan",
            facts.now,
            facts.inputs.loaded.path,
            who=manager(facts.plan),
            remedy="gonogo amend show",
        )


def _misrecorded(facts: Facts) -> Iterable[ReasonLine]:
    """Who may decide is read from the record of the plan: one that says something else was written by hand."""
    fact = authority.misrecorded(facts.inputs.loaded, facts.state)
    if not fact:
        return
    lifecycle = facts.state.lifecycle
    what, actor, seq, at = "start", lifecycle.started_by, lifecycle.started_seq, lifecycle.started_at
    if lifecycle.amendments:
        last = lifecycle.amendments[-1]
        what, actor, seq, at = "amendment", last.actor, last.seq, last.at
    by = named(facts.plan, actor.user) if actor else "an unknown account"
    yield ReasonLine(
        "plan.misrecorded",
        Weight.BLOCKER,
        f"the {what} that {by} recorded (#{seq}) does not count: {fact}",
        f"event:{seq}",
        at,
        "journal",
        manager(facts.plan),
        "gonogo log    then start another release: `release:` with another id in the plan",
    )


def life(facts: Facts) -> Iterable[ReasonLine]:
    """A release that is over or on hold lets nothing go; one that has not begun has not agreed on anything."""
    lifecycle, held = facts.state.lifecycle, facts.state.held
    if lifecycle.is_over:
        by = f" by {named(facts.plan, lifecycle.actor.user)}" if lifecycle.actor else ""
        reason = f": {lifecycle.reason}" if lifecycle.reason else ""
        yield ReasonLine(
            "release.over",
            Weight.BLOCKER,
            f"the release was {lifecycle.status}{by}{reason}",
            "release",
            lifecycle.at,
            "journal",
            remedy="gonogo log    tells how it ended; another release is another plan",
        )
    elif lifecycle.status is ReleaseStatus.DRAFT:
        yield ReasonLine(
            "release.draft",
            Weight.BLOCKER,
            "the release is a draft: nobody has started it, and its plan may change without a word",
            "release",
            facts.now,
            "journal",
            who=_starters(facts),
            remedy="gonogo start",
        )
    if held is not None:
        yield ReasonLine(
            "release.held",
            Weight.BLOCKER,
            f"the release is on hold by {named(facts.plan, held.actor.user)}: {held.reason}",
            "release",
            held.at,
            "journal",
            who=clears(facts.plan, facts.state, Act.RESUME),
            remedy=typed_for(facts.plan, facts.state, Act.RESUME, "gonogo resume --reason '...'"),
        )


def _starters(facts: Facts) -> str:
    """The manager, unless an approval could not be given once they had started it: then whoever can start it."""
    able = [named(facts.plan, one.account) for one in possible_starters(facts.plan)]
    by_default = manager(facts.plan)
    return by_default if not able or by_default in able else ", ".join(able[:4])


def live_hours(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """Outside the window of the release nobody enters an environment that it covers.

    Where every product runs its planned version already nothing is entered any more: there it only warns.
    """
    window = facts.plan.window
    if window is None or not window.covers(environment) or window.is_open(facts.at):
        return
    arrived = all(cell.counts_as_match for cell in facts.matrix.column(environment.name))
    if facts.at < window.start:
        opens = local_and_utc(window.start, window.zone)
        fact = f"the release window opens in {span(window.start - facts.at)}, {opens}"
        remedy = f"wait until {opens}, or correct `window:` in the plan"
        stands = f"before {window.start.isoformat()}"
    else:
        closed = local_and_utc(window.end, window.zone)
        fact = f"the release window closed {span(facts.at - window.end)} ago, {closed}"
        remedy = "put another `window:` into the plan"
        stands = f"after {window.end.isoformat()}"
    yield ReasonLine(
        "window.closed",
        Weight.WARNING if arrived else Weight.BLOCKER,
        fact,
        "window",
        None,
        "plan",
        who=manager(facts.plan),
        remedy=remedy,
        stands=stands,
    )
