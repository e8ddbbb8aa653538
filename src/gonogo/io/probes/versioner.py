"""`use: versioner`: Versioner's record of deployments, as a source for all cells or as a probe for one.

    sources:
      - {use: versioner, auth: versioner, products: {pay: payment-api}, environments: {production: prod}}

It needs a personal access token (`pat_...`); the keys of CI (`sk_...`) may only write. Entries are told by
`product_name`, `environment_name`, `version` and `status`; the newest of a cell is the one with the latest
`deployed_at`.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from gonogo.facts import Reason, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.deployments import Deployment, standing
from gonogo.io.probes.extraction import Transform
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset
from gonogo.io.probes.reading import Page, ask_json, at, below, entries, moment, not_there, off_loop
from gonogo.io.probes.table import MatrixPreset, Names, Table, stranger
from gonogo.io.probes.workload import transform_given
from gonogo.plan import Probe, Source, Target
from gonogo.plan.probes import VersionerOptions, VersionerTable

_LISTS = ("items", "deployments", "results", "data")
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
_WORDS: Final[Mapping[str, Status | None]] = {
    **dict.fromkeys(("pending", "queued", "scheduled", "started", "in_progress", "deploying"), Status.IN_PROGRESS),
    **dict.fromkeys(("success", "completed", "deployed"), Status.SUCCEEDED),
    **dict.fromkeys(("failed", "failure", "error"), Status.FAILED),
    **dict.fromkeys(("aborted", "cancelled", "canceled", "skipped"), None),
}
_WAITS: Final = frozenset({"pending", "queued", "scheduled"})


def preset(probe: Probe, options: VersionerOptions) -> Preset:
    """One product in one environment. Raises UsageError for a transform that does not exist."""
    target = Target(probe.product, probe.environment)
    table = VersionerTable(
        products={options.name or probe.product: target.product},
        environments={options.environment or probe.environment: target.environment},
    )
    return _One(_All(table, transform_given(options.transform)), target)


def source(_given: Source, options: VersionerTable) -> MatrixPreset:
    """All cells. Raises UsageError for a transform that does not exist."""
    return _All(options, transform_given(options.transform))


class _All:
    def __init__(self, given: VersionerTable, transform: Transform) -> None:
        self._given = given
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request, targets: Sequence[Target]) -> Table | NotUnderstood:
        """One request."""
        page = await ask_json(fetch, below(request, "/deployments/"))
        if isinstance(page, NotUnderstood):
            return page
        return await off_loop(page.answer, lambda: self._table(page, targets))

    def _table(self, page: Page, targets: Sequence[Target]) -> Table | NotUnderstood:
        listed = _listed(page.value)
        if listed is None:
            return not_there(page, "no list of deployments came")
        if not listed:
            return NotUnderstood(Reason.NO_DATA, "no deployment is recorded", page.answer.excerpt)
        names = Names(self._given.products, self._given.environments, targets)
        rows: dict[Target, list[Mapping[str, Any]]] = {}
        strangers: dict[str, None] = {}
        for one in listed:
            product, environment = str(one.get("product_name")), str(one.get("environment_name"))
            target = names.target(product, environment)
            if target is None:
                strangers[stranger(product, environment)] = None
            else:
                rows.setdefault(target, []).append(one)
        cells = {target: self._cell(page, many) for target, many in rows.items()}
        return Table(cells, tuple(strangers), page.answer.excerpt)

    def _cell(self, page: Page, rows: Sequence[Mapping[str, Any]]) -> Outcome:
        newest_first = sorted(rows, key=lambda one: moment(one, "deployed_at") or _NEVER, reverse=True)
        return standing([self._one(page, one) for one in newest_first], "version", page.answer.excerpt)

    def _one(self, page: Page, one: Mapping[str, Any]) -> Deployment:
        word = page.document.text(one.get("status")).lower().removeprefix("deployment.")
        return Deployment(
            page.document.text(one.get("version"), self._transform),
            _WORDS.get(word, Status.UNKNOWN),
            word,
            page.document.text(one.get("scm_sha")),
            moment(one, "deployed_at"),
            waits=word in _WAITS,
        )


def _listed(value: Any) -> list[Mapping[str, Any]] | None:
    """The entries, bare or below one of the usual names of a page; None when there is no list."""
    found = value if isinstance(value, list) else next((at(value, key) for key in _LISTS if at(value, key)), None)
    if found is None and any(isinstance(at(value, key), list) for key in _LISTS):
        return []
    return entries(found) if isinstance(found, list) else None


class _One:
    def __init__(self, all_cells: _All, target: Target) -> None:
        self._all = all_cells
        self._target = target

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """The same request, and of its answer one cell."""
        table = await self._all.ask(fetch, request, (self._target,))
        if isinstance(table, NotUnderstood):
            return table
        return table.cells.get(self._target) or table.lacking(self._target)
