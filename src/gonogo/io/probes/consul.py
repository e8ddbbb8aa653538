"""`use: consul`: the instances of a service, each with its checks.

    use: consul
    url: https://consul.example.com
    service: payment-api             # the product's name by default
    meta: version                    # the key of the service's meta, the default; or
    tag: "version="                  # what stands before the version in a tag

Every instance counts: all passing is well, some critical is degraded, all critical has failed. An empty list does
not tell a service that is gone from one that never was, so it is no data.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.document import several
from gonogo.io.probes.extraction import Transform
from gonogo.io.probes.interface import (
    VERSION_LIMIT,
    Fetch,
    NotUnderstood,
    Outcome,
    Preset,
    Understood,
    version_text,
)
from gonogo.io.probes.reading import Page, ask_json, at, below, entries, not_there, segment, words
from gonogo.io.probes.workload import transform_given
from gonogo.plan import Probe
from gonogo.plan.probes import ConsulOptions
from gonogo.text import clean

_WORST = ("passing", "warning", "critical", "maintenance")


def preset(probe: Probe, options: ConsulOptions) -> Preset:
    """The preset for one probe. Raises UsageError for a transform that does not exist."""
    return _Service(options.service or probe.product, options)


class _Service:
    def __init__(self, service: str, options: ConsulOptions) -> None:
        self._service = service
        self._datacenter = options.datacenter
        self._meta = options.meta or "version"
        self._tag = options.tag
        self._transform = transform_given(options.transform)

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """One request."""
        query = {"dc": self._datacenter} if self._datacenter else {}
        page = await ask_json(fetch, below(request, f"/v1/health/service/{segment(self._service)}", **query))
        return page if isinstance(page, NotUnderstood) else read(page, self._meta, self._tag, self._transform)


def read(page: Page, meta: str, tag: str, transform: Transform) -> Outcome:
    """What the instances say together. Pure."""
    if not isinstance(page.value, list):
        return not_there(page, "no list of instances came")
    instances = entries(page.value)
    if not instances:
        return NotUnderstood(Reason.NO_DATA, "the service has no instance", page.answer.excerpt)
    counts: dict[str, int] = {}
    for instance in instances:
        text = transform(_version(instance, meta, tag)[:VERSION_LIMIT])
        if not text:
            where = f"tag '{tag}...'" if tag else f"meta '{meta}'"
            detail = f"instance {at(instance, 'Service', 'ID') or '?'} has no {where}"
            return NotUnderstood(Reason.NO_VERSION, clean(detail, 200), page.answer.excerpt)
        counts[version_text(text)] = counts.get(version_text(text), 0) + 1
    ranked = sorted(counts.items(), key=lambda item: -item[1])
    found = several([Running(version, replicas=count) for version, count in ranked])
    status, message = found.judged(*state_of(instances))
    place = f"tag {tag}" if tag else f"Service.Meta.{meta}"
    return Understood(found.versions, status, None, message, clean(place, 80), page.answer.excerpt)


def _version(instance: Mapping[str, Any], meta: str, tag: str) -> str:
    if tag:
        return next(
            (word.removeprefix(tag) for word in words(instance, "Service", "Tags") if word.startswith(tag)), ""
        )
    found = at(instance, "Service", "Meta", meta)
    return found if isinstance(found, str) else ""


def state_of(instances: Sequence[Mapping[str, Any]]) -> tuple[Status, str]:
    """The worst check of each instance, and what they add up to."""
    worst = [_worst(instance) for instance in instances]
    if "" in worst:
        return Status.UNKNOWN, "an instance has a check in a state gonogo does not know"
    well, total = worst.count("passing"), len(worst)
    if well == total:
        return Status.SUCCEEDED, ""
    critical = total - well - worst.count("warning")
    if critical == total:
        return Status.FAILED, "every instance is critical"
    return Status.DEGRADED, f"{well} of {total} instances pass, {critical} are critical"


def _worst(instance: Mapping[str, Any]) -> str:
    """The gravest state of its checks; "" when one is unknown. Without any check Consul takes it for well."""
    states = [str(check.get("Status")) for check in entries(instance, "Checks")]
    if any(state not in _WORST for state in states):
        return ""
    return max(states, key=_WORST.index, default="passing")
