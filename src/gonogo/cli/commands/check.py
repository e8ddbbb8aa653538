"""`gonogo check [PLAN]`: is the plan right? Touches no network and no repository, unless `--live` asks for it."""

from argparse import ArgumentParser
from typing import Any

from msgspec.structs import replace

from gonogo.changelog import Changes, Unreadable
from gonogo.cli.arguments import add_plan_word
from gonogo.cli.context import Context
from gonogo.cli.facts import changes_facts, observation_facts
from gonogo.cli.output import problem_facts
from gonogo.errors import ExitCode, PlanInvalid, PlanProblem
from gonogo.facts import Missing, Observation, Reason, Seen
from gonogo.plan import LoadedPlan, Plan
from gonogo.plan.branches import NoBranch
from gonogo.rules.finishing import Gap, gaps, hopeless, persons, shut_for_good
from gonogo.text.tones import Line, Span, Tone


def add_arguments(parser: ArgumentParser) -> None:
    """Declare PLAN and the live check."""
    add_plan_word(parser)
    parser.add_argument(
        "--live",
        action="store_true",
        help="ask each endpoint once and open each repository; exit 4 if one is silent, or lacks a branch",
    )


def run(context: Context) -> int:
    """Print every mistake and exit 2; or one line and what nobody can give, which exits 3."""
    try:
        loaded = context.doors.load_plan(context.options)
    except PlanInvalid as error:
        return _invalid(context, error, context.doors.plan_doubts(context.options))
    observations, changes = context.doors.ask_everything(loaded.plan) if context.args.live else ((), ())
    observations = _in_order(loaded.plan, _without_gaps(_once(observations)))
    lacking = context.doors.lacking_branches(loaded.plan) if context.args.live else ()
    silent = sum(isinstance(one, Missing) for one in observations)
    unreadable = sum(isinstance(one, Unreadable) for one in changes)
    lacks = _lacks(loaded.plan, context)
    doubts = context.doors.plan_doubts(context.options)
    if context.options.json:
        unfinished = [{"subject": one.subject, "fact": one.fact, "waivable": one.waivable} for one in lacks]
        live = _live_facts(context, observations, changes, lacking)
        context.out.json({**_facts(loaded), "warnings": _doubt_facts(doubts), "unfinishable": unfinished, **live})
    else:
        context.out.line(
            Span("valid: ", Tone.GOOD), f"{loaded.path}: release {loaded.plan.release}, {_summary(loaded.plan)}"
        )
        _tell(context, doubts)
        context.out.lines([_lack_line(one) for one in lacks])
        context.out.lines(_live_lines(observations, changes, lacking))
    if hopeless(lacks):
        return ExitCode.NO_GO
    return ExitCode.UNKNOWN if silent or unreadable or lacking else ExitCode.OK


def _lacks(plan: Plan, context: Context) -> tuple[Gap, ...]:
    """What nobody can give, whoever starts; and environments that no moment is left for, which only warns."""
    starters = persons(plan)
    found = [gaps(plan, [one.account]) for one in starters] or [gaps(plan, [])]
    # the best starter decides: where one can start it, it can be finished
    best = min(found, key=lambda some: (len(hopeless(some)), len(some)))
    times = tuple(replace(one, waivable=True) for one in shut_for_good(plan, context.doors.clock().now()))
    return (*best, *times)


def _lack_line(one: Gap) -> Line:
    if one.waivable:
        return (Span("warning: ", Tone.WARN), Span(one.fact))
    return (Span("cannot be finished: ", Tone.BAD), Span(one.fact))


