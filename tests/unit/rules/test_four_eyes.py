"""Who may approve what, and when enough have: every case of four eyes and quorum as one row."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from gonogo.acts import Refusal
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.approvals import Approve, Reject, Revoke
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Start
from gonogo.cli.release_facts import approval_facts
from gonogo.errors import ExitCode
from gonogo.events import Actor
from gonogo.plan import (
    ApprovalSlot,
    Environment,
    Level,
    Migration,
    Person,
    Plan,
    ProductRollback,
    Trigger,
)
from gonogo.plan.conditions import ApprovalsGate
from gonogo.rules import votes as approvals
from gonogo.rules.digest import content_of
from gonogo.rules.readiness import Weight
from gonogo.text.tones import line_text
from gonogo.view.release import approval_lines, given_lines
from support.deciding import (
    ANA,
    BEN,
    CHLOE,
    DAI,
    EVA,
    NOBODY,
    PEOPLE,
    ROOT,
    World,
    make_plan,
    make_product,
    read,
)

Act = Callable[[World], object]
BEN_ADM = Actor(1050, "bokafor-adm")
DEPLOY = Actor(1060, "deploy")


def approve(actor: Actor, name: str = "engineering") -> Act:
    """Look, then sign what was shown."""
    return lambda world: world.attempt(actor, Approve(name, world.approve_code(actor, name)))


def reject(actor: Actor, name: str = "engineering", reason: str = "not tested") -> Act:
    """Block it."""
    return lambda world: world.attempt(actor, Reject(name, reason))


def revoke(actor: Actor, name: str = "engineering") -> Act:
    """Take one's word back."""
    return lambda world: world.attempt(actor, Revoke(name))


def start(actor: Actor) -> Act:
    """Request the release."""
    return lambda world: world.do(actor, Start())


def later(**length: float) -> Act:
    """Time goes by."""
    return lambda world: world.later(timedelta(**length))


def edit(plan: Plan) -> Act:
    """The plan is edited."""
    return lambda world: world.edit(plan)


def amend(actor: Actor) -> Act:
    """The edit is accepted."""
    return lambda world: world.do(actor, AcceptAmendment(world.amend_code()))


def people(*changed: Person) -> tuple[Person, ...]:
    """The usual people, some of them otherwise."""
    new = {person.key: person for person in changed}
    return (*(new.pop(one.key, one) for one in PEOPLE), *new.values())


def person(key: str) -> Person:
    """One of the usual people."""
    return next(one for one in PEOPLE if one.key == key)


SLOTS = make_plan().approvals
QUORUM_2 = make_plan(approvals=(ApprovalSlot("engineering", "engineering", 2), *SLOTS[1:]))
QUORUM_3 = make_plan(approvals=(ApprovalSlot("engineering", "engineering", 3), *SLOTS[1:]))
AGAIN = make_plan(approvals=(SLOTS[0], replace(SLOTS[1], quorum=1, same_person=True), SLOTS[2]))
QA_1 = make_plan(approvals=(SLOTS[0], replace(SLOTS[1], quorum=1), SLOTS[2]))
ROOT_IS_ANA = make_plan(people=people(Person("root", "Root", "root", ("engineering",), shared=False)))
ROOT_NAMED = make_plan(people=people(Person("root", "Root", "root", ("engineering",))))
OTHER_VERSION = make_plan(products=(make_product(version="1.2.4"),))
QUORUM_2_NEXT = replace(QUORUM_2, products=OTHER_VERSION.products)
OTHER_MIGRATION = make_plan(products=(make_product(migration=Migration.CONTRACT),))
OTHER_WAY_BACK = make_plan(products=(make_product(rollback=ProductRollback("1.2.2")),))
OTHER_TITLE = make_plan(name="Autumn")
OTHER_TRIGGER = make_plan(triggers=(Trigger("errors", "error rate over 5 %"),))
OTHER_NOTES = make_plan(rollback_notes="roll forward only")
MORE_PRODUCTS = make_plan(products=(make_product(), make_product("api", "2.0.0")))
PINNED = make_plan(products=(make_product(revision="c" * 40),))
LEFT = make_plan(people=people(replace(person("ben"), roles=("qa",))))
NOW_SHARED = make_plan(people=people(replace(person("ben"), shared=True)))


