"""What the looking verbs share: ask once, remember what changed, judge."""

from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace

from gonogo.acts.cells import RecordTransition
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context, via
from gonogo.cli.patience import counting
from gonogo.engine.once import look_once
from gonogo.engine.recording import NotRecorded, record
from gonogo.engine.session import Session
from gonogo.errors import ExitCode
from gonogo.facts import Observation
from gonogo.plan import Plan, Target
from gonogo.rules.readiness import Answer, Verdict
from gonogo.rules.snapshot import Snapshot

EXIT_CODES = {Answer.GO: ExitCode.OK, Answer.NO_GO: ExitCode.NO_GO, Answer.UNKNOWN: ExitCode.UNKNOWN}


def look(context: Context, environment: str = "", at: str = "") -> Snapshot:
    """Ask every endpoint and git once and judge what came back; freezes for the moment `at` as typed, if any.

    Raises UsageError when the plan has no such `environment`, or `at` is no time, before anybody is asked.
    """
    from gonogo.cli.commands._planned import moment_of_going

    session = context.doors.open_session(context.options, via())
    try:
        require_name(environment, (one.name for one in session.loaded.plan.environments), "environment")
        going = moment_of_going(at, session.loaded.plan)
        ask(context, session, git=True, shared=True)
        return session.snapshot(at=going)
    finally:
        session.close()


def ask(context: Context, session: Session, *, git: bool, completing: bool = False, shared: bool = False) -> None:
    """Take in the journal, every endpoint's answer and, if wanted, what git says; record what is news.

    `completing`: also what nobody needs before. `shared`: what an open session of this account has looked at need
    not be looked at again. Not for who decides.
    """
    doors = context.doors

    def ask_cells(session: Session) -> tuple[RecordTransition, ...]:
        plan = session.loaded.plan
        looked = doors.looked_at(context.options, plan) if shared else {}
        return _taken_in(context, session, doors.ask_endpoints(plan, looked))

    with counting() as counted:
        read_history = partial(doors.read_history, counted=counted) if git else None
        missed = look_once(session, doors, ask_cells, read_history, completing=completing)
    _warn(context, missed)


def record_what_runs(context: Context, session: Session) -> None:
    """Ask the endpoints once, and put down what is not on record yet."""
    observations = context.doors.ask_endpoints(session.loaded.plan)
    _warn(context, record(session, _taken_in(context, session, observations)))


def _taken_in(
    context: Context, session: Session, observations: Iterable[Observation]
) -> tuple[RecordTransition, ...]:
    transitions = session.observe(observations)
    if session.unconfirmed:
        # one answer that contradicts the record is a sample: the second one settles it, or shows a split
        again = _only(session.loaded.plan, session.unconfirmed)
        transitions = (*transitions, *session.observe(context.doors.ask_endpoints(again)))
    for target, version in session.held_in_doubt.items():
        held = _as_held(session.loaded.plan, target, version)
        transitions = (*transitions, *session.observe(context.doors.ask_endpoints(held)))
    return transitions


def _warn(context: Context, failed: Iterable[NotRecorded]) -> None:
    """What was seen is still true for the reader; only the history does not learn of it."""
    for error in dict.fromkeys(str(one.error) for one in failed):
        context.say.warning(f"what was seen is not recorded: {error}")


def _only(plan: Plan, targets: Iterable[Target]) -> Plan:
    """The plan with no other questions than those about `targets`."""
    wanted = set(targets)
    products = tuple(
        replace(
            product,
            probes=tuple(one for one in product.probes if Target(one.product, one.environment) in wanted),
        )
        for product in plan.products
    )
    return replace(plan, products=products, sources=())


def _as_held(plan: Plan, target: Target, version: str) -> Plan:
    """The one question about `target`, as if the version that is held there were planned: worth many looks."""
    one = _only(plan, (target,))
    products = (
        replace(product, version=version, revision="")
        for product in one.products
        if product.name == target.product
    )
    return replace(one, products=tuple(products))


def judged(snapshot: Snapshot, wanted: str) -> Verdict:
    """The verdict of the environment asked for, or of the next one."""
    return snapshot.verdict(wanted) or snapshot.next
