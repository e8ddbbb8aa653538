"""One number from Prometheus over a real connection: whatever is not exactly one, whole and taken now, is none."""

import asyncio
import json
from typing import Any

import pytest

from gonogo.facts.metric import NoData, Number, Reading
from gonogo.io.config import Config
from gonogo.io.config.credentials import Credentials
from gonogo.io.http.door import Door
from gonogo.io.probes.metrics import MetricQuestion
from gonogo.plan import Metric, Source
from gonogo.plan.probes import PrometheusTable
from gonogo.testing.clock import FakeClock
from support.servers import Canned, serving

CLOCK = FakeClock()
NOW = CLOCK.now().timestamp()


def _vector(*values: list[Any], **more: Any) -> bytes:
    result = [{"metric": {}, "value": value} for value in values]
    return json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}, **more}).encode()


def _asked(body: bytes) -> Reading:
    async def ask(url: str) -> Reading:
        async with Door() as door:
            source = Source("prom", PrometheusTable(), url)
            return await MetricQuestion(
                Metric("errors", "prom", "up"), source, door, CLOCK, Credentials(Config())
            ).ask()

    with serving({"/api/v1/query": Canned(body, {"content-type": "application/json"})}) as fixture:
        return asyncio.run(ask(fixture.url("/")))


@pytest.mark.parametrize(("text", "value"), [("0.001", 0.001), ("-0", 0.0), ("1e-3", 0.001)])
def test_a_number_is_a_number(text: str, value: float) -> None:
    """As Prometheus writes them."""
    found = _asked(_vector([NOW, text]))

    assert isinstance(found, Number)
    assert found.value == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (_vector(), "the query has no result"),
        (_vector([NOW, "0"], [NOW, "0"]), "the query gives 2 series"),
        (_vector([NOW, "NaN"]), "which is no number"),
        (_vector([NOW, "+Inf"]), "which is no number"),
        (_vector([NOW, "0_0"]), "which is no number"),
        (_vector([NOW, 0]), "which is no number"),
        (_vector([NOW - 9e5, "0"]), "the answer is from"),
        (_vector([NOW + 9e5, "0"]), "the answer is from"),
        (_vector([None, "0"]), "does not say when the number was taken"),
        (_vector([NOW, "0"], warnings=["one store is missing"]), "the answer may be incomplete"),
        (b'{"status": "success"', "not JSON"),
    ],
)
def test_everything_else_is_no_number(body: bytes, why: str) -> None:
    """Never zero, and never below the limit."""
    found = _asked(body)

    assert isinstance(found, NoData)
    assert why in found.detail
