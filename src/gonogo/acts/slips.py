"""Refusals that several topics share, so that they say the same thing in the same words."""

from collections.abc import Mapping
from datetime import datetime

from gonogo import events as kinds
from gonogo.acts.scene import Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events import Actor, people
from gonogo.events.lifecycle import ReleaseStatus
from gonogo.rules import authority
from gonogo.rules.authority import Act
from gonogo.text import clean
from gonogo.text.names import suggest
from gonogo.text.spans import when

STATUS_WORDS = {
    ReleaseStatus.DRAFT: "a draft",
    ReleaseStatus.IN_PROGRESS: "in progress",
    ReleaseStatus.COMPLETED: "completed",
    ReleaseStatus.CANCELLED: "cancelled",
}


def undecided(scene: Scene, what: str) -> Refusal | None:
    """Refuse whoever is not one certain person; None for everybody else."""
    nobody = people.why_nobody(scene.plan, scene.actor, scene.inputs.shared_accounts)
    if not nobody:
        return None
    remedy = "log in as yourself"
    if scene.plan.person_of(scene.actor.user) is None:
        remedy += f"; or name {scene.actor.user} in the plan's people with `shared: false`"
    return Refusal(ExitCode.NOT_PERMITTED, "account.nobody", f"{nobody}: {what} needs a person", remedy)


def unnamed(scene: Scene, what: str) -> Refusal | None:
    """Refuse an account that the agreed plan does not name; None where it names nobody at all."""
    plan = authority.agreed(scene.loaded, scene.state)
    if authority.is_named(plan, scene.actor):
        return None
    names = ", ".join(people.named(plan, one.account) for one in plan.people[:4] if not one.shared)
    fact = f"the plan does not name {scene.actor.user}: {what} needs an account of `people`"
    return Refusal(ExitCode.NOT_PERMITTED, "account.unnamed", fact, f"ask {names}" if names else "")


def no_person(scene: Scene, what: str) -> Refusal | None:
    """Refuse whoever is not one certain person that the plan names; None for everybody else."""
    return undecided(scene, what) or unnamed(scene, what)


def without_authority(scene: Scene, act: Act) -> Refusal | None:
    """Refuse whoever is neither the release lead nor has a role the plan names for it; None for these."""
    plan = authority.agreed(scene.loaded, scene.state)
    barrier = authority.barrier(plan, scene.state, scene.actor, act, scene.now)
    if barrier is None:
        return None
    return Refusal(ExitCode.NOT_PERMITTED, _AUTHORITY_RULES[act], barrier.fact, barrier.remedy)


_AUTHORITY_RULES = {
    Act.GO: "go.driver",
    Act.COMPLETE: "complete.driver",
    Act.CANCEL: "cancel.driver",
    Act.RESUME: "resume.driver",
    Act.UNFREEZE: "freeze.driver",
}


def not_driving(scene: Scene, rule: str, whose: str) -> Refusal | None:
    """Refuse what is for whoever took the lead to say; None while nobody has, or the plan names nobody."""
    baton = scene.state.baton
    if baton is None or baton.by_start or not scene.plan.people:
        return None
    if people.is_account_of(scene.plan, baton.driver, scene.actor):
        return None
    fact = f"{people.named(scene.plan, baton.driver)} is the release lead, and {whose}"
    return Refusal(ExitCode.NOT_PERMITTED, rule, fact, "gonogo drive --note '...'    takes the lead")


def over(scene: Scene) -> Refusal | None:
    """Refuse to change what is completed or cancelled; None while the release lives."""
    life = scene.state.lifecycle
    if not life.is_over:
        return None
    return Refusal(
        ExitCode.NO_GO,
        "release.over",
        f"the release is {STATUS_WORDS[life.status]}{by(life.actor, life.at, scene.now)}; nothing changes now",
        "gonogo log    tells how it ended",
    )


def not_running(scene: Scene, what: str) -> Refusal | None:
    """Refuse what only a running release can do; None when it runs."""
    refusal = over(scene)
    if refusal is None and scene.state.lifecycle.status is ReleaseStatus.DRAFT:
        refusal = Refusal(
            ExitCode.NO_GO,
            "release.draft",
            f"the release is a draft: {what} comes after it has started",
            "gonogo start",
        )
    return refusal


def lost(
    rule: str, what: str, actor: Actor | None, at: datetime | None, now: datetime, remedy: str = ""
) -> Refusal:
    """Somebody was first: who, when and what."""
    return Refusal(ExitCode.CONFLICT, rule, f"{what}{by(actor, at, now)}; nothing was recorded for you", remedy)


def by(actor: Actor | None, at: datetime | None, now: datetime) -> str:
    """` by aruiz at 20:14:03 UTC`, as far as it is known."""
    who = f" by {actor.user}" if actor else ""
    return f"{who} at {when(at, now)}" if at else who


def need_reason(rule: str, what: str, reason: str, remedy: str, least: int = 1) -> Refusal | None:
    """Refuse an act without a reason; None when one is given that has `least` characters.

    Three dots are what our own hints leave open: copied as they are, they would stay beside somebody's name.
    """
    given = clean(reason.strip())
    says = any(sign.isalnum() for sign in given)
    if says and len(given) >= least:
        return None
    fact = f"{what} needs a reason"
    if given:
        fact = f"'{given}' is no reason: write " + (f"{least} characters or more" if says else "what happened")
    return Refusal(ExitCode.USAGE, rule, fact, remedy)


def unknown_name(rule: str, kind: str, wanted: str, known: list[str], article: str = "no") -> Refusal:
    """The plan has no such thing; with what may have been meant."""
    near = suggest(wanted, known)
    hint = f"did you mean '{near}'?" if near else (f"there are {', '.join(known[:12])}" if known else "")
    return Refusal(ExitCode.USAGE, rule, f"the plan has {article} {kind} '{clean(wanted, 80)}'", hint)


def refused_on_record(
    scene: Scene, refusal: Refusal, act: str, subject: str, asked: Mapping[str, str] | None = None
) -> Refusal:
    """The same refusal, to be kept in the journal with what it saw; only once when it repeats itself."""
    facts = [line[:300] for line in refusal.facts[:60]]
    data = {"act": act, "rule": refusal.rule, "reason": refusal.reason, "facts": facts, "asked": dict(asked or {})}
    last = next((one for one in reversed(scene.state.events[-50:]) if one.subject == subject), None)
    repeats = (
        last is not None
        and last.kind == kinds.ACT_REFUSED
        and last.actor.uid == scene.actor.uid
        and dict(last.data) == data
    )
    record = () if repeats else (scene.draft(kinds.ACT_REFUSED, subject, data),)
    return Refusal(refusal.exit_code, refusal.rule, refusal.reason, refusal.remedy, refusal.facts, record)
