"""`use: argo-rollout`: an Argo Rollouts Rollout, with the shares of a canary or both sides of a blue-green pair.

    use: argo-rollout
    url: https://api.prod.example.com:6443     # or cluster: NAME of your own kubeconfig
    namespace: pay
    rollout: payment-api                       # the product's name by default

`phase` says how it stands; Paused waits for a person and is not broken. Without a phase the conditions, the counts
and the hashes say it, as the controller itself would judge them. An aborted one has gone back to its stable
side and has failed. Shares are those of the traffic router; without one there are only counts of pods.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gonogo.facts import Reason, Role, Running, Status
from gonogo.io.http.question import Request
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
    whole,
)
from gonogo.io.probes.workload import Replicas, Workload, named_by, not_listed, replica_sets, told_with
from gonogo.plan import Probe
from gonogo.plan.probes import ArgoRolloutOptions
from gonogo.text import clean

_HASH = "rollouts-pod-template-hash"
_WORKLOAD_GENERATION = "rollout.argoproj.io/workload-generation"
_PHASES = {
    "Healthy": Status.SUCCEEDED,
    "Progressing": Status.IN_PROGRESS,
    "Paused": Status.PAUSED,
    "Degraded": Status.DEGRADED,
}


def preset(probe: Probe, options: ArgoRolloutOptions) -> Preset:
    """The preset for one probe. Raises UsageError."""
    return _Rollout(Workload.of(probe, options, "rollout", options.rollout, "argoproj.io/v1alpha1"))


class _Rollout:
    def __init__(self, wanted: Workload) -> None:
        self._wanted = wanted

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """The Rollout, and its ReplicaSets when its own template does not name all that runs."""
        wanted = self._wanted
        request = wanted.cluster.at(request)
        page = await ask_json(fetch, below(request, wanted.path))
        if isinstance(page, NotUnderstood):
            return page
        sets: Sequence[Replicas] | NotUnderstood = ()
        if needs_sets(page.value):
            sets = await replica_sets(fetch, request, wanted.namespace, page.value, _HASH)
        return read(page, sets, wanted.container, wanted.transform)


def _hashes(rollout: Any) -> dict[str, Role]:
    """The pod-template hashes that matter, with their part; the newest first."""
    status = at(rollout, "status")
    newest, stable = _word(status, "currentPodHash"), _word(status, "stableRS")
    active, preview = _word(status, "blueGreen", "activeSelector"), _word(status, "blueGreen", "previewSelector")
    if active:
        sides = {active: Role.STABLE}
        if preview and preview != active:
            sides[preview] = Role.PREVIEW
        return sides
    if newest and stable and newest != stable:
        return {newest: Role.CANARY, stable: Role.STABLE}
    return {newest or stable: Role.STABLE}


def _word(value: Any, *keys: str) -> str:
    found = at(value, *keys)
    return found if isinstance(found, str) else ""


def needs_sets(rollout: Any) -> bool:
    """Whether more than the newest template runs, or the template stands elsewhere (`workloadRef`)."""
    newest = _word(rollout, "status", "currentPodHash")
    return not _names_itself(rollout) or set(_hashes(rollout)) - {newest, ""} != set()


def _names_itself(rollout: Any) -> bool:
    """Whether the Rollout's own template is that of `currentPodHash`: there, and seen by the controller."""
    return isinstance(at(rollout, "spec", "template"), Mapping) and not _is_behind(rollout)


def _is_behind(rollout: Any) -> bool:
    """Whether the controller has not seen the newest version of the object, or of the workload it refers to."""
    seen = _word(rollout, "status", "observedGeneration")
    of_workload = _word(rollout, "status", "workloadObservedGeneration")
    wanted = _word(rollout, "metadata", "annotations", _WORKLOAD_GENERATION)
    return (seen.isdecimal() and int(seen[:18]) < whole(rollout, "metadata", "generation")) or (
        of_workload.isdecimal() and wanted.isdecimal() and int(of_workload[:18]) < int(wanted[:18])
    )


def read(page: Page, sets: Sequence[Replicas] | NotUnderstood, container: str, transform: Transform) -> Outcome:
    """What a Rollout and its ReplicaSets say. Pure."""
    if page.text("kind") != "Rollout":
        return not_there(page, f"a '{page.text('kind') or 'nothing'}' came, not a Rollout")
    status, message = state_of(page.value)
    listed: Sequence[Replicas] = ()
    if isinstance(sets, NotUnderstood):
        message = told_with(message, not_listed(sets))
        # without them the other side has no name, so nobody may take this for the whole
        status = Status.UNKNOWN if status is Status.SUCCEEDED else status
    else:
        listed = sets
    versions, why = _versions(page.value, listed, container, transform)
    if not versions and isinstance(sets, NotUnderstood):
        return NotUnderstood(sets.reason, not_listed(sets), page.answer.excerpt)
    if not versions:
        return NotUnderstood(Reason.NO_VERSION, why or "no version is named", page.answer.excerpt)
    updated = moment(conditions(page.value).get("Progressing"), "lastUpdateTime")
    return Understood(versions, status, updated, message, "image tag", page.answer.excerpt)


