"""Probes, sources and how often they are asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from gonogo.adapters.extraction import compile_expression, transform
from gonogo.adapters.plan_yaml.addresses import check_url, fill
from gonogo.adapters.plan_yaml.nodes import Path
from gonogo.adapters.plan_yaml.problems import Mistake, a_list
from gonogo.adapters.plan_yaml.reading import Reading
from gonogo.adapters.plan_yaml.references import source_ids
from gonogo.adapters.plan_yaml.shape import ProbeShape, ProductShape, SourceShape, TimingShape, listed
from gonogo.domain.duration import duration_text
from gonogo.domain.names import suggest
from gonogo.domain.observation import Status
from gonogo.domain.plan import Environment, Probe, Source, Timing
from gonogo.domain.text import clean
from gonogo.errors import UsageError

_COMMON: Final = ("use", "url", "auth", "every", "timeout", "stale_after", "unknown_after")
_ANSWER: Final = ("accept_status", "transform")
_CLOSED: Final[Mapping[str, tuple[str, ...]]] = {
    "auto": _ANSWER,
    "json": (*_ANSWER, "version", "revision", "status", "status_map"),
    "text": _ANSWER,
    "header": (*_ANSWER, "header"),
}
"""Presets whose keys are all known, beyond the common ones."""
_OPEN: Final = (
    "health-json", "spring-info", "prometheus", "kubernetes", "argo-rollout", "argocd", "flux-helm", "helm",
    "github", "gitlab", "consul", "vault", "versioner",
)  # fmt: skip
"""Presets whose keys are kept as text for the version that asks them."""
PRESETS: Final = (*_CLOSED, *_OPEN)

_FORGES: Final = frozenset({"github", "gitlab"})
_FLOOR: Final = timedelta(seconds=2)
_FORGE_FLOOR: Final = timedelta(seconds=30)
"""Forges count requests per hour, and ten people may have the same plan open."""
_TIMING_KEYS: Final = ("every", "timeout", "stale_after", "unknown_after")


def timing_of(
    reading: Reading, given: TimingShape | ProbeShape | SourceShape, path: Path, inherited: Timing, use: str = ""
) -> Timing:
    """Timing with what is given here; the rest is inherited and made to fit what is given.

    `every: 60s` alone is enough: an answer then turns stale after the longest of what is inherited,
    3 x every and 2 x (every + timeout), and unknown after the longer of what is inherited and 3 x that.
    """
    before = len(reading.problems)
    every = _every(reading, given.every, (*path, "every"), inherited.every, use)
    timeout = reading.positive(given.timeout, (*path, "timeout"), inherited.timeout)
    paced = (every, timeout) != (inherited.every, inherited.timeout)
    stale = inherited.stale_after
    if given.stale_after is not None:
        stale = reading.positive(given.stale_after, (*path, "stale_after"), stale)
    elif paced:
        stale = max(stale, 3 * every, 2 * (every + timeout))
    unknown = inherited.unknown_after
    if given.unknown_after is not None:
        unknown = reading.positive(given.unknown_after, (*path, "unknown_after"), unknown)
    elif stale != inherited.stale_after:
        unknown = max(unknown, 3 * stale)
    made = Timing(every, timeout, stale, unknown)
    if len(reading.problems) == before and any(getattr(given, key) is not None for key in _TIMING_KEYS):
        _check_order(reading, made, path)
    # what is wrong here is told here, not at everything that inherits it
    return made if len(reading.problems) == before else inherited


def _every(reading: Reading, text: str | None, path: Path, inherited: timedelta, use: str) -> timedelta:
    floor, what = (_FORGE_FLOOR, f"a forge ({use})") if use in _FORGES else (_FLOOR, "a probe")
    if text is None:
        return max(inherited, floor)
    every = reading.duration(text, path, inherited)
    if every < floor:
        facts = {"every": text, "what": what, "least": duration_text(floor)}
        reading.add(Mistake.TOO_OFTEN, path, f"write `every: {duration_text(floor)}` or more", **facts)
        return max(inherited, floor)
    return every


def _check_order(reading: Reading, made: Timing, path: Path) -> None:
    stale, unknown = duration_text(made.stale_after), duration_text(made.unknown_after)
    if made.every + made.timeout >= made.stale_after:
        facts = {"stale": stale, "every": duration_text(made.every), "timeout": duration_text(made.timeout)}
        reading.add(Mistake.STALE_TOO_SOON, (*path, "stale_after"), **facts)
    elif made.stale_after >= made.unknown_after:
        reading.add(Mistake.UNKNOWN_TOO_SOON, (*path, "unknown_after"), unknown=unknown, stale=stale)


def probes_of(
    reading: Reading, name: str, product: ProductShape, environments: tuple[Environment, ...], timing: Timing
) -> tuple[Probe, ...]:
    """The probes of one product, one for each environment that is asked."""
    path: Path = ("products", name)
    if product.probe is not None and product.probes is not None:
        place = reading.document.key((*path, "probes"))
        reading.problems.add(Mistake.TWO_PROBES, place, product=name)
    if product.probe is not None:
        template = _template(reading, product.probe, (*path, "probe"), timing)
        return tuple(_for_target(template, name, environment.name) for environment in environments)
    made = []
    for environment, given in (product.probes or {}).items():
        here: Path = (*path, "probes", environment)
        _check_environment(reading, name, environment, here)
        made.append(_for_target(_template(reading, given, here, timing), name, environment))
    order = {environment.name: index for index, environment in enumerate(environments)}
    return tuple(sorted(made, key=lambda probe: order.get(probe.environment, len(order))))


def _check_environment(reading: Reading, product: str, environment: str, path: Path) -> None:
    names = reading.names.environments
    if environment not in names.names:
        facts = {"subject": f"product '{product}'", "verb": "has a probe in", "kind": "environment"}
        place = reading.document.key(path)
        remedy = names.remedy(environment, reading.problems)
        reading.problems.add(Mistake.NOT_DEFINED, place, remedy, name=clean(environment, 60), **facts)


def _template(reading: Reading, given: str | ProbeShape, path: Path, timing: Timing) -> Probe:
    """A probe with its URL not yet filled in, checked once for all environments."""
    if isinstance(given, str):
        check_url(given, reading.place(path), reading.problems)
        return Probe(use="auto", product="", environment="", url=given, timing=timing, where=reading.where(path))
    if not _known_preset(reading, given.use, path):
        return Probe(use=given.use, product="", environment="")
    options = _options(reading, given.use, path, _COMMON)
    _check_options(reading, given, options, path)
    if given.url:
        check_url(given.url, reading.place((*path, "url")), reading.problems)
    return Probe(
        use=given.use,
        product="",
        environment="",
        url=given.url,
        auth=given.auth or "",
        options=options,
        timing=timing_of(reading, given, path, timing, given.use),
        where=reading.where(path),
    )


def _known_preset(reading: Reading, use: str, path: Path) -> bool:
    if use in PRESETS:
        return True
    remedy = reading.problems.suggestion(use, PRESETS) or f"known probes: {a_list(PRESETS, 30)}"
    reading.add(Mistake.UNKNOWN_PRESET, (*path, "use"), remedy, use=clean(use, 60))
    return False


def _options(reading: Reading, use: str, path: Path, common: tuple[str, ...]) -> Mapping[str, Any]:
    """What the preset is given beyond the common keys, as text."""
    raw = reading.document.get(path)
    options = {key: value for key, value in raw.items() if key not in common}
    allowed = _CLOSED.get(use)
    for key in options:
        if allowed is not None and key not in allowed:
            known = (*common, *allowed)
            remedy = reading.problems.suggestion(key, known) or f"known keys: {a_list(known, 30)}"
        elif allowed is None and (near := suggest(key, common)) and _one_slip(key, near):
            # a preset of a later version may have any key, but `auht` would silently ask without credentials
            remedy = f"did you mean '{near}'?"
        else:
            continue
        place = reading.document.key((*path, key))
        facts = {"key": clean(key, 60), "where": f"a probe with `use: {use}`" if use else "a source"}
        reading.problems.add(Mistake.UNKNOWN_KEY, place, remedy, **facts)
    return options


def _one_slip(word: str, meant: str) -> bool:
    """Whether the letters are the same but for their order, or one is missing, doubled or wrong."""
    if sorted(word) == sorted(meant):
        return True
    if abs(len(word) - len(meant)) > 1:
        return False
    start = next(
        (at for at, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant))
    )
    rest, other = word[start:], meant[start:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:]


def _check_options(reading: Reading, given: ProbeShape, options: Mapping[str, Any], path: Path) -> None:
    if given.use in _CLOSED and not given.url:
        reading.add_lack(Mistake.PROBE_NEEDS, path, use=given.use, key="url")
    if given.use == "header" and not given.header:
        reading.add_lack(Mistake.PROBE_NEEDS, path, use="header", key="header")
    if given.use == "json":
        for key in ("version", "revision", "status"):
            if key in options:
                _check_expression(reading, str(options[key]), (*path, key))
    _check_transform(reading, given, path)
    _check_status_map(reading, given, path)


def _check_expression(reading: Reading, text: str, path: Path) -> None:
    try:
        compile_expression(text)
    except UsageError as error:
        reading.add(Mistake.BAD_EXPRESSION, path, error.remedy, key=path[-1], reason=error.message)


def _check_transform(reading: Reading, given: ProbeShape, path: Path) -> None:
    single = isinstance(given.transform, str)
    for index, name in enumerate(listed(given.transform)):
        try:
            transform([name])
        except UsageError as error:
            here = (*path, "transform") if single else (*path, "transform", index)
            reading.add(Mistake.BAD_TRANSFORM, here, error.remedy, name=clean(name, 60))


def _check_status_map(reading: Reading, given: ProbeShape, path: Path) -> None:
    known = [status.value for status in Status]
    for word, status in (given.status_map or {}).items():
        if status not in known:
            remedy = reading.problems.suggestion(status, known)
            facts = {"text": clean(status, 60), "known": a_list(known)}
            reading.add(Mistake.NOT_ONE_OF, (*path, "status_map", word), remedy, **facts)


def _for_target(template: Probe, product: str, environment: str) -> Probe:
    return Probe(
        template.use,
        product,
        environment,
        fill(template.url, product, environment),
        template.auth,
        template.options,
        template.timing,
        template.where,
    )


def sources_of(reading: Reading, given: list[SourceShape], timing: Timing) -> tuple[Source, ...]:
    """The sources, each with its id."""
    ids = source_ids(reading.document.get(("sources",)))
    made: dict[str, Source] = {}
    lines: dict[str, int] = {}
    for index, (source_id, source) in enumerate(zip(ids, given, strict=True)):
        path: Path = ("sources", index)
        place = reading.place((*path, "id"))
        if source_id in made:
            reading.problems.add(Mistake.REPEATED, place, kind="source", name=source_id, line=lines[source_id])
            continue
        lines[source_id] = place.line
        made[source_id] = _source(reading, source_id, source, path, timing)
    return tuple(made.values())


def _source(reading: Reading, source_id: str, given: SourceShape, path: Path, timing: Timing) -> Source:
    options: Mapping[str, Any] = {}
    if _known_preset(reading, given.use, path):
        options = _source_options(reading, path)
    if given.url:
        check_url(given.url, reading.place((*path, "url")), reading.problems, "a source")
    return Source(
        id=source_id,
        use=given.use,
        url=given.url,
        auth=given.auth or "",
        options=options,
        timing=timing_of(reading, given, path, timing, given.use),
        where=reading.where(path),
    )


def _source_options(reading: Reading, path: Path) -> Mapping[str, Any]:
    """Sources are asked by a later version: any key is kept, but for a slip in a common one."""
    return _options(reading, "", path, ("id", *_COMMON))
