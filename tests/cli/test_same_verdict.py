"""One verdict for everybody: domain, words, command line and JSON say the same about releases made by chance."""

import json
from collections.abc import Sequence
from typing import Any, cast

import pytest

from gonogo.cli.commands._look import EXIT_CODES
from gonogo.cli.doors import Doors
from gonogo.cli.run import run
from gonogo.errors import ExitCode
from gonogo.rules.completion import open_deployments
from gonogo.rules.readiness import Verdict, Weight
from gonogo.text.tones import line_text
from gonogo.view.release import given_lines
from gonogo.view.verdict import answer, status_lines
from support.generated import SAMPLE, generate
from support.verdict_doors import GeneratedDoors, looked_through, session_of

LISTS = {
    "blockers": Weight.BLOCKER,
    "unknowns": Weight.UNKNOWN,
    "waived": Weight.WAIVED,
    "warnings": Weight.WARNING,
}


def _names(verdict: Verdict) -> dict[str, list[tuple[str, str, str]]]:
    return {
        key: [(one.rule, one.subject, one.fact) for one in verdict.of(weight)] for key, weight in LISTS.items()
    }


def _listed(facts: dict[str, Any]) -> dict[str, list[tuple[str, str, str]]]:
    return {key: [(one["rule"], one["subject"], one["fact"]) for one in facts[key]] for key in LISTS}


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param(SAMPLE, id="sample"),
        *(
            pytest.param(range(at, at + 100), id=f"from {at}", marks=pytest.mark.full)
            for at in range(0, 1_000, 100)
        ),
    ],
)
def test_present_command_line_and_json_say_the_same(
    numbers: Sequence[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Answer, every reason in its list and order, and the exit code."""
    for number in numbers:
        world = looked_through(generate(number))
        doors = cast("Doors", GeneratedDoors(world))
        snapshot = session_of(world).snapshot()
        environment = snapshot.verdicts[number % 2].environment
        expected = snapshot.verdict(environment)
        assert expected is not None

        codes = [run(["why", "--env", environment, "--json", *more], doors) for more in ([], ["--report-only"])]
        why, report = map(json.loads, capsys.readouterr().out.replace("\n}\n{\n", "\n}\x00{\n").split("\x00"))
        assert codes == [EXIT_CODES[expected.answer], 0], number
        assert (why["verdict"], _listed(why)) == (expected.answer.value, _names(expected)), number
        assert {**report, "report_only": False} == why, number

        code = run(["why", "--env", environment, "--no-color"], doors)
        told = capsys.readouterr().out
        assert code == EXIT_CODES[expected.answer], number
        lines = (*status_lines(snapshot, expected), *given_lines(snapshot, environment))
        words = "\n".join(line_text(line).rstrip() for line in lines)
        assert told.rstrip() == words.rstrip(), number
        assert words.startswith(f"{answer(expected).text} for {environment}"), number
        assert all(one.fact in told for one in expected.reasons), number


def test_status_lists_every_environment_with_the_same_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """What `why` says of one, `status --json` says of all."""
    for number in range(0, 1_000, 50):
        world = looked_through(generate(number))
        doors = cast("Doors", GeneratedDoors(world))
        snapshot = session_of(world).snapshot()

        code = run(["status", "--json"], doors)
        facts = json.loads(capsys.readouterr().out)

        undecided = bool(open_deployments(snapshot)) or any(one.blockers for one in snapshot.goes if one.is_lost)
        assert code == (ExitCode.NO_GO if undecided else EXIT_CODES[snapshot.next.answer])
        assert [(one["environment"], one["verdict"], _listed(one)) for one in facts["environments"]] == [
            (one.environment, one.answer.value, _names(one)) for one in snapshot.verdicts
        ]
