"""Probes, sources and how often they are asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from msgspec.structs import replace

from gonogo.errors import UsageError
from gonogo.facts import Status
from gonogo.io.plan_file.addresses import check_url, fill
from gonogo.io.plan_file.options import PROBES_BY_USE, SOURCES_BY_USE, filled, options_of
from gonogo.io.plan_file.reading import Reading
from gonogo.io.plan_file.references import source_ids
from gonogo.io.plan_file.shape import ProbeShape, ProductShape, SourceShape, TimingShape, listed
from gonogo.io.probes.catalogue import COLUMNS, PRESETS, SAMPLED, SAMPLING, Entry
from gonogo.io.probes.extraction import compile_expression, transform
from gonogo.io.yaml.nodes import Path
from gonogo.io.yaml.problems import Mistake, a_list
from gonogo.plan import Environment, Probe, Source, Timing
from gonogo.plan.pace import FORGES, floor_of
from gonogo.plan.probes import AutoOptions, SourceOptions, VersionerTable
from gonogo.text import clean
from gonogo.text.durations import duration_text

_COMMON: Final = (
    "use", "url", "urls", "auth", "verify_tls", "every", "timeout", "stale_after", "unknown_after", "confidence",
    "instances", "vary_query",
)  # fmt: skip
_OF_ONE_ANSWER: Final = ("confidence", "instances", "vary_query")
"""Keys that speak of answers which one instance gives for all."""
_INSTANCES_LIMIT: Final = 32
"""URLs of one probe: each is a request every time it is asked."""
SOURCES: Final = tuple(use for use, entry in PRESETS.items() if entry.table is not None)
_COMMON_OF_SOURCES: Final = tuple(key for key in _COMMON if key not in {"urls", *_OF_ONE_ANSWER})

_LEAST_CONFIDENCE: Final = 0.5
_MOST_CONFIDENCE: Final = 0.999_1
"""99.9 % is not exactly that in binary."""
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
    confidence = _confidence(reading, getattr(given, "confidence", None), path, inherited.confidence)
    made = Timing(every, timeout, stale, unknown, confidence)
    if len(reading.problems) == before and any(getattr(given, key) is not None for key in _TIMING_KEYS):
        _check_order(reading, made, path)
    # what is wrong here is told here, not at everything that inherits it
    return made if len(reading.problems) == before else inherited


def _confidence(reading: Reading, text: str | None, path: Path, inherited: float) -> float:
    """Between a half and 99.9 %: less proves nothing, more is more looks than anybody waits for."""
    number = reading.number(text, (*path, "confidence"))
    if number is None:
        return inherited
    if not _LEAST_CONFIDENCE <= number <= _MOST_CONFIDENCE:
        facts = {"text": text, "wanted": "a share from 50% to 99.9%"}
        reading.add(Mistake.NOT_A, (*path, "confidence"), "95% is 29 looks, 99.9% is 88", **facts)
        return inherited
    return number


def _instances_of(reading: Reading, given: ProbeShape, path: Path) -> int | None:
    """How many processes answer at the probe's URL, if the plan says so."""
    number = reading.number(given.instances, (*path, "instances"))
    if number is None:
        return None
    if number < 1 or number != int(number):
        facts = {"text": given.instances, "wanted": "a count of processes"}
        reading.add(Mistake.NOT_A, (*path, "instances"), "1 where one process answers", **facts)
        return None
    return int(number)


def _check_sampling(reading: Reading, given: ProbeShape, path: Path) -> None:
    """What speaks of one instance's answers has no meaning where something counts them."""
    raw = reading.document.get(path)
    for key in _OF_ONE_ANSWER:
        if key in raw and (given.use not in SAMPLING or given.urls):
            facts = {"key": key, "where": "with `urls:`" if given.urls else f"with `use: {given.use}`"}
            place = reading.document.key((*path, key))
            reading.problems.add(Mistake.ONLY_WITH, place, "it counts the instances itself", **facts)


def _every(reading: Reading, text: str | None, path: Path, inherited: timedelta, use: str) -> timedelta:
    floor, what = floor_of(use), f"a forge ({use})" if use in FORGES else "a probe"
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
        return Probe(AutoOptions(), "", "", url=given, timing=timing, where=reading.where(path))
    if not _known_preset(reading, given.use, path):
        return Probe(AutoOptions(), "", "")  # a plan with a mistake means nothing
    entry = PRESETS[given.use]
    said = _said(reading, f"a probe with `use: {given.use}`", path, _COMMON, entry.keys)
    _check_options(reading, given, said, path, entry)
    _check_sampling(reading, given, path)
    if given.url:
        check_url(given.url, reading.place((*path, "url")), reading.problems)
    return Probe(
        options_of(PROBES_BY_USE[given.use], said),
        product="",
        environment="",
        url=given.url,
        urls=_instances(reading, given, path, entry),
        auth=given.auth or "",
        timing=timing_of(reading, given, path, timing, given.use),
        where=reading.where(path),
        verify_tls=_verified(reading, given, path),
        instances=_instances_of(reading, given, path),
        vary_query=given.vary_query,
    )


def _verified(reading: Reading, given: ProbeShape | SourceShape, path: Path) -> bool:
    """Whether certificates are checked. Whoever stands in between must not be handed a credential."""
    if not given.verify_tls and given.auth:
        reading.problems.add(Mistake.UNCHECKED_AUTH, reading.document.key((*path, "verify_tls")))
    return given.verify_tls


