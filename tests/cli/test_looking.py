"""status, why, matrix, changelog, next-version: asked now, printed, and the exit code says it too."""

import json
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from support.repositories import git
from support.servers import Canned


def everything_done(gonogo: Here) -> None:
    """Close the checklist."""
    for item in ("tests", "announce-window", "smoke"):
        assert gonogo("tick", item).code == 0


def test_status_is_go_when_everything_holds(gonogo: Here) -> None:
    """Exit 0 is GO and nothing else."""
    everything_done(gonogo)

    found = gonogo("status")

    assert found.code == 0, found.out
    assert "GO for production PRODUCTION" in found.out
    assert "release  2026.11  Autumn train" in found.out


def test_status_is_no_go_with_its_blockers(gonogo: Here) -> None:
    """Each with its rule, who can clear it, and what to type."""
    found = gonogo("status")

    assert found.code == 3
    assert "NO-GO (2) for production PRODUCTION" in found.out
    assert "x 'Run the full test suite' (Preparation) is open" in found.out
    assert "item.open" in found.out
    assert "can clear it: Ben Okafor (somebody-else)" in found.out
    assert "next: gonogo tick tests" in found.out
    assert found.out.endswith("\nfirst: gonogo tick tests\n")


def test_a_silent_endpoint_is_unknown(gonogo: Here, release: Release) -> None:
    """Everything else holds, one answer is missing: exit 4."""
    everything_done(gonogo)
    del release.fleet.answers["/production/version"]

    found = gonogo("status", "--env", "production")

    assert found.code == 4
    assert "UNKNOWN (1) for production" in found.out


def test_blockers_win_over_unknowns_and_both_are_listed(gonogo: Here, release: Release) -> None:
    """Exit 3, with two lists."""
    del release.fleet.answers["/production/version"]

    found = gonogo("why", "--env", "production")

    assert found.code == 3
    assert "What blocks (2)" in found.out
    assert "What is not known (1)" in found.out


def test_why_and_status_judge_alike(gonogo: Here) -> None:
    """The same verdict in JSON, and each reason complete."""
    why = gonogo("why", "--json")
    status = gonogo("status", "--json")

    assert why.code == status.code == 3
    assert why.facts["schema_version"] == status.facts["schema_version"] == 1
    assert status.facts["verdict"] == why.facts["verdict"] == "no_go"
    assert status.facts["environment"] == why.facts["environment"] == "production"
    assert [one["verdict"] for one in status.facts["environments"]] == ["go", "no_go"]
    assert {reason["rule"] for reason in why.facts["blockers"]} == {"item.open"}


def test_an_unknown_environment_is_refused_before_anybody_is_asked(gonogo: Here, release: Release) -> None:
    """Usage, with the nearest name."""
    refused = gonogo("status", "--env", "producton")

    assert (refused.code, refused.err) == (
        2,
        "gonogo: the plan has no environment 'producton'\n  did you mean 'production'?\n",
    )
    assert release.fleet.asked == []


def test_matrix_shows_what_runs_where(gonogo: Here) -> None:
    """Products below each other, environments side by side, each cell in sign, version and word."""
    found = gonogo("--ascii", "matrix")

    head, row, asked = found.out.splitlines()
    assert found.code == 0
    assert head.split() == ["planned", "staging", "production", "PRODUCTION"]
    assert row.split() == ["web", "1.3.0", "=", "1.3.0", "now", "<", "1.2.0", "now"]
    assert asked.startswith("asked at 20")


def test_matrix_as_json_dates_every_cell(gonogo: Here) -> None:
    """Version, relation, clocks and source of each."""
    cells = {cell["environment"]: cell for cell in gonogo("matrix", "--json").facts["cells"]}

    assert (cells["staging"]["relation"], cells["production"]["relation"]) == ("match", "behind")
    assert cells["staging"]["versions"][0]["version"] == "1.3.0"
    assert cells["staging"]["polled_at"].endswith("Z")
    assert cells["staging"]["matches"] is True


def test_matrix_of_one_product_tells_everything(gonogo: Here) -> None:
    """Clocks, source, and the answer itself."""
    found = gonogo("matrix", "--product", "web")

    assert "web in production runs 1.2.0; planned is the newer 1.3.0" in found.out
    assert gonogo("matrix", "--product", "wbe").err.endswith("  did you mean 'web'?\n")


def test_matrix_of_one_cell_tells_what_would_ship(gonogo: Here) -> None:
    """The commits between what runs there and the plan's tag; in JSON too."""
    found = gonogo("matrix", "web", "production")

    assert found.code == 0
    assert "web in production runs 1.2.0" in found.out
    assert "web in staging" not in found.out
    assert "would ship 2 commits from v1.2.0 to v1.3.0" in found.out
    assert "feat(basket): keep it" in found.out
    [cell] = gonogo("matrix", "web", "production", "--json").facts["cells"]
    assert (cell["would_ship"]["count"], cell["would_ship"]["lost_count"]) == (2, 0)
    assert cell["sources"][0]["versions"] == ["1.2.0"]
    assert [(record["versions"], record["status"]) for record in cell["history"]] == [(["1.2.0"], "succeeded")]
    assert (cell["held"], cell["awaits"]) == (None, [])
    assert gonogo("matrix", "web", "producton").code == 2


