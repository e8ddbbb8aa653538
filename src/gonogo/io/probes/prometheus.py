"""`use: prometheus`: an instant query. As a source it fills many cells, as a probe one; and it gives metrics.

    sources:
      - use: prometheus
        url: https://prometheus.example.com
        query: count by (app, env, version) (app_build_info)
        map: {product: app, environment: env, version: version, weight: value}

`map` says which label is what; `value` is the sample. With `weight: value` the samples of a cell become shares,
with `replicas: value` they are counts. No result is no data, never "nothing wrong"; a warning of Prometheus means
that the answer may be a part of the truth, so the status is unknown; NaN and infinity are no numbers.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import UsageError
from gonogo.facts import Reason, Role, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT, Request
from gonogo.io.probes.catalogue import COLUMNS, SAMPLED
from gonogo.io.probes.document import VERSIONS_LIMIT, several
from gonogo.io.probes.extraction import Transform, transform
from gonogo.io.probes.interface import (
    VERSION_LIMIT,
    Fetch,
    NotUnderstood,
    Outcome,
    Preset,
    Understood,
    role_of,
    version_text,
)
from gonogo.io.probes.reading import Page, ask_json, at, below, entries, not_there, off_loop, words
from gonogo.io.probes.table import MatrixPreset, Names, Table, stranger
from gonogo.plan import Probe, Source, Target
from gonogo.plan.probes import PrometheusOptions, PrometheusTable
from gonogo.text import clean

_API = "/api/v1/query"
_RANGE = "/api/v1/query_range"
_RANGE_LIMIT = 11_000
"""Samples of one answer that are read: Prometheus itself gives no more."""
_WITH_WORDS: Final = frozenset({200, 400, 422, 503})
"""Prometheus explains 400 (the query), 422 (its evaluation) and 503 (time-out) in the same JSON."""
VALUE: Final = "value"
"""In `map`: the sample itself instead of a label."""
_LABEL_LIMIT = 200
_ON_LOOP = 500
"""Series that are put together without a thread; more of them a screen would feel."""


class Sample(Struct, frozen=True):
    """One series at the moment of the query."""

    labels: Mapping[str, str]
    value: float
    """May be NaN or infinite."""
    at: datetime | None
    """UTC, by Prometheus' own clock: when the query was evaluated, not when the sample was scraped."""


class Samples(Struct, frozen=True):
    """The result of an instant query."""

    samples: tuple[Sample, ...]
    warnings: tuple[str, ...]
    excerpt: str


async def query(fetch: Fetch, request: Request, promql: str) -> Samples | NotUnderstood:
    """Ask one instant query. A mistake in it comes back with Prometheus' own words."""
    base = replace(request, url=request.url.removesuffix("/").removesuffix(_API))
    page = await ask_json(fetch, below(base, _API, query=promql), accepted=_WITH_WORDS)
    return page if isinstance(page, NotUnderstood) else await off_loop(page.answer, lambda: read(page))


async def query_range(
    fetch: Fetch, request: Request, promql: str, start: datetime, end: datetime, step: timedelta
) -> Samples | NotUnderstood:
    """Ask what the query said from `start` to `end` (UTC), once a `step`: one series, oldest first."""
    base = replace(request, url=request.url.removesuffix("/").removesuffix(_API).removesuffix(_RANGE))
    span = {
        "start": f"{start.timestamp():.3f}",
        "end": f"{end.timestamp():.3f}",
        "step": f"{step.total_seconds():g}",
    }
    page = await ask_json(fetch, below(base, _RANGE, query=promql, **span), accepted=_WITH_WORDS)
    return page if isinstance(page, NotUnderstood) else await off_loop(page.answer, lambda: read_range(page))


def read_range(page: Page) -> Samples | NotUnderstood:
    """The samples of the one series of a range. Pure."""
    if page.text("status") != "success":
        return read(page)
    series = entries(page.value, "data", "result")
    if page.text("data", "resultType") != "matrix":
        return not_there(page, "the answer is no range of values")
    if len(series) > 1:
        told = f"the query gives {len(series)} series, one number is needed: aggregate it, sum(...)"
        return NotUnderstood(Reason.NO_DATA, told, page.answer.excerpt)
    values = at(series[0], "values") if series else []
    samples = [_sample({}, value) for value in values] if isinstance(values, list) else []
    warnings = tuple(clean(word, 120) for word in words(page.value, "warnings"))
    return Samples(tuple(samples[-_RANGE_LIMIT:]), warnings, page.answer.excerpt)


