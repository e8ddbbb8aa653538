"""`use: spring-info`: Spring Boot's actuator, /info for the version and /health for the state.

`url:` is the actuator itself, `https://pay.example.com/actuator`. UP is well; DOWN and OUT_OF_SERVICE answer 503
with a body; UNKNOWN is unknown. Without an answer of /health the state is unknown, for a version alone does not
say how the service is; `health: none` says that it is not exposed and not to be asked.
"""

import asyncio

from gonogo.errors import UsageError
from gonogo.facts import Running, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.contradictions import checked
from gonogo.io.probes.extraction import Transform, transform
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Understood, no_version
from gonogo.io.probes.reading import OK, Page, ask_json, at, below
from gonogo.plan import Probe
from gonogo.plan.probes import SpringInfoOptions
from gonogo.text import clean

_WORDS = {
    "UP": Status.SUCCEEDED,
    "DOWN": Status.FAILED,
    "OUT_OF_SERVICE": Status.DEGRADED,
    "UNKNOWN": Status.UNKNOWN,
}
_INFO = "/info"


def preset(probe: Probe, options: SpringInfoOptions) -> Preset:
    """The preset for one probe. Raises UsageError."""
    health = "health" if options.health is None else options.health
    if health not in {"health", "none"}:
        raise UsageError("`health:` is 'health' or 'none'", where=probe.where)
    return _SpringInfo(health != "none", transform(options.transform))


class _SpringInfo:
    def __init__(self, health: bool, transform: Transform) -> None:
        self._health = health
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """Both at the same time."""
        from msgspec.structs import replace

        base = replace(request, url=request.url.rstrip("/").removesuffix(_INFO))
        if not self._health:
            return read(await ask_json(fetch, below(base, _INFO)), None, self._transform)
        info, health = await asyncio.gather(
            ask_json(fetch, below(base, _INFO)),
            ask_json(fetch, below(base, "/health"), accepted=OK | {503}),
        )
        return read(info, health, self._transform)


def read(info: Page | NotUnderstood, health: Page | NotUnderstood | None, transform: Transform) -> Outcome:
    """Version and state; `health` is None where it was not asked. Pure."""
    if isinstance(info, NotUnderstood):
        return info
    version = info.document.text(at(info.value, "build", "version"), transform)
    if not version:
        why = "/info names no build (the build plugin's build-info goal writes it)"
        return no_version(info.answer, ("build.version",), why)
    status, message = _state(health)
    running = Running(version, _commit(info))
    told = Understood((running,), status, None, message, "build.version", info.answer.excerpt)
    return checked(told, info.document)


def _commit(info: Page) -> str:
    """`git.commit.id`, a text or, in the full mode, an object."""
    found = at(info.value, "git", "commit", "id")
    return info.document.text(found if isinstance(found, str) else at(found, "full") or at(found, "abbrev"))


def _state(health: Page | NotUnderstood | None) -> tuple[Status, str]:
    if health is None:
        return Status.SUCCEEDED, ""
    if isinstance(health, NotUnderstood):
        return Status.UNKNOWN, clean(f"/health: {health.detail or health.reason}", 200)
    word = health.text("status")
    if word not in _WORDS:
        return Status.UNKNOWN, clean(f"/health says '{word}', a word gonogo does not know", 200)
    return _WORDS[word], "" if _WORDS[word] is Status.SUCCEEDED else f"/health says {word}"
