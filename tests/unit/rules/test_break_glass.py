"""Break-glass: two persons waive named blockers together, for a short time, and everybody sees it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from gonogo import events as kinds
from gonogo.acts import Refusal, amendments
from gonogo.acts import glass as deciding
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.glass import BreakGlass, EndGlass, RequestGlass
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Hold, Start
from gonogo.events import Actor, Event, EventId
from gonogo.events.state import replay
from gonogo.plan import Authority, Environment
from gonogo.plan import BreakGlass as Allowed
from gonogo.rules import amendment, completion, entitled, glass
from gonogo.rules.going import WITHOUT_GO
from gonogo.rules.readiness import ReasonLine, Weight
from gonogo.rules.standing_go import Ground
from gonogo.text.tones import line_text
from gonogo.view import report
from gonogo.view.standing import standing_lines
from support.deciding import ANA, BEN, CHLOE, DAI, NOBODY, PEOPLE, World, make_plan, read

WHERE = "production"
REASON = "checkout is down, the fix is 1.2.3"


def world(**more: object) -> World:
    """Started by ana, who leads; every approval is missing."""
    return World(make_plan(**more)).do(ANA, Start())


def ask(*named: str, reason: str = REASON) -> RequestGlass:
    """The first person's wish."""
    return RequestGlass(WHERE, named or ("approval.missing",), reason)


def confirm(here: World, actor: Actor) -> World:
    """The second person reads the list and confirms it."""
    shown = deciding.preview(here.scene(actor), WHERE)
    assert not isinstance(shown, Refusal), shown
    return here.do(actor, BreakGlass(WHERE, shown.code))


def reasons(here: World, rule: str = "approval.missing") -> list[ReasonLine]:
    """What that rule says about production now."""
    judged = here.scene().snapshot().verdict(WHERE)
    assert judged is not None
    return [one for one in judged.reasons if one.rule == rule]


def test_two_persons_waive_the_named_blockers_and_nothing_else() -> None:
    """A request waives nothing; the confirmation does, in the names of both."""
    here = world().do(ANA, ask())
    assert {one.weight for one in reasons(here)} == {Weight.BLOCKER}

    confirm(here, BEN)

    waived = reasons(here)
    assert waived
    assert {one.weight for one in waived} == {Weight.WAIVED}
    assert waived[0].waived is not None
    assert waived[0].waived.by.startswith("break-glass #")
    assert "Ana Ruiz" in waived[0].waived.by
    assert "Ben Okafor" in waived[0].waived.by
    assert waived[0].waived.glass
    judged = here.scene().snapshot().verdict("staging")
    assert judged is not None
    assert not judged.of(Weight.WAIVED)


def test_it_expires_after_the_plans_time_and_stays_in_the_report() -> None:
    """From then on its blockers count again."""
    here = confirm(world().do(ANA, ask()), BEN)

    here.later(timedelta(minutes=61))

    assert {one.weight for one in reasons(here)} == {Weight.BLOCKER}
    made = report.build(here.inputs.loaded, here.state)
    assert made.sections[0].key == "break_glass"
    assert REASON in made.sections[0].rows[0].said


def test_a_plan_sets_its_length_and_four_hours_are_the_limit() -> None:
    """Whatever is recorded."""
    here = confirm(world(authority=Authority(break_glass=Allowed(expires=timedelta(hours=9)))).do(ANA, ask()), BEN)

    assert here.state.glasses[0].until is not None
    assert here.state.glasses[0].until - here.now <= timedelta(hours=4)
    assert not glass.in_force(here.plan, here.state, here.now + timedelta(hours=4, seconds=1))


def test_the_first_person_cannot_confirm_not_even_from_a_second_account() -> None:
    """One human counts once."""
    here = world(
        people=(*PEOPLE[:1], replace(PEOPLE[1], also=("bokafor-adm",)), *PEOPLE[2:]),
        authority=Authority(break_glass=Allowed(roles=("engineering",))),
    ).do(BEN, ask())

    for same in (BEN, Actor(2001, "bokafor-adm")):
        shown = deciding.preview(here.scene(same), WHERE)
        assert not isinstance(shown, Refusal)
        assert here.refusal(same, BreakGlass(WHERE, shown.code)).rule == "glass.second"
    assert {one.weight for one in reasons(here)} == {Weight.BLOCKER}


