"""Handover: the release lead takes and hands over the lead."""

import re
from typing import Any

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import Command, Kept
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import people
from gonogo.plan import Plan
from gonogo.rules import authority
from gonogo.text import clean
from gonogo.text.spans import when


class Drive(Command, frozen=True):
    """Take the lead of the release, or hand it over to somebody the plan names."""

    note: str = ""
    to: str = ""
    """Key or account of a person; "" for oneself."""
    expect: int | None = None
    """Sequence number of the handover that was on screen; None when nothing was looked at."""
    kept = Kept("drive", "baton")

    def judge(self, scene: Scene) -> Answer:
        """Judge a handover."""
        if refusal := slips.over(scene) or slips.undecided(scene, "driving"):
            return refusal
        baton = scene.state.baton
        if self.expect is not None and self.expect != (baton.seq if baton else 0):
            assert baton is not None
            return slips.lost("baton.taken", f"{baton.driver} drives: recorded", baton.actor, baton.at, scene.now)
        driver = _driver(scene, self)
        if isinstance(driver, Refusal):
            return driver
        if baton is not None and baton.driver == driver:
            return () if driver == scene.actor.user else _drives_already(scene, driver)
        note = clean(self.note.strip())
        if baton is not None and not authority.leads(scene.plan, scene.state, scene.actor) and not note:
            if authority.accepts_offer(scene.plan, scene.state, scene.actor):
                return _taken(scene, driver, "the plan's manager takes the lead")
            return Refusal(
                ExitCode.USAGE,
                "baton.note",
                f"{people.named(scene.plan, baton.driver)} leads since {when(baton.at, scene.now)}: "
                "taking over needs a note",
                "gonogo drive --note '...'",
            )
        return _taken(scene, driver, note)


def _taken(scene: Scene, driver: str, note: str) -> Answer:
    baton = scene.state.baton
    data: dict[str, Any] = {"driver": driver, "note": note}
    if baton is not None:
        data["before"] = baton.driver
    return (scene.draft(kinds.BATON_TAKEN, "baton", data, expect=baton.seq if baton else 0),)


def _drives_already(scene: Scene, driver: str) -> Refusal:
    baton = scene.state.baton
    assert baton is not None
    return slips.lost("baton.taken", f"{driver} drives already: recorded", baton.actor, baton.at, scene.now)


def _driver(scene: Scene, command: Drive) -> str | Refusal:
    """The account that is to drive. Only whoever drives passes the baton to somebody else."""
    plan, me = authority.agreed(scene.loaded, scene.state), scene.actor.user
    baton = scene.state.baton
    if not command.to:
        if plan.people and plan.person_of(me) is None:
            return Refusal(
                ExitCode.NOT_PERMITTED,
                "baton.person",
                f"the plan does not name {me}: somebody it names drives",
                f"ask {_leaders(plan)}, or add the account to `people`",
            )
        return _may_not_lead(plan, me) or _lead_is_here(scene, plan) or me
    if not plan.people and _ACCOUNT.fullmatch(command.to):
        return command.to if authority.leads(plan, scene.state, scene.actor) else _passes(scene)
    person = plan.person(command.to) or plan.person_of(command.to)
    if person is None:
        return slips.unknown_name("person.unknown", "person", command.to, [one.key for one in plan.people])
    if person.shared:
        reason = f"{person.account} is an account that several people use"
        return Refusal(ExitCode.NOT_PERMITTED, "account.nobody", f"{reason}: driving needs a person")
    if baton is not None and not authority.leads(plan, scene.state, scene.actor) and person.account != me:
        return _passes(scene)
    if baton is None and person.account != me and not authority.can_lead(plan, me):
        return _passes(scene)
    return _may_not_lead(plan, person.account) or person.account


_ACCOUNT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


def _passes(scene: Scene) -> Refusal:
    lead = authority.lead_name(scene.plan, scene.state)
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "baton.pass",
        f"only the release lead, {lead}, hands over the lead" if lead else "the release has no lead to hand over",
        "gonogo drive --note '...'    takes it yourself",
    )


def _leaders(plan: Plan) -> str:
    return ", ".join(people.named(plan, one.account) for one in authority.leaders(plan)[:4])


def _may_not_lead(plan: Plan, account: str) -> Refusal | None:
    """Refuse an account that has none of the roles the plan asks of a release lead."""
    if authority.can_lead(plan, account):
        return None
    if plan.person_of(account) is None or not plan.authority.take_lead:
        return None  # unnamed and shared accounts are refused in their own words
    roles = " or ".join(plan.authority.take_lead)
    fact = f"the lead is taken by role {roles}, which the plan does not give to {account}"
    return Refusal(ExitCode.NOT_PERMITTED, "baton.role", fact, f"ask {_leaders(plan)}")


def _lead_is_here(scene: Scene, plan: Plan) -> Refusal | None:
    """Refuse to take over from a lead who was at work just now, where the plan does not say who may."""
    if authority.leads(plan, scene.state, scene.actor):
        return None
    free = authority.takeover_from(plan, scene.state, scene.now)
    if free is None or free <= scene.now:
        return None
    lead = authority.lead_name(plan, scene.state)
    acted, free_from = (when(at, scene.now) for at in (free - authority.SILENCE, free))
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "baton.present",
        f"{lead} leads the release and acted at {acted}: taking over is possible from {free_from} on",
        f"ask {lead}: gonogo drive --to {scene.actor.user}",
    )
