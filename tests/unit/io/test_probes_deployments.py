"""Deployments of a forge: what waits never runs, and the list is read until one that succeeded, or to its end."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gonogo.facts import Reason, Status
from gonogo.io.http.question import Answer, Request
from gonogo.io.plan_file.options import options_of
from gonogo.io.probes.deployments import LOOKED_AT, Deployment, standing
from gonogo.io.probes.interface import NotUnderstood, Outcome, Understood
from gonogo.plan import Probe
from gonogo.plan.probes import GithubOptions, GitlabOptions
from support.questions import preset_of

WAITING = ("waiting", "queued", "pending")


class Forge:
    """GitHub with these states, the newest first: each deployment's version is v and its number."""

    def __init__(self, states: Sequence[str]) -> None:
        self.states = states
        self.asked: list[str] = []

    async def fetch(self, request: Request) -> Answer:
        """A page of the list, or a deployment's states."""
        url = urlsplit(request.url)
        self.asked.append(url.path)
        query = {key: int(values[0]) for key, values in parse_qs(url.query).items() if values[0].isdecimal()}
        body: Any
        if url.path.endswith("/statuses"):
            number = int(url.path.split("/")[-2])
            body = [{"state": self.states[len(self.states) - number]}]
        else:
            size, page = query["per_page"], query.get("page", 1)
            numbers = range(len(self.states), 0, -1)[(page - 1) * size : page * size]
            body = [{"id": number, "ref": f"v{number}", "task": "deploy"} for number in numbers]
        return Answer(200, (), json.dumps(body).encode(), request.url, 0.01)


def asked(forge: Forge) -> Outcome:
    """What `use: github` reads there."""
    preset = preset_of(Probe(GithubOptions(repo="a/b"), "web", "prod"))
    return asyncio.run(preset.ask(forge.fetch, Request("https://x.example.com")))


def shown(outcome: Outcome) -> tuple[list[str], Status]:
    """Versions and status of a cell."""
    assert isinstance(outcome, Understood)
    return [one.version for one in outcome.versions], outcome.status


def test_whatever_stands_above_it_what_succeeded_last_is_what_runs() -> None:
    """Every queue of up to three others above a success: never one of them, and never a success of the whole."""
    others = ("waiting", "queued", "failure", "error", "in_progress")
    for count in range(4):
        for above in product(others, repeat=count):
            outcome = asked(Forge((*above, "success", "inactive")))
            versions, status = shown(outcome)
            assert versions == ["v2"], above
            assert (status is Status.SUCCEEDED) == (count == 0), above


@pytest.mark.parametrize("state", WAITING)
def test_a_cell_of_which_everything_waits_is_unknown(state: str) -> None:
    """Nothing of it has begun, so nothing of it runs."""
    outcome = asked(Forge([state] * 3))
    assert isinstance(outcome, NotUnderstood)
    assert outcome.reason is Reason.NO_DATA
    assert outcome.detail == f"3 deployments have not begun: '{state}'; no successful one is known"


def test_the_list_is_read_over_its_pages_until_a_success() -> None:
    """Seventy failures in a row are two pages."""
    forge = Forge([*["failure"] * 70, *["success"] * 5])
    assert shown(asked(forge)) == (["v5"], Status.FAILED)
    assert sum(not path.endswith("/statuses") for path in forge.asked) == 2


def test_a_success_that_is_the_newest_costs_two_requests() -> None:
    """The usual case stays cheap."""
    forge = Forge(["success"] * 40)
    assert shown(asked(forge)) == (["v40"], Status.SUCCEEDED)
    assert len(forge.asked) == 2


def test_an_endless_queue_has_an_end() -> None:
    """Who has more than a hundred of them waiting is told how far was read."""
    forge = Forge(["waiting"] * 300)
    outcome = asked(forge)
    assert isinstance(outcome, NotUnderstood)
    assert outcome.detail.endswith(f"; none of the newest {LOOKED_AT} succeeded")
    assert len(forge.asked) == LOOKED_AT + 2


def test_what_waits_covers_no_failure_below_it() -> None:
    """A queue for the next release does not hide that the last one broke."""
    many = [
        Deployment("3", Status.PAUSED, "waiting", waits=True),
        Deployment("2", Status.FAILED, "failure"),
        Deployment("1", Status.SUCCEEDED, "success"),
    ]
    assert shown(standing(many, "ref", "")) == (["1"], Status.FAILED)


def job(number: int, name: str, status: str) -> Mapping[str, Any]:
    """A deployment of GitLab's list."""
    return {"id": number, "ref": f"v{number}", "status": status, "deployable": {"name": name}}


def read_gitlab(listed: Sequence[Mapping[str, Any]], **options: str) -> Outcome:
    """What `use: gitlab` reads out of that list, the newest first."""

    async def fetch(request: Request) -> Answer:
        query = parse_qs(urlsplit(request.url).query)
        fitting = [one for one in listed if query.get("status", [one["status"]]) == [one["status"]]]
        size, page = int(query["per_page"][0]), int(query.get("page", ["1"])[0])
        return Answer(200, (), json.dumps(fitting[(page - 1) * size : page * size]).encode(), request.url, 0.01)

    preset = preset_of(Probe(options_of(GitlabOptions, {"project": "a/b", **options}), "web", "prod"))
    return asyncio.run(preset.ask(fetch, Request("https://x.example.com")))


def test_a_job_of_gitlab_is_looked_for_beyond_the_first_page() -> None:
    """Another component deployed sixty times since; the newest of ours failed."""
    others = [job(200 - number, "deploy-api", "success") for number in range(60)]
    listed = [*others, job(9, "deploy-web", "failed"), job(8, "deploy-web", "success")]
    assert shown(read_gitlab(listed, job="deploy-web")) == (["v8"], Status.FAILED)


def test_a_success_of_gitlab_below_hundreds_of_failures_is_asked_for_by_itself() -> None:
    """What runs is named, and how the newest stands."""
    listed = [*(job(900 - number, "deploy", "failed") for number in range(300)), job(8, "deploy", "success")]
    assert shown(read_gitlab(listed)) == (["v8"], Status.FAILED)


def test_what_no_page_of_gitlab_names_is_unknown() -> None:
    """An old success of ours says nothing while newer ones of ours may stand where nobody read."""
    others = [job(900 - number, "deploy-api", "success") for number in range(300)]
    outcome = read_gitlab([*others, job(8, "deploy-web", "success")], job="deploy-web")
    assert isinstance(outcome, NotUnderstood)
    assert outcome.detail == "no deployment is recorded among the newest"