def test_by_default_one_of_the_two_is_the_release_lead() -> None:
    """Two others cannot."""
    here = world().do(BEN, ask())

    assert here.refusal(CHLOE, BreakGlass(WHERE, "")).rule == "glass.second"
    confirm(here, ANA)
    assert {one.weight for one in reasons(here)} == {Weight.WAIVED}


def test_with_roles_each_of_the_two_leads_or_has_one_of_them() -> None:
    """The plan says who."""
    here = world(authority=Authority(break_glass=Allowed(roles=("security",))))

    assert here.refusal(BEN, ask()).rule == "glass.role"
    here.do(DAI, ask())
    assert here.refusal(CHLOE, BreakGlass(WHERE, "")).rule == "glass.role"
    confirm(here, ANA)


def test_an_account_the_plan_does_not_name_takes_no_part() -> None:
    """Neither as the first nor as the second."""
    here = world()

    assert here.refusal(NOBODY, ask()).rule == "glass.role"


def test_one_person_alone_is_told_what_to_do_instead() -> None:
    """A plan that names one person has no second one."""
    here = world(people=PEOPLE[:1], approvals=(), gates=())

    refused = here.refusal(ANA, ask("item.open"))

    assert refused.rule == "glass.alone"
    assert "second person" in refused.remedy


def test_a_request_expires_after_fifteen_minutes() -> None:
    """The second person starts again."""
    here = world().do(ANA, ask()).later(timedelta(minutes=16))

    refused = here.refusal(BEN, BreakGlass(WHERE, ""))

    assert refused.rule == "glass.expired"
    assert {one.weight for one in reasons(here)} == {Weight.BLOCKER}


def test_rules_that_always_count_are_not_part_of_it() -> None:
    """They must be put right, and nothing of the set is waived."""
    here = world()

    assert here.refusal(ANA, ask("approval.missing", "plan.amended")).rule == "glass.never"
    assert here.state.glasses == ()


def test_what_is_unknown_is_named_one_by_one() -> None:
    """As for every waiver."""
    here = world()
    judged = here.scene().snapshot().verdict(WHERE)
    assert judged is not None
    unknown = judged.of(Weight.UNKNOWN)[0]
    one = (unknown.members or (unknown,))[0]

    assert here.refusal(ANA, ask(one.rule)).rule == "waiver.unknown"
    here.do(ANA, ask(f"{one.rule}:{one.subject}"))


def test_a_blocker_that_comes_later_is_not_covered() -> None:
    """Only what was on the list."""
    here = confirm(world().do(ANA, ask("approval.missing:approval:qa")), BEN)

    weights = {one.subject: one.weight for one in reasons(here)}

    assert weights["approval:qa"] is Weight.WAIVED
    assert weights["approval:security"] is Weight.BLOCKER


def test_anybody_ends_it_and_its_blockers_count_again() -> None:
    """Stopping is everybody's."""
    here = confirm(world().do(ANA, ask()), BEN).do(NOBODY, EndGlass(WHERE))

    assert {one.weight for one in reasons(here)} == {Weight.BLOCKER}
    assert here.state.glasses[0].ended is not None


def test_another_request_waits_while_one_is_open() -> None:
    """The second person is told to confirm that one."""
    here = world().do(ANA, ask())

    refused = here.refusal(BEN, ask("approval.missing"))

    assert refused.rule == "glass.requested"
    assert refused.remedy == "gonogo break-glass confirm production"


@pytest.mark.parametrize("reason", ["", "ok", "..."])
def test_it_needs_a_reason_that_says_something(reason: str) -> None:
    """It heads the report."""
    assert world().refusal(ANA, ask(reason=reason)).rule == "glass.reason"


def test_another_list_than_the_one_shown_is_not_confirmed() -> None:
    """The code binds the second person's word to the list."""
    here = world().do(ANA, ask())
    shown = deciding.preview(here.scene(BEN), WHERE)
    assert not isinstance(shown, Refusal)
    here.do(ANA, ask("approval.missing:approval:qa"))

    assert here.refusal(BEN, BreakGlass(WHERE, shown.code)).rule.endswith("moved")


def goes(here: World) -> Ground:
    """What the recorded go for production is worth now."""
    (given,) = here.scene().snapshot().goes
    return given.ground


