"""Presets on hand-written answers of the documented shape.

`tests/golden/probes/PRESET.yaml` holds the answers with where their shape is documented; `PRESET.expected` what is
read out of them, word by word. Anyone can add a case.
"""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gonogo.facts import Running
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.plan_file.options import PROBES_BY_USE, options_of
from gonogo.io.probes.catalogue import PRESETS
from gonogo.io.probes.interface import NotUnderstood, Outcome
from gonogo.plan import Probe
from support.questions import preset_of

GOLDEN = Path(__file__).parents[2] / "golden" / "probes"
FILES = sorted(GOLDEN.glob("*.yaml"))
EVERY = {"success", "failed", "in_progress", "empty", "forbidden", "malformed"}


class Canned:
    """Answers by path, or by path and a part of the query."""

    def __init__(self, answers: Mapping[str, Mapping[str, Any]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def fetch(self, request: Request) -> Answer | Failure:
        """The answer of the first key that fits."""
        place, _, query = request.url.partition("://")[2].partition("?")
        path = "/" + place.partition("/")[2]
        self.asked.append(path)
        for key, given in self._answers.items():
            wanted, _, part = key.partition("?")
            if wanted == path and part in query:
                body = given["text"] if "text" in given else json.dumps(given["body"])
                return Answer(given.get("status", 200), (), body.encode(), request.url, 0.01, "Phrase")
        raise AssertionError(f"nothing is canned for {request.url}")


def told(outcome: Outcome) -> str:
    """An outcome in one block, for the golden file."""
    if isinstance(outcome, NotUnderstood):
        return f"  nothing: {outcome.reason}: {outcome.detail}"
    lines = [f"  {_running(one)}" for one in outcome.versions]
    lines.append(f"  {outcome.status}{f': {outcome.message}' if outcome.message else ''}")
    lines.append(f"  at {outcome.place}")
    if outcome.updated_at:
        lines.append(f"  updated {outcome.updated_at.isoformat()}")
    if outcome.link:
        lines.append(f"  see {outcome.link}")
    return "\n".join(lines)


def _running(one: Running) -> str:
    parts = [f"version {one.version}"]
    if one.weight is not None:
        parts.append(f"{one.weight:g} %")
    if one.replicas is not None:
        parts.append(f"{one.replicas} instances")
    parts += [one.role] if one.role != "unknown" else []
    parts += [f"revision {one.revision}"] if one.revision else []
    return ", ".join(parts)


def asked(use: str, document: Mapping[str, Any], case: Mapping[str, Any]) -> Outcome:
    """What the preset reads out of one case."""
    url = document.get("url", "https://x.example.com")
    options = case.get("options", document.get("options", {}))
    probe = Probe(options_of(PROBES_BY_USE[use], options), "payment-api", "production", url=url)
    preset = preset_of(probe)
    outcome: Outcome = asyncio.run(preset.ask(Canned(case["answers"]).fetch, Request(url)))
    return outcome


def report(path: Path) -> str:
    """Every case of one preset."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    parts = (f"{name}\n{told(asked(path.stem, document, case))}\n" for name, case in document["cases"].items())
    return "".join(parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_preset_reads_the_documented_shape_as_it_did(path: Path) -> None:
    """What a preset says about each answer is what a person once read and found right."""
    assert report(path) == path.with_suffix(".expected").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shape_names_its_documentation_and_the_usual_cases(path: Path) -> None:
    """Success, failure, in between, nothing, not allowed, nonsense."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["documentation"]
    assert document["cases"].keys() >= EVERY


def test_every_preset_that_was_not_tried_for_real_has_its_shapes() -> None:
    """Nothing is only believed to work."""
    assert {path.stem for path in FILES} >= {use for use, entry in PRESETS.items() if not entry.real}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_answer_a_stranger_can_give_is_an_exception_or_a_success(path: Path) -> None:
    """Every kind of JSON at every place of the answer, one at a time: an outcome, whatever it is."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    case = document["cases"]["success"]
    for key in case["answers"]:
        body = case["answers"][key]["body"]
        for strange in STRANGE:
            for changed in _changed(body, strange):
                answers = {**case["answers"], key: {"body": changed}, "/never": {}}
                _survives(path.stem, document, {**case, "answers": answers})


STRANGE: tuple[Any, ...] = (None, [], {}, "x", 7, -1, True, 1.5, [[]], ["x"], [None], {"x": []})


def _changed(value: Any, strange: Any) -> list[Any]:
    """`value` with one place after the other replaced."""
    if isinstance(value, dict):
        return [strange, *({**value, key: new} for key, one in value.items() for new in _changed(one, strange))]
    if isinstance(value, list):
        changed = ((index, new) for index, one in enumerate(value) for new in _changed(one, strange))
        return [strange, *([*value[:index], new, *value[index + 1 :]] for index, new in changed)]
    return [strange]


def _survives(use: str, document: Mapping[str, Any], case: Mapping[str, Any]) -> None:
    try:
        outcome = asked(use, document, case)
    except AssertionError:
        return  # it would have asked further: that is no exception of its own
    assert isinstance(outcome, NotUnderstood) or outcome.versions or outcome.status == "not_deployed"