def _instances(reading: Reading, given: ProbeShape, path: Path, entry: Entry) -> tuple[str, ...]:
    """One URL for each instance."""
    urls = listed(given.urls)
    here = (*path, "urls")
    if urls and given.url:
        reading.problems.add(Mistake.PICK_ONE, reading.document.key(here), where="a probe", choices="url, urls")
    if urls and not any("urls" in group for group in entry.needs):
        place = reading.document.key(here)
        facts = {"key": "urls", "where": f"with `use: {given.use}`"}
        reading.problems.add(Mistake.ONLY_WITH, place, "what it asks counts the instances itself", **facts)
    if len(urls) > _INSTANCES_LIMIT:
        place = reading.document.key(here)
        reading.problems.add(Mistake.TOO_MANY_URLS, place, count=len(urls), limit=_INSTANCES_LIMIT)
    for index, url in enumerate(urls):
        check_url(url, reading.place(here if isinstance(given.urls, str) else (*here, index)), reading.problems)
    return urls


def _known_preset(reading: Reading, use: str, path: Path, known: tuple[str, ...] = tuple(PRESETS)) -> bool:
    if use in known:
        return True
    if use in PRESETS:
        remedy = f"it asks about one cell: write it as a product's probe; sources are: {a_list(known)}"
    else:
        remedy = reading.problems.suggestion(use, known) or f"known probes: {a_list(known, 30)}"
    mistake = Mistake.NO_SOURCE if use in PRESETS else Mistake.UNKNOWN_PRESET
    reading.add(mistake, (*path, "use"), remedy, use=clean(use, 60))
    return False


def _said(
    reading: Reading, where: str, path: Path, common: tuple[str, ...], allowed: tuple[str, ...]
) -> Mapping[str, Any]:
    """What is written beyond the common keys; a preset that does not take all of it is a mistake."""
    raw = reading.document.get(path)
    said = {key: value for key, value in raw.items() if key not in common}
    known = (*common, *allowed)
    for key in said:
        if key not in allowed:
            remedy = reading.problems.suggestion(key, known) or f"known keys: {a_list(known, 30)}"
            place = reading.document.key((*path, key))
            reading.problems.add(Mistake.UNKNOWN_KEY, place, remedy, key=clean(key, 60), where=where)
    return said


def _check_options(reading: Reading, given: ProbeShape, said: Mapping[str, Any], path: Path, entry: Entry) -> None:
    _check_needs(reading, given.use, path, entry.needs)
    if given.url and said.get("cluster"):
        reading.problems.add(Mistake.TWO_PLACES, reading.document.key((*path, "cluster")))
    for key in entry.expressions:
        if key in said:
            _check_expression(reading, str(said[key]), (*path, key))
    _check_transform(reading, given.transform, path)
    _check_status_map(reading, given, path)


def _check_needs(reading: Reading, use: str, path: Path, needs: tuple[tuple[str, ...], ...]) -> None:
    """Of each group one key must be there, with something in it."""
    raw = reading.document.get(path)
    for group in needs:
        if not any(raw.get(key) for key in group):
            reading.add_lack(Mistake.PROBE_NEEDS, path, use=use, key="' or '".join(group))


def _check_expression(reading: Reading, text: str, path: Path) -> None:
    try:
        compile_expression(text)
    except UsageError as error:
        remedy = error.remedy
        if not remedy and "did you mean" not in error.message:
            remedy = "name one place, like build.version or items[0].tag; `transform:` cuts the text"
        reading.add(Mistake.BAD_EXPRESSION, path, remedy, key=path[-1], reason=error.message)


def _check_transform(reading: Reading, given: str | list[str], path: Path) -> None:
    single = isinstance(given, str)
    for index, name in enumerate(listed(given)):
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
    return replace(
        template,
        product=product,
        environment=environment,
        url=fill(template.url, product, environment),
        urls=tuple(fill(url, product, environment) for url in template.urls),
        options=filled(template.options, lambda text: fill(text, product, environment)),
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
    options: SourceOptions = VersionerTable()  # of a plan with a mistake, which means nothing
    if _known_preset(reading, given.use, path, SOURCES):
        entry = PRESETS[given.use]
        where = f"a source with `use: {given.use}`"
        said = _said(reading, where, path, ("id", *_COMMON_OF_SOURCES), entry.source_keys)
        options = options_of(SOURCES_BY_USE[given.use], said)
        _check_needs(reading, given.use, path, entry.source_needs)
        _check_transform(reading, given.transform, path)
        _check_map(reading, given, path)
        _check_names(reading, given, path)
    if given.url:
        check_url(given.url, reading.place((*path, "url")), reading.problems, "a source")
    return Source(
        id=source_id,
        options=options,
        url=given.url,
        auth=given.auth or "",
        timing=timing_of(reading, given, path, timing, given.use),
        where=reading.where(path),
        verify_tls=_verified(reading, given, path),
    )


def _check_map(reading: Reading, given: SourceShape, path: Path) -> None:
    """Only known columns, and a share or a count is the sample itself."""
    for key, label in (given.map or {}).items():
        here = (*path, "map", key)
        if key not in COLUMNS:
            remedy = reading.problems.suggestion(key, COLUMNS) or f"known keys: {a_list(COLUMNS)}"
            facts = {"key": clean(key, 60), "where": "`map:` of a source"}
            reading.problems.add(Mistake.UNKNOWN_KEY, reading.document.key(here), remedy, **facts)
        elif key in SAMPLED and label != "value":
            reading.add(Mistake.NOT_ONE_OF, here, "value is the sample", text=clean(label, 60), known="value")


def _check_names(reading: Reading, given: SourceShape, path: Path) -> None:
    """The plan's side of `products:` and `environments:` is defined."""
    names, subject = reading.names, "a source"
    for key, renamed, kind in (
        ("products", given.products, names.products),
        ("environments", given.environments, names.environments),
    ):
        for word, meant in (renamed or {}).items():
            names.check(kind, meant, (*path, key, word), subject, "fills")
