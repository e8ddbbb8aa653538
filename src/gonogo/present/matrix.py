"""Cells in words. Sign, version and age or word stand together, so that colour is never needed."""

from datetime import datetime, timedelta

from gonogo.domain.matrix import Cell, Freshness, Relation
from gonogo.domain.observation import Reason, Running, Status
from gonogo.domain.plan import Plan
from gonogo.domain.spans import age, span
from gonogo.present.glyphs import Glyphs, cell_glyph
from gonogo.present.tones import Line, Span, Tone

_RELATION_TONES = {
    Relation.MATCH: Tone.GOOD,
    Relation.BEHIND: Tone.PLAIN,
    Relation.AHEAD: Tone.WARN,
    Relation.MIXED: Tone.BUSY,
    Relation.DIFFERS: Tone.WARN,
    Relation.DISAGREE: Tone.WARN,
    Relation.ABSENT: Tone.MUTED,
    Relation.UNKNOWN: Tone.UNKNOWN,
}
_STATUS_TONES = {
    Status.FAILED: Tone.BAD,
    Status.DEGRADED: Tone.BAD,
    Status.IN_PROGRESS: Tone.BUSY,
    Status.PAUSED: Tone.WARN,
    Status.UNKNOWN: Tone.UNKNOWN,
    Status.UNREACHABLE: Tone.UNKNOWN,
}
_STATUS_WORDS = {
    Status.FAILED: "failed",
    Status.DEGRADED: "degraded",
    Status.IN_PROGRESS: "rolling",
    Status.PAUSED: "paused",
    Status.UNKNOWN: "unclear",
}
SHORT_REASONS = {
    Reason.TIMEOUT: "timeout",
    Reason.REFUSED: "refused",
    Reason.UNRESOLVED: "no DNS",
    Reason.DISCONNECTED: "cut off",
    Reason.TLS: "bad TLS",
    Reason.PROTOCOL: "not HTTP",
    Reason.REDIRECT: "redirect",
    Reason.HTTP_STATUS: "HTTP error",
    Reason.UNAUTHORIZED: "no access",
    Reason.TOO_LARGE: "too large",
    Reason.HTML: "web page",
    Reason.NOT_JSON: "not JSON",
    Reason.EMPTY: "empty",
    Reason.NO_VERSION: "no version",
    Reason.REFUSED_ADDRESS: "not asked",
    Reason.NOT_SUPPORTED: "unsupported",
}
"""Why there is no answer, in a cell's width."""


def tone(cell: Cell) -> Tone:
    """What the cell means for the release."""
    if cell.freshness is not Freshness.FRESH:
        return Tone.UNKNOWN
    return _STATUS_TONES.get(cell.status) or _RELATION_TONES[cell.relation]


def versions(cell: Cell) -> str:
    """`1.2.3`, or `90% 1.2.2 10% 1.2.3` while a canary runs."""
    if len(cell.versions) == 1:
        return cell.versions[0].version
    return " ".join(f"{_share(running.weight, running.replicas)}{running.version}" for running in cell.versions)


def short_versions(cell: Cell) -> str:
    """As `versions`, in a column's width: of a split, how far the planned version has come."""
    if len(cell.versions) <= 1:
        return versions(cell)
    wanted = cell.planned.removeprefix("v")
    for running in cell.versions:
        if running.version.removeprefix("v") == wanted:
            return f"{_share(running.weight, running.replicas)}{running.version}"
    return f"{len(cell.versions)} versions"


def _share(weight: float | None, replicas: int | None) -> str:
    if weight is not None:
        return f"{weight:.0f}% "
    return f"{replicas}x " if replicas is not None else ""


def word(cell: Cell, now: datetime) -> str:
    """What stands behind the version: an age, or the one word that matters more."""
    if cell.freshness is Freshness.UNKNOWN:
        if cell.reason is not None:
            return SHORT_REASONS[cell.reason]
        return "no answer" if cell.detail or cell.age is not None else "asking"
    if cell.freshness is Freshness.STALE:
        return f"stale {age(abs(cell.age or timedelta(0)))}"
    if cell.status in _STATUS_WORDS:
        return _STATUS_WORDS[cell.status]
    if cell.relation is Relation.ABSENT:
        return "not there"
    if cell.relation is Relation.DISAGREE:
        return "disagree"
    if cell.relation is Relation.MIXED:
        if not cell.sampled:
            return "split"
        return "sampled" if any(running.weight is not None for running in cell.versions) else "confirming"
    if cell.reason is not None and cell.silent_since is not None:
        return f"silent {age(now - cell.silent_since)}"
    return coarse_age(cell.age)


def coarse_age(length: timedelta | None) -> str:
    """An age that does not change each second: below ten seconds it is simply `now`."""
    if length is None:
        return ""
    seconds = int(length.total_seconds())
    if seconds < 10:
        return "now"
    return f"{seconds // 10 * 10}s" if seconds < 60 else age(length)


