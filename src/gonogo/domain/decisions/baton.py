"""Handover: who drives takes and passes the release manager's baton."""

from typing import Any

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain import people
from gonogo.domain.decisions import slips
from gonogo.domain.decisions.scene import Answer, Refusal, Scene, when
from gonogo.domain.text import clean
from gonogo.errors import ExitCode


class Drive(Struct, frozen=True):
    """Take the baton, or pass it to somebody the plan names."""

    note: str = ""
    to: str = ""
    """Key or account of a person; "" for oneself."""
    expect: int | None = None
    """Sequence number of the handover that was on screen; None when nothing was looked at."""


Commands = Drive


def decide(scene: Scene, command: Commands) -> Answer:
    """Judge a handover."""
    if refusal := slips.over(scene) or slips.undecided(scene, "driving"):
        return refusal
    baton = scene.state.baton
    if command.expect is not None and command.expect != (baton.seq if baton else 0):
        assert baton is not None
        return slips.lost("baton.taken", f"{baton.driver} drives: recorded", baton.actor, baton.at, scene.now)
    driver = _driver(scene, command)
    if isinstance(driver, Refusal):
        return driver
    if baton is not None and baton.driver == driver:
        return () if driver == scene.actor.user else _drives_already(scene, driver)
    note = clean(command.note.strip())
    if baton is not None and baton.driver != scene.actor.user and not note:
        return Refusal(
            ExitCode.USAGE,
            "baton.note",
            f"{people.named(scene.plan, baton.driver)} drives since {when(baton.at, scene.now)}: "
            "taking over needs a note",
            "gonogo drive --note '...'",
        )
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
    plan, me = scene.plan, scene.actor.user
    if not command.to:
        if plan.people and plan.person_of(me) is None:
            return Refusal(
                ExitCode.NOT_PERMITTED,
                "baton.person",
                f"the plan does not name {me}: somebody it names drives",
                "add the account to `people`",
            )
        return me
    person = plan.person(command.to) or plan.person_of(command.to)
    if person is None:
        return slips.unknown_name("person.unknown", "person", command.to, [one.key for one in plan.people])
    if person.shared:
        reason = f"{person.account} is an account that several people use"
        return Refusal(ExitCode.NOT_PERMITTED, "account.nobody", f"{reason}: driving needs a person")
    baton = scene.state.baton
    if baton is not None and baton.driver != me and person.account != me:
        return Refusal(
            ExitCode.NOT_PERMITTED,
            "baton.pass",
            f"{people.named(plan, baton.driver)} drives and passes the baton",
            "gonogo drive --note '...'    takes it yourself",
        )
    return person.account
