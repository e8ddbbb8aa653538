"""`gonogo hotfix` and `gonogo prepare`, as a person types them."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.conftest import Here, Release
from support import hotfix_world
from support.repositories import Made, git
from support.servers import Canned

pytestmark = pytest.mark.needs("git")

PLAN = """\
release: 2026.11
environments: [staging, production]
people:
  ben: {{name: Ben, account: somebody-else, roles: [qa]}}
products:
  web:
    version: 1.10.0
    repo: web
    files: [{{path: pyproject.toml, key: project.version}}]
    probe: {{url: "{base}/{{environment}}/version", instances: 1}}
"""


class Line(NamedTuple):
    """A release whose production runs 1.9.3."""

    release: Release
    made: Made


@pytest.fixture
def line(release: Release) -> Line:
    """Mainline is at 1.10.0, production behind it."""
    shutil.rmtree(release.directory / "web")
    made = hotfix_world.linear(release.directory / "web")
    base = release.fleet.url("").rstrip("/")
    release.plan.write_text(PLAN.format(base=base), encoding="utf-8")
    release.runs("staging", "1.10.0")
    release.runs("production", "1.9.3")
    return Line(release, made)


def test_plan_lists_what_can_be_picked(line: Line, gonogo: Here) -> None:
    """What runs, from where, and the commits of mainline, fixes first."""
    shown = gonogo("hotfix", "plan", "web")
    assert shown.code == 0
    assert "1.9.3 in production, seen" in shown.out
    assert "v1.9.3" in shown.out
    rows = [row for row in shown.out.splitlines() if row.startswith("  ")]
    assert "fix: close the file" in rows[0]
    assert "gonogo hotfix plan web COMMIT" in shown.out
    filtered = gonogo("hotfix", "plan", "web", "--filter", "login")
    assert "focus the field" in filtered.out
    assert "close the file" not in filtered.out


def test_plan_start_continue_and_status(line: Line, gonogo: Here) -> None:
    """The whole way, each answer naming the next command."""
    before = hotfix_world.fingerprint(line.made.path)
    shown = gonogo("hotfix", "plan", "web", line.made.oids[3])
    assert shown.code == 0
    assert "git cherry-pick -x" in shown.out
    command = next(row for row in shown.out.splitlines() if row.startswith("to do it: "))
    assert hotfix_world.fingerprint(line.made.path) == before

    waits = gonogo(*command.split()[4:])
    assert waits.code == 3, waits.err
    assert "--tested" in waits.out
    done = gonogo("hotfix", "continue", "web", "--tested", "make test: fine")
    assert done.code == 0, done.err
    assert git(line.made.path, "tag", "--list", "v1.9.4") == "v1.9.4"

    table = gonogo("hotfix", "status")
    assert "1.9.3 -> 1.9.4" in table.out
    assert "done, not pushed" in table.out
    assert "carried to all 2" in table.out  # the mainline, and the release in flight
    git(line.made.path, "branch", "release/v1.11", "v1.9.3")
    assert "missing in release/v1.11" in gonogo("hotfix", "status").out
    assert gonogo("hotfix", "status", "--json").facts["hotfixes"][0]["merges"] == "missing in release/v1.11"
    log = gonogo("hotfix", "status", "web", "--log")
    assert "git cherry-pick -x" in log.out
    assert "tested" in gonogo("log").out


def test_no_branch_has_a_fix_that_is_not_made_yet(line: Line, gonogo: Here) -> None:
    """gitflow begins with an empty branch: whatever has all of nothing has not got the fix."""
    plan = line.release.plan
    plan.write_text(f"{plan.read_text(encoding='utf-8')}branches: {{model: gitflow}}\n", encoding="utf-8")
    shown = gonogo("hotfix", "plan", "web")
    assert "main  will need it, once it is made" in shown.out
    assert "has all of it" not in shown.out


def test_a_tag_that_cannot_be_signed_is_warned_of_before_anything_is_done(
    line: Line, gonogo: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The step that signs is one of the last: at that point everything else is done."""
    home = line.release.directory / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    typed = ("hotfix", "plan", "web", line.made.oids[3])
    assert "gpg must have one for ana@example.com" in gonogo(*typed, "--sign").out
    config = home / ".gitconfig"
    config.write_text("[gpg]\n  format = ssh\n", encoding="utf-8")
    assert "there is no key to sign the tag with" in gonogo(*typed, "--sign").out
    config.write_text("[gpg]\n  format = ssh\n[user]\n  signingkey = ~/.ssh/id\n", encoding="utf-8")
    assert "key" not in gonogo(*typed, "--sign").out
    assert "key" not in gonogo(*typed).out


