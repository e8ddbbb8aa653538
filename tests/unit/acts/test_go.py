"""Go, waivers, freezes by hand, handover, bad versions: one decision on the list of its moment."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gonogo.acts import go
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.approvals import Approve
from gonogo.acts.baton import Drive
from gonogo.acts.checklist import Skip, Tick, Undo, Untick
from gonogo.acts.claims import ClaimItem, UnclaimItem
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Start
from gonogo.acts.triggers import AnswerTrigger, ClearTrigger, FireTrigger
from gonogo.acts.versions import ClearBad, HoldVersion, MarkBad, ReleaseVersion
from gonogo.acts.waivers import Waive, WithdrawWaiver
from gonogo.errors import ExitCode
from gonogo.events import Actor
from gonogo.events.sizes import size
from gonogo.events.state import ItemStatus, Proof
from gonogo.plan import Authority, Item, ItemId, Plan, Target
from gonogo.rules import waivers
from gonogo.rules.completion import open_ends
from gonogo.rules.digest import content_of
from gonogo.rules.goes import stands
from gonogo.rules.rollback import points_of_no_return
from support.deciding import ANA, BEN, CHLOE, DAI, NOBODY, ROOT, World, make_plan, make_product

PLAIN = make_plan(approvals=(), items=(Item(ItemId("tests"), "Run the tests"),))
BOTH_MAY = replace(PLAIN, authority=Authority(go=("engineering",)))
"""Ana, who starts, leads; Ben may give GO by his role."""
HOUR = timedelta(hours=1)


def started(plan: Plan = PLAIN) -> World:
    """Running; staging has the new version, production the old one."""
    return World(plan).do(ANA, Start()).sees({"staging": "1.2.3", "production": "1.2.2"})


def say_go(world: World, actor: Actor = ANA, environment: str = "production") -> Go:
    """What was shown, confirmed."""
    return Go(environment, world.go_code(actor, environment))


def waive(world: World, rule: str = "item.open", subject: str = "", **more: Any) -> Waive:
    """A waiver for an hour."""
    command = Waive(rule, subject, "production", "the vendor is told and waits", world.now + HOUR)
    return replace(command, **more)


def test_go_is_recorded_with_its_list() -> None:
    """Environment, answer, content and every reason of that moment."""
    world = started().do(BEN, Tick("tests"))
    world.do(ANA, say_go(world))

    (decision,) = world.state.decisions

    assert (decision.environment, decision.actor, decision.answer) == ("production", ANA, "go")
    assert dict(decision.content)["web/version"] == "1.2.3"


def test_no_go_without_a_waiver_for_each_blocker() -> None:
    """Refused with the list, and the attempt is on record."""
    world = started()

    refusal = world.refusal(ANA, say_go(world))

    assert (refusal.rule, refusal.exit_code) == ("go.blocked", ExitCode.NO_GO)
    assert [fact.split(":")[0] for fact in refusal.facts] == ["blocker  item.open item"]
    assert (
        refusal.remedy
        == "gonogo waive item.open:item:tests --env production --reason '...' --until 2h    by Ana Ruiz (aruiz)"
    )
    assert world.state.events[-1].kind == "act.refused"


def test_a_waiver_lets_go_pass_and_stays_on_the_list() -> None:
    """The decision names who let what pass."""
    world = started()
    world.do(ANA, waive(world, "item.open"))
    world.do(ANA, say_go(world))

    (reason,) = [one for one in world.state.decisions[0].reasons if one.rule == "item.open"]

    assert (reason.weight, reason.waiver) == ("blocker", world.state.waivers[0].seq)


def test_what_is_unknown_is_waived_by_name_only() -> None:
    """A waiver of a whole rule is no waiver of what nobody knows."""
    world = World(PLAIN).do(ANA, Start()).do(BEN, Tick("tests")).sees({"staging": "1.2.3"})

    refusal = world.refusal(ANA, waive(world, "cell.unknown"))
    assert refusal.rule in {"waiver.unknown", "waiver.nothing"}
    named = next(one for one in _unknown(world))
    world.do(ANA, waive(world, named[0], named[1]))
    for rule, subject in _unknown(world):
        if not waivers.waiver_for(world.state.waivers, rule, subject, unknown=True):
            world.do(ANA, waive(world, rule, subject))
    world.do(ANA, say_go(world))

    assert {one.weight for one in world.state.decisions[0].reasons if one.waiver} == {"unknown"}


def _unknown(world: World) -> list[tuple[str, str]]:
    """Rule and subject of everything nobody knows about production."""
    from gonogo.acts.waivers import each_reason, is_unknown

    judged = world.scene().snapshot().verdict("production")
    assert judged is not None
    return [(one.rule, one.subject) for one in each_reason(judged) if is_unknown(one)]


def test_unknown_alone_is_refused_as_unknown() -> None:
    """Exit code 4: an answer is missing."""
    world = World(PLAIN).do(ANA, Start()).do(BEN, Tick("tests")).sees({"staging": "1.2.3"})

    refusal = world.refusal(ANA, say_go(world))

    assert (refusal.rule, refusal.exit_code) == ("go.unknown", ExitCode.UNKNOWN)


def test_a_waiver_ends() -> None:
    """From its end on, the blocker is one again."""
    world = started()
    world.do(ANA, waive(world, "item.open"))
    world.later(HOUR).sees({"staging": "1.2.3", "production": "1.2.2"})

    assert world.refusal(ANA, say_go(world)).rule == "go.blocked"


def test_a_waiver_is_withdrawn_once() -> None:
    """The second one is told by whom."""
    world = started(replace(PLAIN, waiver_roles=("release-manager", "qa")))
    world.do(ANA, waive(world, "item.open")).do(CHLOE, WithdrawWaiver("item.open", "", "production"))

    refusal = world.refusal(ANA, WithdrawWaiver("item.open", "", "production"))

    assert refusal.exit_code is ExitCode.CONFLICT
    assert "cmartin" in refusal.reason
    assert waivers.in_force(world.plan, world.state, world.now) == ()


@pytest.mark.parametrize(
    ("actor", "change", "rule"),
    [
        (BEN, {}, "waiver.role"),
        (NOBODY, {}, "waiver.role"),
        (ROOT, {}, "account.nobody"),
        (ANA, {"reason": "ok"}, "waiver.reason"),
        (ANA, {"reason": " "}, "waiver.reason"),
        (ANA, {"rule": "release.held"}, "waiver.never"),
        (ANA, {"rule": "journal.alarm"}, "waiver.never"),
        (ANA, {"rule": "no.such"}, "waiver.nothing"),
        (ANA, {"subject": "item:other"}, "waiver.nothing"),
        (ANA, {"environment": "mars"}, "environment.unknown"),
        (ANA, {"until": World().now}, "waiver.end"),
        (ANA, {"until": World().now + timedelta(days=31)}, "waiver.end"),
    ],
)
def test_a_waiver_needs_a_name_a_reason_and_an_end(actor: Actor, change: dict[str, Any], rule: str) -> None:
    """Whatever of it is missing, it is refused with what to do."""
    world = started()

    assert world.refusal(actor, waive(world, **change)).rule == rule


def test_a_waiver_is_scoped_to_its_environment() -> None:
    """What passes into production does not pass elsewhere."""
    world = started()
    world.do(ANA, waive(world, "item.open"))

    assert waivers.in_force(world.plan, world.state, world.now, "staging") == ()


def test_a_waiver_of_somebody_who_may_not_counts_for_nothing() -> None:
    """Also when they wrote it past the rules, or lost their role since."""
    world = started()
    world.do(ANA, waive(world, "item.open"))

    stripped = replace(PLAIN, waiver_roles=("security",))

    assert waivers.in_force(stripped, world.state, world.now) == ()


def test_when_anything_moved_the_confirmation_is_refused_and_shown_again() -> None:
    """A version that changes under the confirmation is another list."""
    world = started().do(BEN, Tick("tests"))
    confirmed = say_go(world)
    world.sees({"production": "1.2.1"})

    refusal = world.refusal(ANA, confirmed)

    assert (refusal.rule, refusal.exit_code) == ("go.moved", ExitCode.CONFLICT)
    assert world.state.decisions == ()


def test_time_that_goes_by_alone_moves_nothing() -> None:
    """Ages and countdowns do not make a confirmation worthless."""
    world = started().do(BEN, Tick("tests"))
    confirmed = say_go(world)
    world.later(timedelta(seconds=5))

    world.do(ANA, confirmed)

    assert len(world.state.decisions) == 1


def test_a_second_go_is_told_who_said_it() -> None:
    """One decision for one environment."""
    world = started(BOTH_MAY).do(BEN, Tick("tests"))
    world.do(ANA, say_go(world))

    refusal = world.refusal(BEN, Go("production", ""))

    assert refusal.exit_code is ExitCode.CONFLICT
    assert refusal.reason.startswith("go for production was given by aruiz at ")
    assert world.attempt(ANA, Go("production", "")) == ()


def test_a_go_does_not_speak_of_another_version() -> None:
    """After an amendment of the version it is asked for anew."""
    world = started().do(BEN, Tick("tests"))
    world.do(ANA, say_go(world)).edit(replace(PLAIN, products=(make_product(version="1.2.4"),)))

    assert not stands(world.state.decisions[0], content_of(world.plan, {}))
    world.do(BEN, AcceptAmendment(world.amend_code())).sees({"staging": "1.2.4", "production": "1.2.2"})
    world.do(ANA, say_go(world))

    assert len(world.state.decisions) == 2


def test_an_amendment_ends_waivers_of_what_it_touches() -> None:
    """They were given for what is no longer so."""
    world = started(replace(PLAIN, items=(*PLAIN.items, Item(ItemId("docs"), "Write it up"))))
    world.do(ANA, waive(world, "item.open", "item:tests"), waive(world, "item.open", "item:docs"))
    world.edit(replace(world.plan, items=(Item(ItemId("tests"), "Run all the tests"), world.plan.items[1])))
    world.do(BEN, AcceptAmendment(world.amend_code()))

    assert [one.subject for one in waivers.in_force(world.plan, world.state, world.now)] == ["item:docs"]


def test_only_the_lead_gives_go() -> None:
    """The others are told who leads, and how to take over."""
    world = started().do(BEN, Tick("tests"), Drive("ana is off to bed"))

    refusal = world.refusal(ANA, say_go(world))

    assert (refusal.rule, refusal.exit_code) == ("go.driver", ExitCode.NOT_PERMITTED)
    assert refusal.reason == "only the release lead, Ben Okafor (bokafor), can give GO"


def test_the_baton_is_passed_and_taken() -> None:
    """Passed by who drives; taken from them only with a note."""
    world = started().do(ANA, Drive("watch the queue", "ben"))
    assert world.state.baton is not None
    assert (world.state.baton.driver, world.state.baton.actor) == ("bokafor", ANA)

    assert world.refusal(CHLOE, Drive()).rule == "baton.note"
    assert world.refusal(CHLOE, Drive("me", "dai")).rule == "baton.pass"
    world.do(CHLOE, Drive("ben is off to bed"))

    assert (world.state.baton.driver, world.state.baton.before) == ("cmartin", "bokafor")


@pytest.mark.parametrize(
    ("actor", "command", "rule"),
    [
        (NOBODY, Drive(), "baton.person"),
        (ROOT, Drive(), "account.nobody"),
        (ANA, Drive("x", "nobody"), "person.unknown"),
        (ANA, Drive("x", "deploy"), "account.nobody"),
    ],
)
def test_who_does_not_drive(actor: Actor, command: Drive, rule: str) -> None:
    """A person the plan names drives, and nobody else."""
    assert started().refusal(actor, command).rule == rule


def test_taking_a_baton_that_moved_is_a_conflict() -> None:
    """A dialog says which handover it saw."""
    world = started().do(BEN, Drive("ana is off to bed"))

    assert world.refusal(ANA, Drive("mine", expect=0)).exit_code is ExitCode.CONFLICT


def test_a_freeze_by_hand_names_itself_by_its_number() -> None:
    """Several may hold; then it is said which one ends."""
    world = started().do(BEN, FreezeLine("payments fail"))
    world.do(ROOT, FreezeLine("fire", ("production",)))
    first, second = world.state.freezes_now

    assert world.refusal(ANA, Thaw()).rule == "freeze.several"
    assert world.refusal(ROOT, Thaw(first.seq)).rule == "account.nobody"
    world.do(ANA, Thaw(first.seq), Thaw())

    assert world.state.freezes_now == ()
    assert (first.covers("staging"), second.covers("staging"), second.covers("production")) == (True, False, True)
    refusal = world.refusal(BEN, Thaw(first.seq))
    assert (refusal.exit_code, "aruiz" in refusal.reason) == (ExitCode.CONFLICT, True)


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (FreezeLine(" "), "freeze.reason"),
        (FreezeLine("why", ("mars",)), "environment.unknown"),
        (FreezeLine("why", (), ("wbe",)), "product.unknown"),
        (Thaw(), "freeze.nothing"),
        (Thaw(77), "freeze.nothing"),
    ],
)
def test_a_freeze_that_makes_no_sense(command: FreezeLine | Thaw, rule: str) -> None:
    """Refused in words."""
    assert started().refusal(ANA, command).rule == rule


def test_a_bad_version_is_refused_everywhere() -> None:
    """Start, approve, go: no waiver helps."""
    world = started(replace(PLAIN, approvals=make_plan().approvals)).do(BEN, Tick("tests"))
    world.do(BEN, MarkBad("web", "1.2.3", "leaks memory"))

    assert world.refusal(ANA, say_go(world)).rule == "version.bad"
    assert world.refusal(DAI, Approve("engineering", "")).rule == "version.bad"
    assert world.refusal(ANA, waive(world, "version.bad")).rule == "waiver.never"
    assert world.refusal(ANA, MarkBad("web", "1.2.3", "me too")).exit_code is ExitCode.CONFLICT
    assert world.refusal(ROOT, ClearBad("web", "1.2.3", "x")).rule == "account.nobody"
    world.do(ANA, ClearBad("web", "1.2.3", "it was another process"))

    assert world.state.bad == {}


def test_a_version_hold_is_not_a_hold_of_the_release() -> None:
    """It keeps one version in one place, and says which."""
    world = started().do(BEN, HoldVersion("web", "production", "1.2.2", "rolled back"))

    hold = world.state.version_holds[Target("web", "production")]
    assert (hold.version, world.state.held) == ("1.2.2", None)
    assert world.refusal(ANA, HoldVersion("web", "production", "1.2.2", "x")).exit_code is ExitCode.CONFLICT
    world.do(ANA, ReleaseVersion("web", "production"))
    assert world.state.version_holds == {}


def test_a_trigger_fires_once_for_each_incident_and_asks() -> None:
    """Whoever sees it second adds nothing; after its end it may fire again."""
    world = started().do(ANA, FireTrigger("errors", "3 % of 900 requests"))
    assert world.attempt(BEN, FireTrigger("errors", "4 %")) == ()

    fired = world.state.triggers["errors"]
    assert (fired.asks, fired.observation) == (True, "3 % of 900 requests")
    assert world.refusal(ROOT, AnswerTrigger("errors", "go_on", "x")).rule == "account.nobody"
    world.do(BEN, AnswerTrigger("errors", "roll_back", "customers call"))
    assert world.refusal(ANA, AnswerTrigger("errors", "go_on", "no")).exit_code is ExitCode.CONFLICT
    world.do(ANA, ClearTrigger("errors")).do(CHLOE, FireTrigger("errors", "9 %"))

    assert world.state.triggers["errors"].asks


def test_a_claim_keeps_others_off() -> None:
    """Two people do not do it twice."""
    world = started().do(BEN, ClaimItem("tests"))

    refusal = world.refusal(ANA, ClaimItem("tests"))
    assert (refusal.rule, refusal.exit_code) == ("item.claimed", ExitCode.CONFLICT)
    assert "claimed by bokafor at " in refusal.reason
    assert world.refusal(ANA, Tick("tests")).rule == "item.claimed"
    assert world.refusal(ANA, UnclaimItem("tests")).rule == "item.unclaim-reason"
    world.do(ANA, UnclaimItem("tests", "ben went home"), Tick("tests"))

    assert world.state.item("tests").claim is None
    assert world.refusal(BEN, ClaimItem("tests")).exit_code is ExitCode.CONFLICT


def test_an_item_of_two_persons_needs_two() -> None:
    """The first says done, and it stays open; the second is another human."""
    world = started(replace(PLAIN, items=(Item(ItemId("migrate"), "Migrate", two_person=True),)))
    world.do(BEN, Tick("migrate"))
    assert world.state.item("migrate").status is ItemStatus.OPEN

    assert world.refusal(BEN, Tick("migrate")).rule == "item.second"
    assert world.refusal(Actor(1050, "bokafor-adm"), Tick("migrate")).rule == "item.second"
    assert world.refusal(ROOT, Tick("migrate")).rule == "account.nobody"
    world.do(DAI, Tick("migrate"))

    state = world.state.item("migrate")
    assert state.first is not None
    assert (state.status, state.first.actor, state.actor) == (ItemStatus.DONE, BEN, DAI)
    assert world.state.events[-1].data["first"]["user"] == "bokafor"


def test_an_undo_is_not_two_persons() -> None:
    """Taking back one's untick does not tick again what two had confirmed."""
    world = started(replace(PLAIN, items=(Item(ItemId("migrate"), "Migrate", two_person=True),)))
    world.do(BEN, Tick("migrate")).do(DAI, Tick("migrate"), Untick("migrate"))

    assert world.refusal(DAI, Undo()).rule == "undo.tick"


