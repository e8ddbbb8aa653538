"""From a plan to its double on the stage: questions aimed at the fleet, repositories copied or made up.

The double is derived from the plan that was read, never by editing text, and again each time the file changes.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from gonogo.errors import StorageError
from gonogo.hotfix.lines import tag_name
from gonogo.plan import LoadedPlan, Plan, Product, VersionFile, Window
from gonogo.plan.branches import branches_of
from gonogo.ports import PlanSource
from gonogo.simulator import scratch_git
from gonogo.simulator.fleet import Fleet, aimed
from gonogo.simulator.histories import Chapter, History, everyday_chapters
from gonogo.simulator.repositories import generate
from gonogo.simulator.scenario import Scenario, at_their_tags, with_missing
from gonogo.simulator.scenarios import below, predecessor
from gonogo.text import clean
from gonogo.text.names import slug

_RELEASES = 5
"""Releases a made-up history has behind it."""


class Stage:
    """Turns a plan into its double: scratch repositories below `directory`, answers from `fleet`."""

    def __init__(
        self,
        directory: Path,
        fleet: Fleet,
        until: datetime,
        make_scenario: Callable[[Plan], Scenario],
        began: datetime | None = None,
    ) -> None:
        self._directory = directory
        self._fleet = fleet
        self._until = until
        self._make_scenario = make_scenario
        self._began = began
        self._copies: dict[str, tuple[str, bool]] = {}
        self._tags: dict[str, dict[str, str]] = {}
        """By scratch repository: each tag with the commit it leads to."""
        self.notes: tuple[str, ...] = ()
        """What differs from the real plan beyond its endpoints, one sentence each."""

    def set(self, plan: Plan) -> Plan:
        """Return the double of `plan`; the fleet answers its questions now. Raises StorageError, ConfigError."""
        scenario = with_missing(self._fleet.scenario, self._make_scenario(plan))
        copied = {product.name: self._with_scratch(product, plan) for product in plan.products}
        self._fleet.follow(
            at_their_tags(scenario, lambda name, version: self._commit_of(copied.get(name), version))
        )
        self._fleet.publish(plan)
        double = aimed(plan, self._fleet)
        products = tuple(self._with_scratch(product, plan) for product in double.products)
        checks = [item.id for item in plan.items if item.check is not None]
        if checks:
            self._note(
                f"checks are left out, a rehearsal runs no command and asks no real host: {', '.join(checks)}"
            )
        return replace(
            double,
            name=f"REHEARSAL {plan.name or plan.release}",
            products=products,
            window=self._window(plan.window),
            items=tuple(replace(item, check=None) for item in plan.items),
        )

    def _window(self, window: Window | None) -> Window | None:
        """The window of the release, open from the beginning: its evening is rehearsed, whenever that is."""
        if window is None or self._began is None or window.is_open(self._began):
            return window
        start = self._began.replace(second=0, microsecond=0)
        self._note("the release window is open: it begins with the rehearsal and is as long as in the plan")
        return replace(window, start=start, end=start + (window.end - window.start))

    def _with_scratch(self, product: Product, plan: Plan) -> Product:
        if not product.repo:
            return product
        if product.repo not in self._copies:
            self._copies[product.repo] = self._copied(product, plan)
        path, made_up = self._copies[product.repo]
        # a pinned commit cannot be in a made-up history; in a copy it is
        return replace(product, repo=path, revision="" if made_up else product.revision)

    def _commit_of(self, product: Product | None, version: str) -> str:
        """The commit that a version of a product is tagged at in its scratch repository; "" for none."""
        if product is None or not product.repo:
            return ""
        if product.repo not in self._tags:
            self._tags[product.repo] = _tagged(product.repo)
        return self._tags[product.repo].get(tag_name(product, version), "")

    def _copied(self, product: Product, plan: Plan) -> tuple[str, bool]:
        """(scratch path, whether it is made up) of a product's repository."""
        source = Path(product.repo)
        target = self._directory / f"{len(self._copies) + 1}-{slug(product.name) or 'product'}"
        if source.is_dir():
            try:
                scratch_git.clone(source, target)
            except StorageError as error:
                why = error.message
            else:
                return str(target), False
        else:
            why = "there is no such directory"
        self._note(f"{product.name}: {clean(product.repo, 200)} cannot be copied ({why}); its history is made up")
        made_up = self._directory / f"{target.name}-made-up"
        generate(made_up, stand_ins(plan, product.repo), self._until)
        return str(made_up), True

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes = (*self.notes, text)


class StagedPlan:
    """A plan file whose double is played; derived anew when the file changes. See `ports.PlanSource`."""

    def __init__(self, source: PlanSource, stage: Stage) -> None:
        self._source = source
        self._stage = stage

    def load(self) -> LoadedPlan:
        """Read the file and derive its double. Raises PlanInvalid, StorageError, ConfigError."""
        return self.double(self._source.load())

    def double(self, loaded: LoadedPlan) -> LoadedPlan:
        """The double of a plan that has been read."""
        return replace(loaded, plan=self._stage.set(loaded.plan))

    def changed(self) -> bool:
        """Whether the real file differs from what was read last."""
        return self._source.changed()


def _tagged(repository: str) -> dict[str, str]:
    listed = scratch_git.run(
        "-C", repository, "for-each-ref", "--format=%(refname:strip=2) %(objectname) %(*objectname)", "refs/tags/"
    )
    rows = (line.split(" ") for line in listed.splitlines())
    return {name: peeled or oid for name, oid, peeled in rows}


def stand_ins(plan: Plan, repo: str) -> list[History]:
    """Histories for a repository that is not there: one for each product the plan says lives in it."""
    products = [product for product in plan.products if product.repo == repo]
    return [_stand_in(product, plan, alone=len(products) == 1) for product in products]


def _stand_in(product: Product, plan: Plan, *, alone: bool) -> History:
    folder = next((path.strip("/") + "/" for path in product.paths if path.strip("/")), "")
    if not folder and not alone:
        folder = f"{slug(product.name)}/"
    versions = [product.version]
    older = predecessor(product)
    while older and len(versions) <= _RELEASES:
        versions.insert(0, older)
        older = below(older)
    targets = (product.target,) if product.target and product.target != branches_of(plan, product).main else ()
    return History(
        product.name,
        (*everyday_chapters(versions, product.version), Chapter("", 5)),
        tag=product.tag,
        files=product.files or (VersionFile(f"{folder}VERSION", pattern="{version}"),),
        folder=folder,
        branches=tuple(dict.fromkeys((*branches_of(plan, product).active, *targets))),
        shared=not alone,
    )
