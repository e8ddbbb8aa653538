"""Which refusals the journal keeps: a case is a row."""

from typing import NamedTuple

import pytest

from gonogo.acts import Command
from gonogo.acts.amendments import AcceptAmendment
from gonogo.acts.approvals import Approve, Reject
from gonogo.acts.baton import Drive
from gonogo.acts.checklist import Tick
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.go import Go
from gonogo.acts.lifecycle import Cancel, Complete, Hold, Resume, Start
from gonogo.acts.rollback import RollBack
from gonogo.acts.waivers import Waive
from gonogo.events import ACT_REFUSED, Actor
from gonogo.plan import ItemId
from support.deciding import ANA, BEN, CHLOE, NOBODY, NOW, ROOT, World


def started() -> World:
    """Ana has started it."""
    return World().do(ANA, Start())


class Row(NamedTuple):
    """Somebody tries something that is refused."""

    what: str
    actor: Actor
    command: Command
    rule: str
    subject: str
    """"" when nothing is kept."""


ROWS = [
    Row("a gate blocks", ANA, Go("production", ""), "go.blocked", "go:production"),
    Row("root starts nothing else", ROOT, Resume("it is over"), "account.nobody", "release"),
    Row("four eyes", ANA, Approve("engineering", ""), "approval.requester", "approval:engineering"),
    Row("a role that is missing", NOBODY, Approve("qa", ""), "approval.role", "approval:qa"),
    Row("a rejection without the role", NOBODY, Reject("qa", "no"), "approval.role", "approval:qa"),
    Row("a waiver without the role", CHLOE, Waive("item.open", "", "staging", "ten letters", NOW), "waiver.role",
        "waiver:staging"),
    Row("something is open", ANA, Complete(""), "complete.open", "release"),
    Row("a list that moved", ANA, Cancel("over", "0000-0000"), "cancel.moved", "release"),
    Row("root thaws nothing", ROOT, Thaw(), "account.nobody", "freeze:now"),
    Row("root does not drive", ROOT, Drive(), "account.nobody", "baton"),
    Row("nowhere to go back to", ANA, RollBack("web", (), "it smells", False, ""), "rollback.target",
        "rollback:web"),
    Row("one person is not two", CHLOE, Tick(ItemId("migrate")), "item.second", "item:migrate"),
    Row("a mistyped name", ANA, Go("prod", ""), "environment.unknown", ""),
    Row("no reason", ANA, Hold(""), "hold.reason", ""),
    Row("the dots of a hint for a reason", ANA, Hold("..."), "hold.reason", ""),
    Row("a freeze without words", ANA, FreezeLine(""), "freeze.reason", ""),
    Row("nothing to accept", ANA, AcceptAmendment(""), "amend.nothing", ""),
    Row("nothing to resume", ANA, Resume("it is over"), "release.not-held", ""),
    Row("somebody was first", BEN, Start(), "release.started", ""),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what.replace(" ", "-"))
def test_a_refusal_by_a_rule_is_kept_and_a_slip_is_not(row: Row) -> None:
    """With the rule, what was asked for and by whom; the state is what it was."""
    world = started()
    if row.rule == "item.second":
        world.do(CHLOE, Tick(ItemId("migrate")))
    before = world.state.seq

    refusal = world.refusal(row.actor, row.command)

    kept = [one for one in world.state.events if one.seq > before]
    assert refusal.rule == row.rule
    assert [(one.kind, one.subject, one.actor) for one in kept] == (
        [(ACT_REFUSED, row.subject, row.actor)] if row.subject else []
    )
    if kept:
        assert kept[0].data["rule"] == row.rule


def test_what_is_tried_again_and_again_is_kept_once() -> None:
    """Until something else happens to it, or somebody else tries."""
    world = started()
    for actor in (ANA, ANA, BEN, BEN, ANA):
        world.refusal(actor, Complete(""))

    assert sum(one.kind == ACT_REFUSED for one in world.state.events) == 3


def test_a_refusal_names_what_was_asked_for() -> None:
    """The words of the act, so that the trail tells it without the terminal it was typed in."""
    world = started()

    world.refusal(CHLOE, Waive("item.open", "item:tests", "staging", "we know about it", NOW))

    assert world.state.events[-1].data["asked"] == {
        "rule": "item.open", "subject": "item:tests", "environment": "staging", "reason": "we know about it",
        "until": str(NOW),
    }  # fmt: skip