def open_approvals(here: World) -> set[str]:
    """The approvals that keep the release from being completed."""
    found = completion.open_ends(here.scene().snapshot())
    return {one.subject for one in found if one.rule == "approval.missing"}


def under_glass() -> World:
    """Everything else in order; the go for production rests on break-glass."""
    here = world(items=(), triggers=(), environments=(Environment(WHERE, production=True),))
    here.knows(read(here.plan.products[0])).sees({WHERE: "1.2.2"})
    here.do(ANA, ask(*every_reason(here)))
    confirm(here, BEN)
    return here.do(ANA, Go(WHERE, here.go_code(ANA, WHERE)))


def every_reason(here: World) -> tuple[str, ...]:
    """Each one that stands against a go, by its name."""
    judged = here.scene().snapshot().verdict(WHERE)
    assert judged is not None
    found = [member for one in judged.reasons for member in (one.members or (one,))]
    return tuple(f"{one.rule}:{one.subject}" for one in found if one.weight in {Weight.BLOCKER, Weight.UNKNOWN})


def test_a_deployment_that_a_go_under_break_glass_let_in_is_not_without_go() -> None:
    """The go counts like any other, also when the break-glass is over."""
    here = under_glass().sees({WHERE: "1.2.3"})

    assert here.scene().snapshot().undecided == ()
    assert here.later(timedelta(hours=2)).scene().snapshot().undecided == ()


def test_a_go_loses_its_ground_with_the_break_glass_until_the_release_has_arrived() -> None:
    """Nobody starts a deployment on what two persons let pass for an hour."""
    here = under_glass()
    assert goes(here) is Ground.HOLDS

    here.later(timedelta(hours=2)).sees({WHERE: "1.2.2"})
    assert goes(here) is Ground.LOST

    here.sees({WHERE: "1.2.3"})
    assert goes(here) is Ground.HOLDS


def test_what_a_go_took_on_by_break_glass_is_settled_when_the_release_completes() -> None:
    """The two stand for it by name; an approval they did not name stays open."""
    here = world()
    assert open_approvals(here)
    here = under_glass()

    here.later(timedelta(hours=2)).sees({WHERE: "1.2.3"})

    assert open_approvals(here) == set()


def test_a_go_that_names_a_break_glass_which_did_not_hold_settles_nothing() -> None:
    """The number in a record is a claim: a request, or one of another rule, took nothing on."""
    here = under_glass()
    claims = replace(
        here.state.decisions[0], reasons=tuple(replace(one, waiver=1) for one in here.state.decisions[0].reasons)
    )
    here.later(timedelta(hours=2))
    here.inputs = replace(here.inputs, state=replace(here.state, decisions=(claims,)))

    assert open_approvals(here)


def test_break_glass_in_force_settles_an_approval_for_completing() -> None:
    """As a waiver in force does."""
    here = confirm(world().do(ANA, ask()), BEN)

    assert open_approvals(here) == set()


def test_a_deployment_without_go_that_break_glass_answers_for_blocks_no_later_environment() -> None:
    """What two persons take on in staging is taken on for production, as with a waiver."""
    here = world(environments=(Environment("staging", production=True), Environment(WHERE, production=True)))
    here.sees({"staging": "1.2.3"})
    assert reasons(here, WITHOUT_GO)
    here.do(ANA, RequestGlass("staging", (f"{WITHOUT_GO}:cell:web/staging",), REASON))
    shown = deciding.preview(here.scene(BEN), "staging")
    assert not isinstance(shown, Refusal)

    here.do(BEN, BreakGlass("staging", shown.code))

    assert reasons(here, WITHOUT_GO) == []
    assert completion.open_deployments(here.scene().snapshot()) == ()
    rows = next(
        one for one in report.build(here.inputs.loaded, here.state).sections if one.key == "break_glass"
    ).rows
    assert WITHOUT_GO in " ".join(rows[0].details)


def test_it_expires_in_the_middle_of_the_go_dialog() -> None:
    """The list was read while it held; the answer is judged when it is given."""
    here = world(items=(), triggers=(), environments=(Environment(WHERE, production=True),))
    here.knows(read(here.plan.products[0])).sees({WHERE: "1.2.2"})
    here.do(ANA, ask(*every_reason(here)))
    confirm(here, BEN)
    code = here.go_code(ANA, WHERE)

    here.later(timedelta(minutes=61)).sees({WHERE: "1.2.2"})

    assert here.refusal(ANA, Go(WHERE, code)).rule == "go.blocked"
    assert here.state.decisions == ()