def _versions(
    rollout: Any, sets: Sequence[Replicas], container: str, transform: Transform
) -> tuple[tuple[Running, ...], str]:
    templates = {one.hash: one.template for one in sets}
    counts = {one.hash: one.count for one in sets}
    newest = _word(rollout, "status", "currentPodHash")
    own = at(rollout, "spec", "template")
    made, why = [], ""
    roles = _hashes(rollout)
    for mark, role in roles.items():
        template = own if mark == newest and _names_itself(rollout) else templates.get(mark)
        named = named_by(template, container, transform)
        why = why or named.why
        if template is None and len(roles) > 1:
            continue
        if not named.version:
            return (), named.why
        count = counts.get(mark, whole(rollout, "status", "replicas") if len(roles) == 1 else None)
        made.append(Running(named.version, named.digest, _weight(rollout, mark, roles), count, role))
    return tuple(made), why


def _weight(rollout: Any, mark: str, roles: Mapping[str, Role]) -> float | None:
    """The share the traffic router gives a canary's side; None without a router, and for blue-green."""
    if len(roles) < 2:
        return None
    weights = at(rollout, "status", "canary", "weights")
    for side in ("canary", "stable"):
        if _word(weights, side, "podTemplateHash") == mark:
            weight = at(weights, side, "weight")
            return float(weight) if type(weight) is int and 0 <= weight <= 100 else None
    return None


def state_of(rollout: Any) -> tuple[Status, str]:
    """How the rollout stands, and why."""
    told = _word(rollout, "status", "message")
    if _is_behind(rollout):
        return Status.IN_PROGRESS, "the controller has not seen the newest version yet"
    if at(rollout, "status", "abort") is True:
        return Status.FAILED, clean(f"aborted: {told}" if told else "aborted", 200)
    phase = _word(rollout, "status", "phase")
    if not phase:
        return _without_phase(rollout)
    if phase not in _PHASES:
        return Status.UNKNOWN, clean(f"phase '{phase}', which gonogo does not know", 200)
    return _PHASES[phase], "" if phase == "Healthy" else clean(f"{phase}: {told}" if told else phase, 200)


_BROKEN = {"RolloutAborted", "ProgressDeadlineExceeded"}


def _without_phase(rollout: Any) -> tuple[Status, str]:
    """How it stands by conditions, generation, counts and hashes: a controller before 1.0 writes no phase."""
    if not _word(rollout, "status", "observedGeneration").isdecimal():
        return Status.UNKNOWN, "it names neither its phase nor the generation that was looked at"
    for kind, condition in conditions(rollout).items():
        if kind == "InvalidSpec" or condition.get("reason") in _BROKEN:
            told = condition.get("message")
            return Status.FAILED, clean(f"{condition.get('reason') or kind}: {told}", 200)
    if at(rollout, "spec", "paused") is True:
        return Status.PAUSED, "paused by hand"
    if pauses := entries(rollout, "status", "pauseConditions"):
        return Status.PAUSED, clean(f"paused: {pauses[0].get('reason')}", 200)
    return _by_counts(rollout)


def _by_counts(rollout: Any) -> tuple[Status, str]:
    given = at(rollout, "spec", "replicas")
    wanted = 1 if given is None else whole(rollout, "spec", "replicas")
    total, updated, available = (
        whole(rollout, "status", key) for key in ("replicas", "updatedReplicas", "availableReplicas")
    )
    if updated < wanted:
        return Status.IN_PROGRESS, f"{updated} of {wanted} pods are new"
    if available < updated:
        return Status.IN_PROGRESS, f"{available} of {updated} pods are available"
    newest, stable = _word(rollout, "status", "currentPodHash"), _word(rollout, "status", "stableRS")
    active = _word(rollout, "status", "blueGreen", "activeSelector")
    if not newest or stable != newest or active not in {"", newest}:
        return Status.IN_PROGRESS, "the newest version is not the stable one yet"
    if not active and total > updated:
        return Status.IN_PROGRESS, f"{total - updated} old pods are still there"
    return Status.SUCCEEDED, ""