def test_evidence_is_required_where_the_plan_says_so() -> None:
    """A link, a file by its digest, or output; kept with the item's text."""
    world = started(replace(PLAIN, items=(Item(ItemId("backup"), "Back up", evidence_required=True),)))
    assert world.refusal(BEN, Tick("backup")).rule == "item.evidence"
    assert world.refusal(BEN, Tick("backup", evidence=(Proof("output", " "),))).rule == "item.evidence"

    world.do(BEN, Tick("backup", evidence=(Proof("file", "dump.sql", "f" * 64, 12),)))

    state = world.state.item("backup")
    assert (state.title, state.proofs) == ("Back up", (Proof("file", "dump.sql", "f" * 64, 12),))


def test_a_job_ticks_only_what_the_plan_lets_it() -> None:
    """CI is not a person."""
    items = (Item(ItemId("build"), "Build", ci=True), Item(ItemId("tests"), "Run the tests"))
    world = started(replace(PLAIN, items=items))
    job = Actor(1002, "bokafor", via="ci")
    world.do(job, Tick("build"))

    refusal = world.refusal(job, Tick("tests"))

    assert (refusal.rule, refusal.exit_code) == ("item.ci", ExitCode.NOT_PERMITTED)


def test_who_drives_says_go_from_either_account() -> None:
    """One person with two accounts is one driver."""
    world = started().do(CHLOE, Tick("tests")).do(BEN, Drive("ana is off to bed"))
    other = Actor(1050, "bokafor-adm")

    world.do(other, say_go(world, other))

    assert world.state.decisions[0].actor == other


