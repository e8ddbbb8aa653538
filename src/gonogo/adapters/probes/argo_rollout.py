"""`use: argo-rollout`: an Argo Rollouts Rollout, with the shares of a canary or both sides of a blue-green pair.

    use: argo-rollout
    url: https://api.prod.example.com:6443     # or cluster: NAME of your own kubeconfig
    namespace: pay
    rollout: payment-api                       # the product's name by default

`phase` says how it stands; Paused waits for a person and is not broken. An aborted one has gone back to its stable
side and has failed. Shares are those of the traffic router; without one there are only counts of pods.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gonogo.adapters.extraction import Transform
from gonogo.adapters.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Request, Understood
from gonogo.adapters.probes.reading import Page, ask_json, at, below, conditions, moment, not_there, whole
from gonogo.adapters.probes.workload import Replicas, Workload, named_by, replica_sets
from gonogo.domain.observation import Reason, Role, Running, Status
from gonogo.domain.plan import Probe
from gonogo.domain.text import clean

_HASH = "rollouts-pod-template-hash"
_PHASES = {
    "Healthy": Status.SUCCEEDED,
    "Progressing": Status.IN_PROGRESS,
    "Paused": Status.PAUSED,
    "Degraded": Status.DEGRADED,
}


def preset(probe: Probe) -> Preset:
    """The preset for one probe. Raises UsageError."""
    return _Rollout(Workload.of(probe, "rollout", "argoproj.io/v1alpha1"))


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
    elsewhere = not isinstance(at(rollout, "spec", "template"), Mapping)
    newest = _word(rollout, "status", "currentPodHash")
    return elsewhere or set(_hashes(rollout)) - {newest, ""} != set()


def read(page: Page, sets: Sequence[Replicas] | NotUnderstood, container: str, transform: Transform) -> Outcome:
    """What a Rollout and its ReplicaSets say. Pure."""
    if page.text("kind") != "Rollout":
        return not_there(page, f"a '{page.text('kind') or 'nothing'}' came, not a Rollout")
    status, message = state_of(page.value)
    if isinstance(sets, NotUnderstood):
        message = clean(f"{message}; the ReplicaSets cannot be read: {sets.detail}".removeprefix("; "), 200)
        # without them the other side has no name, so nobody may take this for the whole
        status = Status.UNKNOWN if status is Status.SUCCEEDED else status
        sets = ()
    versions, why = _versions(page.value, sets, container, transform)
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
        template = own if isinstance(own, Mapping) and mark == newest else templates.get(mark)
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
    seen = _word(rollout, "status", "observedGeneration")
    if seen.isdecimal() and int(seen[:18]) < whole(rollout, "metadata", "generation"):
        return Status.IN_PROGRESS, "the controller has not seen the newest version yet"
    if at(rollout, "status", "abort") is True:
        return Status.FAILED, clean(f"aborted: {told}" if told else "aborted", 200)
    phase = _word(rollout, "status", "phase")
    if phase not in _PHASES:
        return Status.UNKNOWN, clean(f"phase '{phase}', which gonogo does not know", 200)
    return _PHASES[phase], "" if phase == "Healthy" else clean(f"{phase}: {told}" if told else phase, 200)