@pytest.mark.parametrize("confirmed", [False, True], ids=["requested", "in force"])
def test_an_amendment_ends_what_names_something_it_touches(confirmed: bool) -> None:
    """It was asked for what is no longer so; the preview says that it ends."""
    here = world().do(ANA, ask("approval.missing:approval:qa"))
    if confirmed:
        confirm(here, BEN)
    slots = tuple(replace(one, quorum=1) if one.name == "qa" else one for one in here.plan.approvals)
    here.edit(replace(here.plan, approvals=slots))
    pending = amendment.pending(here.inputs.loaded, here.state)
    assert pending is not None
    number = here.state.glasses[0].seq
    assert f"ends break-glass #{number} for {WHERE}" in amendments.preview(here.scene(), pending).lines

    here.do(BEN, AcceptAmendment(here.amend_code()))

    assert here.state.glasses[0].ended is not None
    assert glass.standing(here.plan, here.state, here.now) == ()


def test_an_amendment_of_something_else_leaves_it() -> None:
    """It names what it waives, one by one."""
    here = confirm(world().do(ANA, ask("approval.missing:approval:qa")), BEN)
    items = (replace(here.plan.items[0], title="Run all tests"), *here.plan.items[1:])

    here.edit(replace(here.plan, items=items)).do(BEN, AcceptAmendment(here.amend_code()))

    assert [one.seq for one in glass.in_force(here.plan, here.state, here.now)] == [here.state.glasses[0].seq]


def test_it_is_over_when_the_plan_names_one_of_the_two_no_longer() -> None:
    """Two persons of the plan stand for it, or nobody does."""
    here = confirm(world().do(ANA, ask()), BEN)

    left = replace(here.plan, people=tuple(one for one in PEOPLE if one.key != "ben"))

    assert glass.in_force(left, here.state, here.now) == ()


def handmade(here: World, actor: Actor, kind: str, **data: object) -> World:
    """A well-chained line that no rule of this program has seen, judged when it is read."""
    here.now += timedelta(seconds=1)
    event = Event(
        here.state.seq + 1, EventId(f"made-{here.state.seq}"), here.now, actor, kind, f"glass:{WHERE}", data
    )
    flaw = entitled.why_not(event, here.state)
    here.inputs = replace(here.inputs, state=replay([replace(event, flaw=flaw)], here.state))
    return here


def covers(rule: str, subject: str) -> list[dict[str, object]]:
    """What a hand-made request claims to waive."""
    return [{"rule": rule, "subject": subject, "fact": "-", "named": True}]


def recorded_world() -> World:
    """A release whose journal says by which rules and which plan it is judged."""
    here = world()
    assert entitled.why_not(
        Event(here.state.seq + 1, EventId("x"), here.now, NOBODY, kinds.GLASS_REQUESTED, f"glass:{WHERE}", {}),
        here.state,
    )
    return here


def test_a_request_made_by_hand_from_an_unnamed_account_takes_no_open_ones_place() -> None:
    """Nobody outside the plan stops two persons by one line of their own."""
    here = recorded_world().do(ANA, ask())
    handmade(here, NOBODY, kinds.GLASS_REQUESTED, reason="mine instead", covers=covers("item.open", "item:tests"))

    confirm(here, BEN)

    assert {one.weight for one in reasons(here)} == {Weight.WAIVED}
    assert not reasons(here, "item.open") or {one.weight for one in reasons(here, "item.open")} == {Weight.BLOCKER}


@pytest.mark.parametrize("second", [NOBODY, ANA], ids=["not named", "the first again"])
def test_a_confirmation_made_by_hand_that_does_not_count_leaves_the_request_open(second: Actor) -> None:
    """It waives nothing, and does not use the request up."""
    here = recorded_world().do(ANA, ask())
    number, until = here.state.glasses[0].seq, (here.now + timedelta(hours=1)).isoformat()

    handmade(here, second, kinds.GLASS_BROKEN, request=number, until=until)

    assert {one.weight for one in reasons(here)} == {Weight.BLOCKER}
    confirm(here, BEN)
    assert {one.weight for one in reasons(here)} == {Weight.WAIVED}


