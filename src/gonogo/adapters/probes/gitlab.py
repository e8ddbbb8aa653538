"""`use: gitlab`: GitLab's deployments of an environment.

    use: gitlab
    url: https://gitlab.example.com  # gitlab.com by default
    project: group/payments          # path or number
    environment: production          # the plan's name by default
    version: ref                     # JMESPath over a deployment; `ref` by default
    auth: gitlab

One request brings the newest twenty; when none of them succeeded, a second one asks for the newest that did.
"""

from collections.abc import Mapping
from typing import Any, Final

from gonogo.adapters.extraction import Expression, NotExtracted, Transform, compile_expression, transform_of
from gonogo.adapters.probes.deployments import Deployment, standing
from gonogo.adapters.probes.interface import Fetch, NotUnderstood, Outcome, Preset, Request
from gonogo.adapters.probes.reading import Page, ask_json, at, below, entries, moment, not_there, segment
from gonogo.domain.observation import Reason, Status
from gonogo.domain.plan import Probe
from gonogo.domain.text import clean
from gonogo.errors import UsageError

_LISTED = 20
_WORDS: Final[Mapping[str, Status | None]] = {
    "created": Status.IN_PROGRESS,
    "running": Status.IN_PROGRESS,
    "success": Status.SUCCEEDED,
    "failed": Status.FAILED,
    "blocked": Status.PAUSED,
    "canceled": None,
    "skipped": None,
}


def preset(probe: Probe) -> Preset:
    """The preset for one probe. Raises UsageError."""
    project = str(probe.options.get("project") or "")
    if not project:
        raise UsageError("`use: gitlab` needs `project:`, its path or number", where=probe.where)
    environment = str(probe.options.get("environment") or probe.environment)
    version = compile_expression(str(probe.options.get("version") or "ref"))
    return _Deployments(project, environment, version, transform_of(probe.options))


class _Deployments:
    def __init__(self, project: str, environment: str, version: Expression, transform: Transform) -> None:
        self._path = f"/api/v4/projects/{segment(project)}/deployments"
        self._environment = environment
        self._version = version
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """The newest deployments, and the newest successful one where that is older."""
        newest = await self._listed(fetch, request)
        if isinstance(newest, NotUnderstood):
            return newest
        found = self._read(newest)
        if isinstance(found, NotUnderstood):
            return found
        if found and all(one.status is not Status.SUCCEEDED for one in found):
            older = await self._listed(fetch, request, status="success")
            more = older if isinstance(older, NotUnderstood) else self._read(older)
            if isinstance(more, NotUnderstood):
                return more
            found = [*found, *more]
        return standing(found, clean(self._version.text, 80), newest.answer.excerpt)

    async def _listed(self, fetch: Fetch, request: Request, **only: str) -> Page | NotUnderstood:
        asked = below(
            request,
            self._path,
            environment=self._environment,
            order_by="id",
            sort="desc",
            per_page=1 if only else _LISTED,
            **only,
        )
        page = await ask_json(fetch, asked)
        if isinstance(page, NotUnderstood) or isinstance(page.value, list):
            return page
        return not_there(page, "no list of deployments came")

    def _read(self, page: Page) -> list[Deployment] | NotUnderstood:
        try:
            return [self._one(page, one) for one in entries(page.value)]
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
        )