def test_options_may_stand_between_product_and_commits(line: Line, gonogo: Here) -> None:
    """In whatever order somebody types at night; what means nothing is still refused."""
    fix = line.made.oids[3]
    shown = gonogo("hotfix", "plan", "web", "--as", "1.9.7", fix, "--offline")
    assert (shown.code, "makes    1.9.7" in shown.out) == (0, True), shown.err
    assert gonogo("hotfix", "plan", "--from", "1.9.3", "web", fix).code == 0
    assert "unrecognized" in gonogo("hotfix", "status", "web", "--log", "more").err
    assert gonogo("hotfix", "plan").err.startswith("gonogo: the following arguments are required: PRODUCT\n")


def test_the_status_of_a_product_that_is_none_is_no_empty_table(line: Line, gonogo: Here) -> None:
    """A slip must not read as: nothing was made."""
    refused = gonogo("hotfix", "status", "wbe")
    assert (refused.code, "did you mean 'web'?" in refused.err) == (2, True)
    assert gonogo("hotfix", "status", "web").code == 0
    assert line


def test_start_without_the_shown_code_does_nothing(line: Line, gonogo: Here) -> None:
    """A wrong code, or none: nothing is recorded and nothing is made."""
    before = hotfix_world.fingerprint(line.made.path)
    assert gonogo("hotfix", "start", "web", line.made.oids[3]).code == 3
    wrong = gonogo("hotfix", "start", "web", line.made.oids[3], "--confirm", "0000-0000")
    assert wrong.code == 3
    assert "not the plan you looked at" in wrong.err
    assert "no hotfix" in gonogo("hotfix", "status").out
    assert hotfix_world.fingerprint(line.made.path) == before


def test_abort_takes_back_and_says_so(line: Line, gonogo: Here) -> None:
    """Nothing of it is left in the repository; the table keeps the story."""
    before = hotfix_world.fingerprint(line.made.path)
    code = gonogo("hotfix", "plan", "web", line.made.oids[3], "--json").facts["confirm"]
    gonogo("hotfix", "start", "web", line.made.oids[3], "--confirm", code)
    ended = gonogo("hotfix", "abort", "web", "--reason", "not needed after all")
    assert ended.code == 0
    assert "your repository is as it was before" in ended.out
    assert hotfix_world.fingerprint(line.made.path) == before
    assert "aborted: not needed after all" in gonogo("hotfix", "status").out
    assert gonogo("hotfix", "continue", "web").code == 3


def test_plan_as_json_tells_everything(line: Line, gonogo: Here) -> None:
    """Steps with their commands, the work, the preview, the code."""
    facts = gonogo("hotfix", "plan", "web", line.made.oids[3], "--json").facts
    assert facts["schema_version"] == 1
    assert facts["work"]["version"] == "1.9.4"
    assert facts["preview"]["picks"][0]["outcome"] == "clean"
    assert facts["steps"][2]["commands"][0]["argv"][0] == "cherry-pick"
    json.dumps(facts)


def test_unknown_product_and_unknown_commit_are_usage(line: Line, gonogo: Here) -> None:
    """With what there is."""
    wrong = gonogo("hotfix", "plan", "wbe")
    assert wrong.code == 2
    assert "there are web" in wrong.err
    assert gonogo("hotfix", "plan", "web", "nosuch").code != 0
    assert gonogo("hotfix", "plan", "web", "--", "--output=x").code == 2
    assert not Path("x").exists()


HOSTILE = (
    "--output=ran", "-d", "--upload-pack=touch ran", "$(touch ran)", "`touch ran`", ";touch ran", "|touch ran",
    "ext::sh -c touch% ran", "--exec=touch ran", "@{-1}", ":/fix", "../../ran", "a..b", "\x1b[2J", "x" * 5_000,
    "refs/../../ran", "--receive-pack=touch ran", "-c", "HEAD~1", "--",
)  # fmt: skip


def test_hostile_words_are_refused_as_words(line: Line, gonogo: Here) -> None:
    """As commit, version, remote, file and product: a refusal, no file, no program, no escape on the screen."""
    before = hotfix_world.fingerprint(line.made.path)
    listed = set(line.release.directory.iterdir())
    oid = line.made.oids[3]
    for word in HOSTILE:
        for argv in (
            ("hotfix", "plan", "web", "--", word),
            ("hotfix", "plan", "--", word),
            ("hotfix", "plan", "web", oid, f"--as={word}"),
            ("hotfix", "plan", "web", oid, f"--remote={word}"),
        ):
            told = gonogo(*argv)
            assert "\x1b[2J" not in told.out + told.err
            assert told.code != 0 or word == "--", argv
    assert set(line.release.directory.iterdir()) == listed
    assert hotfix_world.fingerprint(line.made.path) == before