class Row(NamedTuple):
    """Acts, and what the approval says then."""

    case: str
    acts: tuple[Act, ...]
    standing: str
    counted: int
    rule: str = ""
    """Why a vote does not count, if one does not."""
    slot: str = "engineering"
    plan: Plan = make_plan()


ROWS = (
    Row("nobody has said anything", (), "missing", 0),
    Row("somebody with the role", (approve(BEN),), "given", 1),
    Row("in a draft nobody has requested yet", (approve(ANA),), "given", 1),
    Row("the requester", (start(ANA), approve(ANA)), "missing", 0),
    Row("somebody else after a request", (start(ANA), approve(BEN)), "given", 1),
    Row("approved in the draft, then requested by the same", (approve(ANA), start(ANA)), "missing", 0,
        "approval.requester"),
    Row("approved in the draft, then requested by another", (approve(ANA), start(BEN)), "given", 1),
    Row("the requester among two who are needed", (approve(ANA), start(ANA), approve(BEN)), "missing", 1,
        "approval.requester", plan=QUORUM_2),
    Row("two others than the requester", (start(ANA), approve(BEN), approve(DAI)), "given", 2, plan=QUORUM_2),
    Row("one of two", (approve(BEN),), "missing", 1, plan=QUORUM_2),
    Row("two of three", (approve(BEN), approve(DAI)), "missing", 2, plan=QUORUM_3),
    Row("three of three", (approve(BEN), approve(DAI), approve(EVA)), "given", 3, plan=QUORUM_3),
    Row("more than needed", (approve(BEN), approve(DAI)), "given", 2),
    Row("the same account twice", (approve(BEN), approve(BEN)), "missing", 1, plan=QUORUM_2),
    Row("two accounts of one person", (approve(BEN), approve(BEN_ADM)), "missing", 1, plan=QUORUM_2),
    Row("two accounts of one person, the other way round", (approve(BEN_ADM), approve(BEN)), "missing", 1,
        plan=QUORUM_2),
    Row("the second account of a person alone", (approve(BEN_ADM),), "given", 1),
    Row("the second account of the requester", (start(BEN), approve(BEN_ADM)), "missing", 0),
    Row("requested by the second account", (start(BEN_ADM), approve(BEN)), "missing", 0),
    Row("somebody without the role", (approve(CHLOE),), "missing", 0),
    Row("somebody the plan does not name", (approve(NOBODY),), "missing", 0),
    Row("root", (approve(ROOT),), "missing", 0),
    Row("root, named with the role", (approve(ROOT),), "missing", 0, plan=ROOT_NAMED),
    Row("root, named as one person's own", (approve(ROOT),), "given", 1, plan=ROOT_IS_ANA),
    Row("root by sudo, named as one person's own", (approve(Actor(0, "root", login="bokafor")),), "missing", 0,
        plan=ROOT_IS_ANA),
    Row("root by sudo from somebody with the role", (approve(Actor(0, "root", login="bokafor")),), "missing", 0),
    Row("uid 0 under another name", (approve(Actor(0, "bokafor")),), "missing", 0),
    Row("a shared account with the role", (approve(DEPLOY),), "missing", 0),
    Row("somebody's account by sudo", (approve(Actor(1002, "bokafor", login="aruiz")),), "missing", 0),
    Row("somebody's account by sudo from a stranger", (approve(Actor(1002, "bokafor", login="mallory")),),
        "missing", 0),
    Row("logged in as oneself", (approve(Actor(1002, "bokafor", login="bokafor")),), "given", 1),
    Row("one's second account by sudo from the first", (approve(Actor(1050, "bokafor-adm", login="bokafor")),),
        "given", 1),
    Row("what sudo claims decides nothing", (approve(Actor(1002, "bokafor", sudo="aruiz")),), "given", 1),
    Row("what sudo claims is no requester", (start(ANA), approve(Actor(1002, "bokafor", sudo="aruiz"))),
        "given", 1),
    Row("a job in CI", (approve(Actor(1002, "bokafor", via="ci")),), "missing", 0),
    Row("from the cockpit", (approve(Actor(1002, "bokafor", via="tui")),), "given", 1),
    Row("rejected", (reject(BEN),), "rejected", 0),
    Row("rejected by one, approved by another", (approve(DAI), reject(BEN)), "rejected", 1),
    Row("approved after a rejection by another", (reject(BEN), approve(DAI)), "rejected", 1),
    Row("rejected, then approved by the same", (reject(BEN), approve(BEN)), "given", 1),
    Row("approved, then rejected by the same", (approve(BEN), reject(BEN)), "rejected", 0),
    Row("rejected, then revoked", (reject(BEN), revoke(BEN)), "missing", 0),
    Row("rejected, revoked by somebody else", (reject(BEN), revoke(DAI)), "rejected", 0),
    Row("rejected, revoked by a job under the same account",
        (reject(BEN), revoke(Actor(1002, "bokafor", via="ci"))), "rejected", 0),
    Row("rejected, revoked by sudo under the same account",
        (reject(BEN), revoke(Actor(1002, "bokafor", login="aruiz"))), "rejected", 0),
    Row("rejected and revoked with another approval there", (approve(DAI), reject(BEN), revoke(BEN)), "given", 1),
    Row("rejected by somebody without the role", (reject(CHLOE), approve(BEN)), "given", 1),
    Row("rejected by root", (reject(ROOT), approve(BEN)), "given", 1),
    Row("rejected without a reason", (reject(BEN, reason=" "), approve(DAI)), "given", 1),
    Row("the requester may reject", (start(ANA), reject(ANA)), "rejected", 0),
    Row("a rejection stays when the content changes", (reject(BEN), edit(OTHER_VERSION)), "rejected", 0),
    Row("approved, then revoked", (approve(BEN), revoke(BEN)), "missing", 0),
    Row("revoked by somebody else", (approve(BEN), revoke(DAI)), "given", 1),
    Row("revoked, then approved again", (approve(BEN), revoke(BEN), approve(BEN)), "given", 1),
    Row("one of two revoked", (approve(BEN), approve(DAI), revoke(DAI)), "missing", 1, plan=QUORUM_2),
    Row("before it expires", (approve(DAI, "security"), later(hours=23)), "given", 1, slot="security"),
    Row("at the moment it expires", (approve(DAI, "security"), later(hours=24)), "missing", 0,
        "approval.expired", "security"),
    Row("after it expired", (approve(DAI, "security"), later(days=9)), "missing", 0,
        "approval.expired", "security"),
    Row("expired, then given again", (approve(DAI, "security"), later(days=2), approve(DAI, "security")),
        "given", 1, slot="security"),
    Row("one that does not expire", (approve(BEN), later(days=90)), "given", 1),
    Row("another version", (approve(BEN), edit(OTHER_VERSION)), "missing", 0, "approval.void"),
    Row("another migration class", (approve(BEN), edit(OTHER_MIGRATION)), "missing", 0, "approval.void"),
    Row("another way back", (approve(BEN), edit(OTHER_WAY_BACK)), "missing", 0, "approval.void"),
    Row("another trigger", (approve(BEN), edit(OTHER_TRIGGER)), "missing", 0, "approval.void"),
    Row("other notes on the way back", (approve(BEN), edit(OTHER_NOTES)), "missing", 0, "approval.void"),
    Row("one product more", (approve(BEN), edit(MORE_PRODUCTS)), "missing", 0, "approval.void"),
    Row("another pin", (approve(BEN), edit(PINNED)), "missing", 0, "approval.void"),
    Row("another display name", (approve(BEN), edit(OTHER_TITLE)), "given", 1),
    Row("changed and changed back", (approve(BEN), edit(OTHER_VERSION), edit(make_plan())), "given", 1),
    Row("void, then given again", (approve(BEN), edit(OTHER_VERSION), approve(BEN)), "given", 1),
    Row("void for one of two", (approve(BEN), edit(QUORUM_2_NEXT), approve(DAI)), "missing", 1, "approval.void",
        plan=QUORUM_2),
    Row("lost the role since", (approve(BEN), edit(LEFT)), "missing", 0, "approval.role"),
    Row("became a shared account since", (approve(BEN), edit(NOW_SHARED)), "missing", 0, "approval.account"),
    Row("who accepted the amendment asked for it",
        (start(ANA), edit(OTHER_VERSION), amend(BEN), approve(BEN)), "missing", 0),
    Row("another than who accepted the amendment",
        (start(ANA), edit(OTHER_VERSION), amend(BEN), approve(DAI)), "given", 1),
    Row("who accepted an amendment of nothing that is signed",
        (start(ANA), edit(OTHER_TITLE), amend(BEN), approve(BEN)), "given", 1),
    Row("the starter stays a requester after an amendment",
        (start(ANA), edit(OTHER_VERSION), amend(BEN), approve(ANA)), "missing", 0),
    Row("one person in two roles counts once", (approve(EVA), approve(EVA, "qa")), "missing", 0,
        slot="qa", plan=QA_1),
    Row("one person in two roles counts for the first", (approve(EVA), approve(EVA, "qa")), "given", 1, plan=QA_1),
    Row("one person in two roles, where the plan lets them", (approve(EVA), approve(EVA, "qa")), "given", 1,
        slot="qa", plan=AGAIN),
    Row("the first one revoked frees the person", (approve(EVA), revoke(EVA), approve(EVA, "qa")), "given", 1,
        slot="qa", plan=QA_1),
    Row("the first one expired frees the person",
        (approve(EVA, "security"), later(days=2), approve(EVA)), "given", 1),
    Row("two accounts in two roles count once", (approve(BEN), approve(BEN_ADM, "qa")), "missing", 0, slot="qa",
        plan=QA_1),
    Row("two people in two roles", (approve(DAI), approve(CHLOE, "qa")), "given", 1, slot="qa", plan=QA_1),
)  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row.case for row in ROWS])
def test_who_counts(row: Row) -> None:
    """The acts of each row lead to this standing, with so many votes that count."""
    world = World(row.plan)
    for act in row.acts:
        act(world)

    slot = next(one for one in world.plan.approvals if one.name == row.slot)
    content = content_of(world.plan, world.inputs.changes)
    found = approvals.standing(world.plan, world.state, content, world.now, slot)

    assert (found.standing.value, len(found.counted)) == (row.standing, row.counted)
    assert not row.rule or row.rule in {one.rule for one in found.discounted}
    assert (found.rule == "") is (row.standing == "given")


