"""What Kubernetes' workloads share: where an image names its version, and the ReplicaSets of a rollout."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from msgspec import Struct

from gonogo.facts import Reason
from gonogo.io.http.question import DETAIL_LIMIT, Request
from gonogo.io.probes.cluster import Cluster
from gonogo.io.probes.document import unchanged
from gonogo.io.probes.extraction import Transform, image_digest, image_tag, transform
from gonogo.io.probes.interface import VERSION_LIMIT, Fetch, NotUnderstood, version_text
from gonogo.io.probes.reading import Page, ask_json, at, below, entries, segment, whole
from gonogo.plan import Probe
from gonogo.plan.probes import ArgoRolloutOptions, KubernetesOptions
from gonogo.text import clean

VERSION_LABEL = "app.kubernetes.io/version"
_IMAGE_LIMIT = 1_024
_SETS_LIMIT = 500


class Named(Struct, frozen=True):
    """The version a pod template names."""

    version: str
    """"" when it names none; `why` says then why."""
    digest: str = ""
    """`sha256:...`, when the image is pinned."""
    place: str = ""
    why: str = ""


def transform_given(names: Sequence[str]) -> Transform:
    """What the plan does to the version once it is cut out of the image."""
    return transform(names) if names else unchanged


def named_by(template: Any, container: str, transform: Transform) -> Named:
    """The version of a pod template: the named container's tag, else the label, else the only container's tag.

    Where there are several containers and none is named nobody can tell which one is the product.
    """
    containers = entries(template, "spec", "containers")
    label = at(template, "metadata", "labels", VERSION_LABEL)
    if not container and isinstance(label, str) and (version := _cut(label, transform)):
        return Named(version, place=f"label {VERSION_LABEL}")
    if container:
        found = [one for one in containers if one.get("name") == container]
        if not found:
            names = ", ".join(str(one.get("name")) for one in containers)
            return Named("", why=clean(f"no container '{container}', only: {names}", 200))
    elif len(containers) == 1:
        found = containers
    else:
        names = ", ".join(str(one.get("name")) for one in containers)
        return Named("", why=clean(f"name one with `container:`: {names}" if names else "no container", 200))
    image = found[0].get("image")
    image = image if isinstance(image, str) else ""
    version, place = of_image(image, transform)
    return Named(version, image_digest(image[:_IMAGE_LIMIT]), place, "" if version else why_none(image))


def of_image(image: str, transform: Transform) -> tuple[str, str]:
    """The version an image reference names, and where: its tag, or its digest where the transform asks for that.

    A digest nobody asked for is no version: whether it is the planned one cannot be told from it.
    """
    image = image[:_IMAGE_LIMIT]
    if version := _cut(image_tag(image), transform):
        return version, "image tag"
    digest = image_digest(image)
    pinned = _cut(f"@{digest}", transform) if digest else ""
    return ("", "") if pinned.startswith("@") else (pinned, "image digest")


def why_none(image: str) -> str:
    """Why no version could be cut out of an image reference, and what to do."""
    if image_tag(image):
        return clean(f"`transform:` leaves nothing of image '{image}'", 200)
    if image_digest(image):
        name = image.partition("@")[0]
        return clean(
            f"image '{name}' is pinned by its digest alone: compare that by `transform: image_digest`", 200
        )
    return clean(f"image '{image}' has no tag", 200)


def _cut(text: str, transform: Transform) -> str:
    found = transform(text)
    return version_text(found) if len(found) <= VERSION_LIMIT else ""


class Workload(Struct, frozen=True):
    """Which object the plan means, and how to read a version out of it."""

    cluster: Cluster
    namespace: str
    path: str
    """Of the object, below the API server's address."""
    container: str
    """"" when the plan names none."""
    transform: Transform

    @classmethod
    def of(
        cls, probe: Probe, options: KubernetesOptions | ArgoRolloutOptions, kind: str, named: str, api: str
    ) -> Self:
        """A `kind` of the API group `api`, by its name or the product's. Raises UsageError."""
        namespace = options.namespace or "default"
        name = named or probe.product
        return cls(
            Cluster.of(probe, options),
            namespace,
            f"/apis/{api}/namespaces/{segment(namespace)}/{kind}s/{segment(name)}",
            options.container,
            transform_given(options.transform),
        )


class Replicas(Struct, frozen=True):
    """One ReplicaSet of a rollout that has pods."""

    template: Mapping[str, Any]
    hash: str
    """Its pod-template hash; "" when it has no such label."""
    count: int
    """Pods it has."""


async def replica_sets(
    fetch: Fetch, request: Request, namespace: str, owner: Mapping[str, Any], hash_label: str
) -> Sequence[Replicas] | NotUnderstood:
    """The ReplicaSets of `owner`, also those without pods. The account must be allowed to list them."""
    selector = at(owner, "spec", "selector", "matchLabels")
    wanted = ",".join(f"{key}={word}" for key, word in selector.items()) if isinstance(selector, Mapping) else ""
    path = f"/apis/apps/v1/namespaces/{segment(namespace)}/replicasets"
    query: dict[str, str | int] = {"limit": _SETS_LIMIT}
    page = await ask_json(fetch, below(request, path, **query, **({"labelSelector": wanted} if wanted else {})))
    if isinstance(page, NotUnderstood):
        return page
    if is_cut(page):
        return NotUnderstood(Reason.NO_DATA, f"there are more than {_SETS_LIMIT} of them", page.answer.excerpt)
    uid = at(owner, "metadata", "uid")
    return [
        Replicas(
            at(one, "spec", "template") or {},
            str(at(one, "metadata", "labels", hash_label) or ""),
            whole(one, "status", "replicas"),
        )
        for one in entries(page.value, "items")
        if any(ref.get("uid") == uid for ref in entries(one, "metadata", "ownerReferences"))
    ]


def is_cut(page: Page) -> bool:
    """Whether the API server's list goes on behind this answer."""
    return bool(page.text("metadata", "continue"))


def not_listed(why: NotUnderstood) -> str:
    """That the ReplicaSets of a rollout are not known, why, and what to do."""
    told = f"the ReplicaSets cannot be read: {why.detail or why.reason}"
    if why.reason is Reason.UNAUTHORIZED:
        told += "; allow the account to list replicasets.apps"
    return clean(told, DETAIL_LIMIT)


def told_with(message: str, more: str) -> str:
    """Two facts of one cell."""
    return clean("; ".join(filter(None, (message, more))), DETAIL_LIMIT)
