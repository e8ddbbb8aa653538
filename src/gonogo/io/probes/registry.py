"""From the plan to questions that can be asked: every `use:` name and its module.

A preset is one module with a function `preset(probe) -> Preset` (and, for one that fills many cells,
`source(source) -> MatrixPreset`), imported when a plan first names it. What cannot be asked is answered too, with
the reason: never with silence.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from gonogo.errors import UsageError
from gonogo.facts import Reason
from gonogo.facts.pollers import Window
from gonogo.io.config import Config
from gonogo.io.config.credentials import Credentials
from gonogo.io.http.question import DETAIL_LIMIT, Request
from gonogo.io.probes.catalogue import PRESETS
from gonogo.io.probes.instances import Instances
from gonogo.io.probes.interface import Claim, Fetch, NotUnderstood, Preset, Understood
from gonogo.io.probes.probings import CellProbing, Fetcher, Outside, SourceProbing, Unaskable
from gonogo.io.probes.version_like import OnlyVersions, OnlyVersionsInTable
from gonogo.plan import Plan, Probe, Product, Source, Target
from gonogo.plan.probes import ClusterOptions
from gonogo.ports import Clock, Probing
from gonogo.text import clean


def build_probings(
    plan: Plan,
    door: Fetcher,
    clock: Clock,
    config: Config,
    credentials: Credentials | None = None,
    windows: Mapping[Target, Window] = {},
) -> list[Probing]:
    """Return one question for each probe of the plan and one for each of its sources.

    A source speaks for every cell of the plan, also for those with a probe of their own: two that disagree must be
    seen to disagree. One without a query (it only serves `metrics:`) fills no cell and has no question here.
    `windows` are what other sessions of this account have looked at just now.
    """
    outside = Outside(door, clock, credentials or Credentials(config))
    probings: list[Probing] = [
        _cell(probe, outside, product, windows.get(Target(probe.product, probe.environment)), plan)
        for product in plan.products for probe in product.probes
    ]  # fmt: skip
    targets = [Target(product.name, env.name) for product in plan.products for env in plan.environments]
    planned = {product.name: versions_named(product) for product in plan.products}
    probings.extend(
        source_probing(source, targets, outside, planned) for source in plan.sources if source.fills_cells
    )
    return probings


def cell_probing(
    probe: Probe,
    door: Fetcher,
    clock: Clock,
    config: Config,
    credentials: Credentials | None = None,
    plan: Plan | None = None,
) -> Probing:
    """The question one probe asks; a probe that cannot be asked answers with the reason."""
    return _cell(probe, Outside(door, clock, credentials or Credentials(config)), plan=plan)


def _cell(
    probe: Probe,
    outside: Outside,
    product: Product | None = None,
    known: Window | None = None,
    plan: Plan | None = None,
) -> Probing:
    from gonogo.io.http.door import host_of, public_url  # httpx comes with the first question, not before

    target = Target(probe.product, probe.environment)
    default = PRESETS[probe.use].default_url
    if default and not probe.url:
        probe = replace(probe, url=default)
    first = probe.url or next(iter(probe.urls), "")
    cluster = probe.options.cluster if isinstance(probe.options, ClusterOptions) else ""
    place = public_url(first) if first else clean(cluster, 60)
    label = _label(probe.use, place, len(probe.urls))
    try:
        preset = _preset(probe, versions_named(product or _product(plan, target.product)))
    except UsageError as error:
        detail = clean(error.message, DETAIL_LIMIT)
        reason = Reason.NOT_SUPPORTED
        return Unaskable(str(target), (target,), probe.timing.every, outside.clock, reason, label, detail)
    return CellProbing(
        probe, preset, host_of(first) if first else place, label, outside, product, known, _others(plan, target)
    )


def _product(plan: Plan | None, name: str) -> Product | None:
    return next((one for one in plan.products if one.name == name), None) if plan is not None else None


def versions_named(product: Product | None) -> frozenset[str]:
    """What the plan itself calls versions of a product: those are, however they look."""
    if product is None:
        return frozenset()
    return frozenset({product.version, product.previous, product.back_to}) - {""}


def _others(plan: Plan | None, here: Target) -> Callable[[Claim], bool]:
    """Whether what an answer says it is names another environment or product of the plan."""
    if plan is None:
        return lambda _claim: False
    names = {
        "environment": ({one.name.lower() for one in plan.environments}, here.environment.lower()),
        "product": ({one.name.lower() for one in plan.products}, here.product.lower()),
    }

    def is_another(claim: Claim) -> bool:
        known, own = names[claim.kind]
        return claim.name.lower() in known and claim.name.lower() != own

    return is_another


def _label(use: str, url: str, count: int) -> str:
    """What a source is called: preset, URL without secrets, and how many instances it asks."""
    more = f" and {count - 1} more" if count > 1 else ""
    return f"{use} {url}{more}" if url else use


def _preset(probe: Probe, planned: frozenset[str]) -> Preset:
    module = _module(probe.use)
    if not probe.urls:
        return OnlyVersions(module.preset(probe, probe.options), planned)
    parts = ((url, module.preset(replace(probe, url=url, urls=()), probe.options)) for url in probe.urls)
    return Instances([(url, OnlyVersions(preset, planned)) for url, preset in parts])


def source_probing(
    source: Source,
    targets: Sequence[Target],
    outside: Outside,
    planned: Mapping[str, frozenset[str]] = {},
) -> Probing:
    """The question one source asks; a source that cannot be asked answers with the reason.

    `planned` are the versions the plan names, by product.
    """
    from gonogo.io.http.door import host_of, public_url

    default = PRESETS[source.use].default_url
    if default and not source.url:
        source = replace(source, url=default)
    label = _label(source.use, public_url(source.url) if source.url else "", 1)
    try:
        preset = OnlyVersionsInTable(_module(source.use).source(source, source.options), planned)
    except UsageError as error:
        detail = clean(error.message, DETAIL_LIMIT)
        name, reason = f"source {source.id}", Reason.NOT_SUPPORTED
        every = source.timing.every
        return Unaskable(name, tuple(targets), every, outside.clock, reason, label, detail, source.id)
    return SourceProbing(source, preset, targets, host_of(source.url), label, outside)


async def asked_by(given: Probe | Source, fetch: Fetch, request: Request) -> bool:
    """Put the question of a probe or source to `request.url`; whether it was understood. Raises UsageError."""
    if isinstance(given, Probe):
        preset = _preset(replace(given, url=request.url, urls=()), frozenset())
        return isinstance(await preset.ask(fetch, request), Understood)
    if not given.fills_cells:
        return False
    return not isinstance(
        await _module(given.use).source(given, given.options).ask(fetch, request, ()), NotUnderstood
    )


def _module(use: str) -> Any:
    """The module behind a preset."""
    return importlib.import_module(PRESETS[use].module)
