"""Every preset: its module, the keys a plan gives it, and whether it was tested against the real thing.

The loader checks plans by this table, the registry finds modules by it, and a test compares docs/probes.md with
it. Nothing heavy is imported here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from gonogo.plan import Probe

_HERE = "gonogo.io.probes"
URL: Final = (("url", "urls"),)
"""One URL, or several where every instance has its own."""
_PLACE = (("url", "cluster"),)
"""The address of a Kubernetes API, or the name of a cluster in the user's own kubeconfig."""
_ANSWER = ("accept_status", "transform")


class Entry(NamedTuple):
    """One preset."""

    module: str
    keys: tuple[str, ...]
    """Keys of a probe beyond the common ones."""
    needs: tuple[tuple[str, ...], ...] = URL
    """Of each group one key must be there."""
    expressions: tuple[str, ...] = ()
    """Keys that hold JMESPath; each goes through the guard when the plan is loaded."""
    source_keys: tuple[str, ...] | None = None
    """Keys of a source; None when the preset cannot fill many cells."""
    source_needs: tuple[tuple[str, ...], ...] = (("url",),)
    default_url: str = ""
    """Where it is asked when the plan does not say; "" when the plan must."""
    real: bool = False
    """Tested against the real thing; otherwise against hand-written answers of the documented shape."""


PRESETS: Final[Mapping[str, Entry]] = {
    "auto": Entry(f"{_HERE}.auto", _ANSWER, real=True),
    "json": Entry(
        f"{_HERE}.json_path", (*_ANSWER, "version", "revision", "status", "status_map"),
        expressions=("version", "revision", "status"), real=True,
    ),
    "text": Entry(f"{_HERE}.text", _ANSWER, real=True),
    "header": Entry(f"{_HERE}.header", (*_ANSWER, "header"), needs=(*URL, ("header",)), real=True),
    "health-json": Entry(f"{_HERE}.health_json", _ANSWER),
    "spring-info": Entry(f"{_HERE}.spring_info", ("health", "transform")),
    "prometheus": Entry(
        f"{_HERE}.prometheus", ("query", "map", "transform"), needs=(("url",), ("query",)),
        source_keys=("query", "map", "products", "environments", "transform"),
        source_needs=(("url",),), real=True,
    ),
    "kubernetes": Entry(
        f"{_HERE}.kubernetes", ("cluster", "namespace", "deployment", "container", "transform"),
        needs=(*_PLACE, ("namespace",)),
    ),
    "argo-rollout": Entry(
        f"{_HERE}.argo_rollout", ("cluster", "namespace", "rollout", "container", "transform"),
        needs=(*_PLACE, ("namespace",)),
    ),
    "argocd": Entry(
        f"{_HERE}.argocd", ("app", "namespace", "image", "transform"), needs=(("url",),),
        source_keys=("app", "namespace", "image", "transform"),
    ),
    "flux-helm": Entry(
        f"{_HERE}.flux_helm", ("cluster", "namespace", "release", "take", "transform"),
        needs=(*_PLACE, ("namespace",)),
    ),
    "helm": Entry(
        f"{_HERE}.helm", ("cluster", "context", "namespace", "release", "take", "transform"),
        needs=(("namespace",),),
    ),
    "github": Entry(
        f"{_HERE}.github", ("repo", "environment", "task", "version", "transform"), needs=(("repo",),),
        expressions=("version",), default_url="https://api.github.com",
    ),
    "gitlab": Entry(
        f"{_HERE}.gitlab", ("project", "environment", "job", "version", "transform"), needs=(("project",),),
        expressions=("version",), default_url="https://gitlab.com",
    ),
    "consul": Entry(
        f"{_HERE}.consul", ("service", "datacenter", "meta", "tag", "transform"), needs=(("url",),),
    ),
    "vault": Entry(f"{_HERE}.vault", ("transform",)),
    "versioner": Entry(
        f"{_HERE}.versioner", ("name", "environment", "transform"), needs=(),
        source_keys=("products", "environments", "transform"), source_needs=(),
        default_url="https://api.versioner.io",
    ),
}  # fmt: skip
"""By `use:` name."""

SAMPLING: Final = frozenset({"auto", "json", "text", "header", "health-json", "spring-info", "vault"})
"""Presets that ask the product itself: whoever answers is one of its instances. Others ask who counts them all."""


def is_sampled(probe: "Probe") -> bool:
    """Whether one answer of it is one of several instances'."""
    return probe.use in SAMPLING and not probe.urls and probe.instances != 1


COLUMNS: Final = ("product", "environment", "version", "weight", "replicas", "revision", "role")
"""What `map:` of a Prometheus may name a label for."""
SAMPLED: Final = ("weight", "replicas")
"""Those of them that are the sample, `value`, and no label."""
