"""Asking once with every word of it kept, for a person who wants to know why a cell says what it says.

What is kept may be shown: URLs without userinfo and without the plan's own query, no header that was sent, of
those that came only the ones that explain something, and the beginning of the body, cleaned.
"""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from gonogo.facts.trial import Exchange, Trial
from gonogo.io.config import Config
from gonogo.io.config.credentials import Credentials
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.probes.probings import Fetcher, Outside, SourceProbing
from gonogo.io.probes.registry import cell_probing, source_probing, versions_named
from gonogo.plan import Plan, Probe, Source, Target
from gonogo.plan.probes import HeaderOptions
from gonogo.ports import Clock, Probing
from gonogo.text import clean

TELLING = (
    "content-type", "date", "age", "etag", "last-modified", "cache-control", "retry-after", "location",
    "www-authenticate", "server", "via", "x-cache", "x-ratelimit-remaining", "ratelimit-remaining",
)  # fmt: skip
"""Headers that explain an answer; the one a plan names comes on top."""
_VALUE_LIMIT = 200
_ROUNDS = 24
"""Requests of one question that are shown."""


class _Recorder:
    """The door, with everything that goes through it written down."""

    def __init__(self, door: Fetcher, own_query: bool, wanted: str) -> None:
        self._door = door
        self._own_query = own_query
        self._telling = (wanted.lower(), *TELLING) if wanted else TELLING
        self.exchanges: list[Exchange] = []

    async def fetch(self, request: Request) -> Answer | Failure:
        """Ask, and keep what may be shown."""
        answer = await self._door.fetch(request)
        if len(self.exchanges) < _ROUNDS:
            self.exchanges.append(self._kept(request, answer))
        return answer

    def _kept(self, request: Request, answer: Answer | Failure) -> Exchange:
        from gonogo.io.http.door import public_url

        name = request.credential.name if request.credential else request.tls.whose if request.tls else ""
        url = shown_url(request.url, own_query=self._own_query)
        if isinstance(answer, Failure):
            return Exchange(request.method, url, name, failure=f"{answer.reason}: {answer.detail}")
        return Exchange(
            request.method,
            url,
            name,
            answer.status,
            answer.phrase,
            answer.elapsed,
            len(answer.body),
            tuple(self._headers(answer)),
            answer.excerpt,
            answered_by=answer.url if answer.url != public_url(request.url) else "",
        )

    def _headers(self, answer: Answer) -> Iterable[tuple[str, str]]:
        for name in dict.fromkeys(self._telling):
            for value in answer.values(name):
                # where a redirect leads may hold a token, as any URL may
                shown = shown_url(value, own_query=False) if name == "location" else value
                yield clean(name, 80), clean(shown, _VALUE_LIMIT)


def shown_url(url: str, *, own_query: bool) -> str:
    """A URL as it may be shown; its query only where all of it is ours (`own_query`), else the names in it."""
    from gonogo.io.http.door import public_url

    base = public_url(url).removesuffix("?…")
    query = urlsplit(url).query
    if not query:
        return base
    if own_query:
        return clean(f"{base}?{unquote(query)}", 600)
    names = "&".join(f"{part.partition('=')[0]}=…" for part in query.split("&"))
    return clean(f"{base}?{names}", 600)


async def try_cell(plan: Plan, target: Target, door: Fetcher, clock: Clock, config: Config) -> tuple[Trial, ...]:
    """Ask everything that fills `target`: its own probe and every source."""
    probes = (probe for product in plan.products for probe in product.probes)
    own = [probe for probe in probes if Target(probe.product, probe.environment) == target]
    sources = [source for source in plan.sources if source.fills_cells]
    given: list[Probe | Source] = [*own, *sources]
    trials = [await _tried(one, plan, door, clock, config) for one in given]
    return tuple(_only(trial, target) for trial in trials)


async def try_source(plan: Plan, source: Source, door: Fetcher, clock: Clock, config: Config) -> Trial:
    """Ask one source, for all cells of the plan."""
    return await _tried(source, plan, door, clock, config)


async def _tried(given: Probe | Source, plan: Plan, door: Fetcher, clock: Clock, config: Config) -> Trial:
    plain = not any(urlsplit(url).query for url in (given.url, *_instances(given)))
    recorder = _Recorder(door, plain, given.options.header if isinstance(given.options, HeaderOptions) else "")
    probing: Probing
    if isinstance(given, Probe):
        probing = cell_probing(given, recorder, clock, config, plan=plan)
    else:
        targets = [Target(product.name, env.name) for product in plan.products for env in plan.environments]
        planned = {product.name: versions_named(product) for product in plan.products}
        probing = source_probing(given, targets, Outside(recorder, clock, Credentials(config)), planned)
    observations = await probing.ask()
    table = probing.table if isinstance(probing, SourceProbing) else None
    options = tuple(
        (clean(key, 40), clean(_as_written(value), _VALUE_LIMIT)) for key, value in given.options.said().items()
    )
    return Trial(
        probing.name,
        given.id if isinstance(given, Source) else "",
        given.use,
        given.where,
        options,
        tuple(recorder.exchanges),
        observations,
        table.strangers if table else (),
    )


def _as_written(value: object) -> str:
    """An option the way a plan writes it."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_as_written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_as_written(one) for one in value) + "]"
    return str(value)


def _instances(given: Probe | Source) -> Sequence[str]:
    return given.urls if isinstance(given, Probe) else ()


def _only(trial: Trial, target: Target) -> Trial:
    """What it says about that cell."""
    from msgspec.structs import replace

    return replace(trial, observations=tuple(one for one in trial.observations if one.target == target))
