"""What happens on the evening of the demo: where what runs, and what the others do."""

from collections.abc import Callable
from datetime import datetime

from gonogo.facts import Role, Running, Status
from gonogo.plan import Target
from gonogo.simulator.demo.cast import ENVIRONMENTS, Cast, products
from gonogo.simulator.scenario import Act, Fault, Moment, Scenario, acts_between, in_order
from gonogo.simulator.scenarios import split

STORY = 180.0
"""Seconds until everything has happened."""
_YESTERDAY = -86_400.0
_LAST_MONTH = -26 * 86_400.0


def scenario(now: datetime) -> Scenario:
    """The evening: what runs where, from before the curtain to the end of the story."""
    cast = {one.name: one for one in products(now)}
    moments = {
        Target(one.name, environment): _told(one, environment)
        for one in cast.values()
        for environment in ENVIRONMENTS
    }
    return Scenario("demo", "an evening at a web shop", moments, ACTS)


ACTS = (
    Act(0, "ben", "tick", "branches"),
    Act(0, "ben", "tick", "tests"),
    Act(0, "ben", "start", ""),
    Act(0, "chloe", "tick", "tickets"),
    Act(2, "ewa", "drive", "", "until ana takes over"),
    Act(
        42,
        "ben",
        "note",
        "qa-staging",
        "payment-api failed in staging: its migration waits for a lock, trying again",
    ),
    Act(44, "chloe", "reject", "qa", "payment-api does not come up in staging"),
    Act(
        58,
        "ewa",
        "waive",
        "item.open item:notes prod-eu",
        "support has read the draft, the last words do not matter",
    ),
    Act(76, "ben", "tick", "staging"),
    Act(84, "dai", "tick", "migration-review"),
    Act(90, "dai", "claim", "backup"),
    Act(96, "chloe", "tick", "qa-staging"),
    Act(98, "chloe", "revoke", "qa", "it is up, QA is through"),
    Act(99, "chloe", "approve", "qa"),
    Act(
        104,
        "ben",
        "note",
        "smoke-eu",
        "user-service went out before anybody said GO for prod-eu: it needs a late GO with the reason",
    ),
    Act(160, "ben", "note", "smoke-eu", "user-service and web are through, watching the error rate"),
)
"""What the others do. The rest of the checklist is left to whoever watches."""


def demo_acts(elapsed_from: float, elapsed_to: float) -> tuple[Act, ...]:
    """What the others do in (elapsed_from, elapsed_to], seconds since the curtain rose."""
    return acts_between(Scenario("demo", acts=ACTS), elapsed_from, elapsed_to)


def _told(one: Cast, environment: str) -> tuple[Moment, ...]:
    own = _STORIES.get((one.name, environment))
    new, old = (Running(one.version),), (Running(one.previous),)
    if own is not None:
        return in_order(own(one.version, one.previous))
    arrived = environment in {"dev", "staging"}
    return (Moment(_YESTERDAY if arrived else _LAST_MONTH, new if arrived else old),)


def _flapping(new: str, old: str) -> tuple[Moment, ...]:
    del old
    runs = (Running(new),)
    return (
        Moment(_YESTERDAY, runs),
        Moment(10, runs, fault=Fault.UNAVAILABLE, up=14, down=16),
        Moment(150, runs),
    )


def _promotion(at: float) -> Callable[[str, str], tuple[Moment, ...]]:
    def told(new: str, old: str) -> tuple[Moment, ...]:
        before = (Running(old),)
        return (
            Moment(_LAST_MONTH, before),
            Moment(at, before, Status.IN_PROGRESS, f"deploying {new}"),
            Moment(at + 9, (Running(new),)),
        )

    return told


def _failure(new: str, old: str) -> tuple[Moment, ...]:
    """A deployment that fails, and goes well when it is tried again."""
    before = (Running(old),)
    return (
        Moment(_LAST_MONTH, before),
        Moment(25, before, Status.IN_PROGRESS, f"deploying {new}"),
        Moment(35, before, Status.FAILED, "the migration waited 10 s for a lock and gave up"),
        Moment(60, before, Status.IN_PROGRESS, f"deploying {new}"),
        Moment(70, (Running(new),)),
    )


def _canary(new: str, old: str) -> tuple[Moment, ...]:
    return (
        Moment(_LAST_MONTH, (Running(old),)),
        Moment(100, split(new, old, 10), Status.IN_PROGRESS),
        Moment(122, split(new, old, 50), Status.IN_PROGRESS),
        Moment(146, (Running(new),)),
    )


def _rolling(new: str, old: str) -> tuple[Moment, ...]:
    """One pod after the other behind one address: each answer names the version of the pod that gave it."""
    pods = (Running(new, weight=50, role=Role.UNKNOWN), Running(old, weight=50, role=Role.UNKNOWN))
    return (
        Moment(_LAST_MONTH, (Running(old),)),
        Moment(108, pods, sampled=True),
        Moment(138, (Running(new),)),
    )


_STORIES: dict[tuple[str, str], Callable[[str, str], tuple[Moment, ...]]] = {
    ("notifications", "dev"): _flapping,
    ("search", "staging"): _promotion(12),
    ("payment-api", "staging"): _failure,
    ("user-service", "prod-eu"): _canary,
    ("web-frontend", "prod-eu"): _rolling,
    ("ledger", "prod-eu"): _promotion(130),
    ("notifications", "prod-eu"): _promotion(155),
}
"""payment-api and search stay behind in prod-eu: the next step is for whoever watches."""