def test_undo_closes_nothing_that_a_tick_could_not_close() -> None:
    """Somebody else is at it by now, or what comes before is open again: it is judged like the act it repeats."""
    order = (Item(ItemId("tests"), "Run the tests"), Item(ItemId("docs"), "Write it up", after=(ItemId("tests"),)))
    world = started(replace(PLAIN, items=order)).do(BEN, Tick("tests"), Tick("docs"))
    world.do(ANA, Untick("docs")).do(CHLOE, ClaimItem("docs"))

    assert world.refusal(ANA, Undo()).rule == "item.claimed"

    world.do(CHLOE, UnclaimItem("docs")).do(DAI, Untick("tests"))
    assert world.refusal(ANA, Undo()).rule == "item.after"


def test_a_job_does_not_tick_by_an_undo() -> None:
    """What a CI job may not tick, it may not tick by taking back its own untick either."""
    world = started().do(BEN, Tick("tests"))
    job = replace(DAI, via="ci")
    world.do(job, Untick("tests"))

    assert world.refusal(job, Undo()).rule == "item.ci"


def test_what_two_persons_confirm_two_persons_skip() -> None:
    """One alone does not say that it need not be done; the two say the same."""
    world = started(replace(PLAIN, items=(Item(ItemId("migrate"), "Migrate", two_person=True),)))
    assert world.refusal(ROOT, Skip("migrate", "no need")).rule == "account.nobody"
    world.do(BEN, Skip("migrate", "there is no data"))

    assert world.state.item("migrate").status is ItemStatus.OPEN
    assert world.refusal(BEN, Skip("migrate", "really")).rule == "item.second"
    refusal = world.refusal(DAI, Tick("migrate"))
    assert (refusal.rule, refusal.reason) == (
        "item.changed",
        "bokafor says it does not apply (there is no data); two persons must say the same of 'migrate'",
    )
    world.do(DAI, Skip("migrate", "no data indeed"))
    state = world.state.item("migrate")
    assert state.first is not None
    assert (state.status, state.first.actor, state.actor) == (ItemStatus.SKIPPED, BEN, DAI)


