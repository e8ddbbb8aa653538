"""Releases made by chance: unknown is never GO, and every reason is complete."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.changelog import ProductChanges
from gonogo.facts.metric import Number
from gonogo.facts.version_files import FileVerdict
from gonogo.plan import Level
from gonogo.plan.conditions import ApprovalsGate, ChangelogGate, FilesGate, Gate, MergesGate, MetricGate, TagGate
from gonogo.plan.kinds import name_of
from gonogo.rules.readiness import Answer, ReasonLine, Verdict, Weight
from gonogo.rules.registry import RULES
from gonogo.rules.snapshot import Snapshot
from support.deciding import World
from support.generated import EVERY, SAMPLE_OR_ALL, generate


def _unknown_inputs(world: World, snapshot: Snapshot, environment: str) -> Iterator[tuple[str, str]]:
    """(rule, subject) of everything the verdict rests on that nobody knows: found without the rules' help."""
    plan, inputs = world.plan, world.inputs
    here = plan.environment(environment)
    assert here is not None
    for name in (environment, *here.after):
        for cell in snapshot.matrix.column(name):
            if not cell.is_known:
                yield "cell.unknown", f"cell:{cell.target}"
    for product in plan.products:
        changes = inputs.changes.get(product.name)
        if product.repo and not (isinstance(changes, ProductChanges) and changes.complete):
            yield "git.", f"product:{product.name}"
    for gate in plan.gates:
        if gate.environment == environment and gate.level is Level.BLOCK:
            yield from _unknown_to(world, gate)
    if inputs.plan_problem or inputs.journal_problems:
        yield "never", "never"


def _unknown_to(world: World, gate: Gate) -> Iterator[tuple[str, str]]:
    inputs = world.inputs
    if isinstance(gate, MetricGate):
        last = inputs.metrics["errors"][-1:]
        if not last or not isinstance(last[0], Number) or world.now - last[0].at > timedelta(minutes=2) + EVERY:
            yield "metric.unknown", "metric:errors"
    if isinstance(gate, MergesGate) and (inputs.ledger is None or inputs.ledger.problem):
        yield "merges.unknown", "merges"
    if isinstance(gate, FilesGate):
        for product in world.plan.products:
            found = inputs.files.get(product.name)
            if found is None or found.verdict is FileVerdict.UNKNOWN or found.at == "HEAD":
                yield "files.unknown", f"product:{product.name}"
    if isinstance(gate, ApprovalsGate) and "engineering" not in {slot.name for slot in world.plan.approvals}:
        yield "approval.unknown", "approval:engineering"
    if isinstance(gate, TagGate | ChangelogGate):
        for product in world.plan.products:
            if not product.repo:
                yield f"{name_of(type(gate))}.unknown", f"product:{product.name}"


def _is_waived(world: World, environment: str, rule: str, subject: str) -> bool:
    return any(
        one.rule.startswith(rule)
        and (one.subject, one.environment) == (subject, environment)
        and one.ended is None
        and world.now < one.until
        for one in world.state.waivers
    )


@pytest.mark.parametrize("numbers", SAMPLE_OR_ALL)
def test_no_reachable_state_is_go_with_an_unknown_input_that_no_waiver_names(numbers: Sequence[int]) -> None:
    """GO rests on what is known, and on waivers that name what is not, one by one."""
    seen: Counter[str] = Counter()
    for number in numbers:
        world = generate(number)
        snapshot = world.scene().snapshot()
        for verdict in snapshot.verdicts:
            seen[verdict.answer] += 1
            seen["waived"] += bool(verdict.of(Weight.WAIVED))
            if verdict.answer is Answer.GO:
                for rule, subject in _unknown_inputs(world, snapshot, verdict.environment):
                    seen["waived unknown"] += 1
                    assert _is_waived(world, verdict.environment, rule, subject), (number, rule, subject)
    # the dice must throw all sides, or nothing was shown
    assert min(seen[side] for side in (*Answer, "waived", "waived unknown")) > 10, seen


@pytest.mark.parametrize("numbers", SAMPLE_OR_ALL)
def test_every_reason_of_every_state_is_complete(numbers: Sequence[int]) -> None:
    """Rule of the list, fact, source, next step, and a weight that fits; the answer follows from the weights."""
    said: set[str] = set()
    for number in numbers:
        for verdict in generate(number).scene().snapshot().verdicts:
            _complete(number, verdict)
            said |= {one.rule for line in verdict.reasons for one in (line, *line.members)}
    missing = set(RULES) - said
    assert missing <= _ELSEWHERE, missing


_ELSEWHERE = {
    "release.over", "decision.unsigned", "cell.mixed", "cell.absent", "cell.disagree", "source.silent",
    "source.contested",
    "check.failed", "check.stale", "check.unknown",
    "approval.unknown", "git.doubtful", "tls.unchecked", "migration.no-way-back", "cell.open",
    "friday_release", "release_name", "big_bang", "rollback_plan", "release.draft",
    "trigger.roll-back", "freeze.planned", "go.unused", "approval.void",
    "rules.changed", "journal.beside", "program.older", "clock.wrong", "clock.skew", "rollback.incomplete",
    "changelog.unclear", "changelog.silent", "decision.denied", "plan.misrecorded", "no_production",
    "version.bad-elsewhere", "version.marks-unknown", "build.untried", "soak.unnamed",
}  # fmt: skip
"""Rules the dice do not throw; other tests show them."""


def test_a_plan_without_production_is_warned_of_at_its_last_environment() -> None:
    """The dice throw production always; without it nobody is asked for what it wants."""
    world = generate(0)
    said = [
        reason.subject
        for production in (True, False)
        for reason in _advised(world, production=production)
        if reason.rule == "no_production"
    ]
    assert said == [f"environment:{world.plan.environments[-1].name}"]


def _advised(world: World, *, production: bool) -> Iterator[ReasonLine]:
    *before, last = world.plan.environments
    named = [replace(one, production=False) for one in before]
    world.edit(replace(world.plan, environments=(*named, replace(last, production=production))))
    for verdict in world.scene().snapshot().verdicts:
        for line in verdict.reasons:
            yield from (line, *line.members)


def _complete(number: int, verdict: Verdict) -> None:
    for reason in verdict.reasons:
        rule = RULES[reason.rule]
        assert reason.fact, (number, reason)
        assert reason.remedy, (number, reason)
        assert reason.source, (number, reason)
        assert reason.subject, (number, reason)
        assert not (rule.unknown and reason.weight is Weight.BLOCKER and reason.rule != "cell.disagree"), reason
        assert (reason.weight is Weight.WAIVED) is (reason.waived is not None)
    weights = {reason.weight for reason in verdict.reasons}
    expected = (
        Answer.NO_GO if Weight.BLOCKER in weights else Answer.UNKNOWN if Weight.UNKNOWN in weights else Answer.GO
    )
    assert verdict.answer is expected
