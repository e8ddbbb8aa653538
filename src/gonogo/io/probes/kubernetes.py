"""`use: kubernetes`: a Deployment, as the API server has it.

    use: kubernetes
    url: https://api.prod.example.com:6443     # or cluster: NAME of your own kubeconfig
    namespace: pay
    deployment: payment-api                    # the product's name by default
    container: app                             # where a pod has several

Its state is told by `observedGeneration`, the conditions and the counts, as `kubectl rollout status` does. While
it rolls, the ReplicaSets say which versions run and how many pods each has; that asks for the right to list them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.extraction import Transform
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Understood
from gonogo.io.probes.reading import Page, ask_json, at, below, conditions, moment, not_there, whole
from gonogo.io.probes.workload import (
    Named,
    Replicas,
    Workload,
    named_by,
    not_listed,
    replica_sets,
    told_with,
)
from gonogo.plan import Probe
from gonogo.plan.probes import KubernetesOptions
from gonogo.text import clean

_HASH = "pod-template-hash"


def preset(probe: Probe, options: KubernetesOptions) -> Preset:
    """The preset for one probe. Raises UsageError."""
    return _Deployment(Workload.of(probe, options, "deployment", options.deployment, "apps/v1"))


class _Deployment:
    def __init__(self, wanted: Workload) -> None:
        self._wanted = wanted

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """The Deployment, and its ReplicaSets while it has pods of more than one version."""
        wanted = self._wanted
        request = wanted.cluster.at(request)
        page = await ask_json(fetch, below(request, wanted.path))
        if isinstance(page, NotUnderstood):
            return page
        newest = named_by(at(page.value, "spec", "template"), wanted.container, wanted.transform)
        sets: Sequence[Replicas] | NotUnderstood = ()
        if has_old_pods(page.value):
            sets = await replica_sets(fetch, request, wanted.namespace, page.value, _HASH)
        return read(page, newest, sets, wanted.container, wanted.transform)


def has_old_pods(deployment: Any) -> bool:
    """Whether there are pods the newest template did not make."""
    return whole(deployment, "status", "replicas") > whole(deployment, "status", "updatedReplicas") or not _seen(
        deployment
    )


def _seen(deployment: Any) -> bool:
    """Whether the controller has looked at the newest version of the object."""
    return whole(deployment, "status", "observedGeneration") >= whole(deployment, "metadata", "generation")


def read(
    page: Page,
    newest: Named,
    sets: Sequence[Replicas] | NotUnderstood,
    container: str,
    transform: Transform,
) -> Outcome:
    """What a Deployment and its ReplicaSets say. Pure."""
    if page.text("kind") != "Deployment":
        return not_there(page, f"a '{page.text('kind') or 'nothing'}' came, not a Deployment")
    if not newest.version:
        return NotUnderstood(Reason.NO_VERSION, newest.why, page.answer.excerpt)
    status, message = state_of(page.value)
    updated = moment(conditions(page.value).get("Progressing"), "lastUpdateTime")
    if status is Status.NOT_DEPLOYED:
        return Understood((), status, updated, message, newest.place, page.answer.excerpt)
    if isinstance(sets, NotUnderstood):
        message = told_with(message, not_listed(sets))
    versions, unnamed = _versions(page.value, newest, sets, container, transform)
    if unnamed:
        message = told_with(message, f"{unnamed} pods run what no template names")
        status = Status.UNKNOWN if status is Status.SUCCEEDED else status
    if not versions:
        # the newest template is not what these pods run, and nothing else names it
        reason = sets.reason if isinstance(sets, NotUnderstood) else Reason.NO_VERSION
        return NotUnderstood(reason, message or "no ReplicaSet names what runs", page.answer.excerpt)
    return Understood(versions, status, updated, message, newest.place, page.answer.excerpt)


def _versions(
    deployment: Any,
    newest: Named,
    sets: Sequence[Replicas] | NotUnderstood,
    container: str,
    transform: Transform,
) -> tuple[tuple[Running, ...], int]:
    """Each version with its pods, while it rolls those of its ReplicaSet; and how many pods no template names."""
    counts: dict[tuple[str, str], int] = {}
    unnamed = 0
    for one in sets if not isinstance(sets, NotUnderstood) else ():
        named = named_by(one.template, container, transform)
        if one.count and named.version:
            key = (named.version, named.digest)
            counts[key] = counts.get(key, 0) + one.count
        else:
            unnamed += one.count
    if counts or unnamed:
        ranked = sorted(counts.items(), key=lambda item: -item[1])
        return tuple(Running(version, digest, replicas=count) for (version, digest), count in ranked), unnamed
    total, updated = (whole(deployment, "status", key) for key in ("replicas", "updatedReplicas"))
    if total and (not updated or not _seen(deployment)):
        return (), 0
    return (Running(newest.version, newest.digest, replicas=updated),), 0


def state_of(deployment: Mapping[str, Any]) -> tuple[Status, str]:
    """How the rollout stands, by the rules of `kubectl rollout status`, and why."""
    known = conditions(deployment)
    wanted = at(deployment, "spec", "replicas")
    wanted = 1 if wanted is None else whole(deployment, "spec", "replicas")
    total, updated, available = (
        whole(deployment, "status", key) for key in ("replicas", "updatedReplicas", "availableReplicas")
    )
    if not _seen(deployment):
        return Status.IN_PROGRESS, "the controller has not seen the newest version yet"
    progressing = known.get("Progressing", {})
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return Status.FAILED, _words(progressing, "the progress deadline is exceeded")
    if wanted == 0 and total == 0:
        return Status.NOT_DEPLOYED, "scaled to 0"
    if at(deployment, "spec", "paused") is True and (updated < wanted or total > updated or available < updated):
        return Status.PAUSED, f"paused with {updated} of {wanted} pods new, {available} of {total} available"
    if updated < wanted:
        return Status.IN_PROGRESS, f"{updated} of {wanted} pods are new"
    if total > updated:
        return Status.IN_PROGRESS, f"{total - updated} old pods are still there"
    if available < updated:
        return Status.IN_PROGRESS, f"{available} of {updated} pods are available"
    failure = known.get("ReplicaFailure", {})
    if failure.get("status") == "True":
        return Status.DEGRADED, _words(failure, "pods cannot be made")
    return Status.SUCCEEDED, ""


def _words(condition: Mapping[str, Any], otherwise: str) -> str:
    told = condition.get("message")
    return clean(told, 200) if isinstance(told, str) and told else otherwise
