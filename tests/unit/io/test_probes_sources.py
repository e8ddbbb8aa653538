"""Sources: one answer, many cells; what the plan does not name is counted, what the answer lacks is unknown."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest

from gonogo.errors import UsageError
from gonogo.facts import Reason, Status
from gonogo.io.http.question import Answer, Request
from gonogo.io.plan_file.options import options_of
from gonogo.io.probes.interface import NotUnderstood, Understood
from gonogo.io.probes.table import MatrixPreset, Table
from gonogo.plan import Source, Target
from gonogo.plan.probes import ArgocdTable, PrometheusTable, VersionerTable
from support.questions import table_of

TARGETS = tuple(Target(product, env) for product in ("pay", "web") for env in ("staging", "prod"))
URL = "https://source.example.com/base"


def table(preset: MatrixPreset, body: object, targets: tuple[Target, ...] = TARGETS) -> Table | NotUnderstood:
    """What the source reads out of one answer."""

    async def fetch(request: Request) -> Answer:
        assert request.url.startswith(URL)
        return Answer(200, (), json.dumps(body).encode(), request.url, 0.01)

    return asyncio.run(preset.ask(fetch, Request(URL), targets))


def versions(found: Table | NotUnderstood) -> dict[str, list[str]]:
    """Versions by cell."""
    assert isinstance(found, Table)
    return {
        str(target): [one.version for one in outcome.versions]
        for target, outcome in found.cells.items()
        if isinstance(outcome, Understood)
    }


def app(name: str, image: str, health: str = "Healthy", namespace: str = "argocd") -> Mapping[str, Any]:
    """One application of Argo CD's list."""
    status = {"summary": {"images": [image]}, "health": {"status": health}, "sync": {"status": "Synced"}}
    return {"metadata": {"name": name, "namespace": namespace}, "status": status}


def test_argocd_finds_the_application_of_each_cell_by_its_name() -> None:
    """The pattern names it; others are strangers; a cell without one is told what was there."""
    preset = table_of(Source("argo", ArgocdTable(app="{environment}-{product}")))
    items = [app("prod-pay", "x/pay:4.5.6"), app("staging-pay", "x/pay:4.5.7", "Degraded"), app("infra", "y/z:1")]
    found = table(preset, {"items": items})
    assert versions(found) == {"pay/staging": ["4.5.7"], "pay/prod": ["4.5.6"]}
    assert isinstance(found, Table)
    degraded = found.cells[Target("pay", "staging")]
    assert isinstance(degraded, Understood)
    assert degraded.status is Status.DEGRADED
    assert found.strangers == ("infra",)
    lacking = found.lacking(Target("web", "prod"))
    assert lacking.reason is Reason.NO_DATA
    assert lacking.detail == (
        "the answer has nothing about web/prod, but 2 other cells; ignored 1 the plan does not name: infra"
    )


NEIGHBOURS = [app("pay-prod", "x/pay:4.5.5"), app("pay-prod", "x/pay:4.5.6", namespace="team-b")]


def test_two_applications_of_one_name_are_nobodys() -> None:
    """Without a namespace in the plan neither is taken, whichever comes last; both places are named."""
    for items in (NEIGHBOURS, NEIGHBOURS[::-1]):
        found = table(table_of(Source("argo", ArgocdTable())), {"items": items})
        assert isinstance(found, Table)
        lost = found.cells[Target("pay", "prod")]
        assert isinstance(lost, NotUnderstood)
        assert lost.reason is Reason.NO_DATA
        assert lost.detail == (
            "2 applications are called 'pay-prod', in argocd, team-b: name one with `namespace:`"
        )


