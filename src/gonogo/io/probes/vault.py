"""`use: vault`: HashiCorp Vault's /v1/sys/health, whose status codes have meanings of their own.

200 is active and unsealed, 429 a standby (no rate limit), 472 a recovery replica, 473 a performance standby, 474
a standby that cannot reach its active node, 501 not initialised, 503 sealed, 530 removed from its cluster. All
of them carry the same JSON with the version. Nobody need log in for it.
"""

from typing import Final

from gonogo.facts import Running, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.extraction import Transform
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Understood, no_version
from gonogo.io.probes.reading import Page, ask_json, at, below
from gonogo.io.probes.workload import transform_given
from gonogo.plan import Probe
from gonogo.plan.probes import VaultOptions

_MEANINGS: Final = {
    200: (Status.SUCCEEDED, ""),
    429: (Status.SUCCEEDED, "a standby"),
    472: (Status.SUCCEEDED, "a disaster-recovery replica"),
    473: (Status.SUCCEEDED, "a performance standby"),
    474: (Status.DEGRADED, "a standby that cannot reach the active node"),
    501: (Status.FAILED, "not initialised"),
    503: (Status.FAILED, "sealed"),
    530: (Status.FAILED, "removed from its cluster"),
}


def preset(_probe: Probe, options: VaultOptions) -> Preset:
    """The preset for one probe. Raises UsageError for a transform that does not exist."""
    return _Health(transform_given(options.transform))


class _Health:
    def __init__(self, transform: Transform) -> None:
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """One request."""
        page = await ask_json(fetch, below(request, "/v1/sys/health"), accepted=frozenset(_MEANINGS))
        return page if isinstance(page, NotUnderstood) else read(page, self._transform)


def read(page: Page, transform: Transform) -> Outcome:
    """Version and state. Pure."""
    version = page.document.text(at(page.value, "version"), transform)
    if not version:
        return no_version(page.answer, ("version",))
    status, message = _MEANINGS[page.answer.status]
    if status is Status.SUCCEEDED and at(page.value, "sealed") is not False:
        status, message = Status.UNKNOWN, "it does not say that it is unsealed"
    return Understood((Running(version),), status, None, message, "version", page.answer.excerpt)
