"""Cells in words. Sign, version and age or word stand together, so that colour is never needed."""

from datetime import datetime, timedelta

from gonogo.facts import Reason, Status
from gonogo.matrix import Cell, Freshness, Relation
from gonogo.plan import Plan
from gonogo.text import clean
from gonogo.text.spans import age
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.glyphs import Glyphs, cell_glyph

VERSION_SHOWN = 40
"""Characters of a version in a cell: one endless tag must not push all other columns off the screen."""

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
    Reason.NO_DATA: "no data",
    Reason.REFUSED_ADDRESS: "not asked",
    Reason.NOT_SUPPORTED: "unsupported",
}
"""Why there is no answer, in a cell's width."""


def tone(cell: Cell) -> Tone:
    """What the cell means for the release."""
    if cell.freshness is not Freshness.FRESH:
        return Tone.UNKNOWN
    if cell.expected and cell.status not in _STATUS_TONES:
        return Tone.WARN
    return _STATUS_TONES.get(cell.status) or _RELATION_TONES[cell.relation]


def versions(cell: Cell) -> str:
    """`1.2.3`, `90% 1.2.2 10% 1.2.3` while a canary runs, `1.2.2 (idle 1.2.3)` of a blue-green pair."""
    live = cell.judged
    idle = " + ".join(running.version for running in cell.versions if running not in live)
    behind = f" (idle {idle})" if idle else ""
    if len(live) == 1:
        return f"{live[0].version}{behind}"
    shares = [share(running.weight, running.replicas) for running in live]
    parts = (f"{part}{running.version}" for part, running in zip(shares, live, strict=True))
    return (" " if all(shares) else " + ").join(parts) + behind


def short_versions(cell: Cell) -> str:
    """As `versions`, in a column's width: of a split, how far the planned version has come.

    `2 builds`: the planned version everywhere, and not from the same commit.
    """
    live = cell.judged
    if len(live) <= 1:
        return live[0].version if live else ""
    if cell.relation is Relation.MATCH:
        return cell.planned  # the same version for the product's scheme, in several spellings
    if cell.relation is Relation.DISAGREE:
        return "sources"
    if len(cell.arrived) == len(live):
        return f"{len(live)} builds"
    if not cell.arrived:
        return f"{len(live)} versions"
    weights = [running.weight for running in cell.arrived if running.weight is not None]
    if weights:
        return f"{share(sum(weights), None)}{cell.arrived[0].version}"
    instances = f"{arrived_instances(cell)}/{cell.instances} " if cell.instances else ""
    return f"{instances}{cell.arrived[0].version}"


def arrived_instances(cell: Cell) -> int:
    """Of several versions in a cell, how many instances run the planned one."""
    return sum(running.replicas or 0 for running in cell.arrived)


def share(weight: float | None, replicas: int | None) -> str:
    """`90% ` or `7x `; nothing when the source does not say."""
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
    if cell.awaits:
        return "asking"
    if cell.relation is Relation.UNKNOWN and cell.is_doubtful:
        return f"{cell.looks}/{cell.needed} looks"
    if cell.reason is not None and cell.silent_since is not None:
        return f"silent {age(now - cell.silent_since)}"
    if cell.expected:
        return "late"
    if len(cell.versions) > len(cell.judged):
        return "blue-green"
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
    shown = clean(short_versions(cell), VERSION_SHOWN)
    return (sign, Span(shown, meaning), Span(f" {words}" if words else "", behind))


def environment_heading(plan: Plan, name: str) -> str:
    """The column's name, with production said in words."""
    environment = plan.environment(name)
    return f"{name} PRODUCTION" if environment and environment.production else name


def _mixture(cell: Cell, shown: str) -> str:
    """Several versions, or one from several commits."""
    if len(cell.arrived) < len(cell.judged):
        return f"runs {shown} side by side; planned is {cell.planned} alone"
    if len({running.version for running in cell.arrived}) > 1:
        builds = ", ".join(running.version for running in cell.arrived)
        return f"runs {len(cell.arrived)} builds of {cell.planned} side by side: {builds}"
    builds = ", ".join(running.revision[:12] or "no commit named" for running in cell.arrived)
    return f"runs {cell.planned} from {len(cell.arrived)} commits side by side: {builds}"


def _differing(cell: Cell, shown: str) -> str:
    """Another version without an order, the planned one from another commit, or somebody else's answer."""
    if cell.elsewhere:
        return f"runs {shown}, but this endpoint says it is {cell.elsewhere}"
    if any(running.revision and running.version.removeprefix("v") == cell.planned.removeprefix("v")
           for running in cell.judged):  # fmt: skip
        return f"runs {shown} from another commit than the plan pins"
    return f"runs {shown}; planned is {cell.planned}, and the scheme knows no order between them"


def relation_sentence(cell: Cell) -> str:
    """How the cell stands to the plan, as a sentence for the details."""
    shown = versions(cell) or "nothing"
    if cell.relation is Relation.DISAGREE:
        heard = "; ".join(
            f"{one.source} says {' + '.join(running.version for running in one.versions) or 'nothing'}"
            for one in cell.accounts
            if one.freshness is Freshness.FRESH
        )
        return f"is told in different words: {heard}; planned is {cell.planned}"
    sentences = {
        Relation.MATCH: f"runs the planned {cell.planned}"
        + (f" as {shown}" if "+" in shown and "+" not in cell.planned else "")
        + (", as far as can be told" if cell.status is Status.UNKNOWN else ""),
        Relation.BEHIND: f"runs {shown}; planned is the newer {cell.planned}",
        Relation.AHEAD: f"runs {shown}, newer than the planned {cell.planned}",
        Relation.MIXED: _mixture(cell, shown),
        Relation.DIFFERS: _differing(cell, shown),
        Relation.ABSENT: f"says that nothing is deployed; planned is {cell.planned}",
        Relation.UNKNOWN: f"runs {shown} by what is heard so far; planned is {cell.planned}"
        if (cell.awaits or cell.is_doubtful) and cell.is_known
        else f"runs {shown}, and nothing proves that it is the planned {cell.planned}"
        if cell.is_known and cell.judged
        else f"is unknown; planned is {cell.planned}",
    }
    return sentences[cell.relation]