def read(page: Page) -> Samples | NotUnderstood:
    """The samples of an answer. Pure."""
    if page.text("status") != "success":
        kind, words_ = page.text("errorType"), at(page.value, "error")
        if not kind:
            return not_there(page, f"{page.answer.status} without the shape of Prometheus' API")
        told = clean(f"{kind}: {words_ if isinstance(words_, str) else ''}", DETAIL_LIMIT)
        return NotUnderstood(Reason.HTTP_STATUS, told, page.answer.excerpt)
    kind, result = page.text("data", "resultType"), at(page.value, "data", "result")
    if kind == "scalar":
        samples = [_sample({}, result)]
    elif kind == "vector" and isinstance(result, list):
        samples = [_sample(at(one, "metric"), at(one, "value")) for one in entries(page.value, "data", "result")]
    else:
        return not_there(page, f"the query gives a '{clean(kind, 40)}', asked for is one value for each series")
    warnings = tuple(clean(word, 120) for word in words(page.value, "warnings"))
    return Samples(tuple(samples), warnings, page.answer.excerpt)


def _sample(labels: Any, value: Any) -> Sample:
    """One series; a value nobody can read is no number, for to leave it out would change what the others mean."""
    known = labels if isinstance(labels, Mapping) else {}
    stamp, text = value if isinstance(value, list) and len(value) == 2 else (None, None)
    try:
        # Python also takes 1_0 for ten; nobody who writes it there means that
        number = float(text) if isinstance(text, str) and "_" not in text else math.nan
        evaluated = datetime.fromtimestamp(float(stamp), UTC) if isinstance(stamp, int | float) else None
    except (ValueError, OverflowError, OSError):
        number, evaluated = math.nan, None
    return Sample({str(key): str(word) for key, word in known.items()}, number, evaluated)


class Columns(Struct, frozen=True):
    """Which label is what."""

    product: str = "product"
    environment: str = "environment"
    version: str = "version"
    weight: str = ""
    replicas: str = ""
    revision: str = ""
    role: str = ""


def columns_of(given: Mapping[str, str], where: str) -> Columns:
    """The plan's `map:`. Raises UsageError for what it cannot say."""
    if "" in given:
        raise UsageError("`map:` must say which label is what", where=where)
    for key in given:
        if key not in COLUMNS:
            raise UsageError(f"`map:` has no '{clean(str(key), 40)}', only {', '.join(COLUMNS)}", where=where)
    for key in SAMPLED:
        if given.get(key, VALUE) != VALUE:
            raise UsageError(f"`map: {{{key}: ...}}` can only be '{VALUE}', the sample", where=where)
    return Columns(**given)


def _query_of(given: str, where: str) -> str:
    text = given.strip()
    if not text:
        raise UsageError("`use: prometheus` needs `query:`", where=where)
    return text


def preset(probe: Probe, options: PrometheusOptions) -> Preset:
    """One cell: every series of the result belongs to it. Raises UsageError."""
    return _Cell(
        _query_of(options.query, probe.where),
        columns_of(options.map, probe.where),
        transform(options.transform),
    )


def source(given: Source, options: PrometheusTable) -> MatrixPreset:
    """Many cells by label. Raises UsageError."""
    return _Source(
        options,
        _query_of(options.query, given.where),
        columns_of(options.map, given.where),
        transform(options.transform),
    )


class _Cell:
    def __init__(self, promql: str, columns: Columns, transform: Transform) -> None:
        self._promql = promql
        self._columns = columns
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """One query."""
        found = await query(fetch, request, self._promql)
        if isinstance(found, NotUnderstood):
            return found
        if not found.samples:
            return no_result(found)
        return cell(found.samples, found, self._columns, self._transform)


