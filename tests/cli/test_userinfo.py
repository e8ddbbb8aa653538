"""Wherever the password of a URL comes from, no verb shows it: answers, redirects, commits, notes, remotes."""

import os
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from support.repositories import git
from support.servers import Canned
from support.wrong_urls import CANARY, SPELLINGS

URL = f"https://anna:{CANARY}@db.example.com/x"
_JSON = {"content-type": "application/json"}
WRONG = {
    "as it is": URL,
    "as JSON writes it": URL.replace("/", "\\/"),
    "a wrong port": f"https://anna:{CANARY}@db.example.com:port/",
    "an open brace": f"https://anna:{CANARY}@db.example.com/{{version",
    "a blank": f"https://anna:{CANARY} @db.example.com/",
    "percent-encoded": f"https://anna:{SPELLINGS[2]}@db.example.com/",
    "cut off": f"https://anna:{CANARY}",
}


def shown(gonogo: Here, *verbs: tuple[str, ...]) -> str:
    """All that these verbs print, in words and as JSON."""
    said = []
    for verb in verbs:
        for more in ((), ("--json",)):
            found = gonogo(*verb, *more)
            said.append(f"{found.out}\n{found.err}")
    return "\n".join(said)


def leaks(text: str) -> list[str]:
    """What of the password is in it."""
    return [line for line in text.splitlines() if any(one in line for one in SPELLINGS)]


@pytest.mark.parametrize("wrong", WRONG)
def test_no_answer_of_an_endpoint_shows_one(gonogo: Here, release: Release, wrong: str) -> None:
    """In an error page, in a version, in a message."""
    url = WRONG[wrong]
    looks = (
        ("probe", "test", "web", "production"),
        ("matrix", "web", "production"),
        ("status",),
        ("check", "--live"),
    )
    for body in (f"cannot reach {url}", f'{{"version": "{url}"}}', f'{{"version": "1.0", "error": "{url}"}}'):
        for status in (200, 500):
            release.fleet.answers["/production/version"] = Canned(body.encode(), _JSON, status)
            assert not leaks(shown(gonogo, *looks)), body


@pytest.mark.parametrize(
    "location", [URL, f"//anna:{CANARY}@h/", f"anna:{CANARY}@h/x", f"https://anna:{CANARY}@h:x/"]
)
def test_no_redirect_shows_one(gonogo: Here, release: Release, location: str) -> None:
    """Whichever way its Location is wrong."""
    release.fleet.answers["/production/version"] = Canned(b"", {"location": location}, 302)
    looks = (("probe", "test", "web", "production"), ("doctor",), ("status",), ("matrix", "web", "production"))
    assert not leaks(shown(gonogo, *looks))


def test_no_commit_note_or_remote_shows_one(gonogo: Here, release: Release) -> None:
    """Changelog, notes for both audiences, the log, the report, the plan of a hotfix."""
    web = release.directory / "web"
    identity = ("-c", "user.name=Ana", "-c", "user.email=a@example.com")
    message = f"feat: read {URL}\n\nBREAKING CHANGE: from {URL} now\n\nFixes: {URL}"
    git(web, *identity, "commit", "-q", "--allow-empty", "-m", message)
    git(web, "remote", "add", "origin", URL)
    release.plan.write_text(
        release.plan.read_text(encoding="utf-8").replace("version: 1.3.0", "version: 2.0.0"), encoding="utf-8"
    )
    gonogo("start")
    for url in WRONG.values():
        gonogo("note", "smoke", f"see {url}")
        gonogo("tick", "tests", "--note", f"see {url}", "--link", url)
    said = shown(
        gonogo, ("changelog",), ("notes",), ("next-version",), ("log",), ("report",), ("status",), ("merges",),
        ("hotfix", "plan", "web"), ("doctor",), ("why",), ("versions",),
    )  # fmt: skip
    assert "***@db.example.com" in said
    assert not leaks(said)
    records = Path(os.environ["XDG_STATE_HOME"]).rglob("*.jsonl")
    journals = "".join(one.read_text(encoding="utf-8") for one in records)
    assert "see https://***@db.example.com" in journals
    assert not leaks(journals)
