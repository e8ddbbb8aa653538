"""The packaged demo as data: its story, its plan's text and its repositories."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.facts import Status
from gonogo.plan import Target
from gonogo.simulator.demo import ACTS, ENVIRONMENTS, STORY, demo_acts, histories, plan_text, products, scenario
from gonogo.simulator.repositories import generate
from gonogo.simulator.scenario import Fault, answer

NOW = datetime(2026, 11, 24, 20, 3, 20, tzinfo=UTC)


def url(target: Target, path: str) -> str:
    """An address of a fleet that is not there."""
    return f"http://127.0.0.1:1/{target.product}/{target.environment}{path}"


def test_six_products_in_four_environments() -> None:
    """Every cell has a story."""
    assert set(scenario(NOW).moments) == {
        Target(one.name, environment) for one in products(NOW) for environment in ENVIRONMENTS
    }
    assert (len(products(NOW)), len(ENVIRONMENTS)) == (6, 4)


def test_the_story_has_what_it_promises() -> None:
    """A canary by shares, a flapping endpoint, a failure that recovers, a promotion; later nothing moves."""
    told = scenario(NOW)
    canary = Target("user-service", "prod-eu")
    shares = [tuple(one.weight for one in answer(told, canary, at).versions) for at in (0, 105, 130, 200)]
    assert shares == [(None,), (10, 90), (50, 50), (None,)]
    flapping = [answer(told, Target("notifications", "dev"), at).fault for at in range(0, 200, 5)]
    assert {Fault.NONE, Fault.UNAVAILABLE} == set(flapping)
    failed = [answer(told, Target("payment-api", "staging"), at).status for at in (0, 30, 40, 65, 80)]
    progress = Status.IN_PROGRESS
    assert failed == [Status.SUCCEEDED, progress, Status.FAILED, progress, Status.SUCCEEDED]
    for target in told.moments:
        assert answer(told, target, STORY) == answer(told, target, 1e6)


def test_several_people_act_and_only_within_the_story() -> None:
    """Half-open spans find every act once."""
    assert len({act.person for act in ACTS}) >= 3
    spans = [demo_acts(at - 1, at) for at in range(int(STORY) + 1)]
    assert tuple(act for span in spans for act in span) == ACTS


def test_the_same_now_makes_the_same_plan() -> None:
    """To the byte; another day makes another window."""
    texts = [plan_text(NOW, url, Path("/tmp/x"), "ana") for _ in range(2)]
    assert texts[0] == texts[1]
    assert "window: {from: 2026-11-24 20:30, to: 2026-11-24 23:30, zone: Europe/Berlin}" in texts[0]
    assert "version: 2026.11.0" in texts[0]


def test_a_month_is_counted_over_the_turn_of_the_year() -> None:
    """The calendar version before January's is December's."""
    january = {one.name: one for one in products(datetime(2027, 1, 3, tzinfo=UTC))}["web-frontend"]
    assert (january.previous, january.version) == ("2026.12.0", "2027.1.0")


@given(st.integers(0, 500_000_000).map(lambda seconds: datetime.fromtimestamp(1_700_000_000 + seconds, UTC)))
@settings(max_examples=200)
def test_the_window_is_open_at_any_now(now: datetime) -> None:
    """Also in the hour that autumn repeats: local times are read back as the plan's loader reads them."""
    from zoneinfo import ZoneInfo

    text = plan_text(now, url, Path("/tmp/x"), "ana")
    window = next(line for line in text.splitlines() if line.startswith("window:"))
    opens, closes = (
        datetime.fromisoformat(part.split(": ")[1]).replace(tzinfo=ZoneInfo("Europe/Berlin"))
        for part in window.removeprefix("window: {").split(", ")[:2]
    )
    assert opens.astimezone(UTC) <= now < closes.astimezone(UTC)


@pytest.mark.needs("git")
def test_the_repositories_have_the_tags_of_the_plan(tmp_path: Path) -> None:
    """Each planned and each previous version is tagged; hundreds of commits altogether."""
    commits = 0
    for one in products(NOW):
        generate(tmp_path / one.name, [histories(NOW)[one.name]], NOW)
        git = ["git", "-C", str(tmp_path / one.name)]
        tags = subprocess.run([*git, "tag"], capture_output=True, check=True, text=True).stdout.split()
        assert {f"v{one.version}", f"v{one.previous}"} <= set(tags)
        counted = subprocess.run([*git, "rev-list", "--count", "HEAD"], capture_output=True, check=True, text=True)
        commits += int(counted.stdout)
    assert commits > 800
