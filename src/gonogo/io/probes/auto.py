"""`probe: URL`, the short form: finds a version in JSON at the usual places, in a header, or in plain text.

The order is fixed and documented in docs/probes.md: JSON, then header, then text. What it took is said
in the cell's details, so that a wrong guess is seen and replaced by a long form.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from msgspec.structs import replace

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import DETAIL_LIMIT, Answer
from gonogo.io.probes.contradictions import STATUS_PLACES, checked, disagree, trouble_after
from gonogo.io.probes.document import Document, Several, decoded_text, parse, unchanged, versions_of
from gonogo.io.probes.extraction import Transform, transform
from gonogo.io.probes.interface import (
    NotUnderstood,
    OneRequest,
    Outcome,
    Preset,
    Understood,
    accepted_status,
    looks_like_html,
    no_version,
    status_of,
    version_text,
    web_page,
)
from gonogo.io.probes.version_like import first_word, is_version_like
from gonogo.plan import Probe
from gonogo.plan.probes import AutoOptions
from gonogo.text import clean

VERSION_PLACES = (
    "version", "build.version", "data.version", "app.version", "application.version", "info.version",
    "service.version", "versionInfo.version", "appVersion", "app_version", "Version", "release.version", "release",
    "releaseId", "git.tag", "tag", "image_tag", "imageTag",
)  # fmt: skip
OF_THE_SERVICE = tuple(place for place in VERSION_PLACES if place.lower().endswith(("version", "app_version")))
"""Places that can only mean the version of what answers; a tag or a release may be that of something else."""
REVISION_PLACES = (
    "revision", "commit", "git.commit.id.full", "git.commit.id", "git.commit", "build.commit", "build.revision",
    "data.revision", "commit_sha", "git_commit", "gitCommit", "sha",
)  # fmt: skip
UPDATED_PLACES = ("deployed_at", "deployedAt", "updated_at", "updatedAt")
HEADERS = ("X-App-Version", "X-Version", "App-Version", "X-Application-Version", "X-Release", "X-Build-Version")

_HEALTH_JSON = "application/health+json"


def preset(_probe: Probe, options: AutoOptions) -> Preset:
    """The preset for one probe."""
    accept = f"application/json, {_HEALTH_JSON}, text/plain;q=0.9, */*;q=0.5"
    change = transform(options.transform) if options.transform else unchanged
    return OneRequest(lambda answer: read(answer, change), accepted_status(options), accept)


def read(answer: Answer, change: Transform = unchanged) -> Outcome:
    """Find the version; `change` cuts what stands there, whatever the place. Pure."""
    text = decoded_text(answer.body)
    promised = answer.content_type.endswith(("/json", "+json"))
    failed: NotUnderstood | None = None
    if promised or text.lstrip().startswith(("{", "[")):
        found = read_json(answer, change)
        if isinstance(found, Understood):
            return found
        failed = found
    return _beside(_in_header(answer, change), failed, answer) or failed or _in_text(answer, text, change)


def _beside(header: Understood | None, failed: NotUnderstood | None, answer: Answer) -> Understood | None:
    """A version in a header beside a body that holds none: what the body says otherwise counts too."""
    if header is None or failed is None:
        return header
    document = parse(answer)
    if isinstance(document, NotUnderstood):
        return replace(header, status=Status.DEGRADED, message=document.detail)
    return checked(header, document)


def usual_status(document: Document) -> tuple[Status, str]:
    """The source's own word for its state at one of the usual places; succeeded when it says nothing."""
    for place in STATUS_PLACES:
        if word := document.word(_at(document.value, place)):
            return judged(word, place)
    return Status.SUCCEEDED, ""


def read_json(
    answer: Answer, change: Transform = unchanged, judge: Callable[[Document], tuple[Status, str]] = usual_status
) -> Outcome:
    """Find the version at the usual places of a JSON answer; `judge` finds the status. Pure."""
    document = parse(answer)
    if isinstance(document, NotUnderstood):
        return document
    found = _found(document, change, _places(answer))
    if isinstance(found, NotUnderstood):
        return no_version(answer, _places(answer), found.detail)
    several, place = found
    status, message = several.judged(*judge(document))
    told = Understood(several.versions, status, _updated_at(document), message, place, answer.excerpt)
    return checked(_against_places(_against_header(told, answer, change), answer, document, change), document)


