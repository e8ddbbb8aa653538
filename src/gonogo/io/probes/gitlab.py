"""`use: gitlab`: GitLab's deployments of an environment.

    use: gitlab
    url: https://gitlab.example.com  # gitlab.com by default
    project: group/payments          # path or number
    environment: production          # the plan's name by default
    job: deploy-web                  # where several jobs deploy into it
    version: ref                     # JMESPath over a deployment; `ref` by default
    auth: gitlab

Where several jobs deploy into one environment, `job:` (one or a list) says which are the product's; without it
nobody can tell. The list is read in pages of fifty until one that succeeded; after four of them those that
succeeded are asked for by themselves.
`created` and `blocked` wait, for a person or an approval, and never run.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gonogo.errors import UsageError
from gonogo.facts import Reason, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.deployments import Deployment, of_several, standing
from gonogo.io.probes.extraction import Expression, NotExtracted, Transform, compile_expression, transform
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset
from gonogo.io.probes.reading import Page, ask_json, at, below, entries, moment, not_there, segment
from gonogo.plan import Probe
from gonogo.plan.probes import GitlabOptions
from gonogo.text import clean

_LISTED: Final = 50
"""Entries of a page."""
_PAGES: Final = 4
"""Pages that are read; beyond them those that succeeded are asked for by themselves."""
_WAITS: Final = frozenset({"created", "blocked"})
_WORDS: Final[Mapping[str, Status | None]] = {
    "created": Status.IN_PROGRESS,
    "running": Status.IN_PROGRESS,
    "success": Status.SUCCEEDED,
    "failed": Status.FAILED,
    "blocked": Status.PAUSED,
    "canceled": None,
    "skipped": None,
}


def preset(probe: Probe, options: GitlabOptions) -> Preset:
    """The preset for one probe. Raises UsageError."""
    if not options.project:
        raise UsageError("`use: gitlab` needs `project:`, its path or number", where=probe.where)
    environment = options.environment or probe.environment
    version = compile_expression(options.version or "ref")
    return _Deployments(options.project, environment, options.job, version, transform(options.transform))


class _Deployments:
    def __init__(
        self, project: str, environment: str, jobs: Sequence[str], version: Expression, transform: Transform
    ) -> None:
        self._path = f"/api/v4/projects/{segment(project)}/deployments"
        self._environment = environment
        self._jobs = jobs
        self._version = version
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """The newest deployments, and the newest successful one where that is older."""
        found = await self._pages(fetch, request)
        if isinstance(found, NotUnderstood):
            return found
        read, excerpt, is_cut = found
        if read and is_cut and not _has_success(read):
            older = await self._pages(fetch, request, status="success")
            if isinstance(older, NotUnderstood):
                return older
            read, is_cut = [*read, *older[0]], older[2]
        return standing(read, clean(self._version.text, 80), excerpt, cut=is_cut)

    async def _pages(
        self, fetch: Fetch, request: Request, **only: str
    ) -> tuple[list[Deployment], str, bool] | NotUnderstood:
        """The product's, the newest first, up to one that succeeded; the answer; whether the list goes on."""
        found: list[Deployment] = []
        jobs: list[str] = []
        number = 1
        while True:
            page = await self._listed(fetch, request, number, **only)
            if isinstance(page, NotUnderstood):
                return page
            listed = entries(page.value)
            jobs.extend(_job(page, one) for one in listed)
            if lost := of_several(jobs, "jobs", "job", self._jobs, page.answer.excerpt):
                return lost
            read = self._read(page)
            if isinstance(read, NotUnderstood):
                return read
            found.extend(read)
            is_last, number = len(listed) < _LISTED, number + 1
            if is_last or _has_success(found) or number > _PAGES:
                return found, page.answer.excerpt, not is_last

    async def _listed(self, fetch: Fetch, request: Request, number: int, **only: str) -> Page | NotUnderstood:
        more: dict[str, str | int] = {**only, "page": number} if number > 1 else {**only}
        asked = below(
            request,
            self._path,
            environment=self._environment,
            order_by="id",
            sort="desc",
            per_page=_LISTED,
            **more,
        )
        page = await ask_json(fetch, asked)
        if isinstance(page, NotUnderstood) or isinstance(page.value, list):
            return page
        return not_there(page, "no list of deployments came")

    def _read(self, page: Page) -> list[Deployment] | NotUnderstood:
        listed = entries(page.value)
        meant = [one for one in listed if not self._jobs or _job(page, one) in self._jobs]
        try:
            return [self._one(page, one) for one in meant]
        except NotExtracted as error:
            return NotUnderstood(Reason.NO_VERSION, clean(error.message, 200), page.answer.excerpt)

    def _one(self, page: Page, one: Mapping[str, Any]) -> Deployment:
        word = page.document.text(one.get("status"))
        link = at(one, "deployable", "web_url")
        return Deployment(
            page.document.text(self._version.search(one), self._transform),
            _WORDS.get(word, Status.UNKNOWN),
            word,
            page.document.text(one.get("sha")),
            moment(one, "updated_at") or moment(one, "created_at"),
            clean(link, 300) if isinstance(link, str) and link.startswith("https://") else "",
            word in _WAITS,
        )


def _job(page: Page, one: Mapping[str, Any]) -> str:
    """The name of the job that deployed; "" when none did."""
    return page.document.text(at(one, "deployable", "name"))


def _has_success(found: Sequence[Deployment]) -> bool:
    return any(one.status is Status.SUCCEEDED for one in found)
