"""docs/json.md is what `--json` prints: every key is explained in its section, and times end in Z."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Here, Release, account
from cli.test_checks import trust
from cli.test_merges import hotfix
from support.repositories import git

PAGE = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `gonogo ([a-z ]+) --json`\n(.+?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
BY_NAME = {"versions", "pins"}
"""Mappings whose keys are names of the plan."""
MORE = """\
waivers: {roles: [release-manager]}
freezes: {close: {from: 2020-01-01, to: 2096-01-01, reason: Close}}
metrics: {}
rollback:
  triggers: [{id: login, when: any failed login}]
"""


def _keys(value: object, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            if name not in BY_NAME:
                yield str(key)
            yield from _keys(one, str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _keys(one, name)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


@pytest.fixture
def busy(gonogo: Here, release: Release) -> Here:
    """A release in which everything that `status` tells of has happened."""
    text = release.plan.read_text(encoding="utf-8")
    text = text.replace(f"account: {account()}", f"shared: false, roles: [release-manager], account: {account()}")
    text = text.replace(
        "checklist:\n", "checklist:\n  Early:\n    - {id: ok, title: Ok, check: {run: ['true']}}\n", 1
    )
    release.plan.write_text(text + MORE, encoding="utf-8")
    trust(gonogo)
    reason = ("--reason", "the network is down")
    waive = ("waive", "freeze.active:freeze:close", "--env", "production", "--until", "2h", *reason)
    for act in (
        ("check", "run", "ok"),
        ("start",),
        ("drive",),
        ("freeze", "now", *reason),
        ("mark-bad", "web", "1.0.0", *reason),
        ("hold", "--product", "web", "--env", "production", *reason),
        ("hold", *reason),
        ("trigger", "fire", "login", *reason),
    ):
        assert gonogo(*act).code == 0, act
    code = re.search(r"--confirm (\S+)", gonogo(*waive).out)
    assert code is not None
    assert gonogo(*waive, "--confirm", code[1]).code == 0
    release.plan.write_text(release.plan.read_text(encoding="utf-8") + "# an edit\n", encoding="utf-8")
    return gonogo


_VERBS = (
    "why", "status", "wait", "trigger", "rollback plan", "check run", "trust", "report", "journal verify",
    "matrix web production",
)  # fmt: skip


@pytest.mark.parametrize("verb", _VERBS)
def test_every_key_is_explained(busy: Here, verb: str) -> None:
    """In the verb's own section, or in that of `why`, to which the others refer."""
    found: Any = busy(*verb.split(), *(("--timeout", "1s") if verb == "wait" else ()), "--json").facts
    shared = [SECTIONS["why"]] if verb in {"status", "wait"} else []
    shared += [SECTIONS["status"], SECTIONS["trigger"]] if verb == "rollback plan" else []
    shared += [SECTIONS["status"]] if verb.startswith("matrix") else []
    text = "\n".join([SECTIONS[verb.removesuffix(" web production")], *shared, PAGE[: PAGE.index("## ")]])

    assert sorted({key for key in _keys(found) if f"`{key}`" not in text}) == []
    times = [one for one in _texts(found) if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", one)]
    assert [one for one in times if not one.endswith("Z")] == []


def test_every_key_about_hotfixes_and_their_merges_is_explained(busy: Here, release: Release) -> None:
    """With a fix that was answered for, one that is open, and a hotfix under way."""
    fix = hotfix(release)
    web = release.directory / "web"
    release.runs("production", "1.2.1")
    git(web, "config", "user.name", "me")
    git(web, "config", "user.email", "me@example.com")
    git(web, "checkout", "-q", "-f", "--detach", "main")
    git(web, "branch", "release/v1.4", "v1.2.0")
    assert busy("merges", "waive", fix[:8], "main", "--reason", "main has no login any more").code == 0
    ledger: Any = busy("merges", "--preview", "--json").facts
    code = busy("hotfix", "plan", "web", "main", "--json").facts["confirm"]
    busy("hotfix", "start", "web", "main", "--confirm", code)
    table: Any = busy("hotfix", "status", "web", "--json").facts
    assert (len(ledger["cells"]), len(table["hotfixes"])) == (2, 1)
    for verb, found in (("merges", ledger), ("hotfix status", table)):
        text = SECTIONS[verb] + PAGE[: PAGE.index("## ")]
        assert sorted({key for key in _keys(found) if f"`{key}`" not in text and not key.isdigit()}) == []
        times = [one for one in _texts(found) if re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", one)]
        assert [one for one in times if not one.endswith("Z")] == []


@pytest.mark.parametrize(
    ("section", "argv"),
    [
        ("changelog", ("changelog",)),
        ("changelog", ("next-version",)),
        ("changelog", ("changelog", "--all")),
        ("changelog", ("changelog", "--entry")),
        ("changelog", ("changelog", "--commit", "HEAD")),
        ("notes", ("notes",)),
        ("versions", ("versions",)),
    ],
)
def test_every_key_about_what_ships_is_explained(
    gonogo: Here, release: Release, section: str, argv: tuple[str, ...]
) -> None:
    """With a product that has nothing to enter and one whose history cannot be read."""
    text = release.plan.read_text(encoding="utf-8")
    more = (
        "products:\n  quiet: {version: 1.0.1, repo: web, paths: [none]}\n  gone: {version: 1.0.0, repo: nowhere}\n"
    )
    files = "repo: web\n    files: [{path: package.json, key: version}]"
    release.plan.write_text(text.replace("repo: web", files, 1).replace("products:\n", more), encoding="utf-8")
    head = git(release.directory / "web", "rev-parse", "main")
    found: Any = gonogo(*(head if word == "HEAD" else word for word in argv), "--json").facts
    page = SECTIONS[section] + PAGE[: PAGE.index("## ")]
    assert sorted({key for key in _keys(found) if f"`{key}`" not in page}) == []
