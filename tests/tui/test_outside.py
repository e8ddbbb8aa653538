"""Numbers, version files and merges reach the cockpit, and a trigger that fires asks there."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec.structs import replace

from gonogo.acts.lifecycle import Start
from gonogo.events.merges import MergeWord
from gonogo.events.versions import MarkedElsewhere
from gonogo.facts.artifacts import Artifact, Found
from gonogo.facts.containment import Containment, ContainmentQuestion
from gonogo.facts.ledger import Ledger, Looked
from gonogo.facts.metric import Number, Reading
from gonogo.facts.version_files import FileVerdict, FileVersion, ProductFiles
from gonogo.plan import Metric, Plan, Product, Trigger
from gonogo.plan.conditions import MergesGate, MetricGate
from support.containing import all_contained
from tui.stage import ANA, Stage, make_plan


class _Outside:
    """Answers at once: too many errors, files that agree, nothing to merge."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def ask_metrics(self, _plan: Plan, metrics: Sequence[Metric]) -> tuple[Reading, ...]:
        return tuple(Number(one.name, 0.05, self._stage.clock.now(), "prom") for one in metrics)

    def read_version_files(self, products: Sequence[Product]) -> tuple[ProductFiles, ...]:
        found = FileVersion("VERSION", "{version}", FileVerdict.AGREES)
        return tuple(
            ProductFiles(one.name, one.version, f"tag {one.tag_name}", "a" * 40, (found,)) for one in products
        )

    def read_ledger(
        self, _plan: Plan, _products: Sequence[Product], _words: Iterable[MergeWord], _journal: str = ""
    ) -> Ledger:
        return Ledger(read_at=self._stage.clock.now(), looked=(Looked("web", "main", ("main",), 1, "1.2.3", ()),))

    def read_containment(
        self,
        _plan: Plan,
        questions: Sequence[ContainmentQuestion],
        _words: Iterable[MergeWord],
        _journal: str = "",
    ) -> tuple[Containment, ...]:
        return tuple(all_contained(one, self._stage.clock.now()) for one in questions)

    def read_marks(self, _journal: str) -> MarkedElsewhere:
        return MarkedElsewhere()

    def look_for_artifacts(self, wanted: Sequence[tuple[Product, str]]) -> tuple[Artifact, ...]:
        now = self._stage.clock.now()
        return tuple(Artifact(product.name, version, Found.THERE, "tag", now) for product, version in wanted)


def test_gates_are_judged_by_what_the_outside_tells_and_a_trigger_asks() -> None:
    """The number breaks its gate, the merges are done, and the journal has the trigger's question once."""
    plan = replace(
        make_plan(),
        metrics=(Metric("errors", "prom", "sum(errors)", timedelta(seconds=30)),),
        gates=(
            MetricGate("prod-eu", "errors", below=0.01),
            MergesGate("prod-eu"),
        ),
        triggers=(Trigger("errors", "too many errors", "dai", "errors", above=0.01),),
    )
    stage = Stage(plan)
    stage.act(Start(), actor=ANA)

    async def run() -> None:
        async with stage.cockpit(outside=_Outside(stage)) as seat:

            def rules() -> set[str]:
                assert seat.app.snapshot is not None
                verdict = seat.app.snapshot.verdict("prod-eu")
                assert verdict is not None
                return {reason.rule for reason in verdict.reasons}

            await seat.until(lambda: {"metric.breached", "trigger.asks"} <= rules())
            assert not {"metric.unknown", "merges.unknown", "trigger.blind"} & rules()

    asyncio.run(run())
    assert [event.kind for event in stage.log.events].count("trigger.fired") == 1
