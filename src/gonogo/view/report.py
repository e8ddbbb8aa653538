"""The record nobody has to write: a release from its journal, by topic. The same journal gives the same report."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from gonogo import events as kinds
from gonogo.events import Event
from gonogo.events.glass import Glass
from gonogo.events.people import named
from gonogo.events.state import ItemState, ItemStatus, ReleaseState, Waiver
from gonogo.plan import LoadedPlan, Plan, Target
from gonogo.rules import glass, passing, signing, waivers
from gonogo.rules.going import WITHOUT_GO, fact_of
from gonogo.rules.undecided import without_go
from gonogo.text import clean
from gonogo.view import trail
from gonogo.view.about import about
from gonogo.view.release import WORDS, end_words


class Row(Struct, frozen=True):
    """One thing on record."""

    said: str
    at: datetime | None = None
    """UTC; None for what follows from the plan."""
    who: str = ""
    number: int = 0
    """Of its event in the journal; 0 when there is none."""
    details: tuple[str, ...] = ()
    event: Event | None = None


class Section(Struct, frozen=True):
    """Everything on one topic, oldest first."""

    key: str
    title: str
    rows: tuple[Row, ...]


class Report(Struct, frozen=True):
    """A release as it stands in its journal."""

    release: str
    name: str
    status: str
    as_of: datetime | None
    """UTC of the last event: what is still in force is judged at that moment. None while nothing is recorded."""
    plan_sha256: str
    """Of the plan on disk."""
    agreed_sha256: str
    """Of the plan that was agreed on; "" in a draft."""
    number: int
    head: str
    """Hash of the last event: whoever has it can prove that this report leaves nothing out."""
    problems: tuple[str, ...]
    """Why the journal is not to be trusted; empty when it is."""
    sections: tuple[Section, ...]
    about: tuple[tuple[str, str], ...] = ()
    """What the plan on disk says of the release, by label."""
    description: str = ""
    metadata: Mapping[str, Any] = {}
    ended: str = ""
    """`COMPLETED 2026-11-30 21:14 UTC by Ana Ruiz (aruiz)`; "" while it is not over."""


def build(loaded: LoadedPlan, state: ReleaseState, problems: tuple[str, ...] = ()) -> Report:
    """Put the report of a release together."""
    plan, life = loaded.plan, state.lifecycle
    as_of = state.events[-1].at if state.events else None
    by_events = (_of_kinds(key, title, plan, state, wanted) for key, title, wanted in _TOPICS)
    sections = (
        Section("break_glass", "Break-glass", tuple(_glass(plan, one, as_of) for one in state.glasses)),
        Section("without_go", "Deployments without a GO", tuple(_without_go(plan, state))),
        Section("versions", "What ships", tuple(_versions(plan, state))),
        *by_events,
        Section("waivers", "Waivers", tuple(_waiver(plan, one, as_of) for one in state.waivers)),
        Section("checklist", "Checklist", tuple(_items(plan, state))),
        Section("matrix", "What ran where, as recorded last", tuple(_cells(plan, state))),
    )
    return Report(
        plan.release,
        plan.name,
        WORDS[life.status],
        as_of,
        loaded.sha256,
        life.plan.sha256 if life.plan else "",
        state.seq,
        state.head,
        problems,
        tuple(sorted((one for one in sections if one.rows), key=lambda one: _ORDER.index(one.key))),
        about(plan),
        plan.description,
        plan.metadata,
        end_words(plan, life),
    )


_TOPICS = (
    ("life", "Life of the release", (
        kinds.RELEASE_STARTED, kinds.RELEASE_HELD, kinds.RELEASE_RESUMED, kinds.RELEASE_COMPLETED,
        kinds.RELEASE_CANCELLED)),
    ("amendments", "Amendments of the plan", (kinds.PLAN_AMENDED,)),
    ("handovers", "Release lead", (kinds.BATON_TAKEN,)),
    ("approvals", "Approvals", (kinds.APPROVAL_GIVEN, kinds.APPROVAL_REJECTED, kinds.APPROVAL_REVOKED)),
    ("decisions", "Go decisions", (kinds.GO_DECIDED,)),
    ("freezes", "The line stopped by hand", (kinds.FREEZE_DECLARED, kinds.FREEZE_THAWED)),
    ("triggers", "Rollback triggers", (kinds.TRIGGER_FIRED, kinds.TRIGGER_ANSWERED, kinds.TRIGGER_CLEARED)),
    ("rollbacks", "Rollbacks and versions kept in place", (
        kinds.ROLLBACK_STARTED, kinds.VERSION_HELD, kinds.VERSION_RELEASED)),
    ("bad_versions", "Versions marked bad", (kinds.VERSION_MARKED_BAD, kinds.VERSION_CLEARED)),
    ("hotfixes", "Hotfixes and prepared releases", (
        kinds.HOTFIX_STARTED, kinds.HOTFIX_RESOLVED, kinds.HOTFIX_TESTED, kinds.HOTFIX_APPROVED,
        kinds.HOTFIX_REJECTED, kinds.HOTFIX_PUSHED, kinds.HOTFIX_PUSH_REFUSED, kinds.HOTFIX_ABORTED,
        kinds.HOTFIX_FINISHED)),
    ("merges", "Words on forward-merges", (kinds.MERGE_EQUATED, kinds.MERGE_WAIVED, kinds.MERGE_WITHDRAWN)),
    ("checks", "Checks", (kinds.CHECK_FINISHED,)),
    ("notes", "Notes", (kinds.ITEM_NOTED, kinds.NOTES_DRAFTED, kinds.NOTES_DISCARDED)),
    ("refusals", "What was refused", (kinds.ACT_REFUSED,)),
)  # fmt: skip
_ORDER = (
    "break_glass",
    "without_go", "versions", "life", "amendments", "handovers", "approvals", "decisions", "waivers", "freezes",
    "triggers", "rollbacks", "bad_versions", "hotfixes", "merges", "checklist", "checks", "matrix", "notes",
    "refusals",
)  # fmt: skip


def _of_kinds(key: str, title: str, plan: Plan, state: ReleaseState, wanted: tuple[str, ...]) -> Section:
    return Section(key, title, tuple(_row(plan, event) for event in state.events if event.kind in wanted))


def _row(plan: Plan, event: Event) -> Row:
    said = "".join(span.text for span in trail.sentence(event))
    more = _DETAILS.get(event.kind)
    details = (
        *((f"does not count: {event.flaw}",) if event.flaw else ()),
        *(("signed",) if signing.FIELD in event.data and not event.flaw else ()),
        *(more(event.data) if more else ()),
    )
    return Row(said, event.at, _who(plan, event), event.seq, details, event)


def _who(plan: Plan, event: Event) -> str:
    """As people call them; with the account that logged in where that is another one."""
    actor = event.actor
    login = f", logged in as {actor.login}" if actor.login and actor.login != actor.user else ""
    return f"{named(plan, actor.user)}{login}"


def _texts(data: Mapping[str, Any], key: str) -> list[str]:
    value = data.get(key)
    return [clean(str(one), 400) for one in value] if isinstance(value, list | tuple) else []


def _agreed(data: Mapping[str, Any]) -> Iterable[str]:
    pins = data.get("pins")
    shown = pins.items() if isinstance(pins, Mapping) else ()
    yield f"plan {clean(str(data.get('plan', '')), 64)}"
    yield from (f"{clean(str(name), 64)} ships from {clean(str(pin), 64)}" for name, pin in shown)


def _amendment(data: Mapping[str, Any]) -> Iterable[str]:
    yield f"plan {clean(str(data.get('before', '')), 64)} became {clean(str(data.get('plan', '')), 64)}"
    yield from _texts(data, "changes")


def _signed(data: Mapping[str, Any]) -> Iterable[str]:
    if digest := data.get("digest"):
        yield f"content {clean(str(digest), 64)}"
    if expires := data.get("expires"):
        yield f"expires {clean(str(expires), 40)}"


def _reasons(data: Mapping[str, Any]) -> Iterable[str]:
    answer, digest = clean(str(data.get("answer", "")), 20), clean(str(data.get("digest", "")), 64)
    yield f"the verdict was {answer}; content {digest}"
    listed = data.get("reasons")
    for one in listed if isinstance(listed, list | tuple) else ():
        if isinstance(one, Mapping):
            name = " ".join(clean(str(one.get(key, "")), 160) for key in ("weight", "rule", "subject")).strip()
            by = f" (waived by #{one['waiver']})" if one.get("waiver") else ""
            yield f"{name}: {clean(str(one.get('fact', '')), 300)}{by}"
    if left_out := data.get("left_out"):
        yield f"and {left_out} more"


def _result(data: Mapping[str, Any]) -> Iterable[str]:
    if sha256 := data.get("output_sha256"):
        yield f"output {clean(str(sha256), 64)}"


def _refusal(data: Mapping[str, Any]) -> Iterable[str]:
    yield f"rule {clean(str(data.get('rule', '')), 80)}"
    yield from _texts(data, "facts")


_DETAILS: Mapping[str, Callable[[Mapping[str, Any]], Iterable[str]]] = {
    kinds.RELEASE_STARTED: _agreed,
    kinds.PLAN_AMENDED: _amendment,
    kinds.APPROVAL_GIVEN: _signed,
    kinds.APPROVAL_REJECTED: _signed,
    kinds.GO_DECIDED: _reasons,
    kinds.RELEASE_CANCELLED: lambda data: _texts(data, "remains"),
    kinds.ROLLBACK_STARTED: lambda data: _texts(data, "concerns"),
    kinds.CHECK_FINISHED: _result,
    kinds.ACT_REFUSED: _refusal,
}


def _without_go(plan: Plan, state: ReleaseState) -> Iterable[Row]:
    """What was deployed before somebody said so: what is open, what was waived, and what a late go answers for."""
    given = [one for one in passing.ever(plan, state) if one.rule == WITHOUT_GO]
    for one in without_go(plan, state):
        answers = tuple(
            f"waived by {_who_waived(plan, waiver)} until {_stamp(waiver.until)}: {waiver.reason}"
            for waiver in given
            if waiver.environment == one.target.environment and f"cell:{one.target}" in _covered(waiver)
        )
        said = fact_of(plan.product(one.target.product), one)
        yield Row(said, one.at, named(plan, one.by), 0, answers or ("no GO and no waiver answers for it",))
    for decision in state.decisions:
        if decision.late and not decision.flaw:
            said = f"late GO for {decision.environment}: {decision.reason}"
            yield Row(said, decision.at, named(plan, decision.actor.user), decision.seq)


def _who_waived(plan: Plan, waiver: Waiver) -> str:
    return waiver.by or named(plan, waiver.actor.user)


def _covered(waiver: Waiver) -> tuple[str, ...]:
    return (waiver.subject,) if waiver.subject else waiver.covers


def _versions(plan: Plan, state: ReleaseState) -> Iterable[Row]:
    agreed = state.lifecycle.plan
    for product in plan.products:
        version = agreed.versions.get(product.name, product.version) if agreed else product.version
        before = f", before {product.previous}" if product.previous else ""
        pin = f", commit {agreed.pins[product.name]}" if agreed and product.name in agreed.pins else ""
        yield Row(f"{product.name} {version}{before}{pin}")


def _waiver(plan: Plan, one: Waiver, as_of: datetime | None) -> Row:
    end = f"until {_stamp(one.until)}"
    if one.ended is not None:
        end = f"ended by {named(plan, one.ended.actor.user)} at {_stamp(one.ended.at)}"
    elif as_of is not None and waivers.holds(plan, one, as_of):
        end += ", still in force"
    said = f"{one.about} in {one.environment}: {one.reason}; {end}"
    fact = (f"it let pass: {one.fact}",) if one.fact else ()
    return Row(said, one.at, named(plan, one.actor.user), one.seq, fact)


def _glass(plan: Plan, one: Glass, as_of: datetime | None) -> Row:
    """In force, expired, ended or never confirmed: it stays at the head of the report for good."""
    end = glass.ends(plan, one)
    if end is None or one.broken_by is None:
        said = f"requested for {one.environment}, confirmed by no second person: {one.reason}"
    else:
        both = f"{named(plan, one.asked_by.user)} and {named(plan, one.broken_by.user)}"
        state = ", still in force" if as_of is not None and glass.holds(plan, one, as_of) else ""
        said = f"for {one.environment} by {both} until {_stamp(end)}{state}: {one.reason}"
    panes = tuple(f"waived {pane.rule} {pane.subject}: {pane.fact}" for pane in one.panes)
    ended = (f"ended by {named(plan, one.ended.actor.user)} at {_stamp(one.ended.at)}",) if one.ended else ()
    flaw = (f"does not count: {one.flaw}",) if one.flaw else ()
    return Row(said, one.asked_at, named(plan, one.asked_by.user), one.seq, (*flaw, *panes, *ended))


_STATUS = {ItemStatus.DONE: "done", ItemStatus.OPEN: "open", ItemStatus.SKIPPED: "not applicable"}


def _items(plan: Plan, state: ReleaseState) -> Iterable[Row]:
    for item in plan.items:
        now = state.item(item.id)
        where = f"{item.phase}, " if item.phase else ""
        reason = f": {now.reason}" if now.reason else ""
        said = f"{_STATUS[now.status]}: {now.title or item.title} ({where}{item.id}){reason}"
        who = named(plan, now.actor.user) if now.actor else ""
        yield Row(said, now.at, who, now.seq, tuple(_shown(plan, now)))


def _shown(plan: Plan, now: ItemState) -> Iterable[str]:
    if now.first is not None:
        says = " says it does not apply" if now.first.skip else ""
        yield f"first of two: {named(plan, now.first.actor.user)}{says} at {_stamp(now.first.at)}"
    for proof in now.proofs:
        digest = f", sha256 {proof.sha256}" if proof.sha256 else ""
        yield f"{proof.kind}: {clean(proof.text, 300)}{digest}"


def _cells(plan: Plan, state: ReleaseState) -> Iterable[Row]:
    for product in plan.products:
        for environment in plan.environments:
            last = state.deployed(Target(product.name, environment.name))
            if last is None:
                yield Row(f"{product.name} in {environment.name}: never recorded")
                continue
            running = " + ".join(last.versions) or "nothing"
            said = f"{product.name} in {environment.name}: {running} ({last.status.replace('_', ' ')})"
            yield Row(said, last.since, named(plan, last.by))


def _stamp(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
