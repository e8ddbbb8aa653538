"""A plan and its doors, for rehearsals in tests: no file format in between."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from gonogo.events import Actor
from gonogo.plan import (
    Environment,
    Item,
    ItemId,
    LoadedPlan,
    Person,
    Plan,
    Probe,
    Product,
    Source,
)
from gonogo.plan.conditions import RunCheck
from gonogo.plan.probes import AutoOptions, PrometheusTable

BEGAN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


class Hands:
    """A clock that a test turns by hand."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        """The time the hands show."""
        return BEGAN + timedelta(seconds=self.elapsed)


class Me:
    """The account that runs the test. See `ports.Identity`."""

    def actor(self, via: str) -> Actor:
        """Under a name of the plan's."""
        import os

        return Actor(os.getuid(), "aruiz", via=via, host="bastion")


class GivenPlan:
    """A plan that a test changes. See `ports.PlanSource`."""

    def __init__(self, plan: Plan, path: str = "release.yaml") -> None:
        self.plan = plan
        self._path = path
        self._read: Plan | None = None

    def load(self) -> LoadedPlan:
        """The plan as it is now."""
        self._read = self.plan
        return LoadedPlan(self.plan, self._path, "0" * 64)

    def changed(self) -> bool:
        """Whether the test gave another one since."""
        return self._read is not self.plan


def shop(repo: Path | None = None) -> Plan:
    """Two products in two environments; `web` in the repository at `repo`."""
    environments = (Environment("staging"), Environment("production", after=("staging",), production=True))
    web = Product("web", "1.2.3", "1.2.2", repo=str(repo) if repo else "", revision="a" * 40)
    api = Product("api", "2.0.0")
    checked = Item(ItemId("tests"), "Run the tests", owner="ben", check=RunCheck(("make", "test")))
    return Plan(
        "2026.11",
        environments,
        (with_probes(web, environments), with_probes(api, environments)),
        name="Autumn",
        people=(Person("ana", "Ana Ruiz", "aruiz"), Person("ben", "Ben Okafor", "bokafor")),
        sources=(Source("prom", PrometheusTable(), "https://prom.example.com", "secret"),),
        items=(checked, Item(ItemId("announce"), "Announce it")),
        phases=("",),
    )


def with_probes(product: Product, environments: tuple[Environment, ...]) -> Product:
    """The product with a probe in each environment."""
    probes = tuple(
        Probe(AutoOptions(), product.name, one.name, f"https://{one.name}.example.com/version", "secret")
        for one in environments
    )
    return replace(product, probes=probes)
