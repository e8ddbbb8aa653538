"""`gonogo probe test PRODUCT ENV`: ask now, and show every step from the request to the result.

`--source ID` asks one source of the plan instead, and shows every cell it fills.
"""

from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context
from gonogo.cli.facts import moment
from gonogo.errors import ExitCode, UsageError
from gonogo.facts import Missing, Observation, Running, Seen
from gonogo.matrix import relation
from gonogo.plan import Plan, Target
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.reasons import explain

if TYPE_CHECKING:
    from gonogo.facts.trial import Exchange, Trial

_WIDE = 11
_SHOWN = 40
"""Cells of a source that are shown."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the cell, or the source."""
    parser.add_argument("product_name", metavar="PRODUCT", nargs="?", default="")
    parser.add_argument("environment", metavar="ENV", nargs="?", default="")
    parser.add_argument(
        "--source", metavar="ID", default="", help="this source of the plan, and all cells it fills"
    )


def run(context: Context) -> int:
    """Ask, show, and exit 0 when a version was found, 4 when an answer is missing."""
    plan = context.doors.load_plan(context.options).plan
    target = _target(context, plan)
    trials = context.doors.try_probes(plan, target, context.args.source)
    if not trials:
        raise UsageError(
            f"the plan asks nobody about {target}", remedy="give the product a `probe:`, or the plan a source"
        )
    if context.options.json:
        context.out.json({"release": plan.release, "questions": [_facts(plan, trial) for trial in trials]})
    else:
        for number, trial in enumerate(trials):
            if number:
                context.out.line()
            context.out.folded(_lines(plan, trial))
    return ExitCode.OK if all(_found(trial) for trial in trials) else ExitCode.UNKNOWN


def _target(context: Context, plan: Plan) -> Target | None:
    """The cell; None when a source is asked. Raises UsageError."""
    args = context.args
    if args.source:
        if args.product_name:
            raise UsageError("either PRODUCT and ENV, or --source", remedy="gonogo probe test --source ID")
        require_name(args.source, [source.id for source in plan.sources], "source")
        return None
    if not args.product_name or not args.environment:
        raise UsageError("'probe test' needs a product and an environment", remedy="gonogo probe test PRODUCT ENV")
    require_name(args.product_name, [product.name for product in plan.products], "product")
    require_name(args.environment, [environment.name for environment in plan.environments], "environment")
    return Target(args.product_name, args.environment)


def _found(trial: "Trial") -> bool:
    """Whether it said something: about the cell, or about any cell of a source."""
    return any(isinstance(one, Seen) for one in trial.observations)


def _lines(plan: Plan, trial: "Trial") -> list[Line]:
    kind = f"source '{trial.origin}'" if trial.origin else f"probe of {trial.name}"
    lines: list[Line] = [(Span(f"{kind}, use: {trial.use}", Tone.STRONG), Span(f"  {trial.where}", Tone.MUTED))]
    lines += [_row(key, value) for key, value in trial.options]
    for exchange in trial.exchanges:
        lines += _exchange(exchange)
    if not trial.exchanges:
        lines.append(_row("asks", "nothing was asked over HTTP"))
    # what was found first: of a source that fills few of many cells the others are not the news
    results = sorted(trial.observations, key=lambda one: isinstance(one, Missing))
    for one in results[:_SHOWN]:
        lines += _result(plan, one, named=bool(trial.origin))
    if len(results) > _SHOWN:
        lines.append(_row("", f"and {len(results) - _SHOWN} more cells; --json lists all", Tone.MUTED))
    if trial.strangers:
        shown = ", ".join(trial.strangers[:20])
        more = f" and {len(trial.strangers) - 20} more" if len(trial.strangers) > 20 else ""
        lines.append(_row("ignored", f"{shown}{more}: the plan does not name them", Tone.WARN))
    return lines


def _row(label: str, text: str, tone: Tone = Tone.PLAIN) -> Line:
    # the key of an option may be longer than the words that stand there otherwise
    return (Span(f"  {label:<{_WIDE - 1}} ", Tone.MUTED), Span(text, tone))


def _exchange(exchange: "Exchange") -> list[Line]:
    offered = f"  (with credential '{exchange.credential}')" if exchange.credential else ""
    lines = [_row("asks", f"{exchange.method} {exchange.url}{offered}")]
    if exchange.status is None:
        return [*lines, _row("gets", exchange.failure, Tone.BAD)]
    if exchange.answered_by:
        lines.append(_row("led to", exchange.answered_by))
    took = f"in {exchange.elapsed * 1000:.0f} ms, {exchange.size} bytes"
    lines.append(_row("gets", f"{exchange.status} {exchange.phrase}".rstrip() + f"  {took}"))
    lines += [_row("", f"{name}: {value}", Tone.MUTED) for name, value in exchange.headers]
    return [*lines, _row("body", exchange.body or "(empty)")]


def _result(plan: Plan, one: Observation, *, named: bool) -> list[Line]:
    label = f"{one.target}: " if named else ""
    if isinstance(one, Missing):
        return [_row("result", f"{label}unknown", Tone.UNKNOWN), _row("why", explain(one))]
    versions = ", ".join(_running(running) for running in one.versions) or "nothing runs there"
    lines = [
        _row("found at", one.source),
        _row("result", f"{label}{versions}", Tone.STRONG),
        _row("why", _why(plan, one)),
    ]
    if one.updated_at:
        lines.append(_row("deployed", f"{one.updated_at:%Y-%m-%d %H:%M:%S} UTC, says the source"))
    return lines


def _running(running: Running) -> str:
    parts = [running.version]
    if running.weight is not None:
        parts.append(f"{running.weight:g} %")
    if running.replicas is not None:
        parts.append(f"x {running.replicas}")
    if running.role.value != "unknown":
        parts.append(running.role.value)
    return " ".join(parts)


def _why(plan: Plan, one: Seen) -> str:
    product = plan.product(one.target.product)
    said = f"status {one.status}" + (f" ({one.message})" if one.message else "")
    if product is None:
        return said
    return f"{said}; planned is {product.version}: {relation(product, one.versions, one.status)}"


def _facts(plan: Plan, trial: "Trial") -> dict[str, Any]:
    return {
        "question": trial.name,
        "source": trial.origin,
        "use": trial.use,
        "where": trial.where,
        "options": dict(trial.options),
        "requests": [
            {
                "method": one.method,
                "url": one.url,
                "credential": one.credential,
                "status": one.status,
                "phrase": one.phrase,
                "seconds": round(one.elapsed, 4),
                "bytes": one.size,
                "headers": [list(header) for header in one.headers],
                "body": one.body,
                "failure": one.failure,
                "answered_by": one.answered_by or None,
            }
            for one in trial.exchanges
        ],
        "results": [_result_facts(plan, one) for one in trial.observations],
        "ignored": list(trial.strangers),
    }


def _result_facts(plan: Plan, one: Observation) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "product": one.target.product,
        "environment": one.target.environment,
        "asked_at": moment(one.polled_at),
        "source": one.source,
    }
    if isinstance(one, Missing):
        return {**facts, "found": False, "reason": one.reason.value, "detail": one.detail}
    product = plan.product(one.target.product)
    return {
        **facts,
        "found": True,
        "versions": [
            {
                "version": running.version,
                "revision": running.revision,
                "weight": running.weight,
                "replicas": running.replicas,
                "role": running.role.value,
            }
            for running in one.versions
        ],
        "status": one.status.value,
        "message": one.message,
        "updated_at": moment(one.updated_at) if one.updated_at else None,
        "planned": product.version if product else "",
        "relation": relation(product, one.versions, one.status).value if product else "unknown",
    }
