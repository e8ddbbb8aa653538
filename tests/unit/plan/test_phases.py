"""Which phases must be over before which environment."""

from gonogo.plan import Environment, Item, Plan
from gonogo.plan.phases import phases_before
from support.releases import item, product

DEV = Environment("dev")
STAGING = Environment("staging", after=("dev",))
EU = Environment("prod-eu", after=("staging",), production=True)
US = Environment("prod-us", after=("prod-eu",), production=True)


def _before(environment: Environment, *items: Item) -> tuple[str, ...]:
    phases = tuple(dict.fromkeys(one.phase for one in items))
    return phases_before(Plan("r", (DEV, STAGING, EU, US), (product(),), items=items, phases=phases), environment)


def test_production_is_entered_in_the_phase_called_deployment() -> None:
    """What stands before Deployment must be over; Deployment and what follows need not."""
    items = [item("a", "Pre-release"), item("b", "Candidate"), item("c", "Deployment"), item("d", "Post-release")]

    assert _before(EU, *items) == ("Pre-release", "Candidate")


def test_an_item_that_names_an_environment_places_it() -> None:
    """QA on staging happens in the candidate phase, so staging is entered there."""
    items = [item("a", "Pre-release"), item("qa", "Candidate", environment="staging"), item("c", "Deployment")]

    assert _before(STAGING, *items) == ("Pre-release",)


def test_a_later_environment_demands_what_an_earlier_one_demanded() -> None:
    """Nothing is forgiven on the way to production."""
    items = [
        item("a", "One"),
        item("b", "Two"),
        item("c", "Three", environment="staging"),
        item("d", "One", environment="prod-eu"),
    ]

    assert _before(EU, *items) == ("One", "Two")


def test_a_plain_list_comes_before_production_only() -> None:
    """A checklist without phases is a list of what has to be done before production."""
    assert _before(STAGING, item("a"), item("b")) == ()
    assert _before(EU, item("a"), item("b")) == ("",)


def test_without_a_deployment_phase_everything_but_post_is_before_production() -> None:
    """When in doubt, more must be done, not less."""
    assert _before(EU, item("a", "Prepare"), item("b", "Verify"), item("c", "Post-release")) == (
        "Prepare",
        "Verify",
    )
    assert _before(EU, item("a", "Prepare"), item("b", "Verify")) == ("Prepare", "Verify")


def test_an_early_environment_waits_for_no_phase() -> None:
    """Development is entered whenever one likes."""
    assert _before(DEV, item("a", "Pre-release"), item("c", "Deployment")) == ()