def test_there_are_enough_rows() -> None:
    """Sixty or more, and none of them twice."""
    assert len({row.case for row in ROWS}) == len(ROWS) >= 60


REFUSED = (
    (ROOT, "engineering", "account.nobody", ExitCode.NOT_PERMITTED),
    (DEPLOY, "engineering", "account.nobody", ExitCode.NOT_PERMITTED),
    (NOBODY, "engineering", "approval.role", ExitCode.NOT_PERMITTED),
    (CHLOE, "engineering", "approval.role", ExitCode.NOT_PERMITTED),
    (ANA, "engineering", "approval.requester", ExitCode.NOT_PERMITTED),
    (BEN, "enginering", "approval.unnamed", ExitCode.USAGE),
)


@pytest.mark.parametrize(("actor", "name", "rule", "code"), REFUSED)
def test_what_never_could_count_is_refused_in_words(actor: Actor, name: str, rule: str, code: ExitCode) -> None:
    """Whoever tries is told at once, and not by a count that does not go up."""
    world = World().do(ANA, Start())

    refusal = world.refusal(actor, Approve(name, "0000-0000"))

    assert (refusal.rule, refusal.exit_code) == (rule, code)
    assert refusal.remedy


def test_an_approval_signs_what_was_on_the_screen() -> None:
    """What changed between looking and signing is shown again, and nothing is recorded."""
    world = World()
    seen = world.approve_code(BEN, "engineering")
    world.edit(OTHER_VERSION)

    refusal = world.refusal(BEN, Approve("engineering", seen))

    assert (refusal.rule, refusal.exit_code) == ("approve.moved", ExitCode.CONFLICT)
    assert "web version: 1.2.4" in refusal.facts
    assert world.state.votes("engineering") == ()


