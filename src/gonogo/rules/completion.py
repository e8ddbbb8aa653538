"""What is still open when somebody wants to complete the release: everything, as one list."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from gonogo.events.state import ReleaseState, Waiver
from gonogo.facts.ageing import why_old
from gonogo.facts.ledger import Arrival, where_it_is
from gonogo.matrix import Cell
from gonogo.plan import LoadedPlan, Plan
from gonogo.rules import amendment, authority, cells, checklist, needs, next_act, passing, signing, way_back
from gonogo.rules import votes as approvals
from gonogo.rules.authority import Act, clears, typed_for
from gonogo.rules.fixes import FIX_RULES, is_of_rollback
from gonogo.rules.going import WITHOUT_GO
from gonogo.rules.readiness import ReasonLine, Weight
from gonogo.rules.registry import RULES
from gonogo.rules.rollback import bad_mark, unfinished
from gonogo.rules.snapshot import Snapshot


def bad_versions(plan: Plan, state: ReleaseState) -> tuple[str, ...]:
    """The planned versions that were marked bad, each with who said so and why."""
    marked = [bad_mark(state, product, product.version) for product in plan.products]
    return tuple(
        f"{one.product} {one.version} is marked bad by {one.actor.user}: {one.reason}" for one in marked if one
    )


def amended(loaded: LoadedPlan, state: ReleaseState) -> str:
    """Why the plan on disk is not the one that was agreed on; "" when it is."""
    pending = amendment.pending(loaded, state)
    if pending is None:
        return ""
    count = len(pending.changes)
    what = f"{count} change{'s' if count != 1 else ''}" if pending.readable else "it"
    return f"the plan was edited after the start, and nobody has accepted {what}"


_TOLD = frozenset({"cells", "decided"})
"""Families of rules whose warnings say that what runs may be something else than what was decided."""


def doubts(snapshot: Snapshot) -> tuple[ReasonLine, ...]:
    """What keeps nobody from completing, and must not be completed in silence: each once."""
    found = (
        one
        for verdict in snapshot.verdicts
        for line in verdict.reasons
        for one in (line.members or (line,))
        if one.weight is Weight.WARNING and RULES[one.rule].family in _TOLD
    )
    return tuple({(one.rule, one.subject): one for one in found}.values())


def open_ends(snapshot: Snapshot) -> tuple[ReasonLine, ...]:
    """Everything that keeps the release from being completed."""
    return (
        *_ground(snapshot),
        *open_deployments(snapshot),
        *_items(snapshot),
        *_approvals(snapshot),
        *_cells(snapshot),
        *_rollbacks(snapshot),
        *_triggers(snapshot),
        *_fixes(snapshot),
        *_moved_tags(snapshot),
        *_merges(snapshot),
    )


def _ground(snapshot: Snapshot) -> Iterable[ReasonLine]:
    state, now = snapshot.state, snapshot.now
    for problem in snapshot.journal_problems:
        yield _line("journal.alarm", problem, "journal", snapshot, "gonogo journal verify")
    if snapshot.plan_problem:
        yield _line("plan.changed", snapshot.plan_problem, "plan", snapshot, "gonogo check")
    if edited := amended(snapshot.loaded, state):
        yield _line("plan.amended", edited, "plan", snapshot, "gonogo amend show")
    if wrong := authority.misrecorded(snapshot.loaded, state):
        fact = f"the record of the plan that was agreed on does not count: {wrong}"
        yield _line("plan.misrecorded", fact, "plan", snapshot, "gonogo why")
    if (unsigned := signing.agreed_unsigned(state)) is not None:
        fact = f"{unsigned.kind} by {unsigned.actor.user} (#{unsigned.seq}) does not count: {unsigned.flaw}"
        yield _line("decision.unsigned", fact, "release", snapshot, "gonogo journal verify")
    if state.held is not None:
        fact = f"the release is on hold by {state.held.actor.user}: {state.held.reason}"
        yield ReasonLine(
            "release.held",
            Weight.BLOCKER,
            fact,
            "release",
            now,
            "journal",
            clears(snapshot.plan, state, Act.RESUME),
            typed_for(snapshot.plan, state, Act.RESUME, "gonogo resume --reason '...'"),
        )
    for bad in bad_versions(snapshot.plan, state):
        yield _line("version.bad", bad, "release", snapshot, "put another version into the plan")


def _line(rule: str, fact: str, subject: str, snapshot: Snapshot, remedy: str, who: str = "") -> ReasonLine:
    return ReasonLine(rule, Weight.BLOCKER, fact, subject, snapshot.now, "journal", who, remedy)


def open_deployments(snapshot: Snapshot) -> tuple[ReasonLine, ...]:
    """What was deployed without a go, as it weighs where it was deployed: by the plan and by waivers."""
    return tuple(
        reason
        for judged in snapshot.verdicts
        for reason in judged.of(Weight.BLOCKER)
        if reason.rule == WITHOUT_GO and reason.subject.endswith(f"/{judged.environment}")
    )


def _items(snapshot: Snapshot) -> Iterable[ReasonLine]:
    """What is open, and what is ticked while its check fails; a result that has only grown old was good then."""
    for item in snapshot.plan.items:
        files = snapshot.check_files.get(item.id)
        for reason in checklist.item_reasons(snapshot.plan, snapshot.state, item, snapshot.now, files):
            if reason.weight is Weight.BLOCKER:
                yield reason


def _approvals(snapshot: Snapshot) -> Iterable[ReasonLine]:
    """An approval that a go of what ships now passed by, waived or by break-glass, is settled: it names who."""
    state = snapshot.state
    counting = [one for one in state.decisions if not one.flaw and one.digest == snapshot.digest]
    shared = snapshot.shared_accounts
    passed: dict[tuple[str, str], int] = {}
    for decision in counting:
        passed |= dict.fromkeys(passing.took_on(snapshot.plan, state, decision, shared), decision.seq)
    standing = passing.in_force(snapshot.plan, state, snapshot.now, "", snapshot.shared_accounts, snapshot.digest)
    for one in snapshot.approvals:
        subject = f"approval:{one.slot.name}"
        unknown = one.standing is approvals.Standing.UNKNOWN
        waived = passing.waiver_for(standing, one.rule, subject, unknown=unknown, seq=one.rejected_at)
        # a rejection from after the go is none that it passed by
        settled = passed.get((one.rule, subject), 0) > one.rejected_at or bool(waived)
        if one.standing is not approvals.Standing.GIVEN and not settled:
            following = next_act.approval(snapshot.plan, state.lifecycle, snapshot.approvals, one)
            yield _line(one.rule, one.fact, subject, snapshot, following.remedy, following.who)


def _cells(snapshot: Snapshot) -> Iterable[ReasonLine]:
    """Every product must be seen with its planned version everywhere, just now; old answers are none."""
    for cell in snapshot.matrix.cells.values():
        if not cell.counts_as_match:
            standing = passing.in_force(
                snapshot.plan, snapshot.state, snapshot.now, cell.target.environment, snapshot.shared_accounts
            )
            if not _is_let_pass(snapshot.plan, standing, cell):
                yield _line("cell.open", _cell_fact(cell), f"cell:{cell.target}", snapshot, "gonogo matrix")


def _is_let_pass(plan: Plan, standing: Sequence[Waiver], cell: Cell) -> bool:
    """Whether each thing that is wrong with a cell just now was waived there: that version, in that state."""
    wrong = tuple(cells.must_match(plan, cell))
    return bool(wrong) and all(
        passing.waiver_for(
            standing, one.rule, one.subject, unknown=one.weight is Weight.UNKNOWN, fact=passing.kept(one)
        )
        for one in wrong
    )


def _rollbacks(snapshot: Snapshot) -> Iterable[ReasonLine]:
    for one in unfinished(snapshot.plan, snapshot.state, snapshot.matrix):
        yield way_back.not_arrived(snapshot.plan, snapshot.matrix.cells[one.target], one)


def _cell_fact(cell: Cell) -> str:
    where = f"{cell.target.product} in {cell.target.environment}"
    if not cell.is_known:
        return f"{where} is not known just now; {cell.planned} is planned"
    running = " + ".join(one.version for one in cell.versions) or "nothing"
    return f"{where} runs {running} ({cell.status}), and {cell.planned} is planned"


def _triggers(snapshot: Snapshot) -> Iterable[ReasonLine]:
    for fired in snapshot.state.triggers.values():
        subject = f"trigger:{fired.trigger}"
        if fired.asks:
            fact = f"rollback trigger '{fired.trigger}' fired and nobody has answered: {fired.observation}"
            answer = f"gonogo trigger answer {fired.trigger} roll_back --reason '...'    or  go_on"
            yield _line("trigger.asks", fact, subject, snapshot, answer)
        elif fired.answer == "roll_back" and fired.cleared_at is None:
            fact = f"going back was decided on trigger '{fired.trigger}': {fired.reason}"
            yield _line("trigger.roll-back", fact, subject, snapshot, "roll back, then cancel or amend")


def _fixes(snapshot: Snapshot) -> Iterable[ReasonLine]:
    """What shipped must contain every hotfix, as the verdicts of production judge it; a warning is no open end."""
    open_ones: dict[str, ReasonLine] = {}
    for environment in snapshot.plan.environments:
        verdict = snapshot.verdict(environment.name) if environment.production else None
        for reason in verdict.reasons if verdict else ():
            counts = reason.rule in FIX_RULES and reason.weight in {Weight.BLOCKER, Weight.UNKNOWN}
            if counts and not is_of_rollback(reason.subject):
                open_ones.setdefault(reason.subject, reason)
    return tuple(replace(one, weight=Weight.BLOCKER) for one in open_ones.values())


def _moved_tags(snapshot: Snapshot) -> Iterable[ReasonLine]:
    """A tag that leads elsewhere than was agreed on: nobody knows which commit runs; and a bad version."""
    rules = {"tag.moved", "version.bad-elsewhere"}
    found = (one for judged in snapshot.verdicts for one in judged.of(Weight.BLOCKER) if one.rule in rules)
    return tuple({one.subject: one for one in found}.values())


def _merges(snapshot: Snapshot) -> Iterable[ReasonLine]:
    """A fix that has not reached every active branch comes back as a bug; whether it has, git must say now."""
    if not needs.ledger_to_complete(snapshot.plan, snapshot.state):
        return
    ledger = snapshot.ledger
    why = ledger.problem or why_old(ledger.read_at, snapshot.now) if ledger else "nobody has looked yet"
    if ledger is None or why:
        fact = f"whether every fix has reached every active branch is not known: {why}"
        yield _line("merges.unknown", fact, "merges", snapshot, "gonogo merges")
        return
    standing = passing.in_force(
        snapshot.plan, snapshot.state, snapshot.now, "", snapshot.shared_accounts, snapshot.digest
    )
    for cell in (one for one in ledger.open if not one.in_flight):
        missing = cell.arrival is not Arrival.UNKNOWN
        fact = f"{cell.what} of {cell.product} {where_it_is(cell)}"
        rule = "merges.missing" if missing else "merges.unknown"
        subject = f"merge:{cell.product}/{cell.fix}/{cell.branch}"
        if passing.waiver_for(standing, rule, subject, unknown=not missing) is None:
            yield _line(rule, fact, subject, snapshot, f"gonogo merges {cell.product}")
