"""What makes two questions the same question, whoever asks it."""

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from gonogo.plan import Plan, Probe, Source, Target
from gonogo.plan.pace import floor_of
from gonogo.plan.probes import ClusterOptions, HelmOptions

KUBECONFIG, HELM = "kubeconfig ", "helm "
"""Before the name of a cluster or a context that each account has in a file of its own."""


class Asked(Struct, frozen=True):
    """A question as sessions agree on it."""

    key: str
    """128 bits in hexadecimal digits."""
    needs: tuple[str, ...]
    """What an account must have of its own to ask it: names of credentials, `kubeconfig NAME`, `helm NAME`."""
    origin: str
    pace: float
    """Seconds between two questions, as this session's plan has it, and not below the source's floor."""
    timeout: float
    """Seconds an answer may take."""


def keys_of(plan: Plan) -> Mapping[str, Asked]:
    """The plan's questions by their name in the poller.

    Two sessions share a question only when it is the same in every respect that bears on the answer, its
    credential's name included; how often it is asked is not among them.
    """
    probes = [probe for product in plan.products for probe in product.probes]
    found = {str(Target(probe.product, probe.environment)): _asked(probe, "") for probe in probes}
    return found | {f"source {source.id}": _asked(source, source.id) for source in plan.sources}


def _asked(given: Probe | Source, origin: str) -> Asked:
    about: list[object] = [origin]
    if isinstance(given, Probe):
        about = [given.product, given.environment, list(given.urls)]
    if isinstance(given, Probe) and (given.instances == 1 or not given.vary_query):
        about += [given.instances, given.vary_query]  # how many looks an answer stands for, and past which caches
    parts = [given.use, given.url, given.auth, given.verify_tls, about, given.options.said()]
    text = msgspec.json.encode(parts, order="sorted", enc_hook=str)
    digest = hashlib.sha256(b"gonogo-question@1\n" + text).hexdigest()[:32]
    pace = max(given.timing.every, floor_of(given.use))
    return Asked(digest, _needs(given), origin, pace.total_seconds(), given.timing.timeout.total_seconds())


def _needs(given: Probe | Source) -> tuple[str, ...]:
    found = [given.auth] if given.auth else []
    options = given.options
    if not given.url and isinstance(options, ClusterOptions) and options.cluster:
        found.append(f"{KUBECONFIG}{options.cluster}")
    elif not given.url and isinstance(options, HelmOptions):
        found.append(f"{HELM}{options.context}")
    return tuple(found)