def test_matrix_at_a_moment_asks_nobody_and_says_what_it_does_not_know(gonogo: Here, release: Release) -> None:
    """From the journal alone; before the first record nothing is claimed."""
    gonogo("matrix")
    release.fleet.answers.clear()
    now = datetime.now(UTC) + timedelta(minutes=1)

    early = gonogo("matrix", "--at", "2026-01-01 02:13", "--zone", "Europe/Berlin")
    future = gonogo("matrix", "--at", f"{now + timedelta(days=1):%Y-%m-%d %H:%M}")

    assert early.code == 0
    assert "what the journal says ran at 2026-01-01 02:13 Europe/Berlin (2026-01-01 01:13 UTC)" in early.out
    assert "web/staging     not recorded; first seen" in early.out
    assert "Between two records nobody may have looked." in early.out
    assert (future.code, "still to come" in future.err) == (2, True)
    assert gonogo("matrix", "--at", "half past two").code == 2
    assert gonogo("matrix", "--at", "2026-01-01", "--zone", "Mars/Olympus").code == 2
    assert gonogo("matrix", "--at", "2026-01-01", "--json").facts["cells"][0]["recorded"] is False


def test_cells_behind_one_dead_host_are_named_once(gonogo: Here, release: Release) -> None:
    """Below the table, and as one reason of the verdict."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(re.sub(r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:1", text), encoding="utf-8")

    assert "2 cells: cannot reach 127.0.0.1:1 (" in gonogo("matrix").out
    assert "2 cells: cannot reach 127.0.0.1:1 (" in gonogo("why", "--env", "production").out
    assert gonogo("matrix", "--json").facts["unreachable"][0]["cells"] == ["web/staging", "web/production"]


def test_one_answer_that_contradicts_the_record_is_asked_for_again(gonogo: Here, release: Release) -> None:
    """The second answer settles it, and only then is it history."""
    gonogo("matrix")
    release.runs("production", "1.3.0")

    found = gonogo("matrix", "--json").facts["cells"][1]

    assert (found["relation"], found["previous"]) == ("match", ["1.2.0"])
    assert gonogo("log").out.count("run 1.3.0") == 2


def test_what_was_seen_goes_into_the_history_once(gonogo: Here) -> None:
    """The soak time counts from there."""
    gonogo("matrix")
    gonogo("status")

    assert [line.split()[-2:] for line in gonogo("log").out.splitlines()] == [["run", "1.3.0"], ["run", "1.2.0"]]


def test_a_journal_that_cannot_be_written_does_not_stop_reading(
    gonogo: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said on stderr; the answer is still printed."""
    from gonogo.errors import StorageError
    from gonogo.io.journal import DirectoryJournal

    def full(*_: object) -> None:
        raise StorageError("no space left on the device", where="journal")

    monkeypatch.setattr(DirectoryJournal, "transact", full)

    found = gonogo("matrix")

    assert (found.code, "1.3.0" in found.out) == (0, True)
    assert found.err == "warning: what was seen is not recorded: journal: no space left on the device\n"


def test_changelog_lists_what_ships(gonogo: Here) -> None:
    """Since the tag of the version before, under headings."""
    found = gonogo("changelog", "web")

    assert found.code == 0
    assert "web 2 commits since v1.2.0" in found.out
    assert found.out.index("Added") < found.out.index("Fixed")
    assert "basket: keep it" in found.out


def test_changelog_as_json(gonogo: Here) -> None:
    """Every commit in its section."""
    (web,) = gonogo("changelog", "--json").facts["products"]

    assert (web["base"], web["count"], web["bump"]) == ("v1.2.0", 2, "minor")
    assert [section["title"] for section in web["sections"]] == ["Added", "Fixed"]


def test_a_history_that_cannot_be_read_is_unknown(gonogo: Here, release: Release) -> None:
    """Exit 4, and why."""
    (release.directory / "web").rename(release.directory / "gone")

    found = gonogo("changelog")

    assert found.code == 4
    assert "web: " in found.out


def test_next_version_of_one_product_is_bare(gonogo: Here) -> None:
    """So that `$(gonogo next-version web)` is a version."""
    found = gonogo("next-version", "web")

    assert (found.code, found.out, found.err) == (0, "1.3.0\n", "")


def test_next_version_of_all_says_why(gonogo: Here) -> None:
    """A line for each product."""
    assert gonogo("next-version").out == "web  1.3.0  minor after v1.2.0, planned 1.3.0\n"


