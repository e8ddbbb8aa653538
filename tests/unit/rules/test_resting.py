"""Which cells a verdict rests on."""

from datetime import timedelta

from msgspec.structs import replace

from gonogo.plan import Environment, Plan, Product, Target
from gonogo.plan.conditions import ChecklistGate, ObservedGate, SoakGate
from gonogo.rules.resting import cells_behind

PLAN = Plan(
    "2026.11",
    (
        Environment("dev"),
        Environment("staging", after=("dev",)),
        Environment("canary"),
        Environment("load"),
        Environment("prod", after=("staging",), production=True),
        Environment("dr", after=("prod",)),
    ),
    (Product("web", "1.2.3"),),
)


def environments(plan: Plan, environment: str) -> set[str]:
    """The environments asked for the sake of one."""
    return {target.environment for target in cells_behind(plan, environment)}


def test_everything_before_an_environment_counts() -> None:
    """The environments before those before it, too."""
    assert environments(PLAN, "prod") == {"dev", "staging", "prod"}
    assert environments(PLAN, "dr") == {"dev", "staging", "prod", "dr"}


def test_production_always_counts() -> None:
    """Nothing that ships may be older than what is live."""
    assert environments(PLAN, "dev") == {"dev", "prod"}


def test_what_the_gates_name_counts() -> None:
    """As what they observe, or where it soaks; a phase that is called like an environment is none."""
    seen = ObservedGate("staging", ("canary",))
    soaked = SoakGate("staging", timedelta(hours=2), ("load",))
    phase = ChecklistGate("staging", ("dr",))
    elsewhere = ObservedGate("prod", ("dr",))

    found = environments(replace(PLAN, gates=(seen, soaked, phase, elsewhere)), "staging")

    assert found == {"dev", "staging", "canary", "load", "prod"}


def test_no_environment_means_all_cells() -> None:
    """Completing rests on the whole matrix."""
    assert cells_behind(PLAN, "") == {Target("web", one.name) for one in PLAN.environments}
