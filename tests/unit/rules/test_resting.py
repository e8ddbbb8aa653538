"""Which cells a verdict rests on."""

from msgspec.structs import replace

from gonogo.plan import Environment, Gate, GateKind, Plan, Product, Target
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
    """As their argument, or as their `in`."""
    seen = Gate("staging", GateKind.OBSERVED, ["canary"])
    soaked = Gate("staging", GateKind.SOAK, "2h", options={"in": ["load"]})
    elsewhere = Gate("prod", GateKind.OBSERVED, ["dr"])

    found = environments(replace(PLAN, gates=(seen, soaked, elsewhere)), "staging")

    assert found == {"dev", "staging", "canary", "load", "prod"}


def test_no_environment_means_all_cells() -> None:
    """Completing rests on the whole matrix."""
    assert cells_behind(PLAN, "") == {Target("web", one.name) for one in PLAN.environments}