def test_the_first_of_two_takes_the_word_back_by_opening_the_item() -> None:
    """Whoever was wrong unticks; nobody can make a pair with that word any more."""
    world = started(replace(PLAIN, items=(Item(ItemId("migrate"), "Migrate", two_person=True),)))
    world.do(BEN, Tick("migrate"), Untick("migrate", "it was another host")).do(DAI, Tick("migrate"))

    state = world.state.item("migrate")
    assert state.first is not None
    assert (state.status, state.first.actor) == (ItemStatus.OPEN, DAI)


def test_what_was_skipped_by_two_is_open_as_soon_as_one_says_done() -> None:
    """Two words that differ close nothing."""
    world = started(replace(PLAIN, items=(Item(ItemId("migrate"), "Migrate", two_person=True),)))
    world.do(BEN, Skip("migrate", "there is no data")).do(DAI, Skip("migrate", "indeed"))
    world.do(ANA, Tick("migrate"))

    assert world.state.item("migrate").status is ItemStatus.OPEN
    world.do(BEN, Tick("migrate"))
    assert world.state.item("migrate").status is ItemStatus.DONE


def test_a_point_of_no_return_is_passed_with_the_first_word() -> None:
    """Whoever migrated the data knows it; rolling back is no promise while the second person is asked."""
    item = Item(ItemId("migrate"), "Migrate", two_person=True, point_of_no_return=True)
    world = started(replace(PLAIN, items=(item,))).do(BEN, Tick("migrate"))

    assert points_of_no_return(world.plan, world.state) == ((item, True),)


