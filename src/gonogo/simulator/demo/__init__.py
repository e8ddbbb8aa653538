"""The packaged demo: six products, four environments, and an evening on which things happen.

The plan is made with dates around `now`, so that its window is open and its freeze is ahead. The story lasts about
three minutes and then stays as it is. The same `now` gives the same demo, to the byte.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from gonogo.ports import Clock, PlanSource
from gonogo.simulator.demo.cast import ENVIRONMENTS, products
from gonogo.simulator.demo.evening import ACTS, STORY, demo_acts, scenario
from gonogo.simulator.demo.plan import plan_text
from gonogo.simulator.demo.repositories import histories, settle, tagged
from gonogo.simulator.fleet import Fleet
from gonogo.simulator.rehearsal import LAST_COMMIT, Rehearsal, scratch
from gonogo.simulator.repositories import generate
from gonogo.simulator.scenario import at_their_tags

__all__ = ["ACTS", "ENVIRONMENTS", "STORY", "demo", "demo_acts", "histories", "plan_text", "products", "scenario"]


@contextmanager
def demo(
    open_plan: Callable[[Path], PlanSource],
    clock: Clock,
    account: str,
    *,
    directory: Path | None = None,
    port: int = 0,
) -> Iterator[Rehearsal]:
    """Play the packaged demo from now on, for `account`, who is its release manager.

    `open_plan` opens the plan file; `directory` and `port` are as for `rehearsal`, and with both given and a fixed
    clock everything is the same each time. Raises StorageError, ConfigError (no git), BusyError (port taken).
    """
    began = clock.now().astimezone(UTC)
    story = scenario(began)
    with scratch(directory) as place, Fleet(story, clock, began, port=port) as fleet:
        repositories = place / "repositories"
        for name, history in histories(began).items():
            until = began.replace(minute=0, second=0, microsecond=0) - LAST_COMMIT
            generate(repositories / name, [history], until)
        for one in products(began):
            settle(repositories, one)
        commits = {one.name: tagged(repositories / one.name) for one in products(began)}
        story = at_their_tags(story, lambda product, version: commits[product].get(version, ""))
        fleet.follow(story)
        path = place / "release.yaml"
        path.write_text(plan_text(began, fleet.url, repositories, account), encoding="utf-8")
        source = open_plan(path)
        loaded = source.load()
        fleet.publish(loaded.plan)
        yield Rehearsal(place, source, loaded, str(path), fleet, story, clock, began)
