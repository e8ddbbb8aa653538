"""After the plan was edited only answers to the same questions count."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gonogo.changelog import Unreadable
from gonogo.facts import Missing, Reason
from gonogo.facts.artifacts import Artifact, Found
from gonogo.facts.evidence import NOTHING, absorb
from gonogo.facts.inputs import Inputs
from gonogo.facts.ledger import Ledger
from gonogo.facts.metric import Number
from gonogo.facts.relearning import under
from gonogo.facts.version_files import ProductFiles
from gonogo.plan import Branches, Metric, Plan, Probe, ProductBranches, Source, Target, Timing
from gonogo.plan.probes import AutoOptions, PrometheusTable
from support.deciding import NOW, loaded, make_plan, make_product

STAGING = Target("web", "staging")
PROBE = Probe(AutoOptions(), "web", "staging", "http://staging.test/web", where="release.yaml:9:3")
WEB = make_product(repo="/srv/web", probes=(PROBE,))
API = make_product(name="api", repo="/srv/api")
PROM = Source("prom", PrometheusTable(), "http://prom.test", where="release.yaml:30:3")
PLAN = make_plan(products=(WEB, API), sources=(PROM,), metrics=(Metric("errors", "prom", "sum(errors)"),))


def _everything(plan: Plan) -> Inputs:
    heard = absorb(NOTHING, Missing(STAGING, Reason.TIMEOUT, NOW, "probe", ""))
    heard = absorb(heard, Missing(STAGING, Reason.TIMEOUT, NOW, "prom", "", origin="prom"))
    return Inputs(
        loaded(plan),
        evidence={STAGING: heard},
        changes={name: Unreadable(name, "gone") for name in ("web", "api")},
        histories_at={"web": NOW, "api": NOW},
        files={name: ProductFiles(name, "1.2.3", "tag") for name in ("web", "api")},
        files_at={"web": NOW, "api": NOW},
        ledger=Ledger(read_at=NOW),
        artifacts={(name, "1.2.2"): Artifact(name, "1.2.2", Found.THERE, "tag", NOW) for name in ("web", "api")},
        metrics={"errors": (Number("errors", 1.0, NOW, "prom"),)},
    )


def _after(**more: Any) -> Inputs:
    return under(loaded(replace(PLAN, **more), "2" * 64), _everything(PLAN))


def _origins(inputs: Inputs) -> list[str]:
    evidence = inputs.evidence.get(STAGING, NOTHING)
    return [strand.origin for strand in evidence.strands]


def _known(inputs: Inputs) -> tuple[set[str], set[str], set[str], set[str]]:
    artifacts = {name for name, _ in inputs.artifacts}
    return set(inputs.changes), set(inputs.files), artifacts, set(inputs.histories_at) & set(inputs.files_at)


def test_a_plan_that_asks_the_same_keeps_everything() -> None:
    """Titles, owners, lines in the file and the pace of questions change no answer."""
    probe = replace(PROBE, where="release.yaml:12:3", timing=Timing(every=timedelta(seconds=99)))
    source = replace(PROM, where="release.yaml:33:3")
    kept = _after(products=(replace(WEB, owner="dai", probes=(probe,)), API), sources=(source,), name="Autumn")
    assert replace(kept, loaded=loaded(PLAN)) == _everything(PLAN)


def test_another_address_knows_nothing_of_what_the_old_one_said() -> None:
    """The other source of the cell still counts."""
    moved = replace(WEB, probes=(replace(PROBE, url="http://new.test/web"),))
    assert _origins(_after(products=(moved, API))) == ["prom"]


@pytest.mark.parametrize("sources", [(), (replace(PROM, url="http://new.test"),)])
def test_a_source_that_is_gone_or_another_takes_its_answers_along(sources: tuple[Source, ...]) -> None:
    """Cells and numbers alike."""
    kept = _after(sources=sources)
    assert _origins(kept) == [""]
    assert not kept.metrics


def test_another_query_is_another_number() -> None:
    """Its name says nothing."""
    assert not _after(metrics=(Metric("errors", "prom", "sum(other)"),)).metrics


@pytest.mark.parametrize("change", [{"version": "1.3.0"}, {"repo": "/srv/new"}, {"tag": "web-{version}"}])
def test_another_version_or_repository_must_be_read_first(change: dict[str, str]) -> None:
    """The other product's history still counts; the forward-merges are about all of them."""
    kept = _after(products=(replace(WEB, **change), API))
    assert _known(kept) == ({"api"}, {"api"}, {"api"}, {"api"})
    assert kept.ledger is None


def test_other_branches_are_another_ledger() -> None:
    """Histories are read again with it: whether the branches exist is told with them, and of one product alone."""
    kept = _after(branches=Branches(main="trunk"))
    assert kept.ledger is None
    assert _known(kept)[0] == set()
    kept = _after(products=(replace(WEB, branches=ProductBranches(main="trunk")), API))
    assert kept.ledger is None
    assert _known(kept)[0] == {"api"}
    same = _after(products=(replace(WEB, branches=ProductBranches(main=Branches().main)), API))
    assert same.ledger is not None


def test_what_is_no_longer_in_the_plan_is_forgotten() -> None:
    """A product, with everything about it."""
    kept = _after(products=(API,))
    assert _origins(kept) == ["prom"]
    assert _known(kept)[0] == {"api"}
