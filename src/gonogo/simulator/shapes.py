"""What an endpoint of each preset looks like on the wire. Pure: a reply of the scenario in, a page out."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from hashlib import sha1
from typing import Any

from msgspec import Struct

from gonogo.facts import Running, Status
from gonogo.plan import Target
from gonogo.plan.probes import (
    ArgocdOptions,
    AutoOptions,
    HeaderOptions,
    JsonOptions,
    KubernetesOptions,
    ProbeOptions,
)
from gonogo.simulator.scenario import Fault, Reply


class Endpoint(Struct, frozen=True):
    """One question a plan asks about one target."""

    target: Target
    options: ProbeOptions = AutoOptions()
    """Which preset asks, and what else it takes."""
    pin: tuple[str, str] = ("", "")
    """The planned version and the commit the plan pins it to: what was built under that name was built from it."""


class Page(Struct, frozen=True):
    """An HTTP answer, before it is written."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


_LOGIN = b"""<!doctype html>
<html><head><title>Sign in</title></head>
<body><form method="post" action="/login"><input name="user"><input type="password"></form></body></html>
"""


def page(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    """The page at `path` below the endpoint's own address. `changed_at` is when its versions came."""
    match reply.fault:
        case Fault.UNAVAILABLE:
            return Page(503, "text/plain", b"upstream connect error or disconnect before headers\n")
        case Fault.LOGIN_PAGE:
            return Page(200, "text/html; charset=utf-8", _LOGIN)
        case Fault.NOT_JSON:
            return Page(200, "application/json", b'{"version": "')
        case _:
            return _SHAPES.get(endpoint.options.use, _auto)(endpoint, path, reply, changed_at)


def revision_of(product: str, version: str) -> str:
    """A commit id that looks like one and is always the same for the same version."""
    return sha1(f"{product} {version}".encode(), usedforsecurity=False).hexdigest()


def json_page(value: object, status: int = 200, content_type: str = "application/json") -> Page:
    """A value as JSON."""
    return Page(status, content_type, (json.dumps(value, indent=1) + "\n").encode())


def not_deployed(target: Target) -> Page:
    """What a router says about a service that is not there."""
    return json_page({"error": f"no deployment of {target.product} in {target.environment}"}, 404)


def _told(reply: Reply) -> tuple[Running, ...]:
    """What an endpoint that can list versions tells: all of them, or one where only samples are given."""
    return (reply.sample,) if reply.sampled and reply.sample else reply.versions


def _auto(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    del path
    told = _told(reply)
    if not told:
        return not_deployed(endpoint.target)
    document: dict[str, Any] = {
        "name": endpoint.target.product,
        "environment": endpoint.target.environment,
        "status": reply.status.value,
        "deployed_at": _iso(changed_at),
    }
    if reply.message:
        document["message"] = reply.message
    if len(told) == 1:
        document["version"] = _spelled(endpoint, told[0].version)
        document["revision"] = _revision(endpoint, told[0])
    else:
        document["versions"] = [_entry(endpoint, running) for running in told]
    return json_page(document)


def _entry(endpoint: Endpoint, running: Running) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "version": running.version,
        "revision": _revision(endpoint, running),
        "role": running.role.value,
    }
    if running.weight is not None:
        entry["weight"] = running.weight
    if running.replicas is not None:
        entry["replicas"] = running.replicas
    return entry


_PROJECTION = re.compile(r"(?P<path>[^\[\]{}]*)\[\*?\]\.\{(?P<fields>[^{}]*)\}", re.ASCII)
_FIELD = re.compile(r"\s*(version|revision|weight|replicas|role)\s*:\s*([A-Za-z_]\w*)\s*", re.ASCII)


def _json(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    """The values stand where the plan's own expressions look for them."""
    del path
    if reply.sample is None:
        return not_deployed(endpoint.target)
    options = endpoint.options
    if not isinstance(options, JsonOptions) or not options.version:
        return _auto(endpoint, "", reply, changed_at)
    wanted = options.version
    document: dict[str, Any] = {"name": endpoint.target.product}
    projection = _PROJECTION.fullmatch(wanted)
    if projection:
        entries = [_renamed(_entry(endpoint, one), projection["fields"]) for one in _told(reply)]
        if not projection["path"]:
            return json_page(entries)
        _place(document, projection["path"], entries)
    elif wanted.rpartition(".")[2] == "versions":
        _place(document, wanted, [_entry(endpoint, running) for running in _told(reply)])
    else:
        _place(document, wanted, _spelled(endpoint, reply.sample.version))
    _place(document, options.revision or "revision", _revision(endpoint, reply.sample))
    _place(document, options.status or "status", _status_word(options.status_map, reply.status))
    return json_page(document)


def _renamed(entry: Mapping[str, Any], fields: str) -> dict[str, Any]:
    """The entry under the names the plan's projection takes them from: `{version: tag, weight: percent}`."""
    named = [found for field in fields.split(",") if (found := _FIELD.fullmatch(field))]
    return {found[2]: entry[found[1]] for found in named if found[1] in entry}


def _status_word(words: Mapping[str, str], status: Status) -> str:
    """The source's own word for a status, where the plan's map explains one."""
    return next((word for word, name in words.items() if name == status.value), status.value)


def _spelled(endpoint: Endpoint, version: str) -> str:
    """The text from which the plan's transform makes the version."""
    is_image = "image_tag" in endpoint.options.transform
    return f"registry.invalid/{endpoint.target.product}:{version}" if is_image else version


_STEP = re.compile(r'(?:^|\.)(?:([A-Za-z_]\w*)|"([^"\\]+)")|\[(\d+)\]', re.ASCII)


def _place(document: dict[str, Any], expression: str, value: object) -> None:
    """Put `value` where a path such as `build.version`, `data."app-version"` or `items[0].tag` finds it.

    An expression that is more than a path cannot be turned round; its value is left out then, and the cockpit says
    that it found none.
    """
    steps = _steps(expression)
    if not steps or not isinstance(steps[0], str):
        return
    here: Any = document
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        blank: object = value if following is None else [] if isinstance(following, int) else {}
        if isinstance(step, int):
            while len(here) <= step:
                here.append({})
            here[step] = blank if following is None or not here[step] else here[step]
            here = here[step]
        elif following is None:
            here[step] = value
        else:
            here = here.setdefault(step, blank)
        if following is not None and not isinstance(here, list if isinstance(following, int) else dict):
            return


def _steps(expression: str) -> list[str | int]:
    steps: list[str | int] = []
    position = 0
    while position < len(expression):
        found = _STEP.match(expression, position)
        if found is None or len(steps) > 16 or (found[3] and int(found[3]) > 16):
            return []
        steps.append(int(found[3]) if found[3] else found[1] or found[2])
        position = found.end()
    return steps


def _text(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    del path, changed_at
    if reply.sample is None:
        return Page(404, "text/plain", b"not found\n")
    version = _spelled(endpoint, reply.sample.version)
    return Page(200, "text/plain; charset=utf-8", f"{version}\n".encode())


def _header(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    del path, changed_at
    if reply.sample is None:
        return Page(404, "text/plain", b"not found\n")
    name = _header_name(endpoint.options.header if isinstance(endpoint.options, HeaderOptions) else "")
    headers = ((name, _spelled(endpoint, reply.sample.version)),)
    title = endpoint.target.product.encode("ascii", "replace")
    return Page(200, "text/html; charset=utf-8", b"<!doctype html><title>" + title + b"</title>\n", headers)


def _header_name(wanted: str) -> str:
    """A header's name as the plan gives it, if it is one; a plan's text never writes a second header."""
    return wanted if re.fullmatch(r"[A-Za-z0-9-]{1,64}", wanted) else "X-App-Version"


_SPRING = {Status.SUCCEEDED: "UP", Status.FAILED: "DOWN", Status.DEGRADED: "OUT_OF_SERVICE"}


def _spring(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    if reply.sample is None:
        return not_deployed(endpoint.target)
    if path.endswith("/health"):
        word = _SPRING.get(reply.status, "UNKNOWN")
        return json_page({"status": word}, 503 if word in {"DOWN", "OUT_OF_SERVICE"} else 200)
    version = reply.sample.version
    return json_page(
        {
            "build": {"artifact": endpoint.target.product, "version": version, "time": _iso(changed_at)},
            "git": {"branch": "main", "commit": {"id": _revision(endpoint, reply.sample)[:7]}},
        }
    )


_HEALTH = {Status.SUCCEEDED: "pass", Status.FAILED: "fail"}


def _health_json(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    del path, changed_at
    if reply.sample is None:
        return not_deployed(endpoint.target)
    word = _HEALTH.get(reply.status, "warn")
    document = {
        "status": word,
        "version": "1",
        "releaseId": reply.sample.version,
        "serviceId": endpoint.target.product,
    }
    return json_page(document, 503 if word == "fail" else 200, "application/health+json")


def _kubernetes(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    if path.endswith("/replicasets"):
        return _replica_sets(endpoint, reply)
    if not reply.versions:
        return json_page({"kind": "Status", "status": "Failure", "reason": "NotFound", "code": 404}, 404)
    newest = reply.versions[0]
    options = _deployment_of(endpoint)
    name = options.deployment or endpoint.target.product
    rolling = reply.status is Status.IN_PROGRESS or len(reply.versions) > 1
    failed = reply.status is Status.FAILED
    container = {
        "name": options.container or "app",
        "image": _image(endpoint, newest.version),
    }
    progress = {
        "type": "Progressing",
        "status": "False" if failed else "True",
        "reason": "ProgressDeadlineExceeded" if failed else "NewReplicaSetAvailable",
        "lastUpdateTime": _iso(changed_at),
    }
    return json_page(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": name,
                "namespace": options.namespace or endpoint.target.environment,
                "uid": name,
                "generation": 7,
                "labels": {"app.kubernetes.io/name": name, "app.kubernetes.io/version": newest.version},
            },
            "spec": {"replicas": 4, "template": {"spec": {"containers": [container]}}},
            "status": {
                "observedGeneration": 7,
                "replicas": 4,
                "updatedReplicas": 2 if rolling else 4,
                "readyReplicas": 4,
                "availableReplicas": 4,
                "conditions": [progress],
            },
        }
    )


def _deployment_of(endpoint: Endpoint) -> KubernetesOptions:
    return endpoint.options if isinstance(endpoint.options, KubernetesOptions) else KubernetesOptions()


def _replica_sets(endpoint: Endpoint, reply: Reply) -> Page:
    """One for each version that runs; four pods in all, shared as the traffic is."""
    options = _deployment_of(endpoint)
    name, container = options.deployment or endpoint.target.product, options.container or "app"
    items = [
        {
            "metadata": {
                "name": f"{name}-{number}",
                "labels": {"pod-template-hash": str(number)},
                "ownerReferences": [{"kind": "Deployment", "name": name, "uid": name}],
            },
            "spec": {
                "template": {
                    "spec": {"containers": [{"name": container, "image": _image(endpoint, running.version)}]}
                }
            },
            "status": {"replicas": max(1, round((running.weight or 50) * 4 / 100))},
        }
        for number, running in enumerate(reply.versions)
    ]
    return json_page({"apiVersion": "apps/v1", "kind": "ReplicaSetList", "items": items})


_ARGO_PHASE = {Status.IN_PROGRESS: "Running", Status.FAILED: "Failed"}
_ARGO_HEALTH = {
    Status.IN_PROGRESS: "Progressing",
    Status.DEGRADED: "Degraded",
    Status.FAILED: "Degraded",
    Status.PAUSED: "Suspended",
}


def _argocd(endpoint: Endpoint, path: str, reply: Reply, changed_at: datetime) -> Page:
    del path
    if not reply.versions:
        return json_page({"error": "applications not found", "code": 5}, 404)
    app = endpoint.options.app if isinstance(endpoint.options, ArgocdOptions) else ""
    name = app or f"{endpoint.target.product}-{endpoint.target.environment}"
    return json_page(
        {
            "metadata": {"name": name, "namespace": "argocd"},
            "spec": {"source": {"targetRevision": "main"}},
            "status": {
                "summary": {"images": [_image(endpoint, running.version) for running in reply.versions]},
                "sync": {"status": "Synced", "revision": revision_of(name, reply.versions[0].version)},
                "health": {"status": _ARGO_HEALTH.get(reply.status, "Healthy")},
                "operationState": {
                    "phase": _ARGO_PHASE.get(reply.status, "Succeeded"),
                    "finishedAt": _iso(changed_at),
                },
            },
        }
    )


def prometheus(
    replies: Iterable[tuple[Target, Reply]],
    labels: Mapping[str, Any],
    now: datetime,
    constant: float | None = None,
) -> Page:
    """The answer to an instant query: a vector of `*_info` series, or one number for a metric."""
    stamp = now.timestamp()
    if constant is not None:
        result = [{"metric": {}, "value": [stamp, str(constant)]}]
    else:
        names = {key: str(labels.get(key) or key) for key in ("product", "environment", "version")}
        result = [
            {
                "metric": {
                    names["product"]: target.product,
                    names["environment"]: target.environment,
                    names["version"]: running.version,
                },
                "value": [stamp, f"{1 if running.weight is None else running.weight:g}"],
            }
            for target, reply in replies
            for running in reply.versions
            if reply.fault is Fault.NONE
        ]
    return json_page({"status": "success", "data": {"resultType": "vector", "result": result}})


def _image(endpoint: Endpoint, version: str) -> str:
    image = endpoint.options.image if isinstance(endpoint.options, ArgocdOptions) else ""
    return f"{image or f'registry.invalid/{endpoint.target.product}'}:{version}"


def _revision(endpoint: Endpoint, running: Running) -> str:
    version, pinned = endpoint.pin
    if pinned and running.version == version:
        return running.revision or pinned
    return running.revision or revision_of(endpoint.target.product, running.version)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


_SHAPES: Mapping[str, Callable[[Endpoint, str, Reply, datetime], Page]] = {
    "auto": _auto,
    "json": _json,
    "text": _text,
    "header": _header,
    "spring-info": _spring,
    "health-json": _health_json,
    "kubernetes": _kubernetes,
    "argocd": _argocd,
}
"""A preset without a shape of its own gets the JSON that `auto` understands."""

SHAPED = frozenset({"auto", *_SHAPES})
"""Presets the fleet answers in their own shape; a rehearsal asks in the place of others by the short form."""
