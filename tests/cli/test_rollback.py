"""rollback plan, rollback start: where to, what lies between, whether it is safe; recorded, never carried out."""

import json

import pytest

from cli.conftest import Here, Release, account

MORE = """\
rollback:
  triggers: [{id: errors, when: any error}]
  checklist: [Tell support, Roll back]
  notes: Call the database people first.
"""


@pytest.fixture(autouse=True)
def _live(release: Release) -> None:
    """1.3.0 is in production, and this account may decide."""
    text = release.plan.read_text(encoding="utf-8")
    text = text.replace(f"account: {account()}}}", f"account: {account()}, shared: false}}")
    more = "    flags: [new-basket]\n    rollback: {command: [helm, rollback, web, '41']}\n"
    text = text.replace("    repo: web\n", f"    repo: web\n{more}")
    release.plan.write_text(text + MORE, encoding="utf-8")
    release.runs("production", "1.3.0")


def test_the_plan_says_where_to_what_lies_between_and_what_to_type(gonogo: Here) -> None:
    """Target, points, commits, triggers, the command to copy."""
    found = gonogo("rollback", "plan")
    assert found.code == 0, found.out
    lines = found.out.splitlines()
    assert lines[0] == "web back to 1.2.0: ready"
    assert "  production runs 1.3.0" in lines
    assert "    2 commits would be taken away, 0 would come back" in lines
    assert any("feat(basket): keep it" in line for line in lines)
    assert "  type it yourself: helm rollback web 41" in lines
    assert "trigger errors: any error  quiet" in lines
    assert any(line.endswith("flags: came with 1.3.0: new-basket") for line in lines)
    assert lines[-3:-1] == ["1. Tell support", "2. Roll back"]
    assert lines[-1] == "Call the database people first."


def test_where_the_plan_comes_from_gives_way_once_it_is_bad(gonogo: Here, release: Release) -> None:
    """The last good one of the journal is the target; the command leads to the bad one and is not given."""
    for version in ("1.1.0", "1.2.0", "1.3.0"):
        release.runs("production", version)
        gonogo("matrix")
    assert gonogo("start").code == 0
    assert gonogo("mark-bad", "web", "v1.2.0", "--reason", "it loses orders").code == 0

    found = gonogo("rollback", "plan")
    why = gonogo("why", "--env", "production")

    lines = found.out.splitlines()
    assert lines[0].startswith("web back to 1.1.0: ")
    assert any(one.endswith("back to 1.1.0: it ran well in production, and 1.2.0 is marked bad") for one in lines)
    assert any("the command of the plan was written for 1.2.0: helm rollback web 41" in one for one in lines)
    assert "type it yourself" not in found.out
    assert "! web would be rolled back to 1.1.0: " in why.out
    shown = gonogo("rollback", "start", "web", "--reason", "orders are lost again")
    assert "--reason 'orders are lost again' --confirm" in shown.out
    assert "ROLL BACK web to 1.1.0 in production" in shown.out


def test_a_way_back_that_is_stated_stands_though_it_is_bad(gonogo: Here, release: Release) -> None:
    """Somebody wrote it down: it blocks until somebody writes down another one."""
    text = release.plan.read_text(encoding="utf-8")
    text = text.replace("rollback: {command: [helm, rollback, web, '41']}", "rollback: 1.2.0")
    release.plan.write_text(text, encoding="utf-8")
    assert gonogo("start").code == 0
    assert gonogo("mark-bad", "web", "1.2.0", "--reason", "it loses orders").code == 0

    assert "web back to 1.2.0: not ready" in gonogo("rollback", "plan").out
    assert "x web would be rolled back to 1.2.0, which " in gonogo("why", "--env", "production").out
    assert gonogo("rollback", "start", "web", "--reason", "orders are lost again").code == 3


def test_past_the_point_of_no_return_the_only_way_is_forward(gonogo: Here, release: Release) -> None:
    """The same word, another meaning, and it says so."""
    text = release.plan.read_text(encoding="utf-8").replace(
        "    repo: web\n", "    repo: web\n    migration: contract\n"
    )
    text = text.replace("owner: me, after: [tests]}", "owner: me, point_of_no_return: true}")
    release.plan.write_text(text, encoding="utf-8")
    assert gonogo("tick", "smoke").code == 0
    found = gonogo("rollback", "plan", "web")
    assert found.code == 3
    assert "web back to 1.2.0: no way back, roll forward" in found.out
    assert "point of no return 'Smoke tests' is behind us: from here on, roll forward" in found.out


def test_a_rollback_is_shown_then_recorded_and_the_matrix_expects_the_old_version(
    gonogo: Here, release: Release
) -> None:
    """It holds the old version, marks the new one bad if said so, and stops the environment."""
    gonogo("start")
    shown = gonogo("rollback", "start", "web", "--reason", "logins fail since ten", "--mark-bad", "--json")
    facts = json.loads(shown.out)
    assert "production: from 1.3.0 to 1.2.0" in facts["lines"]
    assert gonogo("log").out.count("rolled back") == 0
    done = gonogo(
        "rollback",
        "start",
        "web",
        "--reason",
        "logins fail since ten",
        "--mark-bad",
        "--confirm",
        facts["confirm"],
    )
    assert done.code == 0, done.err
    assert "rolled back web/production to 1.2.0: logins fail since ten" in done.out
    release.runs("production", "1.2.0")
    gonogo("matrix")
    cells = {cell["environment"]: cell for cell in json.loads(gonogo("matrix", "--json").out)["cells"]}
    assert cells["production"]["relation"] == "match"
    assert cells["production"]["matches"] is False
    status = gonogo("status", "--env", "production")
    assert status.code == 3
    assert "1.2.0 in production: rolled back: logins fail since ten" in status.out
    assert "1.3.0 is marked bad" in status.out
    again = gonogo("rollback", "start", "web", "--reason", "logins fail since ten")
    assert (again.code, "and is held there" in again.err) == (3, True)


def test_what_runs_the_old_version_already_is_told_so(gonogo: Here, release: Release) -> None:
    """Going from a version to itself is no way back: what is decided is that it stays."""
    gonogo("start")
    release.runs("production", "1.2.0")
    shown = gonogo("rollback", "start", "web", "--reason", "logins fail since ten").out
    assert "production: runs 1.2.0 already, and nothing keeps it there yet" in shown
    assert "from 1.2.0 to 1.2.0" not in shown


def test_a_confirmation_of_something_else_is_refused(gonogo: Here, release: Release) -> None:
    """What runs there has changed since it was shown."""
    gonogo("start")
    shown = json.loads(gonogo("rollback", "start", "web", "--reason", "logins fail since ten", "--json").out)
    release.runs("production", "1.2.9")
    moved = gonogo("rollback", "start", "web", "--reason", "logins fail since ten", "--confirm", shown["confirm"])
    assert (moved.code, "has changed since" in moved.err) == (5, True)


def test_without_a_version_to_go_back_to_it_is_refused(gonogo: Here, release: Release) -> None:
    """With what to put into the plan."""
    text = release.plan.read_text(encoding="utf-8").replace("    previous: 1.2.0\n", "")
    release.plan.write_text(text, encoding="utf-8")
    gonogo("start")
    refused = gonogo("rollback", "start", "web", "--reason", "logins fail since ten")
    assert (refused.code, "put `previous:` at web" in refused.err) == (3, True)