def test_a_go_from_before_is_no_answer_while_the_line_is_stopped() -> None:
    """Typed again during a freeze it is refused; that it was given once lets nothing through now."""
    world = started(BOTH_MAY).do(BEN, Tick("tests"))
    world.do(ANA, say_go(world)).do(BEN, FreezeLine("payments fail"))

    assert world.refusal(ANA, Go("production", "")).rule == "go.blocked"
    assert world.refusal(BEN, Go("production", "")).rule == "go.blocked"
    world.do(ANA, Thaw())
    assert world.attempt(ANA, Go("production", "")) == ()


def test_a_waiver_covers_what_it_was_given_for_and_nothing_later() -> None:
    """An item that is opened again afterwards blocks: whoever waived the others has never seen it open."""
    items = (Item(ItemId("tests"), "Run the tests"), Item(ItemId("docs"), "Write it up"))
    world = started(replace(PLAIN, items=items)).do(BEN, Tick("docs"))
    world.do(ANA, waive(world)).do(BEN, Untick("docs"))

    assert [fact.split(": ")[0] for fact in world.refusal(ANA, say_go(world)).facts] == [
        "blocker  item.open item:docs"
    ]
    world.do(ANA, waive(world))
    world.do(ANA, say_go(world))


def test_ones_own_new_waiver_replaces_the_old_one() -> None:
    """Waived for a shorter time, it ends then: the longer one is not left standing behind it."""
    world = started()
    world.do(ANA, waive(world, until=world.now + 8 * HOUR), waive(world, until=world.now + HOUR))

    (left,) = waivers.in_force(world.plan, world.state, world.now)
    assert left.until - world.now <= HOUR


