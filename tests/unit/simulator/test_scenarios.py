"""The named scenarios, and those that people write."""

from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.facts import Status
from gonogo.plan import Product, Target
from gonogo.simulator.scenario import Fault, answer
from gonogo.simulator.scenarios import SCENARIOS, below, predecessor, read_scenario, scenario_for
from support.stage import shop

WEB = Target("web", "production")


def written(path: Path, text: str) -> Path:
    """A scenario file."""
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_named_scenario_answers_for_every_target(name: str) -> None:
    """Whatever the plan, no cell is forgotten."""
    plan = shop()
    played = scenario_for(plan, name)
    targets = {Target(one.name, env.name) for one in plan.products for env in plan.environments}
    assert set(played.moments) == targets
    assert all(moments for moments in played.moments.values())


@pytest.mark.parametrize(
    ("version", "before"),
    [
        ("1.2.3", "1.2.2"), ("1.2.0", "1.1.0"), ("2.0.0", "1.0.0"), ("2026.11.0", "2026.10.0"), ("v7", "v6"),
        ("1.2.3-rc.2", "1.2.2"), ("2026.01.02", "2026.01.01"), ("0.0.1", ""), ("0.1.0", ""), ("blue", ""),
    ],
)  # fmt: skip
def test_one_step_below(version: str, before: str) -> None:
    """Where the plan does not say what ran before, one lower; nothing below the first."""
    assert below(version) == before


def test_the_plans_own_previous_comes_first() -> None:
    """What the plan says is not guessed."""
    assert predecessor(Product("web", "1.2.3", previous="0.9")) == "0.9"


def test_a_canary_goes_from_ten_to_all() -> None:
    """The shares of the last environment over time."""
    played = scenario_for(shop(), "canary")
    shares = [[one.weight for one in answer(played, WEB, at).versions] for at in (0, 30, 50, 100)]
    assert shares == [[None], [10, 90], [50, 50], [None]]


def test_a_file_says_only_what_changes(tmp_path: Path) -> None:
    """What a moment leaves out stays; `planned` and `previous` are the plan's words; `*` is everybody."""
    text = """
        description = "a bad start"
        start = "before"
        [[moment]]
        at = 10
        product = "web"
        version = "planned"
        status = "in_progress"
        [[moment]]
        at = 20
        product = ["web"]
        environment = "production"
        fault = "unavailable"
        up = 2
        down = 3
        [[moment]]
        at = 5
        product = "api"
        versions = [{version = "planned", weight = 10, role = "canary"}, {version = "1.10", weight = 90}]
        [[act]]
        at = 3
        person = "ben"
        verb = "tick"
        item = "tests"
    """
    played = read_scenario(written(tmp_path / "bad.toml", text), shop())
    assert (played.name, played.acts[0].item) == ("bad", "tests")
    first, second, third = (answer(played, WEB, at) for at in (0, 10, 22.5))
    assert (first.versions[0].version, second.versions[0].version) == ("1.2.2", "1.2.3")
    assert (second.status, third.status, third.fault) == (
        Status.IN_PROGRESS,
        Status.IN_PROGRESS,
        Fault.UNAVAILABLE,
    )
    assert [one.version for one in answer(played, Target("api", "staging"), 6).versions] == ["2.0.0", "1.10"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[moment]]\nversion = 1.10", "Expected `str | null`, got `float` - at `$.moment[0].version`"),
        ("[[moment]]\nproduct = 'wbe'", "the plan has no product 'wbe'\n  did you mean 'web'?"),
        ("[[moment]]\nenvironment = 'x'", "the plan has no environment 'x'\n  the plan has staging, production"),
        ("[[moment]]\nfault = 'meteor'", "Invalid enum value 'meteor' - at `$.moment[0].fault`"),
        ("[[moment]]\nspeed = 1", "Object contains unknown field `speed` - at `$.moment[0]`"),
        ("start = 'x'", "start 'x' is no scenario"),
        ("[[act]]\nat = 1\nperson = 'ben'\nverb = 'dance'\nitem = 'tests'", "'dance' is no act"),
        ("[[act]]\nat = 1\nperson = 'ben'\nverb = 'tick'\nitem = 'test'", "the plan has no item 'test'"),
        ("moment = ", "not TOML: Invalid value (at end of document)"),
    ],
)
def test_a_wrong_file_says_what_and_where(tmp_path: Path, text: str, message: str) -> None:
    """File, place, what, and what to do."""
    path = written(tmp_path / "wrong.toml", text)
    with pytest.raises(UsageError) as caught:
        read_scenario(path, shop())
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_a_missing_or_huge_file_is_an_error(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(UsageError, match="cannot be read"):
        scenario_for(shop(), str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match="at most 256 KiB"):
        scenario_for(shop(), str(written(tmp_path / "huge.toml", "#" * 300_000)))
