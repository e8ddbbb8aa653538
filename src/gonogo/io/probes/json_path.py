"""`use: json`: version, revision and status at places the plan names, by JMESPath.

    use: json
    version: build.version          # or a list: "[].{version: tag, weight: percent}"
    revision: build.commit
    status: health.state
    status_map: {GREEN_ALL: succeeded}
    transform: [image_tag, strip_v]

Without `version:` the usual places of the short form are tried, in JSON only.
"""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import UsageError
from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT, Answer
from gonogo.io.probes.auto import judged, read_json, usual_status
from gonogo.io.probes.contradictions import checked
from gonogo.io.probes.document import Document, parse, versions_of
from gonogo.io.probes.extraction import Expression, NotExtracted, Transform, compile_expression, transform
from gonogo.io.probes.interface import (
    VERSION_LIMIT,
    NotUnderstood,
    OneRequest,
    Outcome,
    Preset,
    Understood,
    accepted_status,
    no_version,
)
from gonogo.plan import Probe
from gonogo.plan.probes import JsonOptions
from gonogo.text import clean


class Places(Struct, frozen=True):
    """Where the plan says things stand, and what its words mean."""

    version: Expression | None
    revision: Expression | None
    status: Expression | None
    status_map: Mapping[str, Status]
    transform: Transform


def preset(probe: Probe, options: JsonOptions) -> Preset:
    """The preset for one probe. Raises UsageError for an expression, transform or status that is none."""
    places = Places(
        version=_expression(probe, "version", options.version),
        revision=_expression(probe, "revision", options.revision),
        status=_expression(probe, "status", options.status),
        status_map=_status_map(probe, options.status_map),
        transform=transform(options.transform),
    )
    return OneRequest(lambda answer: read(answer, places), accepted_status(options), "application/json, */*;q=0.5")


def _expression(probe: Probe, key: str, text: str) -> Expression | None:
    if not text:
        return None
    try:
        return compile_expression(text)
    except UsageError as error:
        raise UsageError(f"`{key}:` {error.message}", where=probe.where) from error


def _status_map(probe: Probe, given: Mapping[str, str]) -> Mapping[str, Status]:
    if "" in given:
        raise UsageError("`status_map:` must name a status for each word", where=probe.where)
    try:
        return {word: Status(name) for word, name in given.items()}
    except ValueError as error:
        known = ", ".join(Status)
        raise UsageError(f"`status_map:` {clean(str(error), 80)}; known: {known}", where=probe.where) from error


def read(answer: Answer, places: Places) -> Outcome:
    """Read the places. Pure."""
    document = parse(answer)
    if isinstance(document, NotUnderstood):
        return document
    try:
        if places.version is None:
            return _usual(answer, document, places)
        return _named(answer, document, places.version, places)
    except NotExtracted as error:
        return NotUnderstood(Reason.NO_VERSION, clean(error.message, DETAIL_LIMIT), answer.excerpt)


def _usual(answer: Answer, document: Document, places: Places) -> Outcome:
    judge = usual_status if places.status is None else lambda found: _status(found, places)
    outcome = read_json(answer, places.transform, judge)
    if not isinstance(outcome, Understood) or places.revision is None:
        return outcome
    return replace(outcome, versions=_with_revision(outcome.versions, document, places))


def _named(answer: Answer, document: Document, version: Expression, places: Places) -> Outcome:
    value = version.search(document.value)
    found = versions_of(document, value, places.transform)
    if not found.versions:
        return no_version(answer, (version.text,), _why_none(value))
    status, message = found.judged(*_status(document, places))
    versions = _with_revision(found.versions, document, places)
    return checked(Understood(versions, status, None, message, clean(version.text, 80), answer.excerpt), document)


def _why_none(value: object) -> str:
    """What stands at the place instead of a version."""
    if value is None or value == []:
        return "nothing stands at the place the plan names"
    if isinstance(value, str):
        return f"the text there is empty, longer than {VERSION_LIMIT} characters, or nothing is left of it"
    what = "an object" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else "no text"
    return f"{what} stands there"


def _with_revision(versions: tuple[Running, ...], document: Document, places: Places) -> tuple[Running, ...]:
    """One revision belongs to one version; where there are several, each states its own."""
    if places.revision is None or len(versions) != 1:
        return versions
    revision = document.text(places.revision.search(document.value))
    return (replace(versions[0], revision=revision or versions[0].revision),)


def _status(document: Document, places: Places) -> tuple[Status, str]:
    """The state at the plan's place, by the plan's map first; without a place, an answer is a success."""
    if places.status is None:
        return Status.SUCCEEDED, ""
    word = document.word(places.status.search(document.value))
    if not word:
        return Status.UNKNOWN, f"no status at {clean(places.status.text, 80)}"
    mapped = places.status_map.get(word)
    return (mapped, "") if mapped is not None else judged(word, clean(places.status.text, 80))
