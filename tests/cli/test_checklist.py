"""tick, untick, skip, note, undo, log: each says in one line what now holds."""

import os
import re

import pytest

from cli.conftest import Here, Release, account
from cli.program import Result, run

ME = account()


def plain(text: str) -> str:
    """Text with its times and names left out."""
    return re.sub(r"\d\d:\d\d:\d\d", "TIME", text).replace(f" {ME} ", " ME ")


def test_tick_says_what_now_holds(gonogo: Here) -> None:
    """Who, when and under which number."""
    done = gonogo("tick", "tests")

    assert (done.code, done.err) == (0, "")
    assert plain(done.out) == "tests is ticked by ME at TIME UTC (#1)\n"


def test_the_beginning_of_an_id_is_enough(gonogo: Here) -> None:
    """As long as it is unique."""
    assert gonogo("tick", "ann").out.startswith("announce-window is ticked by")


def test_my_own_tick_again_is_said_to_hold_already(gonogo: Here) -> None:
    """Asked twice is done once, and no failure."""
    gonogo("tick", "tests")

    again = gonogo("tick", "tests")

    assert (again.code, plain(again.out)) == (0, "tests is ticked already, by ME at TIME UTC (#1)\n")


def test_tick_without_item_lists_what_is_open_mine_first(gonogo: Here) -> None:
    """Mine is what the plan gives to the person behind this account."""
    gonogo("tick", "announce-window")

    listed = gonogo("tick").out.splitlines()

    assert [line.split()[0:3] for line in listed] == [
        ["Yours", "(1)"], ["[", "]", "smoke"],
        ["Others", "(1)"], ["[", "]", "tests"],
    ]  # fmt: skip
    assert "after tests" in listed[1]


def test_when_nothing_is_open_it_says_so(gonogo: Here) -> None:
    """Silence could mean anything."""
    for item in ("tests", "announce-window", "smoke"):
        assert gonogo("tick", item).code == 0

    assert gonogo("tick").out == "nothing is open: 3 of 3 items are closed\n"


def test_open_items_as_json(gonogo: Here) -> None:
    """With whose they are and what they wait for."""
    facts = gonogo("tick", "--json").facts

    assert facts["schema_version"] == 1
    assert [(item["item"], item["mine"], item["after"]) for item in facts["open"]] == [
        ("announce-window", True, []),
        ("smoke", True, ["tests"]),
        ("tests", False, []),
    ]


def test_ticking_ahead_of_what_comes_before_is_refused(gonogo: Here) -> None:
    """A rule says no: exit 3, the reason, and what to type instead."""
    refused = gonogo("tick", "smoke")

    assert (refused.code, refused.out) == (3, "")
    assert refused.err == (
        "gonogo: 'smoke' comes after tests, which is still open (owner ben)\n  gonogo tick tests\n"
    )


def test_an_unknown_item_gets_a_suggestion(gonogo: Here) -> None:
    """Usage: exit 2."""
    refused = gonogo("tick", "tets")

    assert (refused.code, refused.err) == (2, "gonogo: the plan has no item 'tets'\n  did you mean 'tests'?\n")
    assert gonogo("tick", "zzz").err.endswith("  gonogo tick    lists what is open\n")


def test_a_refusal_under_json_is_an_object_on_stderr(gonogo: Here) -> None:
    """A script reads the rule, not the sentence."""
    refused = gonogo("--json", "tick", "smoke")

    assert refused.out == ""
    assert refused.error["rule"] == "item.after"
    assert refused.error["kind"] == "refused"
    assert refused.error["exit_code"] == refused.code == 3


def test_untick_opens_again_with_its_reason(gonogo: Here) -> None:
    """The reason is part of the sentence, because it is part of the record."""
    gonogo("tick", "tests")

    assert plain(gonogo("untick", "tests", "--reason", "two were flaky").out) == (
        "tests is open again, by ME at TIME UTC (#2): two were flaky\n"
    )


def test_skip_needs_its_reason(gonogo: Here) -> None:
    """What is left out without a word cannot be told from what was forgotten."""
    assert gonogo("skip", "smoke").code == 2
    assert plain(gonogo("skip", "smoke", "--reason", "EU only").out) == (
        "smoke is marked as not applicable by ME at TIME UTC (#1): EU only\n"
    )


def test_note_leaves_a_remark(gonogo: Here) -> None:
    """Words need no quotes."""
    assert plain(gonogo("note", "tests", "twelve", "minutes").out) == "tests has a note by ME at TIME UTC (#1)\n"
    assert "twelve minutes" in gonogo("log").out


def test_undo_takes_back_my_last_act(gonogo: Here) -> None:
    """And says what holds again."""
    gonogo("tick", "tests")

    assert plain(gonogo("undo").out) == "tests is open again: #1 is taken back by ME at TIME UTC (#2)\n"
    assert gonogo("undo").code == 3


