"""Questions to endpoints: one struct for each preset with what it takes, and what all of them have.

What a preset asks and reads is `io.probes`; its catalogue has one row for each struct here.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, get_args

from msgspec import Struct

CONFIDENCE = 0.95
"""How surely a sample must exclude old versions, unless the plan says otherwise; see `plan.sampling`."""


class Timing(Struct, frozen=True):
    """How often a source is asked and how long an answer is worth something."""

    every: timedelta = timedelta(seconds=10)
    timeout: timedelta = timedelta(seconds=5)
    stale_after: timedelta = timedelta(seconds=30)
    unknown_after: timedelta = timedelta(seconds=90)
    confidence: float = CONFIDENCE
    """How surely a share of an old version of `SHARE` or more is excluded before a sampled answer is believed."""


# -- what a probe's preset takes ---------------------------------------------------------------------------------


class Options(Struct, frozen=True, tag_field="use"):
    """What a preset takes. Fields are named as the plan's keys; a default is what the plan does not say."""

    @property
    def use(self) -> str:
        """What the plan calls the preset."""
        return str(self.__struct_config__.tag)

    def said(self) -> dict[str, object]:
        """What the plan says, the way it writes it: texts, lists of several of them, mappings."""
        silent = type(self)()
        given = {key: getattr(self, key) for key in self.__struct_fields__}
        return {key: _written(value) for key, value in given.items() if value != getattr(silent, key)}


def _written(value: object) -> object:
    if not isinstance(value, tuple):
        return value
    texts = [str(one) for one in value]
    return texts[0] if len(texts) == 1 else texts


class AnswerOptions(Options, frozen=True):
    """Those of presets that read one answer of the product itself."""

    accept_status: tuple[int, ...] | None = None
    """Status codes of a good answer; None takes 200."""
    transform: tuple[str, ...] = ()
    """Names of `io.probes.extraction`, applied to the version in this order; likewise below."""


class AutoOptions(AnswerOptions, frozen=True, tag="auto"):
    """The short form."""


class JsonOptions(AnswerOptions, frozen=True, tag="json"):
    """Places by JMESPath; "" looks where things usually stand."""

    version: str = ""
    revision: str = ""
    status: str = ""
    status_map: Mapping[str, str] = {}
    """The source's own words, and the status each means."""


class TextOptions(AnswerOptions, frozen=True, tag="text"):
    """The first word."""


class HeaderOptions(AnswerOptions, frozen=True, tag="header"):
    """A response header."""

    header: str = ""


class HealthJsonOptions(AnswerOptions, frozen=True, tag="health-json"):
    """The draft of a health check's answer."""


class SpringInfoOptions(Options, frozen=True, tag="spring-info"):
    """Spring Boot's actuator."""

    health: str | None = None
    """`none`: not to be asked; None or `health`: it is."""
    transform: tuple[str, ...] = ()


class PrometheusOptions(Options, frozen=True, tag="prometheus"):
    """A query that answers for one cell."""

    query: str = ""
    map: Mapping[str, str] = {}
    """Column to label; see `io.probes.catalogue.COLUMNS`."""
    transform: tuple[str, ...] = ()


class ClusterOptions(Options, frozen=True):
    """Those of presets that ask a Kubernetes API."""

    cluster: str = ""
    """A name in the user's own kubeconfig; "" where the probe has a `url`."""


class KubernetesOptions(ClusterOptions, frozen=True, tag="kubernetes"):
    """A Deployment; names default to the product's."""

    namespace: str = ""
    deployment: str = ""
    container: str = ""
    transform: tuple[str, ...] = ()


class ArgoRolloutOptions(ClusterOptions, frozen=True, tag="argo-rollout"):
    """A Rollout; names default to the product's."""

    namespace: str = ""
    rollout: str = ""
    container: str = ""
    transform: tuple[str, ...] = ()


class ArgocdNames(Options, frozen=True):
    """Whom Argo CD is asked about."""

    app: str = ""
    """Name, with placeholders."""
    namespace: str = ""
    image: str = ""
    transform: tuple[str, ...] = ()


class ArgocdOptions(ArgocdNames, frozen=True, tag="argocd"):
    """One application of Argo CD."""


class FluxHelmOptions(ClusterOptions, frozen=True, tag="flux-helm"):
    """A HelmRelease of Flux."""

    namespace: str = ""
    release: str = ""
    take: str = ""
    """`app_version` unless it says `chart_version`."""
    transform: tuple[str, ...] = ()


class HelmOptions(ClusterOptions, frozen=True, tag="helm"):
    """A release of Helm, in the cluster or by Helm itself as the user."""

    context: str = ""
    namespace: str = ""
    release: str = ""
    take: str = ""
    """As for Flux."""
    transform: tuple[str, ...] = ()


