"""wait, --at, --report-only, trigger, and `why --json`, whose keys scripts rely on."""

import threading
from pathlib import Path

from cli.conftest import Here, Release
from cli.test_looking import everything_done

GOLDEN = Path(__file__).parents[1] / "golden" / "why.txt"


def _shape(value: object, path: str = "") -> list[str]:
    """Every key with the kind of its value; of a list, its first element."""
    if isinstance(value, dict):
        return [line for key, one in value.items() for line in _shape(one, f"{path}.{key}" if path else key)]
    if isinstance(value, list):
        return _shape(value[0], f"{path}[]") if value else [f"{path}[]"]
    kind = "null" if value is None else type(value).__name__
    return [f"{path}: {kind}"]


def test_the_keys_of_why_as_json_stay(gonogo: Here, release: Release) -> None:
    """Keys are added, never renamed or taken away: the golden list is what scripts rely on."""
    del release.fleet.answers["/production/version"]

    found = gonogo("why", "--env", "production", "--json")

    assert "\n".join(_shape(found.facts)) + "\n" == GOLDEN.read_text(encoding="utf-8")
    assert found.facts["schema_version"] == 1


def test_every_key_of_why_is_documented() -> None:
    """docs/json.md names each of them."""
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text(encoding="utf-8")
    paths = [line.partition(":")[0] for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    keys = {part.removesuffix("[]") for path in paths for part in path.split(".")}

    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []


def test_report_only_tells_everything_and_stops_nobody(gonogo: Here) -> None:
    """The same list, exit 0, and a word that says so."""
    strict, report = gonogo("why"), gonogo("why", "--report-only")

    assert (strict.code, report.code) == (3, 0)
    assert "report only: without --report-only this would exit with 3" in report.out
    assert "item.open" in report.out


def test_a_freeze_is_judged_for_the_moment_asked_about(gonogo: Here, release: Release) -> None:
    """Now is free, Christmas is not; both clocks are shown, and when one may go."""
    text = release.plan.read_text(encoding="utf-8")
    freeze = (
        "freezes:\n  close: {from: 2096-12-24 00:00, to: 2096-12-27 00:00, zone: Europe/Berlin, reason: Close}\n"
    )
    release.plan.write_text(text + freeze, encoding="utf-8")
    everything_done(gonogo)

    now = gonogo("status")
    then = gonogo("status", "--at", "2096-12-25 12:00")

    assert (now.code, then.code) == (0, 3)
    assert "judged for 2096-12-25 12:00 UTC" in then.out
    assert "holds until 2096-12-27 00:00 Europe/Berlin (2096-12-26 23:00 UTC): Close" in then.out
    assert "next allowed 2096-12-27 00:00 Europe/Berlin" in then.out


def test_a_moment_that_is_none_is_refused(gonogo: Here) -> None:
    """With what would be understood."""
    found = gonogo("why", "--at", "tomorrow")

    assert found.code == 2
    assert "--at '2026-11-24 21:00'" in found.err


def test_wait_ends_when_it_is_so(gonogo: Here) -> None:
    """Exit 0 at once where nothing stands against it."""
    everything_done(gonogo)

    found = gonogo("wait", "--env", "production", "--for", "go", "--timeout", "30s")

    assert found.code == 0
    assert "GO for production" in found.out


def test_wait_gives_up_in_time_with_the_verdict_of_that_moment(gonogo: Here) -> None:
    """Exit 124, what still stands against it on stdout, and what was waited for on stderr."""
    found = gonogo("wait", "--env", "production", "--timeout", "1s")

    assert found.code == 124
    assert "NO-GO (2) for production" in found.out
    assert "waited 1s for 'go' in vain" in found.err


def test_no_other_environment_answers_for_the_one_waited_for(gonogo: Here, release: Release) -> None:
    """Production is called otherwise while somebody waits for it: that is an end without a GO."""
    everything_done(gonogo)
    assert gonogo("freeze", "now", "--env", "production", "--reason", "the network is down").code == 0
    text = release.plan.read_text(encoding="utf-8")
    renamed = text.replace("production", "live")
    edit = threading.Timer(1.0, lambda: release.plan.write_text(renamed, encoding="utf-8"))
    edit.start()

    found = gonogo("wait", "--env", "production", "--timeout", "30s", "--every", "2s")

    edit.join()
    assert found.code == 2
    assert "production" in found.err


def test_wait_as_json_says_whether_it_came(gonogo: Here) -> None:
    """`arrived` waits for what runs, not for what may."""
    found = gonogo("wait", "--env", "staging", "--for", "arrived", "--timeout", "30s", "--json")

    assert found.code == 0
    assert (found.facts["reached"], found.facts["waited_for"], found.facts["arrived"]) == (True, "arrived", True)


def test_a_trigger_is_called_answered_and_over(gonogo: Here, release: Release) -> None:
    """It asks until somebody answers; while it is not over the verdict tells it."""
    text = release.plan.read_text(encoding="utf-8")
    text += "rollback: {triggers: [{id: login, when: any failed login}]}\n"
    release.plan.write_text(text.replace("account: ", "shared: false, account: ", 1), encoding="utf-8")
    assert gonogo("start").code == 0
    assert "has not fired" in gonogo("trigger").out

    assert gonogo("trigger", "fire", "login", "--reason", "two testers cannot log in").code == 0
    asked = gonogo("why", "--env", "staging")
    assert asked.code == 3
    assert "rollback trigger 'login' fired: two testers cannot log in; nobody has answered" in asked.out

    assert gonogo("trigger", "over", "login").code == 0
    over = "fired: two testers cannot log in; over by now; nobody has answered"
    assert over in gonogo("why", "--env", "staging").out
    assert over in gonogo("rollback", "plan").out.replace("FIRED", "fired")
    assert "ASKS" in gonogo("trigger").out

    assert gonogo("trigger", "fire", "login", "--reason", "three of them by now").code == 0
    assert gonogo("trigger", "answer", "login", "go_on", "--reason", "their passwords were old").code == 0
    assert "trigger.go-on" in gonogo("why", "--env", "staging").out
    assert gonogo("trigger", "over", "login").code == 0
    assert "trigger." not in gonogo("why", "--env", "staging").out
    assert gonogo("trigger", "--json").facts["triggers"][0]["answer"] == "go_on"


def test_outside_the_window_of_the_release_production_is_no_go_and_no_go_is_recorded(
    gonogo: Here, release: Release
) -> None:
    """Everything else is right; inside of it, asked with --at, it may go."""
    text = release.plan.read_text(encoding="utf-8")
    window = "window: {from: 2096-11-24 21:00, to: 2096-11-24 23:00, zone: Europe/Berlin}\n"
    text = text.replace("account: ", "shared: false, account: ", 1)  # root may decide here
    release.plan.write_text(text + window, encoding="utf-8")
    everything_done(gonogo)
    assert gonogo("start").code == 0

    now = gonogo("why", "--env", "production")
    inside = gonogo("why", "--env", "production", "--at", "2096-11-24 22:00")
    refused = gonogo("go", "production")

    assert (now.code, inside.code, refused.code) == (3, 0, 3)
    assert "window.closed" in now.out
    assert "the release window opens in" in now.out
    assert "window.closed" in refused.err + refused.out
    assert "go.decided" not in gonogo("log", "--json").out
