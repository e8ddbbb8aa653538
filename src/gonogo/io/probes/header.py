"""`use: header` with `header: NAME`: a version in a response header.

Asks by HEAD, and by GET from then on where HEAD is not answered or does not carry the header.
"""

from msgspec.structs import replace

from gonogo.errors import UsageError
from gonogo.facts import Reason, Running
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.probes.extraction import Transform, transform
from gonogo.io.probes.interface import (
    Fetch,
    NotUnderstood,
    Outcome,
    Preset,
    Understood,
    accepted_status,
    no_version,
    refused_status,
    version_text,
)
from gonogo.plan import Probe
from gonogo.plan.probes import HeaderOptions
from gonogo.text import clean

_NO_HEAD = frozenset({400, 403, 404, 405, 501})
"""What servers answer to HEAD where they would answer GET."""


def preset(probe: Probe, options: HeaderOptions) -> Preset:
    """The preset for one probe. Raises UsageError without `header:`."""
    name = options.header.strip()
    if not name:
        raise UsageError("`use: header` needs `header:`, the name of the header", where=probe.where)
    return HeaderPreset(name, accepted_status(options), transform(options.transform))


class HeaderPreset:
    """One named header of one URL."""

    def __init__(self, name: str, accepted: frozenset[int], transform: Transform) -> None:
        self._name = name
        self._accepted = accepted
        self._transform = transform
        self._method = "HEAD"

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """Ask by the method that worked last."""
        answer = await self._fetch(fetch, request, self._method)
        if self._method == "HEAD" and isinstance(answer, Answer) and self._wants_get(answer):
            answer = await self._fetch(fetch, request, "GET")
            if isinstance(answer, Answer) and answer.status in self._accepted:
                self._method = "GET"
        if isinstance(answer, Failure):
            return NotUnderstood(answer.reason, answer.detail)
        return refused_status(answer, self._accepted) or self.read(answer)

    async def _fetch(self, fetch: Fetch, request: Request, method: str) -> Answer | Failure:
        return await fetch(replace(request, method=method, headers=(("accept", "*/*"),)))

    def _wants_get(self, answer: Answer) -> bool:
        if answer.status in self._accepted:
            return not answer.values(self._name)
        return answer.status in _NO_HEAD

    def read(self, answer: Answer) -> Outcome:
        """Take the header. Pure."""
        place = f"header {self._name}"
        values = list(dict.fromkeys(value.strip() for value in answer.values(self._name)))
        excerpt = clean("; ".join(f"{name}: {value}" for name, value in answer.headers), 400)
        if len(values) > 1:
            why = f"{place} comes with different values: {', '.join(values)}"
            return NotUnderstood(Reason.NO_VERSION, clean(why, 200), excerpt)
        version = version_text(self._transform(values[0])) if values else ""
        if not version:
            return NotUnderstood(Reason.NO_VERSION, no_version(answer, (place,)).detail, excerpt)
        return Understood((Running(version),), place=place, excerpt=excerpt)