def test_the_namespace_of_the_plan_tells_applications_of_one_name_apart() -> None:
    """Neither the other one nor, where the own one is gone, the one that is left."""
    preset = table_of(Source("argo", ArgocdTable(namespace="team-b")))
    assert versions(table(preset, {"items": NEIGHBOURS})) == {"pay/prod": ["4.5.6"]}
    assert versions(table(preset, {"items": NEIGHBOURS[:1]})) == {}
    by_cell = table_of(Source("argo", ArgocdTable(namespace="team-{environment}")))
    mine = app("pay-prod", "x/pay:4.5.7", namespace="team-prod")
    assert versions(table(by_cell, {"items": [*NEIGHBOURS, mine]})) == {"pay/prod": ["4.5.7"]}


@pytest.mark.parametrize("body", [{"items": None}, {}, {"items": "x"}])
def test_argocd_without_applications_knows_nothing(body: object) -> None:
    """An account that may see nothing gets null; that is not an empty installation, and not good news."""
    found = table(table_of(Source("argo", ArgocdTable())), body)
    assert isinstance(found, NotUnderstood)
    assert found.reason is Reason.NO_DATA


def test_versioner_sorts_its_records_into_cells() -> None:
    """Names of its own are translated, and the newest of a cell counts."""
    given = Source("v", VersionerTable(products={"payments": "pay"}, environments={"production": "prod"}))

    def row(
        product: str, environment: str, version: str, day: int, status: str = "completed"
    ) -> Mapping[str, Any]:
        return {
            "product_name": product, "environment_name": environment, "version": version, "status": status,
            "deployed_at": f"2026-11-{day:02}T10:00:00Z",
        }  # fmt: skip

    rows = [
        row("payments", "production", "4.5.5", 3), row("payments", "production", "4.5.6", 9),
        row("web", "staging", "1.0.0", 5), row("web", "staging", "1.1.0", 6, "failed"), row("x", "y", "1", 1),
    ]  # fmt: skip
    found = table(table_of(given), {"items": rows})
    assert versions(found) == {"pay/prod": ["4.5.6"], "web/staging": ["1.0.0"]}
    assert isinstance(found, Table)
    assert found.strangers == ("x/y",)


def test_a_name_that_is_nearly_ours_is_pointed_at() -> None:
    """The usual reason why a source fills nothing: it calls a product otherwise."""
    options = {"query": "q"}
    result = [{"metric": {"product": "pays", "environment": "prod", "version": "1"}, "value": [1, "1"]}]
    body = {"status": "success", "data": {"resultType": "vector", "result": result}}
    found = table(table_of(Source("p", options_of(PrometheusTable, options))), body)
    assert isinstance(found, Table)
    told = found.lacking(Target("pay", "prod")).detail
    assert told == (
        "the answer has no pay/prod; ignored 1 the plan does not name: pays/prod"
        "; is its 'pays' our 'pay'? then say so under `products:`"
    )


def test_thousands_of_strangers_are_counted_and_five_are_named() -> None:
    """A Prometheus of a whole company."""
    result = [
        {"metric": {"product": f"p{n}", "environment": "e", "version": "1"}, "value": [1, "1"]}
        for n in range(3000)
    ]
    body = {"status": "success", "data": {"resultType": "vector", "result": result}}
    found = table(table_of(Source("p", PrometheusTable(query="q"))), body)
    assert isinstance(found, Table)
    assert found.ignored == "; ignored 3000 the plan does not name: p0/e, p1/e, p2/e, p3/e, p4/e, …"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs `query:`"),
        ({"query": "q", "map": "app"}, "must say which label is what"),
        ({"query": "q", "map": {"app": "x"}}, "has no 'app'"),
        ({"query": "q", "map": {"weight": "share"}}, "can only be 'value'"),
        ({"query": "q", "transform": "cut"}, "unknown transform"),
    ],
)
def test_a_source_that_cannot_be_meant_says_so(options: Mapping[str, object], message: str) -> None:
    """Where the loader let it pass."""
    with pytest.raises(UsageError) as error:
        table_of(Source("p", options_of(PrometheusTable, options)))
    assert message in error.value.message
