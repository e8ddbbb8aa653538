"""`use: github`: GitHub's deployments of an environment.

    use: github
    repo: example/payments
    environment: production          # the plan's name by default
    task: deploy:web                 # where it holds deployments of several components
    version: payload.version         # JMESPath over a deployment; `ref` by default
    auth: github

Where several components are deployed into one environment, `task:` (one or a list) says which is meant; without it
nobody can tell. One request for the list and one for the state of each deployment until a successful one is found;
answers that have not changed (304) cost nothing of the hourly account. `inactive` means that a later one took its
place or that it was taken down: as the newest it says nothing. `waiting` waits for approval and never runs.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gonogo.errors import UsageError
from gonogo.facts import Reason, Status
from gonogo.io.http.question import Request
from gonogo.io.probes.deployments import LOOKED_AT, Deployment, of_several, standing
from gonogo.io.probes.extraction import Expression, NotExtracted, Transform, compile_expression, transform
from gonogo.io.probes.interface import Fetch, NotUnderstood, Outcome, Preset
from gonogo.io.probes.reading import Page, ask_json, at, below, entries, moment, not_there, segment
from gonogo.plan import Probe
from gonogo.plan.probes import GithubOptions
from gonogo.text import clean

_ACCEPT = "application/vnd.github+json"
_LISTED: Final = 50
"""Entries of a page."""
_TOGETHER: Final = 4
"""States that are asked for at once, when the newest is not the one that runs."""
_WAITS: Final = frozenset({"waiting", "queued", "pending"})
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


def preset(probe: Probe, options: GithubOptions) -> Preset:
    """The preset for one probe. Raises UsageError."""
    repo = options.repo
    if repo.count("/") != 1 or not all(part and set(part) - {"."} for part in repo.split("/")):
        raise UsageError("`use: github` needs `repo: OWNER/NAME`", where=probe.where)
    environment = options.environment or probe.environment
    version = compile_expression(options.version or "ref")
    return _Deployments(repo, environment, options.task, version, transform(options.transform))


class _Deployments:
    def __init__(
        self, repo: str, environment: str, tasks: Sequence[str], version: Expression, transform: Transform
    ) -> None:
        owner, name = repo.split("/")
        self._path = f"/repos/{segment(owner)}/{segment(name)}/deployments"
        self._environment = environment
        self._tasks = tasks
        self._version = version
        self._transform = transform

    async def ask(self, fetch: Fetch, request: Request) -> Outcome:
        """The list, then the states that are needed."""
        found: list[Deployment] = []
        tasks: list[str] = []
        place, number = clean(self._version.text, 80), 1
        while True:
            page = await self._page(fetch, request, number)
            if isinstance(page, NotUnderstood):
                return page
            excerpt = page.answer.excerpt
            listed = entries(page.value)
            tasks.extend(page.document.text(one.get("task")) for one in listed)
            if lost := of_several(tasks, "tasks", "task", self._tasks, excerpt):
                return lost
            read = await self._until_success(fetch, request, page, self._meant(page, listed))
            if isinstance(read, NotUnderstood):
                return read
            found.extend(read)
            is_last, number = len(listed) < _LISTED, number + 1
            if is_last or number > LOOKED_AT // _LISTED or _has_success(found):
                return standing(found, place, excerpt, cut=not is_last)

    async def _page(self, fetch: Fetch, request: Request, number: int) -> Page | NotUnderstood:
        query: dict[str, str | int] = {"environment": self._environment, "per_page": _LISTED}
        if len(self._tasks) == 1:
            query["task"] = self._tasks[0]
        if number > 1:
            query["page"] = number
        page = await ask_json(fetch, below(request, self._path, **query), accept=_ACCEPT)
        if isinstance(page, NotUnderstood) or isinstance(page.value, list):
            return page
        return not_there(page, "no list of deployments came")

    def _meant(self, page: Page, listed: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those of the tasks that the plan names; whoever answers need not have filtered."""
        return [one for one in listed if not self._tasks or page.document.text(one.get("task")) in self._tasks]

    async def _until_success(
        self, fetch: Fetch, request: Request, page: Page, listed: Sequence[Mapping[str, Any]]
    ) -> list[Deployment] | NotUnderstood:
        """With their states, the newest first, up to one that succeeded: the newest alone, then in fours."""
        found: list[Deployment] = []
        for start, end in ((0, 1), *((at_, at_ + _TOGETHER) for at_ in range(1, len(listed), _TOGETHER))):
            read = await asyncio.gather(*(self._one(fetch, request, page, one) for one in listed[start:end]))
            for one in read:
                if isinstance(one, NotUnderstood):
                    return one
                found.append(one)
                if one.status is Status.SUCCEEDED:
                    return found
        return found

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
            word in _WAITS,
        )


def _has_success(found: Sequence[Deployment]) -> bool:
    return any(one.status is Status.SUCCEEDED for one in found)


def _link(url: object) -> str:
    return clean(url, 300) if isinstance(url, str) and url.startswith("https://") else ""