def test_a_void_approval_names_what_changed() -> None:
    """Not only that something did."""
    world = World()
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering"))).edit(OTHER_VERSION)

    content = content_of(world.plan, {})
    found = approvals.standing(world.plan, world.state, content, world.now, world.plan.approvals[0])

    assert found.rule == "approval.void"
    assert "bokafor's is void: web version: 1.2.3 -> 1.2.4" in found.fact


def test_a_moved_tag_makes_an_approval_void() -> None:
    """The version is the same, and what ships is not."""
    product = make_product(repo="/srv/web")
    world = World(make_plan(products=(product,))).knows(read(product))
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))

    world.knows(read(product, "b" * 40))
    content = content_of(world.plan, world.inputs.changes)
    found = approvals.standing(world.plan, world.state, content, world.now, world.plan.approvals[0])

    assert found.discounted[0].changed[0].name == "web/revision"


def test_nothing_is_signed_that_is_not_known() -> None:
    """A history that was not read is no changelog."""
    world = World(make_plan(products=(make_product(repo="/srv/web"),)))

    refusal = world.refusal(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))

    assert (refusal.rule, refusal.exit_code) == ("approval.unknown", ExitCode.UNKNOWN)


def test_what_cannot_be_compared_is_unknown_and_not_given() -> None:
    """An approval stays, but nobody says that it is about what ships while git is silent."""
    product = make_product(repo="/srv/web")
    world = World(make_plan(products=(product,))).knows(read(product))
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))

    found = approvals.standing(
        world.plan, world.state, content_of(world.plan, {}), world.now, world.plan.approvals[0]
    )

    assert (found.standing, found.rule) == (approvals.Standing.UNKNOWN, "approval.unknown")