class _Source:
    def __init__(self, given: PrometheusTable, promql: str, columns: Columns, transform: Transform) -> None:
        self._given = given
        self._promql = promql
        self._columns = columns
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request, targets: Sequence[Target]) -> Table | NotUnderstood:
        """One query for all cells."""
        found = await query(fetch, request, self._promql)
        if isinstance(found, NotUnderstood):
            return found
        if not found.samples:
            return no_result(found)
        if len(found.samples) <= _ON_LOOP:
            return self._table(found, targets)
        import asyncio  # this module is imported where no loop runs

        return await asyncio.to_thread(self._table, found, targets)

    def _table(self, found: Samples, targets: Sequence[Target]) -> Table:
        names = Names(self._given.products, self._given.environments, targets)
        rows: dict[Target, list[Sample]] = {}
        strangers: dict[str, None] = {}
        for sample in found.samples:
            product = sample.labels.get(self._columns.product, "")
            environment = sample.labels.get(self._columns.environment, "")
            target = names.target(product, environment)
            if target is None:
                strangers[stranger(product, environment)] = None
            else:
                rows.setdefault(target, []).append(sample)
        cells = {target: cell(many, found, self._columns, self._transform) for target, many in rows.items()}
        return Table(cells, tuple(strangers), found.excerpt)


def no_result(found: Samples) -> NotUnderstood:
    """An empty result: nothing is known, whatever one may have hoped that it means."""
    warned = f"; it warns: {found.warnings[0]}" if found.warnings else ""
    return NotUnderstood(Reason.NO_DATA, clean(f"the query has no result{warned}", DETAIL_LIMIT), found.excerpt)


def cell(samples: Sequence[Sample], found: Samples, columns: Columns, transform: Transform) -> Outcome:
    """What the series of one cell say together. Pure."""
    counts: dict[tuple[str, str, Role], float] = {}
    unnamed = 0
    for sample in samples:
        version = _version(sample, columns, transform)
        if not version:
            unnamed += sample.value != 0
            continue
        if not math.isfinite(sample.value) or sample.value < 0:
            detail = f"the sample of {version} is {sample.value:g}"
            return NotUnderstood(Reason.NO_DATA, clean(detail, DETAIL_LIMIT), found.excerpt)
        key = (version, _label(sample, columns.revision), role_of(_label(sample, columns.role)))
        counts[key] = counts.get(key, 0.0) + sample.value
    if not counts:
        detail = f"no series has a usable label '{clean(columns.version, 60)}'"
        return NotUnderstood(Reason.NO_VERSION, detail, found.excerpt)
    versions = _running(counts, columns)
    if not versions:
        return NotUnderstood(Reason.NO_DATA, "the samples of every version are 0", found.excerpt)
    place = f"label {clean(columns.version, 60)}"
    taken = min((sample.at for sample in samples if sample.at), default=None)
    shown = several(versions, _doubt(found, unnamed, columns))
    status, message = shown.judged(Status.SUCCEEDED, "")
    return Understood(shown.versions, status, None, message, place, _series(samples, found), taken_at=taken)


def _doubt(found: Samples, unnamed: int, columns: Columns) -> str:
    """Why the versions may not be all that run; "" when nothing speaks for that."""
    if found.warnings:
        return f"the answer may be incomplete: {found.warnings[0]}"
    if not unnamed:
        return ""
    series = "1 series has" if unnamed == 1 else f"{unnamed} series have"
    return f"{series} no usable label '{clean(columns.version, 60)}': nobody knows what runs there"


def _version(sample: Sample, columns: Columns, transform: Transform) -> str:
    text = transform(_label(sample, columns.version))
    return version_text(text) if len(text) <= VERSION_LIMIT else ""


def _label(sample: Sample, name: str) -> str:
    return clean(sample.labels.get(name, ""), _LABEL_LIMIT) if name else ""


def _running(counts: Mapping[tuple[str, str, Role], float], columns: Columns) -> tuple[Running, ...]:
    """Shares of the sum, or counts; a version with a sample of 0 does not run."""
    counted = bool(columns.weight or columns.replicas)
    present = {key: count for key, count in counts.items() if count > 0 or not counted}
    total = sum(present.values())
    made = [
        Running(
            version,
            revision,
            weight=100 * count / total if columns.weight else None,
            replicas=round(count) if columns.replicas and count < 1e9 else None,
            role=role,
        )
        for (version, revision, role), count in present.items()
    ]
    return tuple(sorted(made, key=lambda one: -(one.weight or one.replicas or 0)))


def _series(samples: Sequence[Sample], found: Samples) -> str:
    """The series of this cell alone, as Prometheus writes them."""
    lines = (
        "{" + ", ".join(f'{key}="{word}"' for key, word in sample.labels.items()) + f"}} {sample.value:g}"
        for sample in samples[:VERSIONS_LIMIT]
    )
    return clean("; ".join(lines), 400) or found.excerpt
