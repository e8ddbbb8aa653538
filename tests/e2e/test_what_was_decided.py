"""What runs against what was decided: a plan, endpoints on loopback, and the program as people call it."""

import contextlib
import json
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from support.pty_screen import gonogo
from support.servers import Canned, Fixture, serving

NODES = 10
PLAN = """\
release: 2026.11
environments: [staging, prod-eu, prod-us]
defaults: {{every: 2s, timeout: 2s}}
people:
  me: {{account: {account}, shared: false, roles: [release-manager, qa]}}
waivers: {{roles: [release-manager]}}
{more}
products:
  web:
    version: 1.4.0
    previous: 1.3.0
    {of_web}
    probes:
      staging: "{base}/staging/version"
      prod-eu: {{use: json, version: version, urls: [{nodes}]}}
      prod-us: "{base}/prod-us/version"
"""


class Evening:
    """One release, its endpoints, and a home of its own."""

    def __init__(self, directory: Path, fleet: Fixture) -> None:
        self._directory = directory
        self._fleet = fleet
        self.plan()
        self.runs("staging", "1.4.0")
        self.runs("prod-eu", "1.3.0")
        self.runs("prod-us", "1.3.0")

    def plan(self, more: str = "", of_web: str = "migration: none") -> None:
        """Write the plan."""
        base = self._fleet.url("").rstrip("/")
        nodes = ", ".join(f'"{base}/prod-eu/{number}"' for number in range(NODES))
        account = pwd.getpwuid(os.getuid()).pw_name
        text = PLAN.format(base=base, account=account, nodes=nodes, more=more, of_web=of_web)
        (self._directory / "release.yaml").write_text(text, encoding="utf-8")

    def runs(self, environment: str, version: str, nodes: int = NODES) -> None:
        """Deploy: from now on the first `nodes` instances there answer so."""
        paths = [f"/prod-eu/{number}" for number in range(nodes)] if environment == "prod-eu" else []
        for path in paths or [f"/{environment}/version"]:
            body = json.dumps({"version": version}).encode()
            self._fleet.answers[path] = Canned(body, {"Content-Type": "application/json"})

    def does(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a verb."""
        home = self._directory / "home"
        names = {"XDG_STATE_HOME": "state", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
        places = {"HOME": str(home), **{name: str(home / part) for name, part in names.items()}}
        return subprocess.run(
            gonogo(*arguments),
            cwd=self._directory,
            env={**os.environ, **places},
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def must(self, *arguments: str) -> str:
        """Run a verb that ends with 0."""
        done = self.does(*arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def commits(self, title: str) -> None:
        """Somebody commits to web, whose first commit makes it."""
        if not (self._directory / "web").exists():
            (self._directory / "web").mkdir()
            self._git("init", "-q", "-b", "main")
        self._git("commit", "-q", "--allow-empty", "-m", title)

    def tags(self, version: str) -> None:
        """From now on the tag of that version leads to the newest commit."""
        self._git("tag", "-f", "-a", f"v{version}", "-m", version)

    def _git(self, *words: str) -> None:
        author = ("-c", "user.name=Dev", "-c", "user.email=dev@example.test")
        subprocess.run(("git", *author, *words), cwd=self._directory / "web", check=True)

    def says_go(self, environment: str, *more: str) -> None:
        """Look at the list, and confirm it."""
        shown = self.does("go", environment, *more, "--json")
        assert shown.returncode == 3, shown.stderr
        self.must("go", environment, *more, "--confirm", json.loads(shown.stdout)["confirm"])

    def stands(self) -> tuple[int, Mapping[str, Any]]:
        """The exit code of `status`, and what it says."""
        done = self.does("status", "--json")
        return done.returncode, json.loads(done.stdout)

    def rules(self, environment: str) -> set[str]:
        """The rules that stand against an environment, warnings included."""
        done = self.does("why", "--env", environment, "--json")
        said = json.loads(done.stdout)
        return {one["rule"] for weight in ("blockers", "unknowns", "warnings") for one in said[weight]}


@pytest.fixture
def evening(tmp_path: Path) -> Iterator[Evening]:
    """Staging runs the planned version, production the one before."""
    with contextlib.ExitStack() as stack:
        yield Evening(tmp_path, stack.enter_context(serving({})))


WITHOUT = "deployed.without-go"
LATE = ("--late", "--reason", "deployed by the on-call at night")


def test_a_deployment_without_a_go_blocks_what_comes_after_it_until_a_late_go(evening: Evening) -> None:
    """It heads status and report and keeps the release from completing; a go in time is refused by then."""
    evening.must("start")
    evening.runs("prod-eu", "1.4.0")

    code, said = evening.stands()
    assert code == 3
    assert [(one["environment"], one["version"]) for one in said["without_go"]] == [("prod-eu", "1.4.0")]
    assert WITHOUT in evening.rules("prod-us")
    assert "WITHOUT GO web 1.4.0 was deployed to prod-eu without a GO" in evening.does("status").stdout
    assert WITHOUT in evening.does("complete").stderr
    in_time = evening.does("go", "prod-eu", "--confirm", "whatever")
    assert in_time.returncode == 3
    assert "gonogo go prod-eu --late --reason" in in_time.stderr
    head, _, _ = evening.must("report").partition("What ships")
    assert "web 1.4.0 was deployed to prod-eu without a GO" in head

    evening.says_go("prod-eu", *LATE)

    assert WITHOUT not in evening.rules("prod-us") | evening.rules("prod-eu")
    code, said = evening.stands()
    assert (code, said["without_go"]) == (0, [])
    (given,) = said["goes"]
    assert (given["environment"], given["late"], given["ground"]) == ("prod-eu", True, "holds")
    assert "late GO for prod-eu: deployed by the on-call at night" in evening.must("report")
    evening.says_go("prod-us")
    evening.runs("prod-us", "1.4.0")
    assert WITHOUT not in evening.does("complete").stderr


def test_a_waiver_answers_for_it_as_well(evening: Evening) -> None:
    """Given where it was deployed, it counts in every environment after it."""
    evening.must("start")
    evening.runs("prod-eu", "1.4.0")
    evening.must("status", "--report-only")
    waive = ("waive", f"{WITHOUT}:cell:web/prod-eu", "--env", "prod-eu", "--until", "2h")
    shown = evening.does(*waive, "--reason", "the train was late", "--json")
    evening.must(*waive, "--reason", "the train was late", "--confirm", json.loads(shown.stdout)["confirm"])

    assert WITHOUT not in evening.rules("prod-us")
    assert evening.stands()[0] == 0
    assert f"{WITHOUT} cell:web/prod-eu" not in evening.does("complete").stderr


def test_a_late_go_needs_a_reason_a_deployment_and_a_clear_list(evening: Evening) -> None:
    """Deploying first saves nobody an approval."""
    evening.plan("approvals: {quality: {role: qa}}")
    evening.must("start")
    assert "there is nothing to answer for" in evening.does("go", "prod-eu", *LATE).stderr
    evening.runs("prod-eu", "1.4.0")
    evening.must("status", "--report-only")

    assert "needs a reason" in evening.does("go", "prod-eu", "--late").stderr
    refused = evening.does("go", "prod-eu", *LATE)
    assert refused.returncode == 3
    assert "approval.missing" in refused.stderr


def test_what_ran_before_the_start_needs_no_go(evening: Evening) -> None:
    """`start` looks at what runs, so that it is known to have been there."""
    evening.runs("prod-eu", "1.4.0")
    evening.must("start")

    code, said = evening.stands()

    assert (code, said["without_go"]) == (0, [])


def test_the_planned_version_after_a_go_is_no_finding(evening: Evening) -> None:
    """Neither while it rolls out, nor when it has arrived."""
    evening.must("start")
    evening.says_go("prod-eu")
    for nodes in (1, NODES):
        evening.runs("prod-eu", "1.4.0", nodes)
        assert evening.stands()[1]["without_go"] == []
    assert WITHOUT not in evening.rules("prod-eu") | evening.rules("prod-us")


@pytest.mark.parametrize(("limit", "nodes", "found"), [("10%", 1, False), ("5%", 1, True), ("10%", 2, True)])
def test_a_canary_within_the_limit_of_the_plan_needs_no_go(
    evening: Evening, limit: str, nodes: int, found: bool
) -> None:
    """A share above it does, and so does a part of any size where the plan names none."""
    evening.plan(of_web=f"canary: {{before_go: {limit}}}")
    evening.must("start")
    evening.runs("prod-eu", "1.4.0", nodes)

    assert (WITHOUT in evening.rules("prod-us")) is found


def test_a_canary_that_grew_beyond_its_limit_is_remembered(evening: Evening) -> None:
    """Taken back to what is allowed it is still on record that it was more."""
    evening.plan(of_web="canary: {before_go: 10%}")
    evening.must("start")
    evening.runs("prod-eu", "1.4.0", 1)
    assert WITHOUT not in evening.rules("prod-eu")
    evening.runs("prod-eu", "1.4.0", 5)
    assert WITHOUT in evening.rules("prod-eu")
    evening.runs("prod-eu", "1.3.0")
    evening.runs("prod-eu", "1.4.0", 1)

    assert WITHOUT in evening.rules("prod-eu")


def test_a_rollback_takes_the_go_with_it(evening: Evening) -> None:
    """What it brings back needs no go; the planned version, deployed once more, needs another one."""
    evening.must("start")
    evening.says_go("prod-eu")
    evening.runs("prod-eu", "1.4.0")
    evening.must("matrix")
    back = ("rollback", "start", "web", "--reason", "error rate is too high")
    shown = evening.does(*back, "--json")
    evening.must(*back, "--confirm", json.loads(shown.stdout)["confirm"])
    evening.runs("prod-eu", "1.3.0")
    _, said = evening.stands()
    assert said["without_go"] == []
    assert [one["ground"] for one in said["goes"]] == ["rolled_back"]

    evening.runs("prod-eu", "1.4.0")

    assert WITHOUT in evening.rules("prod-eu")


def test_staging_needs_a_go_where_the_plan_has_gates(evening: Evening) -> None:
    """And only there."""
    evening.runs("staging", "1.3.0")
    evening.must("start")
    evening.runs("staging", "1.4.0")
    assert WITHOUT not in evening.rules("prod-eu")

    evening.plan("approvals: {quality: {role: qa}}\ngates: {staging: [{approvals: quality}]}")
    assert WITHOUT in evening.rules("prod-eu")


def test_a_go_that_lost_its_ground_is_said_in_the_exit_code_and_on_the_screen(evening: Evening) -> None:
    """Whatever blocks since then; when it is gone the go holds again."""
    evening.must("start")
    evening.says_go("prod-eu")
    assert evening.stands()[0] == 0
    evening.must("freeze", "now", "--reason", "the database is being moved")

    code, said = evening.stands()

    assert code == 3
    (given,) = said["goes"]
    assert (given["ground"], [one["rule"] for one in given["new"]]) == ("lost", ["freeze.now"])
    shown = evening.does("status").stdout
    assert "GO LOST prod-eu GO " in shown
    assert "since then 1 new blocker" in shown
    evening.must("thaw", "--reason", "done")
    assert evening.stands()[0] == 0


def test_a_go_for_what_no_longer_ships_is_said_in_the_exit_code_until_there_is_another(evening: Evening) -> None:
    """After an accepted edit of what ships; colleagues may still hold the old word in their hands."""
    evening.must("start")
    evening.says_go("prod-eu")
    evening.plan("rollback: {notes: call the database people first}")
    shown = json.loads(evening.does("amend", "accept", "--json").stdout)
    evening.must("amend", "accept", "--confirm", shown["confirm"])

    code, said = evening.stands()

    assert (code, said["goes"][0]["ground"]) == (3, "other_content")
    assert "GO VOID prod-eu GO " in evening.does("status").stdout
    evening.says_go("prod-eu")
    assert evening.stands()[0] == 0


def test_when_all_has_arrived_a_go_rests_on_what_was_decided_and_not_on_the_hour(evening: Evening) -> None:
    """A freeze comes too late to matter; that the version turned out bad does not."""
    evening.must("start")
    evening.says_go("prod-eu")
    evening.runs("prod-eu", "1.4.0")
    evening.must("freeze", "now", "--env", "prod-eu", "--reason", "no second deployment")
    assert evening.stands()[0] == 0

    evening.must("mark-bad", "web", "1.4.0", "--reason", "it loses orders")

    (given,) = evening.stands()[1]["goes"]
    assert (given["ground"], [one["rule"] for one in given["new"]]) == ("lost", ["version.bad"])


def test_a_rollout_that_stands_still_warns(evening: Evening) -> None:
    """With what the plan estimates."""
    evening.plan(of_web="rollout: {stalled_after: 1s, estimate: 15m}")
    evening.must("start")
    evening.says_go("prod-eu")
    evening.runs("prod-eu", "1.4.0", 1)
    evening.must("matrix")

    said = ""
    while "rollout.stalled" not in said:
        said = evening.does("why", "--env", "prod-eu").stdout
    assert "has been at 10% 1.4.0 for " in said
    assert "and the plan estimates 15m" in said


def test_a_go_from_before_a_rollback_is_void_in_the_exit_code_until_another_one(evening: Evening) -> None:
    """Seen in the exit code of `status`; whether one may go again is asked of the environment."""
    evening.must("start")
    evening.says_go("prod-eu")
    evening.runs("prod-eu", "1.4.0")
    evening.must("matrix")
    evening.runs("prod-eu", "1.3.0")

    code, said = evening.stands()

    assert (code, [one["ground"] for one in said["goes"]]) == (3, ["rolled_back"])
    assert "GO VOID prod-eu GO " in evening.does("status").stdout
    assert evening.does("status", "--env", "prod-eu").returncode == 0
    evening.says_go("prod-eu")
    assert evening.stands()[0] == 0


def test_a_tag_that_is_moved_after_the_go_takes_the_go_from_what_runs(evening: Evening) -> None:
    """It was made after the start, so nothing was agreed on: the go alone knows which commit it let in."""
    evening.commits("feat: it exists")
    evening.tags("1.3.0")
    evening.commits("feat: a basket")
    evening.plan(of_web="migration: none\n    repo: web")
    evening.must("start")
    evening.tags("1.4.0")
    evening.says_go("prod-eu")
    evening.runs("prod-eu", "1.4.0")
    assert evening.stands()[0] == 0
    evening.commits("feat: a checkout")
    evening.tags("1.4.0")

    assert WITHOUT in evening.rules("prod-us") & evening.rules("prod-eu")
    refused = evening.does("complete")
    assert "deployed to prod-eu without a GO for the commit that is tagged now: GO #" in refused.stderr


def test_a_rollback_behind_one_address_is_looked_at_often_enough_by_one_verb(evening: Evening) -> None:
    """What is held there is not what is planned, and nobody has to keep a cockpit open for it."""
    evening.must("start")
    evening.runs("prod-us", "1.4.0")
    evening.must("matrix")
    back = ("rollback", "start", "web", "--env", "prod-us", "--reason", "error rate is too high")
    shown = evening.does(*back, "--json")
    evening.must(*back, "--confirm", json.loads(shown.stdout)["confirm"])
    assert "rollback.incomplete" in evening.rules("prod-us")

    evening.runs("prod-us", "1.3.0")

    assert "rollback.incomplete" not in evening.rules("prod-us")
