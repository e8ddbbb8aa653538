"""All pieces of work of a release in one table: branch, tag, where each stands, and how far its fix has come."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from gonogo.events.hotfixes import Hotfix, HotfixStatus
from gonogo.facts.ageing import why_old
from gonogo.facts.ledger import Arrival, Ledger
from gonogo.hotfix.lines import observed_in_production
from gonogo.hotfix.work import Kind
from gonogo.plan import Product
from gonogo.rules.snapshot import Snapshot
from gonogo.text.spans import span
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.wizard.rows import Rows, label, say, text

_KINDS = {Kind.HOTFIX.value: "hotfix", Kind.PREPARE.value: "release", Kind.CARRY.value: "carry"}
_TONES = {
    HotfixStatus.RUNNING: Tone.BUSY,
    HotfixStatus.STOPPED: Tone.WARN,
    HotfixStatus.FINISHED: Tone.GOOD,
    HotfixStatus.ABORTED: Tone.MUTED,
}
_NAMED = 4
"""Branches that are named in a cell; the ledger has them all."""


def status_rows(
    hotfixes: Sequence[Hotfix], now: datetime, ledger: Ledger | None = None
) -> tuple[tuple[Line, ...], ...]:
    """One row for each: product, versions, branch, tag, where it stands, forward-merges, who and since when."""
    return tuple(
        (
            (Span(one.product, Tone.STRONG),),
            (Span(_KINDS.get(one.kind, one.kind), Tone.MUTED),),
            (Span(_versions(one)),),
            (Span(one.branch),),
            (Span(one.tag),),
            (Span(_where(one), _TONES[one.status]),),
            (merges(one, ledger, now),),
            (Span(f"{one.actor.user}, {span(now - one.at)} ago", Tone.MUTED),),
        )
        for one in hotfixes
    )


def table_rows(snapshot: Snapshot) -> Rows:
    """Every product to choose, and below each what was and is being made of it, to open."""
    rows: list[tuple[str, Line]] = [*text(say("Which product is broken?"), ())]
    known = snapshot.state.hotfixes.values()
    for product in snapshot.plan.products:
        name = (Span(f"{product.name:<20} ", Tone.STRONG), _runs(snapshot, product))
        rows.append((f"product:{product.name}", name))
        works = [one for one in known if one.product == product.name]
        for one in works:
            rows += work_rows(one, snapshot)
    return tuple(rows)


def _runs(snapshot: Snapshot, product: Product) -> Span:
    """What production runs of it now, or why no hotfix can be made."""
    if not product.repo:
        return Span("the plan names no repository", Tone.MUTED)
    seen = observed_in_production(snapshot.plan, snapshot.matrix, product.name)
    if not seen:
        return Span("nobody knows what runs", Tone.UNKNOWN)
    fresh = all(one.fresh for one in seen)
    versions = " and ".join(one.version for one in seen[:3])
    return Span(f"{versions} runs" if fresh else f"{versions} ran", Tone.PLAIN if fresh else Tone.WARN)


def work_rows(one: Hotfix, snapshot: Snapshot) -> Iterable[tuple[str, Line]]:
    """One piece of work, to open: what it makes, where it stands and whose it is, what is called what."""
    kind = _KINDS.get(one.kind, one.kind)
    head = (
        Span(f"  {kind:<8} ", Tone.MUTED), Span(f"{_versions(one)}  "), Span(_where(one), _TONES[one.status]),
        Span(f"  {one.actor.user}, {span(snapshot.now - one.at)} ago", Tone.MUTED),
    )  # fmt: skip
    yield f"work:{one.id}", head
    made = f"{one.branch}, {one.tag}" if one.tag else one.branch
    arrived = merges(one, snapshot.ledger, snapshot.now)
    parts = (Span(made, Tone.MUTED), *((Span("  "), arrived) if arrived.text else ()))
    yield "", label("", *parts)


def _versions(one: Hotfix) -> str:
    if one.kind == Kind.CARRY.value:
        return one.version.replace("->", " to ")
    return f"{one.base_version} -> {one.version}"


def _where(one: Hotfix) -> str:
    if one.status is HotfixStatus.RUNNING:
        return f"step {one.next_step} of {one.steps_total}"
    if one.status is HotfixStatus.STOPPED:
        return f"conflict in {', '.join(one.conflicts[:3])}"
    if one.status is HotfixStatus.FINISHED:
        return f"pushed to {one.pushed_to}" if one.pushed_to else "done, not pushed"
    return f"aborted: {one.reason}" if one.reason else "aborted"


def merges(one: Hotfix, ledger: Ledger | None, now: datetime) -> Span:
    """How far the fixes of a finished hotfix have come; "" for what ships nothing beside the mainline."""
    if one.kind != Kind.HOTFIX.value or one.status is not HotfixStatus.FINISHED:
        return Span("")
    if ledger is None:
        return Span("forward-merges not read yet", Tone.UNKNOWN)
    if ledger.problem or why_old(ledger.read_at, now):
        return Span("forward-merges not known", Tone.UNKNOWN)
    cells = [cell for cell in ledger.cells if (cell.product, cell.version) == (one.product, one.version)]
    missing = dict.fromkeys(cell.branch for cell in cells if cell.arrival is Arrival.MISSING)
    if missing:
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return Span(f"missing in {', '.join([*missing][:_NAMED])}{more}", Tone.BAD)
    if any(cell.arrival is Arrival.UNPUSHED for cell in cells):
        return Span("merged here, not pushed", Tone.BAD)
    if any(cell.arrival is Arrival.UNKNOWN for cell in cells):
        return Span("forward-merges not known", Tone.UNKNOWN)
    branches = {cell.branch for cell in cells}
    return Span(f"carried to all {len(branches)}" if branches else "nothing to carry", Tone.GOOD)