def _against_places(found: Understood, answer: Answer, document: Document, change: Transform) -> Understood:
    """Two usual places of one document that name two versions: which of them runs is the plan's to say."""
    if found.place not in OF_THE_SERVICE or found.status is not Status.SUCCEEDED:
        return found
    here = found.versions[0].version
    for place in OF_THE_SERVICE:
        # in health+json it is that of the interface
        if place == found.place or (place == "version" and answer.content_type == _HEALTH_JSON):
            continue
        there = document.text(_at(document.value, place), change)
        if there and is_version_like(there) and "." in there and disagree(there, here):
            message = (
                f"it contradicts itself: {found.place} says {here}, {place} says {there}; name one in the plan"
            )
            return replace(found, status=Status.UNKNOWN, message=clean(message, DETAIL_LIMIT))
    return found


def _against_header(found: Understood, answer: Answer, change: Transform) -> Understood:
    """Two places that name a version must name the same one."""
    header = _in_header(answer)
    if header is None or len(found.versions) != 1 or found.status is not Status.SUCCEEDED:
        return found
    there, here = header.versions[0].version, found.versions[0].version
    if not disagree(there, here) or not disagree(change(there), here):
        return found
    message = f"it contradicts itself: {header.place} says {there}, {found.place} says {here}"
    return replace(found, status=Status.UNKNOWN, message=clean(message, DETAIL_LIMIT))


def _places(answer: Answer) -> tuple[str, ...]:
    """In health+json `version` is that of the interface and `releaseId` that of the build."""
    return ("releaseId", *VERSION_PLACES) if answer.content_type == _HEALTH_JSON else VERSION_PLACES


def _found(document: Document, change: Transform, places: tuple[str, ...]) -> tuple[Several, str] | NotUnderstood:
    """The versions and where they stand."""
    if _has_several(document):
        several = versions_of(document, _at(document.value, "versions"), change)
        if several.versions:
            return several, "versions"
    if isinstance(document.value, str) and is_version_like(document.value):
        return versions_of(document, document.value, change), "the whole answer"
    for place in places:
        if version := document.text(_at(document.value, place), change):
            return Several((Running(version, _first_text(document, REVISION_PLACES)),)), place
    return NotUnderstood(Reason.NO_VERSION, f"no version in this JSON {_shape(document.value)}")


def _has_several(document: Document) -> bool:
    """A list of objects that name versions; a list of names is an API's list of its own versions."""
    entries = _at(document.value, "versions")
    return isinstance(entries, list) and any(isinstance(entry, Mapping) for entry in entries)


def _shape(value: object) -> str:
    return "object" if isinstance(value, Mapping) else "array" if isinstance(value, list) else "value"


def judged(word: str, place: str) -> tuple[Status, str]:
    """The status of a word; one we do not know is unknown and says so, never "fine"."""
    status = status_of(word)
    if status is None:
        return Status.UNKNOWN, f"{place} is '{clean(word, 40)}', a word gonogo does not know"
    return status, ""


def _updated_at(document: Document) -> datetime | None:
    """When the source says it was deployed; only a time with a zone is a time."""
    for place in UPDATED_PLACES:
        value = _at(document.value, place)
        if isinstance(value, str) and len(value) <= 40:
            try:
                moment = datetime.fromisoformat(value)
                return moment.astimezone(UTC) if moment.tzinfo is not None else None
            except (ValueError, OverflowError):
                return None
    return None


def _in_header(answer: Answer, change: Transform = unchanged) -> Understood | None:
    for name in HEADERS:
        values = {version_text(change(value)) for value in answer.values(name)} - {""}
        if len(values) == 1 and (version := values.pop()) and is_version_like(version):
            place = f"header {name}"
            return Understood((Running(version),), place=place, excerpt=clean(f"{name}: {version}"))
    return None


def _in_text(answer: Answer, text: str, change: Transform) -> Outcome:
    if looks_like_html(text):
        return web_page(answer)
    words = text[:4_096].split(maxsplit=1)
    if not words:
        return NotUnderstood(Reason.EMPTY, "the answer is empty")
    words[0] = change(words[0])
    if first_word(words):
        trouble = trouble_after(words[1]) if len(words) > 1 else ""
        status = Status.DEGRADED if trouble else Status.SUCCEEDED
        message = f"behind the version it says: {trouble}" if trouble else ""
        return Understood((Running(words[0]),), status, None, message, "first word", answer.excerpt)
    tried = ("JSON", *(f"header {name}" for name in HEADERS[:3]), "first word of the text")
    return no_version(answer, tried, f"no version, it says: {text.strip()[:80]}")


def _first_text(document: Document, places: tuple[str, ...]) -> str:
    return next((text for place in places if (text := document.text(_at(document.value, place)))), "")


@lru_cache(maxsize=64)
def _keys(place: str) -> tuple[str, ...]:
    return tuple(place.split("."))


def _at(value: object, place: str) -> object:
    for key in _keys(place):
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
