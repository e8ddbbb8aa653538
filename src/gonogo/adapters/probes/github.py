"""`use: github`: GitHub's deployments of an environment.

    use: github
    repo: example/payments
    environment: production          # the plan's name by default
    version: payload.version         # JMESPath over a deployment; `ref` by default
    auth: github

One request for the list and one for the state of each deployment until a successful one is found, never more
than four; answers that have not changed (304) cost nothing of the hourly account. `inactive` means that a later
one took its place or that it was taken down: as the newest it says nothing.
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

_ACCEPT = "application/vnd.github+json"
_LOOKED_AT: Final = 4
"""Deployments whose state is asked for: each is a request of its own."""
_LISTED = 10
_WORDS: Final[Mapping[str, Status]] = {
    "success": Status.SUCCEEDED,
    "error": Status.FAILED,
    "failure": Status.FAILED,
    "pending": Status.IN_PROGRESS,
    "queued": Status.IN_PROGRESS,
    "in_progress": Status.IN_PROGRESS,
    "waiting": Status.PAUSED,
    "inactive": Status.UNKNOWN,
}


def preset(probe: Probe) -> Preset:
    """The preset for one probe. Raises UsageError."""
    repo = str(probe.options.get("repo") or "")
    if repo.count("/") != 1 or not all(part and set(part) - {"."} for part in repo.split("/")):
        raise UsageError("`use: github` needs `repo: OWNER/NAME`", where=probe.where)
    environment = str(probe.options.get("environment") or probe.environment)
    version = compile_expression(str(probe.options.get("version") or "ref"))
    return _Deployments(repo, environment, version, transform_of(probe.options))


class _Deployments:
    def __init__(self, repo: str, environment: str, version: Expression, transform: Transform) -> None:
        owner, name = repo.split("/")
        self._path = f"/repos/{segment(owner)}/{segment(name)}/deployments"
        self._environment = environment
        self._version = version
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """The list, then the states that are needed."""
        listed = await ask_json(
            fetch,
            below(request, self._path, environment=self._environment, per_page=_LISTED),
            accept=_ACCEPT,
        )
        if isinstance(listed, NotUnderstood):
            return listed
        if not isinstance(listed.value, list):
            return not_there(listed, "no list of deployments came")
        found: list[Deployment] = []
        for one in entries(listed.value)[:_LOOKED_AT]:
            read = await self._one(fetch, request, listed, one)
            if isinstance(read, NotUnderstood):
                return read
            found.append(read)
            if read.status is Status.SUCCEEDED:
                break
        return standing(found, clean(self._version.text, 80), listed.answer.excerpt)

    async def _one(
        self, fetch: Fetch, request: Request, listed: Page, one: Mapping[str, Any]
    ) -> Deployment | NotUnderstood:
        """A deployment with its state."""
        number = one.get("id")
        if type(number) is not int:
            return not_there(listed, "a deployment without an id")
        page = await ask_json(fetch, below(request, f"{self._path}/{number}/statuses", per_page=1), accept=_ACCEPT)
        if isinstance(page, NotUnderstood):
            return page
        try:
            version = listed.document.text(self._version.search(one), self._transform)
        except NotExtracted as error:
            return NotUnderstood(Reason.NO_VERSION, clean(error.message, 200), listed.answer.excerpt)
        newest = at(page.value, 0)
        # nobody has reported anything yet: it waits for its job
        word = page.document.text(at(newest, "state")) if newest is not None else "queued"
        return Deployment(
            version,
            _WORDS.get(word, Status.UNKNOWN),
            word,
            listed.document.text(one.get("sha")),
            moment(newest, "created_at") or moment(one, "created_at"),
            _link(at(newest, "log_url") or at(newest, "target_url")),
        )


def _link(url: object) -> str:
    return clean(url, 300) if isinstance(url, str) and url.startswith("https://") else ""