def test_a_waiver_of_too_many_things_at_once_is_refused() -> None:
    """Its record names each of them."""
    items = tuple(Item(ItemId(f"item-{number}"), f"Step {number}") for number in range(3_000))
    world = started(replace(PLAIN, items=items))

    assert world.refusal(ANA, waive(world)).rule == "waiver.many"


def test_a_go_that_was_given_is_told_before_it_is_typed_again() -> None:
    """Who looks a second time sees who said it, and when."""
    world = started().do(BEN, Tick("tests"))
    assert "given by" not in go.preview(world.scene(BEN), "production").heading
    world.do(ANA, say_go(world))

    assert "; given by aruiz at " in go.preview(world.scene(BEN), "production").heading


@pytest.mark.parametrize("products", [1, 200, 900])
def test_a_large_release_is_approved_and_let_in(products: int) -> None:
    """The records of its decisions have room in the journal, and still say when something else ships."""
    made = tuple(make_product(f"payment-service-{number:04}") for number in range(products))
    world = World(make_plan(products=made, approvals=make_plan().approvals[:1], items=())).do(ANA, Start())
    for one in made:
        world.sees({"staging": "1.2.3", "production": "1.2.2"}, one.name)
    world.do(BEN, Approve("engineering", world.approve_code(BEN, "engineering")))
    world.do(ANA, say_go(world))

    assert max(size(dict(event.data)) for event in world.state.events) < 56_000
    (decision,) = world.state.decisions
    assert stands(decision, content_of(world.plan, {}))
    moved = replace(world.plan, products=(*made[:-1], replace(made[-1], version="1.2.4")))
    assert not stands(decision, content_of(moved, {}))