def test_next_version_from_a_doubtful_range_says_the_doubt(gonogo: Here, release: Release) -> None:
    """A shallow clone may lack the commit that makes it a major: the version is not printed in silence."""
    web = release.directory / "web"
    (web / ".git" / "shallow").write_text(git(web, "rev-parse", "v1.2.0") + "\n", encoding="utf-8")

    found = gonogo("next-version", "web")

    assert (found.code, found.out) == (0, "1.3.0\n")
    assert "web: the clone is shallow, so commits are missing" in found.err


def test_a_contradicted_plan_is_warned_of(gonogo: Here, release: Release) -> None:
    """The version is printed, the contradiction told beside it."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("version: 1.3.0", "version: 1.2.1"), encoding="utf-8")

    found = gonogo("next-version", "web")

    assert found.out == "1.4.0\n"  # 1.3.0 is tagged already
    assert found.err.startswith("warning: web: planned 1.2.1, but 1 feature asks for 1.3.0")


def test_an_unknown_product_gets_a_suggestion(gonogo: Here) -> None:
    """For every verb that takes one."""
    assert gonogo("changelog", "wbe").err == "gonogo: the plan has no product 'wbe'\n  did you mean 'web'?\n"


def test_json_errors_while_looking(gonogo: Here, tmp_path: Path) -> None:
    """A plan that is not there, as an object."""
    missing = gonogo("status", "--json", "--plan", str(tmp_path / "none.yaml"))

    assert missing.code == missing.error["exit_code"]
    assert missing.out == ""


def test_only_the_planned_build_lets_production_go(gonogo: Here, release: Release) -> None:
    """A number for a build is the planned version, and is shown; a build that was changed is not."""
    everything_done(gonogo)
    release.runs("staging", "1.3.0+7")

    numbered = gonogo("matrix", "web", "staging")
    assert gonogo("status", "--env", "production").code == 0
    assert "1.3.0+7" in numbered.out
    codes = {}
    for version in ("1.3.0+dirty", "1.3.0-dirty", "1.3.0+hotfix.1", "1.3", "01.3.0"):
        release.runs("staging", version)
        found = gonogo("status", "--env", "production")
        codes[version] = found.code
        assert "cell.differs" in found.out, version
    assert set(codes.values()) == {3}


def test_a_planned_build_is_that_build_alone(gonogo: Here, release: Release) -> None:
    """The plan says 1.3.0+7: neither the version without a build nor the next build will do."""
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("version: 1.3.0", "version: 1.3.0+7"), encoding="utf-8")
    git(release.directory / "web", "tag", "v1.3.0+7", "v1.3.0")
    everything_done(gonogo)
    codes = []
    for version in ("1.3.0+7", "1.3.0", "1.3.0+8"):
        release.runs("staging", version)
        codes.append(gonogo("why", "--env", "production").code)

    assert codes == [0, 3, 3]


def test_a_pinned_commit_is_proven_by_what_runs(gonogo: Here, release: Release) -> None:
    """The endpoint names it: match. Names none: unknown. Names another, or one with changes on top: it differs."""
    git = ["git", "-C", str(release.directory / "web"), "rev-parse", "v1.3.0^{commit}"]
    commit = subprocess.run(git, check=True, capture_output=True, text=True).stdout.strip()
    text = release.plan.read_text(encoding="utf-8")
    release.plan.write_text(text.replace("previous: 1.2.0", f"previous: 1.2.0\n    revision: {commit}"), "utf-8")
    everything_done(gonogo)
    codes = {}
    for name, stated in {
        "short": commit[:10], "none": "", "another": "0" * 40, "dirty": f"{commit[:10]}-dirty", "words": "main",
    }.items():  # fmt: skip
        answer = json.dumps({"version": "1.3.0", "commit": stated}).encode()
        release.fleet.answers["/staging/version"] = Canned(answer, {"content-type": "application/json"})
        codes[name] = gonogo("status", "--env", "production").code

    assert codes == {"short": 0, "none": 4, "another": 3, "dirty": 3, "words": 4}


def test_what_the_plan_says_of_the_release_is_shown(gonogo: Here, release: Release) -> None:
    """Description and metadata, in status, report and JSON: shown, never obeyed."""
    text = release.plan.read_text(encoding="utf-8")
    more = 'description: "Pay [bold]later[/]"\nmetadata: {ticket: OPS-12, teams: [web, pay], deep: {a: 1}}\n'
    release.plan.write_text(more + text, encoding="utf-8")

    for verb in ("status", "report"):
        out = gonogo(verb).out
        assert "Pay [bold]later[/]" in out.replace("\\", ""), verb
        assert all(one in out for one in ("ticket", "OPS-12", "web, pay")), verb
        facts = gonogo(verb, "--json").facts
        assert (facts["description"], facts["metadata"]["ticket"]) == ("Pay [bold]later[/]", "OPS-12")
