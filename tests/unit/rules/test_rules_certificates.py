"""What the plan leaves unchecked is said in every verdict, for as long as it does."""

from msgspec.structs import replace

from gonogo.plan import Plan, Probe, Source
from gonogo.plan.probes import JsonOptions, PrometheusTable
from gonogo.rules import snapshot
from gonogo.rules.readiness import ReasonLine, Weight
from gonogo.rules.snapshot import Inputs
from support.releases import NOW, loaded, plan


def warnings(given: Plan, environment: str) -> list[ReasonLine]:
    """Of this rule."""
    verdict = snapshot.build(Inputs(loaded(given)), NOW).verdict(environment)
    assert verdict is not None
    return [line for line in verdict.of(Weight.WARNING) if line.rule == "tls.unchecked"]


def with_probe(verify: bool) -> Plan:
    """A plan with one probe in staging."""
    given = plan()
    probe = Probe(
        JsonOptions(), "web", "staging", "https://a.example/", where="release.yaml:7:3", verify_tls=verify
    )
    return replace(given, products=(replace(given.products[0], probes=(probe,)),))


def test_an_unchecked_probe_warns_where_its_answer_counts() -> None:
    """In its own environment and in the one after it, which rests on it."""
    for environment in ("staging", "production"):
        (line,) = warnings(with_probe(False), environment)
        assert "certificate of web/staging is not checked" in line.fact
        assert line.source == "release.yaml:7:3"
        assert "ca_file" in line.remedy
        assert warnings(with_probe(True), environment) == []


def test_an_unchecked_source_warns_everywhere() -> None:
    """It may fill any cell."""
    source = Source("prom", PrometheusTable(), "https://prom.example/", verify_tls=False)
    given = replace(plan(), sources=(source,))
    for environment in ("staging", "production"):
        (line,) = warnings(given, environment)
        assert "source prom" in line.fact
