"""`use: helm`: a Helm release, as `helm list` has it, or as its Deployments' labels say.

    use: helm
    namespace: pay
    release: payment-api             # the product's name by default
    context: prod                    # of your own kubeconfig; the current one by default
    take: app_version                # or chart_version

With neither `url:` nor `cluster:` it runs `helm list -o json` as you, with these names and nothing else from the
plan. With one of them it asks the Kubernetes API for the Deployments of the release instead and reads the labels
that charts set (`helm.sh/chart`, `app.kubernetes.io/version`): reading Helm's own records would need the right to
read secrets. The labels tell the version and how the Deployments stand, not what Helm thinks of the release.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gonogo.errors import UsageError
from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.probes.cluster import Cluster
from gonogo.io.probes.document import parse
from gonogo.io.probes.extraction import Transform
from gonogo.io.probes.helm_command import helm_list
from gonogo.io.probes.instances import together
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Understood
from gonogo.io.probes.kubernetes import state_of
from gonogo.io.probes.reading import Page, ask_json, at, below, entries, moment, segment
from gonogo.io.probes.workload import VERSION_LABEL, is_cut, transform_given
from gonogo.plan import Probe
from gonogo.plan.probes import HelmOptions
from gonogo.text import clean

_TAKES = ("app_version", "chart_version")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,252}", re.ASCII)
"""A name that may stand on Helm's command line: never an option."""
_CHART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*?-(v?[0-9]+\..*)", re.ASCII)
"""`payment-api-1.4.0-rc.1`: the version begins at the first number with a point that follows a hyphen."""
_WORDS: Final[Mapping[str, tuple[Status, str]]] = {
    "deployed": (Status.SUCCEEDED, ""),
    "failed": (Status.FAILED, "Helm says: failed"),
    "pending-install": (Status.IN_PROGRESS, "an installation is under way, or was broken off"),
    "pending-upgrade": (Status.IN_PROGRESS, "an upgrade is under way, or was broken off"),
    "pending-rollback": (Status.IN_PROGRESS, "a rollback is under way, or was broken off"),
    "uninstalling": (Status.IN_PROGRESS, "it is being uninstalled"),
    "uninstalled": (Status.NOT_DEPLOYED, "it was uninstalled"),
    "superseded": (Status.UNKNOWN, "Helm says: superseded"),
    "unknown": (Status.UNKNOWN, "Helm says: unknown"),
}


def preset(probe: Probe, options: HelmOptions) -> Preset:
    """The preset for one probe. Raises UsageError."""
    take = options.take or "app_version"
    if take not in _TAKES:
        raise UsageError(f"`take:` is one of: {', '.join(_TAKES)}", where=probe.where)
    namespace, release = options.namespace or "default", options.release or probe.product
    context = options.context
    for key, name in (("namespace", namespace), ("release", release), ("context", context)):
        if name and not _NAME.fullmatch(name):
            raise UsageError(f"`{key}:` '{clean(name, 60)}' is no name", where=probe.where)
    transform = transform_given(options.transform)
    if probe.url or options.cluster:
        return _Labels(Cluster.of(probe, options), namespace, release, take, transform)
    return _Command(namespace, release, context, take, transform)


class _Command:
    def __init__(self, namespace: str, release: str, context: str, take: str, transform: Transform) -> None:
        self._names = (namespace, release, context)
        self._take = take
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """Run Helm once, within the time-out; nothing is asked over HTTP by us."""
        del fetch
        namespace, release, context = self._names
        answer = await helm_list(namespace, release, context, request.deadline)
        if isinstance(answer, Failure):
            return NotUnderstood(answer.reason, answer.detail)
        return read_list(answer, release, self._take, self._transform)


def read_list(answer: Answer, release: str, take: str, transform: Transform) -> Outcome:
    """What `helm list -o json` says about one release. Pure."""
    document = parse(answer)
    if isinstance(document, NotUnderstood):
        return document
    if not isinstance(document.value, list):
        return NotUnderstood(Reason.NO_VERSION, "helm list gave no list", answer.excerpt)
    found = next((one for one in entries(document.value) if one.get("name") == release), None)
    if found is None:
        return NotUnderstood(Reason.NO_DATA, clean(f"Helm has no release '{release}' there", 200), answer.excerpt)
    status, message = _WORDS.get(
        str(found.get("status")), (Status.UNKNOWN, clean(f"Helm says: {found.get('status')}", 80))
    )
    if status is Status.NOT_DEPLOYED:
        return Understood((), status, _updated(found), message, "status", answer.excerpt)
    text = document.text(found.get("app_version"), transform) if take == "app_version" else ""
    if take == "chart_version":
        text = transform(chart_version(str(found.get("chart") or "")))
    if not text:
        return NotUnderstood(Reason.NO_VERSION, f"the release has no {take}", answer.excerpt)
    return Understood((Running(text),), status, _updated(found), message, take, answer.excerpt)


def chart_version(chart: str) -> str:
    """The version of `payment-api-1.4.0`; "" when there is none."""
    found = _CHART.fullmatch(chart[:200])
    return found[1] if found else ""


def _updated(release: Mapping[str, Any]) -> Any:
    """Helm writes Go's form, `2026-11-24 21:05:33.123456789 +0000 UTC`."""
    text = str(release.get("updated") or "")[:60]
    found = re.match(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) ([+-]\d\d)(\d\d)", text, re.ASCII)
    return moment({"at": f"{found[1]}T{found[2]}{found[3]}:{found[4]}"}, "at") if found else None


class _Labels:
    def __init__(self, cluster: Cluster, namespace: str, release: str, take: str, transform: Transform) -> None:
        self._cluster = cluster
        self._path = f"/apis/apps/v1/namespaces/{segment(namespace)}/deployments"
        self._selector = f"app.kubernetes.io/managed-by=Helm,app.kubernetes.io/instance={release}"
        self._take = take
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """One request."""
        page = await ask_json(
            fetch, below(self._cluster.at(request), self._path, labelSelector=self._selector, limit=100)
        )
        return page if isinstance(page, NotUnderstood) else read_labels(page, self._take, self._transform)


def read_labels(page: Page, take: str, transform: Transform) -> Outcome:
    """What the Deployments of a release say together. Pure."""
    found = entries(page.value, "items")
    if not found:
        return NotUnderstood(
            Reason.NO_DATA, "no Deployment carries the labels of this release", page.answer.excerpt
        )
    parts: Sequence[tuple[str, Outcome]] = [
        (str(at(one, "metadata", "name")), _deployment(page, one, take, transform)) for one in found
    ]
    if is_cut(page):
        rest = NotUnderstood(Reason.NO_DATA, f"only the first {len(found)} Deployments are read")
        return together([*parts, ("the others", rest)])
    return parts[0][1] if len(parts) == 1 else together(parts)


def _deployment(page: Page, one: Mapping[str, Any], take: str, transform: Transform) -> Outcome:
    labels = at(one, "metadata", "labels")
    chart = at(labels, "helm.sh/chart")
    label = VERSION_LABEL if take == "app_version" else "helm.sh/chart"
    text = at(labels, VERSION_LABEL) if take == "app_version" else chart_version(str(chart or ""))
    version = page.document.text(text, transform)
    if not version:
        return NotUnderstood(Reason.NO_VERSION, f"no usable label {label}", page.answer.excerpt)
    status, message = state_of(one)
    return Understood((Running(version),), status, None, message, f"label {label}", page.answer.excerpt)
