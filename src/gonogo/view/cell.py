"""Everything known about one cell, line by line: sources, clocks, order, history, what would ship."""

from datetime import datetime, timedelta

from gonogo.commits.shipping import CannotTell, Shipping, WhatShips, commit_line, headline
from gonogo.facts import CONNECTION, Reason, Role, Running
from gonogo.facts.history import Soaking, Stay, shown, soak, stays
from gonogo.matrix import Account, Cell, Freshness, Relation
from gonogo.matrix.drift import Drift, drift_from_before, older_than_live
from gonogo.plan import Product
from gonogo.plan.sampling import SHARE, few_looks
from gonogo.rules.snapshot import Snapshot
from gonogo.text.spans import age, span
from gonogo.text.tones import Line, Span, Tone, line_text
from gonogo.versions import compare_texts, fulfils
from gonogo.view.matrix import SHORT_REASONS, arrived_instances, relation_sentence, share, versions

TIMELINE = 8
"""Stays shown of a cell's history; `gonogo log` has them all."""
COMMITS = 12
"""Commits shown of what would ship; how many there are is said."""
EXCERPT = 8
"""Lines of the raw answer."""

_ROLES = {
    Role.STABLE: "stable",
    Role.CANARY: "canary",
    Role.PREVIEW: "idle side, not judged",
    Role.UNKNOWN: "",
}
_DRIFTS = {
    Relation.MATCH: "the same as in {0}",
    Relation.BEHIND: "older than in {0}, which runs {1}",
    Relation.AHEAD: "newer than in {0}, which runs {1}: it never ran there",
    Relation.DIFFERS: "not what runs in {0}, {1}; the scheme knows no order between them",
    Relation.UNKNOWN: "cannot be compared with {0}: nobody knows what runs there",
}


def details(
    snapshot: Snapshot, cell: Cell, ships: WhatShips | None = None, *, reading: bool = False
) -> list[Line]:
    """The whole cell. `ships` is what git says, None when nobody asked; `reading`: git is at work on it."""
    now = snapshot.now
    title = f"{cell.target.product} in {cell.target.environment} {relation_sentence(cell)}"
    rows: list[tuple[str, str]] = [("", title), *_standing(snapshot, cell)]
    runs = "version" if cell.freshness is Freshness.FRESH else "had"
    rows.extend((runs, running_words(running, cell)) for running in cell.versions)
    rows.extend(_clocks(snapshot, cell))
    if cell.message:
        rows.append(("message", cell.message))
    rows.extend(_looked(cell))
    lines = [_row(label, text) for label, text in rows]
    lines += sources(cell, now)
    lines += what_ships(ships, reading=reading)
    lines += timeline(snapshot, cell)
    if cell.excerpt:
        lines.append((Span("answer", Tone.STRONG),))
        lines.extend((Span(f"  {text}", Tone.MUTED),) for text in cell.excerpt.splitlines()[:EXCERPT])
    return lines


def shipping_question(snapshot: Snapshot, cell: Cell) -> tuple[Product, str, str] | None:
    """What to ask git about a cell: product, version and revision; None when nobody knows one version there.

    Of a split the oldest version counts, as far as the scheme knows: what ships is what it still lacks.
    """
    product = snapshot.plan.product(cell.target.product)
    others = [
        one
        for one in cell.judged
        if product and not fulfils(cell.planned, one.version, product.scheme, product.name)
    ]
    known = others or list(cell.judged)
    if product is None or not product.repo or not known or cell.freshness is Freshness.UNKNOWN:
        return None
    furthest = known[0]
    for one in known[1:]:
        if compare_texts(one.version, furthest.version, product.scheme, product.name) == -1:
            furthest = one
    return product, furthest.version, furthest.revision


def _standing(snapshot: Snapshot, cell: Cell) -> list[tuple[str, str]]:
    """Status, freshness, what is expected, and how it stands to other environments."""
    rows = [("status", cell.status.replace("_", " "))]
    if cell.freshness is not Freshness.FRESH:
        rows.append(("freshness", f"{cell.freshness}: not counted by any gate"))
        if cell.versions:
            rows.append(("last seen", versions(cell)))
    if cell.detail and not cell.accounts:
        rows.append(("note", cell.detail))
    if cell.expected:
        rows.append(("expected", f"{cell.planned} here by now: {cell.expected}"))
    if cell.instances and cell.relation is Relation.MIXED:
        kind = "commits" if len({one.version for one in cell.arrived}) == 1 else "builds"
        builds = f", from {len(cell.arrived)} {kind}" if len(cell.arrived) == len(cell.judged) else ""
        done = f"{arrived_instances(cell)} of {cell.instances} run {cell.planned}{builds}: not done"
        rows.append(("instances", done))
    drifts = drift_from_before(snapshot.plan, snapshot.matrix, cell)
    rows.extend(("order", drift_words(drift)) for drift in drifts if drift.relation in _DRIFTS)
    product = snapshot.plan.product(cell.target.product)
    for live in older_than_live(snapshot.plan, snapshot.matrix, product) if product else ():
        environment = live.target.environment
        rows.append(("warning", f"older than live: {environment} PRODUCTION runs {versions(live)}"))
    return rows


