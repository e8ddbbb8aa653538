"""A release in flight that an older program started: it opens with the same state, every changed verdict is told,
and it comes to its end under the rules of today. And the other way round: who is older decides nothing.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from gonogo import wiring
from gonogo.cli.run import run as run_here
from gonogo.events.edition import RULES

GOLDEN = Path(__file__).parents[1] / "golden" / "journal-0.1.0"
"""A plan and what gonogo 0.1.0 recorded of it: a start, a tick, a note, a freeze and its end."""


@pytest.fixture
def older(release: Release, gonogo: Here) -> Here:
    """The program, in a directory with that plan and over that journal."""
    journal = Path(os.environ["XDG_STATE_HOME"]) / "gonogo" / "journals" / "2026.11-golden"
    journal.mkdir(parents=True, mode=0o700)
    for name in ("store.json", "0-538e35bf4b42.jsonl"):
        shutil.copyfile(GOLDEN / name, journal / name)
        (journal / name).chmod(0o600)
    shutil.copyfile(GOLDEN / "release.yaml", release.plan)
    return gonogo


def confirmed(gonogo: Here, *argv: str) -> None:
    """Look at what an act would do, and do just that."""
    shown = gonogo(*argv)
    assert "--confirm " in shown.out, (argv, shown)
    code = shown.out.rpartition("--confirm ")[2].split()[0]
    assert gonogo(*argv, "--confirm", code).code == 0, shown


@pytest.mark.needs("root")  # the journal's author is root, and the kernel must say so
def test_a_journal_of_an_older_program_opens_and_tells_what_is_judged_otherwise(older: Here) -> None:
    """The same state; the window that only warned blocks now, and says that it is new."""
    assert older("journal", "verify").code == 0
    facts = older("status", "--json").facts
    assert facts["lifecycle"]["status"] == "in_progress"
    assert "[x] tests" in older("tick").out or "tests" not in older("tick").out.partition("Done")[0]

    why = older("why", "--env", "production").out

    # the kernel dates the copy, not what was recorded long before it: so its times are doubted, too
    assert f"started under rules 1, judged by rules {RULES}; new here: clock.skew, window.closed" in why


@pytest.mark.needs("root")
def test_a_release_of_an_older_program_comes_to_its_end(older: Here, release: Release) -> None:
    """With an amendment that names endpoints, a go on record for what runs, and the list of today."""
    base = release.fleet.url("").rstrip("/")
    probe = f'{{url: "{base}/{{environment}}/version", instances: 1}}'
    text = release.plan.read_text(encoding="utf-8")
    text = text.replace("previous: 1.3.0}", f"previous: 1.3.0, probe: {probe}}}")
    text = text.replace("from: 2026-11-24 21:00", "from: 2020-01-01 00:00").replace(
        "to: 2026-11-24 23:00", "to: 2099-01-01 00:00"
    )
    release.plan.write_text(text, encoding="utf-8")
    release.runs("staging", "1.4.0")
    release.runs("production", "1.4.0")
    confirmed(older, "amend", "accept")
    assert older("tick", "announce").code == 0
    confirmed(older, "go", "staging")
    confirmed(older, "go", "production", "--late", "--reason", "it was deployed by hand in the evening")
    confirmed(older, "complete")

    assert older("status", "--json").facts["lifecycle"]["status"] == "completed"
    named = [event for event in older("log", "--json").facts["events"] if "rules" in event["data"]]
    assert [event["data"]["rules"] for event in named] == [RULES]


def test_who_is_older_than_the_newest_writer_decides_nothing_and_says_so(
    release: Release, gonogo: Here, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two programs must not answer one question two ways; to tick and to stop is still everybody's."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("account: ", "shared: false, account: ", 1), encoding="utf-8")
    assert gonogo("start").code == 0
    started = next(
        event for event in gonogo("log", "--json").facts["events"] if event["kind"] == "release.started"
    )
    assert started["data"]["rules"] == RULES
    for place in ("acts", "rules.ground"):
        monkeypatch.setattr(f"gonogo.{place}.RULES", RULES - 1)

    refused = gonogo("go", "staging", "--json")

    assert refused.code == 78
    assert json.loads(refused.err)["error"]["rule"] == "program.older"
    assert f"by rules {RULES}" in gonogo("why", "--env", "staging").out
    assert gonogo("status", "--env", "staging").code == 3
    assert gonogo("tick", "tests").code == 0
    assert run_here(["freeze", "now", "--reason", "a storm"], wiring) == 0
    capsys.readouterr()