def _once(observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """Each answer once: many looks at one endpoint say the same."""
    said: dict[object, Observation] = {}
    for one in observations:
        what = (one.versions, one.status) if isinstance(one, Seen) else one.reason
        said.setdefault((one.target, one.origin, what), one)
    return tuple(said.values())


def _in_order(plan: Plan, observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """As the plan has them: product by product, from the first environment to the last; its own probe first."""
    products = {product.name: place for place, product in enumerate(plan.products)}
    environments = {environment.name: place for place, environment in enumerate(plan.environments)}

    def place(one: Observation) -> tuple[int, int, str]:
        return products[one.target.product], environments[one.target.environment], one.origin

    return tuple(sorted(observations, key=place))


def _without_gaps(observations: tuple[Observation, ...]) -> tuple[Observation, ...]:
    """Without the cells that a source says nothing of while another one, or their own probe, speaks for them.

    A source is asked about every cell of the plan; nobody promised that it knows all of them.
    """
    spoken = {one.target for one in observations if isinstance(one, Seen)}
    own = {one.target for one in observations if not one.origin}
    return tuple(
        one
        for one in observations
        if not (
            isinstance(one, Missing)
            and one.reason is Reason.NO_DATA
            and one.origin
            and (one.target in spoken or one.target in own)
        )
    )


def _invalid(context: Context, error: PlanInvalid, doubts: tuple[PlanProblem, ...]) -> int:
    """The mistakes are what was asked for, so they go to stdout."""
    if context.options.json:
        problems = [problem_facts(problem) for problem in error.problems]
        warnings = _doubt_facts(doubts)
        context.out.json({"valid": False, "problems": problems, "left_out": error.left_out, "warnings": warnings})
    else:
        _tell(context, doubts)
        context.out.text(f"{error}\n{error.message}")
    return error.exit_code


def _tell(context: Context, doubts: tuple[PlanProblem, ...]) -> None:
    """Each doubt as a mistake is told: place, line, caret, remedy."""
    for one in doubts:
        head, *rest = str(one).splitlines()
        context.out.line(
            Span(f"{one.where}: ", Tone.STRONG), Span("warning: ", Tone.WARN), Span(head[len(one.where) + 2 :])
        )
        context.out.text("\n".join(rest))


def _doubt_facts(doubts: tuple[PlanProblem, ...]) -> list[dict[str, Any]]:
    return [problem_facts(one) for one in doubts]


def _summary(plan: Plan) -> str:
    return ", ".join(
        f"{count} {noun}{'' if count == 1 else 's'}"
        for count, noun in (
            (len(plan.products), "product"),
            (len(plan.environments), "environment"),
            (sum(len(product.probes) for product in plan.products), "probe"),
            (len(plan.items), "checklist item"),
        )
    )


def _facts(loaded: LoadedPlan) -> dict[str, Any]:
    plan = loaded.plan
    return {
        "valid": True,
        "problems": [],
        "plan": {"path": loaded.path, "sha256": loaded.sha256},
        "release": plan.release,
        "products": [product.name for product in plan.products],
        "environments": [environment.name for environment in plan.environments],
        "items": [item.id for item in plan.items],
    }


def _live_facts(
    context: Context,
    observations: tuple[Observation, ...],
    changes: tuple[Changes, ...],
    lacking: tuple[NoBranch, ...],
) -> dict[str, Any]:
    if not context.args.live:
        return {}
    return {
        "endpoints": [observation_facts(one) for one in observations],
        "repositories": [changes_facts(one) for one in changes],
        "branches": [
            {"product": one.product, "branch": one.branch, "key": one.key, "remedy": one.remedy} for one in lacking
        ],
    }


def _live_lines(
    observations: tuple[Observation, ...], changes: tuple[Changes, ...], lacking: tuple[NoBranch, ...]
) -> list[Line]:
    return [*map(_endpoint_line, observations), *map(_repository_line, changes), *map(_branch_line, lacking)]


def _branch_line(one: NoBranch) -> Line:
    return (Span("missing: ", Tone.UNKNOWN), Span(f"{one.told}; {one.remedy}"))


def _endpoint_line(observation: Observation) -> Line:
    if isinstance(observation, Missing):
        why = observation.detail or observation.reason.replace("_", " ")
        return (Span("silent: ", Tone.UNKNOWN), Span(f"{observation.target}: {why} ({observation.source})"))
    shown = " + ".join(running.version for running in observation.versions) or "nothing deployed"
    return (Span("answers: ", Tone.GOOD), Span(f"{observation.target}: {shown} ({observation.source})"))


def _repository_line(changes: Changes) -> Line:
    if isinstance(changes, Unreadable):
        hint = f"; {changes.remedy}" if changes.remedy else ""
        return (
            Span("unreadable: ", Tone.UNKNOWN),
            Span(f"repository of {changes.product}: {changes.reason}{hint}"),
        )
    noun = "commit" if changes.count == 1 else "commits"
    since = f"since {changes.base}" if changes.base else "in all"
    return (
        Span("readable: ", Tone.GOOD),
        Span(f"repository of {changes.product}: {changes.count} {noun} {since}"),
    )
