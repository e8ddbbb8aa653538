"""Break-glass: two persons waive named blockers together, for a short time, and everybody sees it."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gonogo.domain import glass
from gonogo.domain.decide import Refusal, Start
from gonogo.domain.decisions import glass as deciding
from gonogo.domain.decisions.glass import BreakGlass, EndGlass, RequestGlass
from gonogo.domain.events import Actor
from gonogo.domain.plan import Authority
from gonogo.domain.plan import BreakGlass as Allowed
from gonogo.domain.readiness import ReasonLine, Weight
from gonogo.present import report
from support.deciding import ANA, BEN, CHLOE, DAI, NOBODY, PEOPLE, World, make_plan

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