def cell_line(cell: Cell, now: datetime, glyphs: Glyphs) -> Line:
    """A cell in one line: sign, versions, word. A version past `unknown_after` is not shown as if it still ran."""
    meaning = tone(cell)
    sign = Span(f"{cell_glyph(cell, glyphs)} ", meaning)
    words = word(cell, now)
    if cell.freshness is Freshness.UNKNOWN or not cell.versions:
        return (sign, Span(words, meaning))
    behind = Tone.MUTED if cell.freshness is Freshness.FRESH and words == coarse_age(cell.age) else meaning
    return (sign, Span(short_versions(cell), meaning), Span(f" {words}" if words else "", behind))


def environment_heading(plan: Plan, name: str) -> str:
    """The column's name, with production said in words."""
    environment = plan.environment(name)
    return f"{name} PRODUCTION" if environment and environment.production else name


def relation_sentence(cell: Cell) -> str:
    """How the cell stands to the plan, as a sentence for the details."""
    shown = versions(cell) or "nothing"
    sentences = {
        Relation.MATCH: f"runs the planned {cell.planned}",
        Relation.BEHIND: f"runs {shown}; planned is the newer {cell.planned}",
        Relation.AHEAD: f"runs {shown}, newer than the planned {cell.planned}",
        Relation.MIXED: f"runs {shown} side by side; planned is {cell.planned} alone",
        Relation.DIFFERS: f"runs {shown}; planned is {cell.planned}, and the scheme knows no order between them",
        Relation.DISAGREE: f"is told in different words: {shown}; planned is {cell.planned}",
        Relation.ABSENT: f"says that nothing is deployed; planned is {cell.planned}",
        Relation.UNKNOWN: f"is unknown; planned is {cell.planned}",
    }
    return sentences[cell.relation]


def details(cell: Cell, now: datetime) -> tuple[Line, ...]:
    """Everything known about a cell, line by line."""
    rows: list[tuple[str, str]] = [
        ("", f"{cell.target.product} in {cell.target.environment} {relation_sentence(cell)}")
    ]
    rows.append(("status", cell.status.replace("_", " ")))
    if cell.freshness is not Freshness.FRESH:
        rows.append(("freshness", f"{cell.freshness}: not counted by any gate"))
    if cell.versions and cell.freshness is not Freshness.FRESH:
        rows.append(("last seen", versions(cell)))
    rows.extend(("version", _running(running)) for running in cell.versions)
    rows.extend(_clocks(cell, now))
    if cell.reason is not None:
        since = f", silent for {span(now - cell.silent_since)}" if cell.silent_since else ""
        rows.append(("no answer", f"{cell.detail or SHORT_REASONS[cell.reason]}{since}"))
    elif cell.detail:
        rows.append(("note", cell.detail))
    if cell.message:
        rows.append(("message", cell.message))
    rows.append(("source", cell.source or "none"))
    lines = [_row(label, text) for label, text in rows]
    if cell.history:
        lines.append((Span("history", Tone.STRONG),))
        lines.extend(
            (Span(f"  {deployed.since:%Y-%m-%d %H:%M:%S} UTC  ", Tone.MUTED),
             Span(f"{' + '.join(deployed.versions) or 'nothing'} ({deployed.status}), seen by {deployed.by}"))
            for deployed in reversed(cell.history[-8:])
        )  # fmt: skip
    if cell.excerpt:
        lines.append((Span("answer", Tone.STRONG),))
        lines.extend((Span(f"  {text}", Tone.MUTED),) for text in cell.excerpt.splitlines()[:8])
    return tuple(lines)


def _running(running: Running) -> str:
    share = _share(running.weight, running.replicas)
    revision = f" at {running.revision[:12]}" if running.revision else ""
    return f"{share}{running.version}{revision} ({running.role})"


def _clocks(cell: Cell, now: datetime) -> list[tuple[str, str]]:
    rows = []
    if cell.polled_at is not None:
        rows.append(("answered", f"{cell.polled_at:%H:%M:%S} UTC, {age(abs(now - cell.polled_at))} ago"))
    if cell.updated_at is not None:
        rows.append(("updated", f"{cell.updated_at:%Y-%m-%d %H:%M:%S} UTC, says the source"))
    if cell.since is not None:
        rows.append(("since", f"{cell.since:%Y-%m-%d %H:%M:%S} UTC, {span(now - cell.since)} by our own record"))
    if cell.previous:
        rows.append(("before", " + ".join(cell.previous)))
    return rows


def _row(label: str, text: str) -> Line:
    return (Span(f"{label:<10}", Tone.MUTED), Span(text)) if label else (Span(text, Tone.STRONG),)