def test_a_write_as_json_tells_what_was_recorded(gonogo: Here) -> None:
    """The state, and the events that led there; none when it held already."""
    first = gonogo("tick", "tests", "--json").facts
    again = gonogo("tick", "tests", "--json").facts

    assert (first["item"], first["status"], first["by"], first["seq"]) == ("tests", "done", ME, 1)
    assert [event["kind"] for event in first["recorded"]] == ["item.ticked"]
    assert (again["status"], again["recorded"]) == ("done", [])


def test_log_is_the_trail_oldest_first(gonogo: Here) -> None:
    """Everything, one item, or the last lines of it."""
    gonogo("tick", "tests")
    gonogo("tick", "smoke")
    gonogo("untick", "tests")

    assert [line.split()[0] for line in gonogo("log").out.splitlines()] == ["#1", "#2", "#3"]
    assert [line.split()[0] for line in gonogo("log", "--item", "tests").out.splitlines()] == ["#1", "#3"]
    assert [line.split()[0] for line in gonogo("log", "-n", "1").out.splitlines()] == ["#3"]
    facts = gonogo("log", "--json").facts
    assert [event["actor"]["uid"] for event in facts["events"]] == [os.getuid()] * 3
    assert facts["events"][0]["at"].endswith("Z")


def test_log_of_nothing_says_so(gonogo: Here) -> None:
    """An empty answer is an answer."""
    assert gonogo("log").out == "nothing is recorded yet\n"


def test_an_item_that_left_the_plan_keeps_its_trail(gonogo: Here, release: Release) -> None:
    """The journal remembers what the plan has forgotten."""
    gonogo("tick", "announce-window")
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("id: announce-window", "id: tell-everybody"), encoding="utf-8")

    assert "announce-window" in gonogo("log", "--item", "announce-window").out


def test_hostile_words_come_out_harmless(gonogo: Here) -> None:
    """In the trail, into a pipe, and back out of JSON as they went in."""
    gonogo("note", "tests", "\x1b]0;owned\x07 \x1b[2J")

    assert "\x1b" not in gonogo("log").out
    assert "\x1b" not in gonogo("log", "--json").out


@pytest.mark.parametrize("name", ["USER", "LOGNAME", "SUDO_USER", "GIT_AUTHOR_NAME"])
def test_the_actor_is_nobody_the_environment_names(release: Release, name: str) -> None:
    """Only the kernel is asked."""
    done: Result = run(["tick", "tests", "--json"], env={name: "mallory", "HOME": "nowhere"})

    assert done.code == 0, done.err
    assert done.facts["by"] == ME


def test_a_reader_who_has_seen_enough_is_no_error(release: Release) -> None:
    """`gonogo log | head -1` is quiet."""
    for index in range(3):
        run(["note", "tests", f"{'x' * 3000} {index}"])

    import subprocess
    import sys

    pipeline = f"{sys.executable} -m gonogo log --json | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", pipeline], capture_output=True, text=True, check=False, timeout=60)

    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in {"{141", "{0"}


def test_the_list_says_what_an_item_takes_and_where_there_is_no_return(gonogo: Here, release: Release) -> None:
    """Two persons are still two after it was opened again; below the line a rollback means rolling forward."""
    text = release.plan.read_text(encoding="utf-8")
    items = (
        "    - {id: migrate, title: Migrate, two_person: true, point_of_no_return: true}\n"
        "    - {id: back, title: Keep the rollback at hand}\n"
    )
    release.plan.write_text(text.replace("rules:", f"{items}rules:"), encoding="utf-8")
    gonogo("skip", "back", "--reason", "not yet")
    gonogo("untick", "back")

    told = gonogo("tick")

    assert "Migrate  two persons\n    -- no return below: only forward\n" in told.out
    assert "Keep the rollback at hand  (forward)  reopened by" in told.out
    (migrate,) = (one for one in gonogo("tick", "--json").facts["open"] if one["item"] == "migrate")
    assert (migrate["two_person"], migrate["evidence_required"], migrate["point_of_no_return"]) == (
        True,
        False,
        True,
    )


def test_titles_of_every_script_give_ids(gonogo: Here, release: Release) -> None:
    """Whatever letters a team writes; Latin words that two titles share name the first."""
    titles = ("通知客户", "Запустить тесты", "בדיקות", "परीक्षण करें", "通知 web", "发布 web")
    more = "".join(f'    - "{title}"\n' for title in titles)
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("rules:", f"{more}rules:"), encoding="utf-8")
    for name in ("通知客户", "запустить-тесты", "בדיקות", "परीक्षण-करें", "web", "发布-web"):
        done = gonogo("tick", name)
        assert (done.code, done.out.split(" is ticked")[0]) == (0, name), done.err
