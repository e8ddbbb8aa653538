"""Who does not answer: silent sources, and one line for a host that cannot be reached."""

from collections.abc import Iterable

from gonogo.matrix.silence import Outage, for_how_long, named, outage_sentence, outages, silences
from gonogo.plan import Environment, Target
from gonogo.rules.facts import Facts
from gonogo.rules.naming import manager
from gonogo.rules.reason import ReasonLine, Weight


def silent_sources(facts: Facts, environment: Environment) -> Iterable[ReasonLine]:
    """A source that stopped talking is told while its cells are still known by other means."""
    asked = {environment.name, *environment.after}
    for silence in silences(facts.matrix, facts.now):
        cells = [target for target in silence.cells if target.environment in asked]
        if cells:
            many = "1 cell rests" if len(cells) == 1 else f"{len(cells)} cells rest"
            yield ReasonLine(
                "source.silent",
                Weight.WARNING,
                f"{silence.source} is silent{for_how_long(silence.since, facts.now)} ({silence.detail}): "
                f"{many} on an earlier answer or another source: {named(cells)}",
                f"cell:{cells[0]}",
                silence.since,
                silence.source,
                who=manager(facts.plan),
                remedy=f"gonogo matrix {cells[0].product} {cells[0].environment}",
            )


def one_for_each_host(facts: Facts, reasons: tuple[ReasonLine, ...]) -> tuple[ReasonLine, ...]:
    """Cells that are unknown for one and the same reason make one line: a host that cannot be reached."""
    lines = {line.subject: line for line in reasons if _is_unknown_cell(line)}
    instead: dict[str, ReasonLine] = {}
    for outage in outages(facts.matrix):
        cells = [target for target in outage.unknown if f"cell:{target}" in lines]
        cells = [target for target in cells if f"cell:{target}" not in instead]
        if len(cells) > 1:
            line = _outage(facts, outage, cells, tuple(lines[f"cell:{target}"] for target in cells))
            instead.update((f"cell:{target}", line) for target in cells)
    kept = (instead.get(line.subject, line) if _is_unknown_cell(line) else line for line in reasons)
    return tuple({id(line): line for line in kept}.values())


def _is_unknown_cell(line: ReasonLine) -> bool:
    """Not one that somebody let pass: it stays a line of its own."""
    return line.rule == "cell.unknown" and line.weight is Weight.UNKNOWN


def _outage(facts: Facts, outage: Outage, cells: list[Target], members: tuple[ReasonLine, ...]) -> ReasonLine:
    fact = f"{outage_sentence(outage, len(cells))}{for_how_long(outage.since, facts.now)}: {named(cells)}"
    return ReasonLine(
        "host.unreachable",
        Weight.UNKNOWN,
        fact,
        f"cell:{cells[0]}",
        outage.since,
        outage.place,
        remedy=f"find out why {outage.place} does not answer; then gonogo matrix",
        who=manager(facts.plan),
        members=members,
    )
