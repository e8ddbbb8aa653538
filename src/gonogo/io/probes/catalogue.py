"""Every preset: its module, the keys a plan gives it, and whether it was tested against the real thing.

The loader checks plans by this table, the registry finds modules by it, and a test compares docs/probes.md with
it. Nothing heavy is imported here.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from gonogo.plan.kinds import for_every, name_of
from gonogo.plan.probes import (
    PROBES,
    SOURCES,
    ArgocdOptions,
    ArgocdTable,
    ArgoRolloutOptions,
    AutoOptions,
    ConsulOptions,
    FluxHelmOptions,
    GithubOptions,
    GitlabOptions,
    HeaderOptions,
    HealthJsonOptions,
    HelmOptions,
    JsonOptions,
    KubernetesOptions,
    Options,
    Probe,
    PrometheusOptions,
    PrometheusTable,
    SpringInfoOptions,
    TextOptions,
    VaultOptions,
    VersionerOptions,
    VersionerTable,
)

_HERE = "gonogo.io.probes"
URL: Final = (("url", "urls"),)
"""One URL, or several where every instance has its own."""
_PLACE = (("url", "cluster"),)
"""The address of a Kubernetes API, or the name of a cluster in the user's own kubeconfig."""


class Entry(NamedTuple):
    """One preset."""

    module: str
    options: type[Options]
    """What it takes as a probe; `keys` are their names in the plan, beyond the common ones."""
    needs: tuple[tuple[str, ...], ...] = URL
    """Of each group one key must be there."""
    expressions: tuple[str, ...] = ()
    """Keys that hold JMESPath; each goes through the guard when the plan is loaded."""
    table: type[Options] | None = None
    """What it takes as a source; None when it cannot fill many cells."""
    source_needs: tuple[tuple[str, ...], ...] = (("url",),)
    default_url: str = ""
    """Where it is asked when the plan does not say; "" when the plan must."""
    real: bool = False
    """Tested against the real thing; otherwise against hand-written answers of the documented shape."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of a probe beyond the common ones."""
        return self.options.__struct_fields__

    @property
    def source_keys(self) -> tuple[str, ...]:
        """Keys of a source beyond the common ones; none where it cannot be one."""
        return self.table.__struct_fields__ if self.table is not None else ()


_ENTRIES = (
    Entry(f"{_HERE}.auto", AutoOptions, real=True),
    Entry(f"{_HERE}.json_path", JsonOptions, expressions=("version", "revision", "status"), real=True),
    Entry(f"{_HERE}.text", TextOptions, real=True),
    Entry(f"{_HERE}.header", HeaderOptions, needs=(*URL, ("header",)), real=True),
    Entry(f"{_HERE}.health_json", HealthJsonOptions),
    Entry(f"{_HERE}.spring_info", SpringInfoOptions),
    Entry(
        f"{_HERE}.prometheus", PrometheusOptions, needs=(("url",), ("query",)), table=PrometheusTable, real=True
    ),
    Entry(f"{_HERE}.kubernetes", KubernetesOptions, needs=(*_PLACE, ("namespace",))),
    Entry(f"{_HERE}.argo_rollout", ArgoRolloutOptions, needs=(*_PLACE, ("namespace",))),
    Entry(f"{_HERE}.argocd", ArgocdOptions, needs=(("url",),), table=ArgocdTable),
    Entry(f"{_HERE}.flux_helm", FluxHelmOptions, needs=(*_PLACE, ("namespace",))),
    Entry(f"{_HERE}.helm", HelmOptions, needs=(("namespace",),)),
    Entry(
        f"{_HERE}.github", GithubOptions, needs=(("repo",),), expressions=("version",),
        default_url="https://api.github.com",
    ),
    Entry(
        f"{_HERE}.gitlab", GitlabOptions, needs=(("project",),), expressions=("version",),
        default_url="https://gitlab.com",
    ),
    Entry(f"{_HERE}.consul", ConsulOptions, needs=(("url",),)),
    Entry(f"{_HERE}.vault", VaultOptions),
    Entry(
        f"{_HERE}.versioner", VersionerOptions, needs=(), table=VersionerTable, source_needs=(),
        default_url="https://api.versioner.io",
    ),
)  # fmt: skip
_BY_OPTIONS = for_every(PROBES, ((entry.options, entry) for entry in _ENTRIES))
_BY_TABLE = for_every(SOURCES, ((entry.table, entry) for entry in _ENTRIES if entry.table is not None))
PRESETS: Final[Mapping[str, Entry]] = {name_of(kind): entry for kind, entry in _BY_OPTIONS.items()}
"""By `use:` name."""


SAMPLING: Final = frozenset({"auto", "json", "text", "header", "health-json", "spring-info", "vault"})
"""Presets that ask the product itself: whoever answers is one of its instances. Others ask who counts them all."""


def is_sampled(probe: Probe) -> bool:
    """Whether one answer of it is one of several instances'."""
    return probe.use in SAMPLING and not probe.urls and probe.instances != 1


COLUMNS: Final = ("product", "environment", "version", "weight", "replicas", "revision", "role")
"""What `map:` of a Prometheus may name a label for."""
SAMPLED: Final = ("weight", "replicas")
"""Those of them that are the sample, `value`, and no label."""
