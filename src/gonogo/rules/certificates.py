"""Endpoints whose certificates nobody checks: anybody in between could say what runs there."""

from collections.abc import Iterable

from gonogo.plan import Environment, Plan, Probe, Source
from gonogo.rules.facts import Facts
from gonogo.rules.naming import manager
from gonogo.rules.reason import ReasonLine, Weight


def unchecked(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """A warning for each probe and source with `verify_tls: false`, as long as the plan says so."""
    for what, given in _unchecked(facts.plan, environment):
        yield ReasonLine(
            "tls.unchecked",
            Weight.WARNING,
            f"the certificate of {what} is not checked (`verify_tls: false`): anybody between may answer for it",
            "plan",
            None,
            given.where or "plan",
            who=manager(facts.plan),
            remedy="name the authority by ca_file in your configuration, and take verify_tls out of the plan",
        )


def _unchecked(plan: Plan, environment: Environment) -> Iterable[tuple[str, Probe | Source]]:
    asked = {environment.name, *environment.after}
    for product in plan.products:
        for probe in product.probes:
            if not probe.verify_tls and probe.environment in asked:
                yield f"{product.name}/{probe.environment}", probe
    for source in plan.sources:
        if not source.verify_tls:
            yield f"source {source.id}", source
