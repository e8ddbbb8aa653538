"""`use: argocd`: Argo CD applications, one for a cell or all of them as a source.

    use: argocd
    url: https://argocd.example.com
    auth: argocd
    app: payments-prod               # default: {product}-{environment}
    namespace: team-a                # of the application, where not all of them live in Argo CD's own
    image: example/payments          # which of its images is the product; needed where it has several

The version is the tag of the image that runs, or its digest with `transform: image_digest`. `sync.revision` is a
commit of the configuration's repository and not of the product: it is shown in words. Healthy but out of sync is a
success with a remark: somebody will sync. Two applications of one name and no namespace: nobody can tell whose is
meant. Health from before the last sync ended says nothing of what it brought.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.document import several
from gonogo.io.probes.extraction import Transform, image_digest
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Understood
from gonogo.io.probes.reading import (
    Page,
    ask_json,
    at,
    below,
    entries,
    moment,
    not_there,
    off_loop,
    segment,
    words,
)
from gonogo.io.probes.table import MatrixPreset, Table
from gonogo.io.probes.workload import of_image, transform_given, why_none
from gonogo.plan import Probe, Source, Target
from gonogo.plan.probes import ArgocdNames, ArgocdOptions, ArgocdTable
from gonogo.text import clean

_API = "/api/v1/applications"
DEFAULT_APP = "{product}-{environment}"
_FIELDS = (
    "items.metadata.name,items.metadata.namespace,items.operation,items.status.summary,items.status.sync,"
    "items.status.health,items.status.operationState,items.status.reconciledAt"
)
"""Argo CD leaves out what is not asked for; a whole list is megabytes, most of it resources."""


class Wanted(Struct, frozen=True):
    """Which application and which of its images a cell is about."""

    app: str
    namespace: str
    """"" when the plan names none."""
    image: str
    transform: Transform

    def of(self, target: Target) -> "Wanted":
        """With the names of one cell filled in."""
        app, namespace, image = (_filled(one, target) for one in (self.app, self.namespace, self.image))
        return Wanted(app, namespace, image, self.transform)

    @property
    def scope(self) -> Mapping[str, str]:
        """What of the question says in which namespace; Argo CD takes its own without it."""
        return {"appNamespace": self.namespace} if self.namespace else {}

    def is_meant(self, app: Any) -> bool:
        """Whether an application is the one of that name, in that namespace where the plan names one."""
        return at(app, "metadata", "name") == self.app and self.lives_in(app)

    def lives_in(self, app: Any) -> bool:
        """Whether an application is in the namespace that the plan names."""
        return not self.namespace or _namespace(app) == self.namespace


def _namespace(app: Any) -> str:
    found = at(app, "metadata", "namespace")
    return found if isinstance(found, str) else ""


def _filled(pattern: str, target: Target) -> str:
    return pattern.replace("{product}", target.product).replace("{environment}", target.environment)


def _wanted(options: ArgocdNames) -> Wanted:
    app = options.app or DEFAULT_APP
    return Wanted(app, options.namespace, options.image, transform_given(options.transform))


def preset(probe: Probe, options: ArgocdOptions) -> Preset:
    """One application. Raises UsageError for a transform that does not exist."""
    return _One(_wanted(options).of(Target(probe.product, probe.environment)))


def source(_given: Source, options: ArgocdTable) -> MatrixPreset:
    """Every application, by the pattern of its name. Raises UsageError."""
    return _All(_wanted(options))


class _One:
    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """One request."""
        wanted = self._wanted
        page = await ask_json(fetch, below(request, f"{_API}/{segment(wanted.app)}", **wanted.scope))
        if isinstance(page, NotUnderstood):
            return page
        if not wanted.lives_in(page.value):
            told = f"an application in namespace '{_namespace(page.value)}' came, not in '{wanted.namespace}'"
            return not_there(page, told)
        return read(page, page.value, wanted, request.url)


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
        apps: dict[str, list[Mapping[str, Any]]] = {}
        for one in entries(page.value, "items"):
            apps.setdefault(str(at(one, "metadata", "name")), []).append(one)
        cells: dict[Target, Outcome] = {}
        used: set[str] = set()
        for target in targets:
            wanted = self._wanted.of(target)
            if meant := [app for app in apps.get(wanted.app, ()) if wanted.is_meant(app)]:
                used.add(wanted.app)
                cells[target] = (
                    read(page, meant[0], wanted, url) if len(meant) == 1 else _whose(page, meant, wanted)
                )
        strangers = tuple(clean(name, 80) for name in apps if name not in used)
        return Table(cells, strangers, page.answer.excerpt)


def _whose(page: Page, apps: Sequence[Any], wanted: Wanted) -> NotUnderstood:
    """Several applications of one name: none of them is taken."""
    places = ", ".join(sorted({_namespace(app) or "?" for app in apps}))
    told = f"{len(apps)} applications are called '{wanted.app}', in {places}: name one with `namespace:`"
    return NotUnderstood(Reason.NO_DATA, clean(told, 200), page.answer.excerpt)


def read(page: Page, app: Any, wanted: Wanted, url: str) -> Outcome:
    """What one application says. Pure."""
    excerpt = page.answer.excerpt
    images = words(app, "status", "summary", "images")
    chosen = [image for image in images if _is(image, wanted.image)]
    if not chosen:
        return NotUnderstood(Reason.NO_VERSION, _why_none(images, wanted), excerpt)
    if not wanted.image and len({_name(image) for image in images}) > 1:
        return NotUnderstood(Reason.NO_VERSION, clean(f"name one with `image:`: {_names(images)}", 200), excerpt)
    running = [_running(image, wanted.transform) for image in chosen]
    versions = tuple(dict.fromkeys(running))
    if not all(one.version for one in versions):
        unnamed = next(image for image, one in zip(chosen, running, strict=True) if not one.version)
        return NotUnderstood(Reason.NO_VERSION, why_none(unnamed), excerpt)
    found = several(versions)
    status, message = found.judged(*state_of(app))
    updated = moment(app, "status", "operationState", "finishedAt")
    path = "/".join(segment(name) for name in (wanted.namespace, wanted.app) if name)
    link = f"{url.rstrip('/')}/applications/{path}" if "?" not in url else ""
    return Understood(found.versions, status, updated, message, _place(app), excerpt, clean(link, 300))


def _place(app: Any) -> str:
    """Where the version stood, and whose application that is."""
    name = "/".join(str(part) for part in (_namespace(app), at(app, "metadata", "name")) if part)
    return clean(f"status.summary.images of {name}" if name else "status.summary.images", 200)


def _running(image: str, transform: Transform) -> Running:
    return Running(of_image(image, transform)[0], image_digest(image[:1_024]))


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
    if isinstance(at(app, "operation"), Mapping):
        return Status.IN_PROGRESS, "a sync is asked for and has not begun"
    if phase in {"Failed", "Error"}:
        return Status.FAILED, clean(f"the last sync failed: {told}".removesuffix(": "), 200)
    health = str(at(app, "status", "health", "status") or "")
    if health not in _HEALTH:
        return Status.UNKNOWN, clean(f"health '{health}', which says nothing", 200)
    status = _HEALTH[health]
    if _looked_before_the_sync(app):
        return Status.IN_PROGRESS, clean(f"health '{health}' is from before the last sync ended", 200)
    if status is not Status.SUCCEEDED:
        more = at(app, "status", "health", "message")
        return status, clean(
            f"health is {health}: {more if isinstance(more, str) else ''}".removesuffix(": "), 200
        )
    sync = str(at(app, "status", "sync", "status") or "")
    if sync != "Synced":
        return status, clean(f"{sync or 'sync unknown'}: the cluster is not as the repository says", 200)
    return status, ""


def _looked_before_the_sync(app: Any) -> bool:
    """Whether what is said of health and images was last looked at before the newest sync had ended."""
    ended = moment(app, "status", "operationState", "finishedAt")
    looked = moment(app, "status", "reconciledAt")
    return ended is not None and looked is not None and looked < ended