def _looked(cell: Cell) -> list[tuple[str, str]]:
    """How the answer came, and how many looks speak for it."""
    rows = [("way", cell.way)] if cell.way else []
    if cell.counted and cell.sampled:
        rows.append(("looks", f"the shares are of {cell.counted} looks"))
    elif cell.needed and cell.is_doubtful:
        rows.append(("looks", few_looks(cell.looks, cell.needed)))
    elif cell.needed:
        sure = f"an old share above {SHARE * 100:.0f} % is excluded"
        rows.append(("looks", f"{cell.looks} in a row say so: {sure} at {cell.timing.confidence * 100:g} %"))
    return rows


def drift_words(drift: Drift) -> str:
    """How a cell stands to the environment before it."""
    return _DRIFTS[drift.relation].format(drift.environment, shown(drift.versions))


def running_words(running: Running, cell: Cell) -> str:
    """`90% sampled 1.2.2 at 9f1c2ab7d1e0 (stable)`."""
    part = share(running.weight, running.replicas)
    sampled = "sampled " if cell.sampled and running.weight is not None else ""
    revision = f" at {running.revision[:12]}" if running.revision else ""
    role = f" ({_ROLES[running.role]})" if _ROLES[running.role] else ""
    return f"{part}{sampled}{running.version}{revision}{role}"


def _clocks(snapshot: Snapshot, cell: Cell) -> list[tuple[str, str]]:
    """The three clocks: when it answered, when the source says it changed, since when our own record knows it."""
    rows = []
    if cell.polled_at is not None and cell.age is not None:
        rows.append(("answered", f"{cell.polled_at:%Y-%m-%d %H:%M:%S} UTC, {age(abs(cell.age))} ago"))
    if cell.updated_at is not None:
        rows.append(("updated", f"{cell.updated_at:%Y-%m-%d %H:%M:%S} UTC, says the source"))
    if cell.since is not None:
        length = span(max(_known_until(cell, snapshot.now) - cell.since, timedelta(0)))
        last = "" if cell.freshness is Freshness.FRESH else ", to its last answer"
        rows.append(("since", f"{cell.since:%Y-%m-%d %H:%M:%S} UTC, {length} by our own record{last}"))
    if cell.counts_as_match and (soaked := _soak(snapshot, cell)):
        rows.append(("soak", soaked))
    if cell.previous:
        rows.append(("before", shown(cell.previous)))
    return rows


def _known_until(cell: Cell, now: datetime) -> datetime:
    """Until when somebody saw what runs there: a silence prolongs nothing."""
    return now if cell.freshness is Freshness.FRESH or cell.polled_at is None else cell.polled_at


def _soak(snapshot: Snapshot, cell: Cell) -> str:
    product = snapshot.plan.product(cell.target.product)
    environment = snapshot.plan.environment(cell.target.environment)
    if product is None or environment is None or not environment.soak:
        return ""
    shows = tuple(dict.fromkeys(one.version for one in cell.judged))
    found = soak(product, cell.planned, cell.history, cell.polled_at, shows)
    if isinstance(found, Soaking):
        return f"{span(found.length)} of {span(environment.soak)}"
    return f"not counted: {found.reason}"


def sources(cell: Cell, now: datetime) -> list[Line]:
    """One line for each source: what it says and how old that is, or why it says nothing."""
    if not cell.accounts:
        return [_row("source", "none")]
    heard = [_row("source", f"{one.source or one.origin}: {account_words(one, now)}") for one in cell.accounts]
    return heard + [_row("source", f"{one or 'its own probe'}: not heard yet") for one in cell.awaits]