class GithubOptions(Options, frozen=True, tag="github"):
    """Deployments of a repository."""

    repo: str = ""
    """OWNER/NAME."""
    environment: str = ""
    """As GitHub calls it; "" is the plan's own name for it, likewise below."""
    task: tuple[str, ...] = ()
    version: str = ""
    """JMESPath; "" takes the ref."""
    transform: tuple[str, ...] = ()


class GitlabOptions(Options, frozen=True, tag="gitlab"):
    """Deployments of a project."""

    project: str = ""
    """Its path or number."""
    environment: str = ""
    job: tuple[str, ...] = ()
    version: str = ""
    """As for GitHub."""
    transform: tuple[str, ...] = ()


class ConsulOptions(Options, frozen=True, tag="consul"):
    """Instances of a service."""

    service: str = ""
    datacenter: str = ""
    meta: str = ""
    """Key of the version; "" takes `version`."""
    tag: str = ""
    """What the tag of the version begins with; "" takes the meta key."""
    transform: tuple[str, ...] = ()


class VaultOptions(Options, frozen=True, tag="vault"):
    """The health of a Vault."""

    transform: tuple[str, ...] = ()


class VersionerOptions(Options, frozen=True, tag="versioner"):
    """What Versioner recorded about one product in one environment, by its own names of them."""

    name: str = ""
    environment: str = ""
    transform: tuple[str, ...] = ()


ProbeOptions = (
    AutoOptions
    | JsonOptions
    | TextOptions
    | HeaderOptions
    | HealthJsonOptions
    | SpringInfoOptions
    | PrometheusOptions
    | KubernetesOptions
    | ArgoRolloutOptions
    | ArgocdOptions
    | FluxHelmOptions
    | HelmOptions
    | GithubOptions
    | GitlabOptions
    | ConsulOptions
    | VaultOptions
    | VersionerOptions
)
PROBES: Final[tuple[type[ProbeOptions], ...]] = get_args(ProbeOptions)
"""Every kind."""


# -- what a source's preset takes --------------------------------------------------------------------------------


class PrometheusTable(Options, frozen=True, tag="prometheus"):
    """A query whose series are cells; without one it is only there for metrics."""

    query: str = ""
    map: Mapping[str, str] = {}
    products: Mapping[str, str] = {}
    """The source's own names, and what the plan calls them; likewise below."""
    environments: Mapping[str, str] = {}
    transform: tuple[str, ...] = ()


class ArgocdTable(ArgocdNames, frozen=True, tag="argocd"):
    """Every application of Argo CD, by the pattern of its name."""


class VersionerTable(Options, frozen=True, tag="versioner"):
    """All that Versioner recorded."""

    products: Mapping[str, str] = {}
    environments: Mapping[str, str] = {}
    transform: tuple[str, ...] = ()


SourceOptions = PrometheusTable | ArgocdTable | VersionerTable
SOURCES: Final[tuple[type[SourceOptions], ...]] = get_args(SourceOptions)
"""Every kind."""


# -- the questions -----------------------------------------------------------------------------------------------


class Probe(Struct, frozen=True):
    """A question to an endpoint about one target."""

    options: ProbeOptions
    """Which preset asks, and what else it takes."""
    product: str
    environment: str
    url: str = ""
    """Placeholders already filled in; "" for presets that name a cluster instead."""
    auth: str = ""
    """Name of a credential in the user's own configuration; "" for none."""
    timing: Timing = Timing()
    where: str = ""
    """`release.yaml:67:12`, for messages."""
    verify_tls: bool = True
    """Whether the certificate is checked; the plan must say so in as many words where it is not."""
    instances: int | None = None
    """How many instances answer at `url`; 1: what one answer says is all there is. None: the plan does not say."""
    vary_query: bool = True
    """Whether it may be asked with a parameter that varies, to find a cache that hides its age."""
    urls: tuple[str, ...] = ()
    """One for each instance, placeholders filled in; empty when there is one `url` for all."""

    @property
    def use(self) -> str:
        """Preset: auto (the short form), json, text, header, spring-info, kubernetes, ..."""
        return self.options.use


class Source(Struct, frozen=True):
    """One request that fills many cells."""

    id: str
    options: SourceOptions
    """As in `Probe`."""
    url: str = ""
    auth: str = ""
    timing: Timing = Timing()
    where: str = ""
    verify_tls: bool = True

    @property
    def use(self) -> str:
        """Preset: prometheus, argocd, versioner."""
        return self.options.use

    @property
    def fills_cells(self) -> bool:
        """Whether it is asked for versions; a Prometheus without `query:` is only there for metrics."""
        return not isinstance(self.options, PrometheusTable) or bool(self.options.query)
