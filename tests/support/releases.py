"""Small releases to test with: plans, actors, events and observations with a fixed clock."""

from datetime import UTC, datetime, timedelta

from gonogo.acts import Command, Refusal, Scene, decide
from gonogo.events import Actor, Event, EventId
from gonogo.events.state import ReleaseState, replay
from gonogo.facts import Running, Seen, Status
from gonogo.plan import Environment, Item, ItemId, LoadedPlan, Person, Plan, Probe, Product, Target, Trigger
from gonogo.plan.probes import AutoOptions
from gonogo.rules.snapshot import Inputs

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
ANA = Actor(1001, "aruiz")
BEN = Actor(1002, "bokafor")


def item(
    name: str, phase: str = "", *, after: tuple[str, ...] = (), environment: str = "", owner: str = ""
) -> Item:
    """A checklist item titled like its id."""
    return Item(
        ItemId(name),
        name.replace("-", " "),
        phase,
        owner,
        after=tuple(ItemId(other) for other in after),
        environment=environment,
    )


def product(
    name: str = "web", version: str = "1.2.3", environments: tuple[str, ...] = ("staging", "production")
) -> Product:
    """A product with a probe in each environment and no repository."""
    probes = tuple(
        Probe(AutoOptions(), name, environment, f"http://{environment}.test/{name}")
        for environment in environments
    )
    return Product(name, version, previous="1.2.2", probes=probes)


def plan(
    *items: Item, products: tuple[Product, ...] | None = None, environments: tuple[Environment, ...] | None = None
) -> Plan:
    """Staging and production, one product, the given items."""
    staging = Environment("staging")
    production = Environment("production", after=("staging",), production=True)
    return Plan(
        "2026.11",
        environments or (staging, production),
        products or (product(),),
        people=(Person("ana", "Ana Ruiz", "aruiz"), Person("ben", "Ben Okafor", "bokafor")),
        items=items,
        phases=tuple(dict.fromkeys(one.phase for one in items)) or ("",),
        on_call=("ben",),
        triggers=(Trigger("login", "any failed login"),),
    )


def loaded(given: Plan) -> LoadedPlan:
    """The plan as if read from a file."""
    return LoadedPlan(given, "release.yaml", "0" * 64)


def after(given: Plan, *acts: tuple[Actor, Command], state: ReleaseState | None = None) -> ReleaseState:
    """The state after some acts, each of which must be accepted."""
    now = state or ReleaseState()
    for actor, command in acts:
        scene = Scene(Inputs(loaded(given), now), actor, EventId(f"id-{now.seq + 1}"), NOW)
        drafts = decide(scene, command)
        assert not isinstance(drafts, Refusal), drafts
        for draft in drafts:
            seq = now.seq + 1
            at = NOW + timedelta(seconds=seq)
            now = replay(
                [Event(seq, draft.id, at, actor, draft.kind, draft.subject, draft.data, draft.expect)], now
            )
    return now


def seen(
    version: str,
    target: Target | None = None,
    *,
    at: datetime = NOW,
    status: Status = Status.SUCCEEDED,
) -> Seen:
    """One answer with one version."""
    return Seen(target or Target("web", "staging"), (Running(version),), status, at, "test")
