"""What the looking verbs share: ask once, remember what changed, judge."""

from collections.abc import Iterable

from msgspec.structs import replace

from gonogo.acts import ClearTrigger, FireTrigger, RecordTransition
from gonogo.cli.commands._names import require_name
from gonogo.cli.context import Context, via
from gonogo.engine.outside_thread import ask_once
from gonogo.engine.recording import record
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
    """Take in the journal, every endpoint's answer and, if wanted, what git says; as in `ask_once`.

    `shared`: what an open session of this account has looked at need not be looked at again. Not for who decides.
    """
    session.refresh()
    plan = session.loaded.plan
    looked = context.doors.looked_at(context.options, plan) if shared else {}
    if git:
        observations, changes = context.doors.ask_everything(plan, looked)
    else:
        observations, changes = context.doors.ask_endpoints(plan, looked), ()
    for one in changes:
        session.learn(one)
    transitions = _taken_in(context, session, observations)
    due = ask_outside(context, session, git=git, completing=completing)
    _record(context, session, transitions, due)


def record_what_runs(context: Context, session: Session) -> None:
    """Ask the endpoints once, and put down what is not on record yet."""
    observations = context.doors.ask_endpoints(session.loaded.plan)
    _record(context, session, _taken_in(context, session, observations))


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


def _record(
    context: Context,
    session: Session,
    transitions: Iterable[RecordTransition],
    due: Iterable[FireTrigger | ClearTrigger] = (),
) -> None:
    # what was seen is still true for the reader; only the history does not learn of it
    failed = record(session, due, transitions)
    for error in dict.fromkeys(str(one.error) for one in failed):
        context.say.warning(f"what was seen is not recorded: {error}")


def ask_outside(
    context: Context, session: Session, *, git: bool, completing: bool = False
) -> tuple[FireTrigger | ClearTrigger, ...]:
    """Take in what gates and triggers ask for beyond cells and histories; returns what triggers have to say."""
    told = ask_once(context.doors, session.inputs, git=git, completing=completing)
    return session.learn_outside(
        told.readings,
        told.files,
        told.ledger,
        told.artifacts,
        told.containment,
        told.check_files,
        told.bad_elsewhere,
    )


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