def test_prepare_shows_then_does(line: Line, gonogo: Here) -> None:
    """The ordinary release by the same steps."""
    text = line.release.plan.read_text(encoding="utf-8").replace("version: 1.10.0", "version: 1.11.0")
    line.release.plan.write_text(text, encoding="utf-8")
    shown = gonogo("prepare", "web")
    assert shown.code == 0, shown.err
    assert "branch release/v1.11, tag v1.11.0" in shown.out
    code = shown.out.rsplit("--confirm ", 1)[1].strip()
    assert gonogo("prepare", "web", "--confirm", code).code == 0
    assert 'version = "1.11.0"' in git(line.made.path, "show", "v1.11.0:pyproject.toml")


def _deployments(release: Release, *listed: tuple[str, str]) -> None:
    """What the forge says about production, the newest first: (tag, state)."""
    rows = []
    for at, (ref, state) in enumerate(listed):
        number, day = 100 - at, f"2026-11-{29 - at:02d}"
        rows.append(
            {"id": number, "ref": ref, "sha": f"{number:040x}", "task": "deploy", "payload": {}}
            | {"environment": "production", "created_at": f"{day}T08:00:00Z"}
        )
        statuses = [{"state": state, "created_at": f"{day}T08:05:00Z"}]
        release.fleet.answers[f"/repos/acme/web/deployments/{number}/statuses"] = _json(statuses)
    release.fleet.answers["/repos/acme/web/deployments"] = _json(rows)


def _json(document: object) -> Canned:
    return Canned(json.dumps(document).encode(), {"content-type": "application/json"})


@pytest.mark.parametrize("state", ["waiting", "queued", "in_progress", "pending", "failure"])
def test_a_hotfix_never_starts_from_what_waits_or_rolls_out(line: Line, gonogo: Here, state: str) -> None:
    """A queue of deployments stands before the one that runs: it starts from that, or a person names it."""
    base = line.release.fleet.url("").rstrip("/")
    probe = f'probe: {{use: github, repo: acme/web, url: "{base}"}}'
    text = line.release.plan.read_text(encoding="utf-8").replace("[staging, production]", "[production]")
    plain = f'probe: {{url: "{base}/{{environment}}/version", instances: 1}}'
    assert plain in text
    line.release.plan.write_text(text.replace(plain, probe), encoding="utf-8")
    queue = [(f"v1.9.{number}", state) for number in (6, 5, 4)]

    _deployments(line.release, *queue, ("v1.9.3", "success"))
    shown = gonogo("hotfix", "plan", "web", "--offline")
    _deployments(line.release, *queue)
    nothing = gonogo("hotfix", "plan", "web", "--offline")
    named = gonogo("hotfix", "plan", "web", "--from", "1.9.3", "--offline")

    for row in shown.out.splitlines():
        assert not (row.startswith(("runs", "from")) and "v1.9.3" not in row), row
    assert shown.code == 0 or "--from" in shown.err
    assert (nothing.code, named.code) == (3, 0)
    assert "nobody knows which version of web runs in production" in nothing.err
    assert "v1.9.3" in named.out


def written(web: Path, text: str, subject: str) -> str:
    """A commit on main that leaves the file `steps.txt` with this text; returns its id."""
    (web / "steps.txt").write_text(text, encoding="utf-8")
    git(web, "add", "steps.txt")
    git(web, "-c", "user.name=Ana Ruiz", "-c", "user.email=a@example.com", "commit", "-q", "-m", subject)
    return git(web, "rev-parse", "HEAD")


def test_a_pick_that_conflicts_names_the_commit_it_needs_first(line: Line, gonogo: Here) -> None:
    """Tried, not guessed: with that one picked before, git joins it by itself."""
    web = line.made.path
    git(web, "checkout", "-q", "main")
    written(web, "one\n", "docs: begin the steps")
    needed = written(web, "one\ntwo\n", "feat: a second step")
    wanted = written(web, "one\ntwo, rightly\n", "fix: say the second step rightly")

    shown = gonogo("hotfix", "plan", "web", wanted)

    assert "conflict  steps.txt" in shown.out
    assert "needs first  these commits before it changed the same files" not in shown.out
    told = shown.out[shown.out.index("needs first") :]
    assert "picked first it is clean" in told.splitlines()[0], told
    assert needed[:10] in told
    facts = json.loads(gonogo("hotfix", "plan", "web", wanted, "--json").out)
    [pick] = facts["preview"]["picks"]
    assert pick["needs"]["enough"] is True
    assert needed in [one["oid"] for one in pick["needs"]["commits"]]
    oids = [one["oid"] for one in pick["needs"]["commits"]]
    assert "needs first" not in gonogo("hotfix", "plan", "web", *oids, wanted).out
