"""`use: argocd`: Argo CD applications, one for a cell or all of them as a source.

    use: argocd
    url: https://argocd.example.com
    auth: argocd
    app: payments-prod               # default: {product}-{environment}
    image: example/payments          # which of its images is the product; needed where it has several

The version is the tag of the image that runs. `sync.revision` is a commit of the configuration's repository and
not of the product: it is shown in words. Healthy but out of sync is a success with a remark: somebody will sync.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from gonogo.adapters.extraction import Transform, image_digest, image_tag
from gonogo.adapters.probes.document import several
from gonogo.adapters.probes.interface import (
    VERSION_LIMIT,
    Fetch,
    NotUnderstood,
    Outcome,
    Preset,
    Request,
    Understood,
    version_text,
)
from gonogo.adapters.probes.reading import Page, ask_json, at, below, entries, moment, off_loop, segment, words
from gonogo.adapters.probes.table import MatrixPreset, Table
from gonogo.adapters.probes.workload import transform_given
from gonogo.domain.observation import Reason, Running, Status, Target
from gonogo.domain.plan import Probe, Source
from gonogo.domain.text import clean

_API = "/api/v1/applications"
DEFAULT_APP = "{product}-{environment}"
_FIELDS = (
    "items.metadata.name,items.status.summary,items.status.sync,items.status.health,items.status.operationState"
)
"""Argo CD leaves out what is not asked for; a whole list is megabytes, most of it resources."""


class Wanted(Struct, frozen=True):
    """Which application and which of its images a cell is about."""

    app: str
    image: str
    transform: Transform

    def of(self, target: Target) -> "Wanted":
        """With the names of one cell filled in."""
        return Wanted(_filled(self.app, target), _filled(self.image, target), self.transform)


def _filled(pattern: str, target: Target) -> str:
    return pattern.replace("{product}", target.product).replace("{environment}", target.environment)


def _wanted(given: Probe | Source) -> Wanted:
    options = given.options
    transform = transform_given(given)
    return Wanted(str(options.get("app") or DEFAULT_APP), str(options.get("image") or ""), transform)


def preset(probe: Probe) -> Preset:
    """One application. Raises UsageError for a transform that does not exist."""
    return _One(_wanted(probe).of(Target(probe.product, probe.environment)))


def source(given: Source) -> MatrixPreset:
    """Every application, by the pattern of its name. Raises UsageError."""
    return _All(_wanted(given))


class _One:
    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """One request."""
        page = await ask_json(fetch, below(request, f"{_API}/{segment(self._wanted.app)}"))
        return page if isinstance(page, NotUnderstood) else read(page, page.value, self._wanted, request.url)


class _All:
    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    async def ask(self, fetch: Fetch, request: Request, targets: Sequence[Target]) -> Table | NotUnderstood:
        """One request for all cells."""
        page = await ask_json(fetch, below(request, _API, fields=_FIELDS))
        if isinstance(page, NotUnderstood):
            return page
        if not isinstance(at(page.value, "items"), list):
            # an account that may see nothing gets null here, and so does an empty installation
            return NotUnderstood(Reason.NO_DATA, "the list of applications is empty", page.answer.excerpt)
        return await off_loop(page.answer, lambda: self._table(page, targets, request.url))

    def _table(self, page: Page, targets: Sequence[Target], url: str) -> Table:
        apps = {str(at(one, "metadata", "name")): one for one in entries(page.value, "items")}
        cells: dict[Target, Outcome] = {}
        used: set[str] = set()
        for target in targets:
            wanted = self._wanted.of(target)
            if (app := apps.get(wanted.app)) is not None:
                used.add(wanted.app)
                cells[target] = read(page, app, wanted, url)
        strangers = tuple(clean(name, 80) for name in apps if name not in used)
        return Table(cells, strangers, page.answer.excerpt)


def read(page: Page, app: Any, wanted: Wanted, url: str) -> Outcome:
    """What one application says. Pure."""
    excerpt = page.answer.excerpt
    images = words(app, "status", "summary", "images")
    chosen = [image for image in images if _is(image, wanted.image)]
    if not chosen:
        return NotUnderstood(Reason.NO_VERSION, _why_none(images, wanted), excerpt)
    if not wanted.image and len({_name(image) for image in images}) > 1:
        return NotUnderstood(Reason.NO_VERSION, clean(f"name one with `image:`: {_names(images)}", 200), excerpt)
    versions = tuple(dict.fromkeys(_running(image, wanted.transform) for image in chosen))
    if not all(one.version for one in versions):
        return NotUnderstood(Reason.NO_VERSION, clean(f"image '{chosen[0]}' has no tag", 200), excerpt)
    found = several(versions)
    status, message = found.judged(*state_of(app))
    updated = moment(app, "status", "operationState", "finishedAt")
    link = f"{url.rstrip('/')}/applications/{segment(wanted.app)}" if "?" not in url else ""
    return Understood(found.versions, status, updated, message, "status.summary.images", excerpt, clean(link, 300))


def _running(image: str, transform: Transform) -> Running:
    tag = transform(image_tag(image[:1_024]))
    return Running(version_text(tag) if len(tag) <= VERSION_LIMIT else "", image_digest(image[:1_024]))


def _name(image: str) -> str:
    """An image without tag and digest; the port of a registry is no tag."""
    path = image.partition("@")[0]
    head, slash, last = path.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _is(image: str, wanted: str) -> bool:
    """Whether it is the image of that name, with or without its registry."""
    name = _name(image)
    return not wanted or name == wanted or name.endswith(f"/{wanted}")


def _names(images: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(_name(image) for image in images[:20]))


def _why_none(images: Sequence[str], wanted: Wanted) -> str:
    if not images:
        return "the application runs no image"
    return clean(f"no image '{wanted.image}', only: {_names(images)}", 200)


_HEALTH = {
    "Healthy": Status.SUCCEEDED,
    "Progressing": Status.IN_PROGRESS,
    "Degraded": Status.DEGRADED,
    "Missing": Status.DEGRADED,
    "Suspended": Status.PAUSED,
}


def state_of(app: Any) -> tuple[Status, str]:
    """Operation, health and sync in this order, and why."""
    phase = str(at(app, "status", "operationState", "phase") or "")
    told = at(app, "status", "operationState", "message")
    told = told if isinstance(told, str) else ""
    if phase in {"Running", "Terminating"}:
        return Status.IN_PROGRESS, clean(told or "a sync is running", 200)
    if phase in {"Failed", "Error"}:
        return Status.FAILED, clean(f"the last sync failed: {told}".removesuffix(": "), 200)
    health = str(at(app, "status", "health", "status") or "")
    if health not in _HEALTH:
        return Status.UNKNOWN, clean(f"health '{health}', which says nothing", 200)
    status = _HEALTH[health]
    if status is not Status.SUCCEEDED:
        more = at(app, "status", "health", "message")
        return status, clean(
            f"health is {health}: {more if isinstance(more, str) else ''}".removesuffix(": "), 200
        )
    sync = str(at(app, "status", "sync", "status") or "")
    if sync != "Synced":
        return status, clean(f"{sync or 'sync unknown'}: the cluster is not as the repository says", 200)
    return status, ""