def test_an_account_of_the_configuration_is_shared_too() -> None:
    """What the host's configuration lists cannot approve, whatever the plan says of roles."""
    world = World()
    world.inputs = replace(world.inputs, shared_accounts=("bokafor",))

    assert world.refusal(BEN, Approve("engineering", "")).rule == "account.nobody"


def test_a_vote_forged_into_ones_own_file_does_not_count() -> None:
    """Whoever writes events past the rules is judged by the rules all the same."""
    world = World()
    honest = World().do(BEN, Approve("engineering", World().approve_code(BEN, "engineering"))).state
    forged = replace(honest.votes("engineering")[0], actor=CHLOE)
    world.inputs = replace(world.inputs, state=replace(world.state, approvals={"engineering": (forged,)}))

    found = approvals.standings(world.plan, world.state, content_of(world.plan, {}), world.now)[0]

    assert found.discounted[0].rule == "approval.role"


def test_a_refused_approval_is_on_record_once() -> None:
    """The trail tells who tried; trying again and again does not fill it."""
    world = World().do(ANA, Start())
    for _ in range(3):
        world.refusal(ANA, Approve("engineering", ""))

    kept = [event for event in world.state.events if event.kind == "act.refused"]

    assert [event.data["rule"] for event in kept] == ["approval.requester"]


def test_approving_again_changes_nothing() -> None:
    """It holds already, by the same account."""
    world = World()
    code = world.approve_code(BEN, "engineering")
    world.do(BEN, Approve("engineering", code))

    answer = world.attempt(BEN, Approve("engineering", code))

    assert answer == ()
    assert not isinstance(answer, Refusal)


