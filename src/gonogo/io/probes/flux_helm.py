"""`use: flux-helm`: a HelmRelease of Flux.

    use: flux-helm
    url: https://api.prod.example.com:6443     # or cluster: NAME of your own kubeconfig
    namespace: pay
    release: payment-api                       # the product's name by default
    take: app_version                          # or chart_version

`status.history` holds the newest release first, and that may be one that failed: what runs is the newest that was
deployed. The condition Ready says how it stands; Stalled means that Flux has given up.
"""

from collections.abc import Mapping
from typing import Any

from gonogo.errors import UsageError
from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.cluster import Cluster
from gonogo.io.probes.extraction import Transform
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Understood
from gonogo.io.probes.reading import (
    Page,
    ask_json,
    at,
    below,
    conditions,
    entries,
    moment,
    not_there,
    segment,
    whole,
)
from gonogo.io.probes.workload import transform_given
from gonogo.plan import Probe
from gonogo.plan.probes import FluxHelmOptions
from gonogo.text import clean

_PATH = "/apis/helm.toolkit.fluxcd.io/v2/namespaces/{namespace}/helmreleases/{name}"
TAKE = {"app_version": "appVersion", "chart_version": "chartVersion"}
"""`take:` and the field it names."""


def preset(probe: Probe, options: FluxHelmOptions) -> Preset:
    """The preset for one probe. Raises UsageError."""
    take = options.take or "app_version"
    if take not in TAKE:
        raise UsageError(f"`take:` is one of: {', '.join(TAKE)}", where=probe.where)
    path = _PATH.format(
        namespace=segment(options.namespace or "default"),
        name=segment(options.release or probe.product),
    )
    return _HelmRelease(Cluster.of(probe, options), path, TAKE[take], transform_given(options.transform))


class _HelmRelease:
    def __init__(self, cluster: Cluster, path: str, field: str, transform: Transform) -> None:
        self._cluster = cluster
        self._path = path
        self._field = field
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """One request."""
        page = await ask_json(fetch, below(self._cluster.at(request), self._path))
        return page if isinstance(page, NotUnderstood) else read(page, self._field, self._transform)


def read(page: Page, field: str, transform: Transform) -> Outcome:
    """What a HelmRelease says. Pure."""
    if page.text("kind") != "HelmRelease":
        return not_there(page, f"a '{page.text('kind') or 'nothing'}' came, not a HelmRelease")
    history = entries(page.value, "status", "history")
    status, message = state_of(page.value, history)
    running = next((one for one in history if one.get("status") == "deployed"), None)
    if running is None and status is Status.SUCCEEDED:
        status, message = Status.UNKNOWN, "ready, and no release of its history is deployed"
    chosen = running or next(iter(history), None)
    if chosen is None:
        return NotUnderstood(
            Reason.NO_DATA, clean(message or "nothing was released yet", 200), page.answer.excerpt
        )
    version = page.document.text(chosen.get(field), transform)
    if not version:
        return NotUnderstood(Reason.NO_VERSION, f"the release names no {field}", page.answer.excerpt)
    updated = moment(chosen, "lastDeployed")
    revision = page.document.text(chosen.get("ociDigest"))
    place = f"status.history[{history.index(chosen)}].{field}"
    return Understood((Running(version, revision),), status, updated, message, place, page.answer.excerpt)


def state_of(release: Any, history: list[Mapping[str, Any]]) -> tuple[Status, str]:
    """How the release stands, and why."""
    if at(release, "spec", "suspend") is True:
        return Status.PAUSED, "Flux is suspended here"
    known = conditions(release)
    ready, stalled = known.get("Ready", {}), known.get("Stalled", {})
    told = clean(str(ready.get("message") or ready.get("reason") or ""), 200)
    if whole(release, "status", "observedGeneration") < whole(release, "metadata", "generation"):
        return Status.IN_PROGRESS, "Flux has not seen the newest version yet"
    if stalled.get("status") == "True":
        return Status.FAILED, clean(str(stalled.get("message") or "Flux has given up"), 200)
    if ready.get("status") == "True":
        return Status.SUCCEEDED, ""
    newest = str(history[0].get("status")) if history else ""
    if ready.get("status") == "False":
        failed = newest == "failed" or str(ready.get("reason", "")).endswith("Failed")
        return (Status.FAILED if failed else Status.DEGRADED), told or "not ready"
    if ready.get("status") == "Unknown":
        return Status.IN_PROGRESS, told or "in progress"
    return Status.UNKNOWN, "it has no condition Ready"