def account_words(one: Account, now: datetime) -> str:
    """`1.2.3 succeeded, 4s ago`; `1.2.3 stale, 40s ago, silent for 30s: timeout`; `no answer: refused`."""
    parts = []
    if one.polled_at is not None and one.age is not None:
        said = " + ".join(running.version for running in one.versions) or "nothing"
        word = one.status.replace("_", " ") if one.freshness is Freshness.FRESH else one.freshness.value
        parts.append(f"{said} {word}, {age(abs(one.age))} ago")
    if one.reason is not None:
        silent = max(now - one.silent_since, timedelta(0)) if one.silent_since else timedelta(0)
        told = f" for {span(silent)}" if parts or silent >= timedelta(seconds=1) else ""
        silence = "silent" if parts else "no answer" if one.reason in CONNECTION else "no usable answer"
        parts.append(f"{silence}{told}: {one.detail or _why(one.reason)}")
    if one.by:
        parts.append(f"asked by {one.by}")
    if one.contest is not None:
        parts.append(f"account {one.contest.by} observed {one.contest.theirs}")
    return ", ".join(parts) or "not asked yet"


def _why(reason: Reason) -> str:
    return SHORT_REASONS[reason]


def timeline(snapshot: Snapshot, cell: Cell) -> list[Line]:
    """What ran here, newest first, with how long each stay lasted as far as somebody saw it."""
    product = snapshot.plan.product(cell.target.product)
    if not cell.history or product is None:
        return []
    runs = stays(product, cell.history)
    lines: list[Line] = [
        (Span("history", Tone.STRONG), Span("   UTC, as seen first; unwatched times are not told", Tone.MUTED))
    ]
    lines.extend(_stay(stay, cell, snapshot.now) for stay in reversed(runs[-TIMELINE:]))
    if len(runs) > TIMELINE:
        lines.append((Span(f"  and {len(runs) - TIMELINE} more in the journal", Tone.MUTED),))
    return lines


def _stay(stay: Stay, cell: Cell, now: datetime) -> Line:
    moods = " > ".join(dict.fromkeys(record.status.replace("_", " ") for record in stay.records))
    people = ", ".join(dict.fromkeys(record.by for record in stay.records))
    return (
        Span(f"  {stay.since:%Y-%m-%d %H:%M:%S}  ", Tone.MUTED),
        Span(f"{shown(stay.versions)}", Tone.PLAIN if stay.until else Tone.STRONG),
        Span(f"  {_lasted(stay, cell, now)}"),
        Span(f"  {moods} ({people})", Tone.MUTED),
    )


def _lasted(stay: Stay, cell: Cell, now: datetime) -> str:
    """How long it was seen: `8m`, `8m so far`, `8m, then silence`."""
    if stay.until is None and cell.polled_at is None:
        return "not heard of since"
    length = span(max((stay.until or _known_until(cell, now)) - stay.since, timedelta(0)))
    if stay.until is not None:
        return length
    return f"{length} so far" if cell.freshness is Freshness.FRESH else f"{length}, then silence"


def what_ships(found: WhatShips | None, *, reading: bool = False) -> list[Line]:
    """The commits between what runs and what is planned; nothing when nobody asked."""
    if found is None:
        return [_row("would ship", "reading the history")] if reading else []
    if isinstance(found, CannotTell):
        lines = [_row("would ship", f"cannot be told: {found.reason}")]
        return [*lines, _row("", f"{'':10}{found.remedy}", Tone.MUTED)] if found.remedy else lines
    lines = [_row("would ship", headline(found))]
    lines += [_row("", f"{'':10}{doubt}", Tone.WARN) for doubt in found.doubts]
    lines += _commits("+", found, taken_away=False)
    return [*lines, *_commits("-", found, taken_away=True)]


def _commits(sign: str, found: Shipping, *, taken_away: bool) -> list[Line]:
    commits, count = (found.lost, found.lost_count) if taken_away else (found.commits, found.count)
    tone = Tone.WARN if taken_away else Tone.PLAIN
    lines: list[Line] = [(Span(f"  {sign} ", tone), Span(commit_line(one), tone)) for one in commits[:COMMITS]]
    if count > len(lines):
        lines.append((Span(f"  {sign} and {count - len(lines)} more", Tone.MUTED),))
    return lines


def _row(label: str, text: str, tone: Tone = Tone.PLAIN) -> Line:
    if label:
        return (Span(f"{label:<10}{' ' if len(label) >= 10 else ''}", Tone.MUTED), Span(text, tone))
    return (Span(text, Tone.STRONG if tone is Tone.PLAIN else tone),)


def copied(lines: list[Line]) -> str:
    """The head of the details, to paste into a chat."""
    return "\n".join(line_text(line) for line in lines[:6])