def test_who_can_clear_it_leaves_out_whoever_cannot() -> None:
    """The requester, and who counts already for another approval, are not named as help."""
    world = (
        World(QA_1).do(ANA, Start()).do(BEN, Approve("engineering", World(QA_1).approve_code(BEN, "engineering")))
    )
    judged = world.scene().snapshot().verdict("production")
    assert judged is not None

    who = {one.subject: one.who for one in judged.reasons if one.rule.startswith("approval.")}

    assert who["approval:qa"] == "Chloe Martin (cmartin), Eva Weber (eweber)"


def test_a_shared_account_of_the_configuration_counts_nowhere_on_the_screen() -> None:
    """The list of approvals says the same as the verdict beside it."""
    world = World().do(BEN, Approve("engineering", World().approve_code(BEN, "engineering")))
    world.inputs = replace(world.inputs, shared_accounts=("bokafor",))
    snapshot = world.scene().snapshot()

    assert "engineering 0/1 missing" in line_text(approval_lines(snapshot)[0])
    assert approval_facts(snapshot.approvals)[0]["counted"] == []


@pytest.mark.parametrize(
    ("edited", "text"),
    [
        (make_plan(products=(make_product(flags=("new-checkout",)),)), "web flags: new-checkout is new"),
        (
            make_plan(rollback_checklist=("Tell support", "Switch the flag off")),
            "rollback checklist: Tell support; Switch the flag off is new",
        ),
        (
            make_plan(
                triggers=(Trigger("errors", "too many", metric="rate", above=0.01, duration=timedelta(minutes=5)),)
            ),
            "rollback trigger errors: error rate over 1 % -> too many: rate above 0.01 for 5m",
        ),
        (
            make_plan(products=(make_product(rollback=ProductRollback("1.2.2", ("helm", "rollback", "web"))),)),
            "web rollback: none -> to 1.2.2 by helm rollback web",
        ),
    ],
)
def test_what_changed_is_named_in_words(edited: Plan, text: str) -> None:
    """The way back is signed as it is read: its flags, steps, triggers and command."""
    world = World().do(BEN, Approve("engineering", World().approve_code(BEN, "engineering"))).edit(edited)

    (standing, *_) = world.scene().snapshot().approvals

    assert [str(change) for change in standing.discounted[0].changed] == [text]


def test_a_long_text_is_signed_as_a_whole() -> None:
    """Of a long one the beginning is read; a change behind it voids the approval all the same."""
    notes = "Call the payment provider first. " * 20
    world = World(make_plan(rollback_notes=notes))
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))
    world.edit(make_plan(rollback_notes=f"{notes} Then roll back."))

    assert world.scene().snapshot().approvals[0].rule == "approval.void"


def test_whoever_changes_who_approves_is_not_the_second_pair_of_eyes() -> None:
    """Accepting a lower quorum, a role for somebody, or where the changes begin is asking for the approvals."""
    lower = make_plan(approvals=(SLOTS[0], replace(SLOTS[1], quorum=1), SLOTS[2]))
    promoted = make_plan(people=people(replace(person("chloe"), roles=("qa", "engineering"))))
    begins = make_plan(products=(make_product(start="v1.2.0"),))

    for edited in (lower, promoted, begins):
        world = World().do(ANA, Start()).edit(edited)
        amend(BEN)(world)
        assert world.refusal(BEN, Approve("engineering", "")).rule == "approval.requester"


def test_a_vote_is_good_for_no_longer_than_the_plan_says() -> None:
    """What somebody wrote into the journal, or what the plan said then, makes it no longer."""
    world = World(make_plan(approvals=(SLOTS[0],)))
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering"))).later(timedelta(hours=2))
    world.edit(make_plan(approvals=(replace(SLOTS[0], expires=timedelta(hours=1)),)))

    (standing,) = world.scene().snapshot().approvals

    assert (standing.standing, standing.discounted[0].rule) == (approvals.Standing.MISSING, "approval.expired")