def test_a_waived_approval_is_waived_for_what_was_to_be_approved() -> None:
    """Whoever let it pass took on one content: another version needs the approval, or another word."""
    plan = make_plan(approvals=make_plan().approvals[:1], items=())
    world = World(plan).do(ANA, Start()).sees({"staging": "1.2.3", "production": "1.2.2"})
    world.do(ANA, waive(world, "approval.missing", "approval:engineering"))
    world.do(ANA, say_go(world))
    world.edit(replace(plan, products=(make_product(version="1.2.4"),)))
    world.do(BEN, AcceptAmendment(world.amend_code())).sees({"staging": "1.2.4", "production": "1.2.4"})

    judged = world.scene().snapshot().verdict("production")
    assert judged is not None
    assert [one.rule for one in judged.reasons if one.rule.startswith("approval.") and not one.waived] == [
        "approval.missing"
    ]
    assert "approval.missing" in {one.rule for one in open_ends(world.scene().snapshot())}


def test_where_the_first_of_two_has_spoken_somebody_else_says_the_same() -> None:
    """Who can clear it is not the first one, and what to type is what they said."""
    world = started(replace(PLAIN, items=(Item(ItemId("migrate"), "Migrate", owner="ben", two_person=True),)))
    world.do(BEN, Skip("migrate", "there is no data"))

    judged = world.scene().snapshot().verdict("production")
    assert judged is not None
    (reason,) = (one for one in judged.reasons if one.rule == "item.open")
    assert (reason.who, reason.remedy) == ("anybody but bokafor", "gonogo skip migrate --reason '...'")