def test_a_confirmation_made_by_hand_lasts_no_longer_than_the_plan_says() -> None:
    """Whatever end it claims."""
    here = recorded_world().do(ANA, ask())
    far = (here.now + timedelta(days=300)).isoformat()

    handmade(here, BEN, kinds.GLASS_BROKEN, request=here.state.glasses[0].seq, until=far)

    assert {one.weight for one in reasons(here)} == {Weight.WAIVED}
    assert {one.weight for one in reasons(here.later(timedelta(minutes=61)))} == {Weight.BLOCKER}


def test_a_confirmation_made_by_hand_after_the_request_expired_waives_nothing() -> None:
    """Both words are said within fifteen minutes."""
    here = recorded_world().do(ANA, ask()).later(timedelta(minutes=16))
    until = (here.now + timedelta(hours=1)).isoformat()

    handmade(here, BEN, kinds.GLASS_BROKEN, request=here.state.glasses[0].seq, until=until)

    assert {one.weight for one in reasons(here)} == {Weight.BLOCKER}


def test_a_request_made_by_hand_that_names_a_rule_that_always_counts_waives_it_not() -> None:
    """Not even with a real second person."""
    here = recorded_world()
    handmade(here, ANA, kinds.GLASS_REQUESTED, reason=REASON, covers=covers("release.held", "release"))
    confirm(here, BEN)
    here.do(CHLOE, Hold("the vendor is down"))

    assert {one.weight for one in reasons(here, "release.held")} == {Weight.BLOCKER}


def test_every_reader_asks_for_waivers_and_break_glass_together() -> None:
    """Whoever judges by waivers alone overlooks what two persons let pass: only what gives or ends them may."""
    source = Path(glass.__file__).parents[1]
    alone = {
        "rules/passing.py",  # the one place that reads both
        "rules/waivers.py",
        "events/state.py",
        "rules/amendment.py",  # ends both, each by its own record
        "acts/waivers.py",  # gives and withdraws
        "tui/intents/deciding.py",
        "tui/deeds/voting.py",
        "view/standing.py",  # lists them; break-glass stands above, among the alerts
        "view/report.py",
        "cli/release_facts.py",
    }  # fmt: skip
    asks = re.compile(
        r"waivers\.(in_force|holds)\b|from gonogo\.rules\.waivers import .*(in_force|holds)|state\.waivers"
    )
    found = {
        str(path.relative_to(source)) for path in source.rglob("*.py") if asks.search(path.read_text("utf-8"))
    }

    assert found == alone


def test_a_refused_go_names_the_request_that_waits_and_who_can_confirm_it() -> None:
    """Not a waiver of the same thing; whoever asked is not among them, and it is the lead unless they lead."""
    here = world(items=()).sees({"staging": "1.2.3", WHERE: "1.2.2"}).do(BEN, ask())

    refused = here.refusal(ANA, Go(WHERE, "whatever"))

    assert refused.remedy == "gonogo break-glass confirm production    by Ana Ruiz (aruiz)"
    here.do(BEN, EndGlass(WHERE)).do(ANA, ask())
    assert "by Ben Okafor (bokafor), Chloe Martin" in here.refusal(ANA, Go(WHERE, "whatever")).remedy
    here.do(ANA, EndGlass(WHERE))
    assert here.refusal(ANA, Go(WHERE, "whatever")).remedy.startswith("gonogo waive ")


def test_how_the_release_stands_lists_break_glass_with_what_was_let_pass() -> None:
    """The request with who can confirm it; what is in force with both, each blocker and its end."""
    here = world().do(BEN, ask("approval.missing:qa"))
    said = "\n".join(map(line_text, standing_lines(here.scene().snapshot())))
    assert "Let pass" in said
    assert "gonogo break-glass confirm production    by Ana Ruiz (aruiz)" in said

    confirm(here, ANA)

    said = "\n".join(map(line_text, standing_lines(here.scene().snapshot())))
    assert "by Ben Okafor (bokafor) and Ana Ruiz (aruiz) until" in said
    assert "approval.missing approval:qa" in said
    assert "gonogo break-glass confirm" not in said