def test_an_approval_that_cannot_be_compared_is_not_shown_as_good() -> None:
    """Among the given ones it has the sign of the unknown, and whoever owns the product can clear it."""
    product = make_product(repo="/srv/web", owner="chloe")
    world = World(make_plan(products=(product,), approvals=SLOTS[:1])).knows(read(product))
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))
    world.inputs = replace(world.inputs, changes={})
    snapshot = world.scene().snapshot()

    told = "\n".join(map(line_text, given_lines(snapshot, "production")))
    assert "? engineering by Ben Okafor (bokafor)  1 of 1, not known whether of what ships now" in told
    judged = snapshot.verdict("production")
    assert judged is not None
    (reason,) = (one for one in judged.reasons if one.rule == "approval.unknown")
    assert reason.who == "Chloe Martin (cmartin)"


TWO_CONTINENTS = (
    Environment("staging"),
    Environment("prod-eu", after=("staging",), production=True),
    Environment("prod-us", after=("staging",), production=True),
)


def _approvals_for(world: World, environment: str) -> dict[str, Weight]:
    """What the verdict of an environment says about approvals, by rule and subject."""
    judged = world.scene().snapshot().verdict(environment)
    assert judged is not None
    found = (one for one in judged.reasons if one.rule.startswith("approval."))
    return {f"{one.rule} {one.subject}": one.weight for one in found}


@pytest.mark.parametrize("gated", ["staging", "prod-eu"])
def test_an_approval_that_a_gate_names_counts_for_every_later_production_environment(gated: str) -> None:
    """The amendment voids it everywhere: the environment without a gate of its own is no way around."""
    gates = (ApprovalsGate(gated, ("engineering",)),)
    plan = make_plan(environments=TWO_CONTINENTS, gates=gates, approvals=SLOTS[:1])
    world = World(plan).do(ANA, Start())
    approve(BEN)(world)
    assert _approvals_for(world, "prod-us") == {}
    world.edit(replace(plan, products=(make_product(migration=Migration.IRREVERSIBLE),)))
    amend(ANA)(world)

    void = {"approval.void approval:engineering": Weight.BLOCKER}
    assert _approvals_for(world, "prod-eu") == void
    assert _approvals_for(world, "prod-us") == void
    refused = world.refusal(ANA, Go("prod-us", world.go_code(ANA, "prod-us")))
    assert refused.rule == "go.blocked"
    assert any("approval.void approval:engineering" in one for one in refused.facts)


def test_a_later_gate_says_nothing_about_an_earlier_environment_and_its_level_goes_along() -> None:
    """Staging may go without what production is asked for; what only warns there only warns later."""
    only_us = make_plan(
        environments=TWO_CONTINENTS,
        gates=(ApprovalsGate("prod-us", ("engineering",)),),
        approvals=SLOTS[:1],
    )
    warned = replace(only_us, gates=(ApprovalsGate("staging", ("engineering",), level=Level.WARN),))
    missing = "approval.missing approval:engineering"

    assert [_approvals_for(World(only_us), one.name) for one in TWO_CONTINENTS] == [
        {}, {}, {missing: Weight.BLOCKER},
    ]  # fmt: skip
    assert [_approvals_for(World(warned), one.name) for one in TWO_CONTINENTS] == [{missing: Weight.WARNING}] * 3


def test_an_approval_of_an_earlier_gate_is_listed_among_those_that_were_given() -> None:
    """Who reads why prod-us may go sees who approved it, although its gate stands elsewhere."""
    gates = (ApprovalsGate("prod-eu", ("engineering",)),)
    world = World(make_plan(environments=TWO_CONTINENTS, gates=gates, approvals=SLOTS[:1]))
    approve(BEN)(world)

    told = "\n".join(map(line_text, given_lines(world.scene().snapshot(), "prod-us")))
    assert "engineering by Ben Okafor" in told
