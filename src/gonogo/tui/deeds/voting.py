"""Approvals, waivers, go."""

from datetime import datetime

from gonogo.acts import Refusal, Scene, approvals, go
from gonogo.acts import waivers as letting_pass
from gonogo.acts.approvals import Approve, Reject, Revoke
from gonogo.acts.go import Go
from gonogo.acts.waivers import Waive, WithdrawWaiver, each_reason
from gonogo.events import people
from gonogo.plan import Environment
from gonogo.rules import digest, waivers
from gonogo.rules import votes as counting
from gonogo.rules.confirmation import Preview
from gonogo.rules.going import fact_of
from gonogo.rules.readiness import ReasonLine, Weight
from gonogo.rules.undecided import in_environment
from gonogo.text.tones import Span, Tone
from gonogo.tui.deeds.form import (
    Answers,
    Ask,
    Choice,
    Deed,
    Known,
    Nothing,
    Seeing,
    Step,
    Write,
    moment_of,
    one_of,
    remark,
    subject_name,
    zone_of,
)
from gonogo.view.verdict import SIGNS, answer
from gonogo.view.weights import WEIGHT_TONES

# -- approvals ----------------------------------------------------------------------------------------------------


def _slot(title: str, *, mine_only: bool = False, said_only: bool = False) -> Step:
    """Which approval: the one under the cursor, or one of those this account may speak on."""

    def ask(scene: Scene, answers: Answers) -> Ask:
        named = subject_name(answers, "approval")
        if any(slot.name == named for slot in scene.plan.approvals):
            return Known(named)
        mine = set(people.roles_of(scene.plan, scene.actor))
        content = digest.content_of(scene.plan, scene.inputs.changes)
        found = [
            Choice(one.slot.name, (Span(f"{one.slot.name}  ", Tone.STRONG), Span(one.fact)))
            for one in counting.standings(
                scene.plan, scene.state, content, scene.now, scene.inputs.shared_accounts
            )
            if (not mine_only or one.slot.role in mine) and (not said_only or _said(scene, one.slot.name))
        ]
        return one_of(title, tuple(found), "there is no approval you may speak on")

    return ask


def _said(scene: Scene, slot: str) -> bool:
    return any(vote.actor.uid == scene.actor.uid for vote in scene.state.votes(slot))


def _see_approval(scene: Scene, answers: Answers) -> Preview | Refusal:
    slot = approvals.find_slot(scene, answers["name"])
    return slot if isinstance(slot, Refusal) else approvals.preview(scene, slot)


APPROVE = Deed(
    (("name", _slot("Approve: which approval?", mine_only=True)),),
    lambda _, answers: Approve(answers["name"], answers["confirm"]),
    lambda answers: f"approve {answers['name']}",
    Seeing("Approve", _see_approval, lambda _: ""),
)


REJECT = Deed(
    (
        ("name", _slot("Reject: which approval?", mine_only=True)),
        (
            "reason",
            lambda _, answers: Write(f"Reject {answers['name']}", "Why? It blocks until you take it back."),
        ),
    ),
    lambda _, answers: Reject(answers["name"], answers["reason"]),
    lambda answers: f"reject {answers['name']}",
)
REVOKE = Deed(
    (
        ("name", _slot("Take back your word on which approval?", said_only=True)),
        (
            "reason",
            lambda _, answers: Write(
                f"Take back your word on {answers['name']}", "A remark, or Enter for none.", "a remark", least=0
            ),
        ),
    ),
    lambda _, answers: Revoke(answers["name"], answers["reason"]),
    lambda answers: f"take back my word on {answers['name']}",
)

# -- go -----------------------------------------------------------------------------------------------------------


def where(title: str) -> Step:
    """Which environment: the one of the cell under the cursor comes first."""

    def ask(scene: Scene, answers: Answers) -> Ask:
        wanted = answers.get("shown", "") or subject_name(answers, "cell").partition("/")[2]
        judged = scene.snapshot()
        first = wanted or judged.next.environment
        ordered = sorted(scene.plan.environments, key=lambda one: one.name != first)
        choices = []
        for environment in ordered:
            verdict = judged.verdict(environment.name)
            said = (answer(verdict),) if verdict else ()
            choices.append(Choice(environment.name, (*_name(environment), *said)))
        return one_of(title, tuple(choices), "the plan names no environment")

    return ask


def _name(environment: Environment) -> tuple[Span, ...]:
    name = Span(f"{environment.name:<16} ", Tone.STRONG)
    return (name, Span("PRODUCTION", Tone.PRODUCTION), Span("  ")) if environment.production else (name,)


def _lateness(scene: Scene, answers: Answers) -> Ask:
    """Whether something was deployed there without a go: then this one answers for it, and says why."""
    return Known("late" if in_environment(scene.snapshot().undecided, answers["environment"]) else "")


def _why_late(scene: Scene, answers: Answers) -> Ask:
    if not answers["late"]:
        return Known("")
    where = answers["environment"]
    first = in_environment(scene.snapshot().undecided, where)[:1]
    fact = "; ".join(fact_of(scene.plan.product(one.target.product), one) for one in first)
    return Write(
        f"Late GO for {where}",
        f"Why was it deployed before a GO? {waivers.REASON_LEAST} characters or more; it heads the report.",
        least=waivers.REASON_LEAST,
        about=lambda _: ((Span(fact),),),
    )


def _go(answers: Answers) -> Go:
    return Go(
        answers["environment"], answers.get("confirm", ""), late=bool(answers["late"]), reason=answers["reason"]
    )


def _see_go(scene: Scene, answers: Answers) -> Preview:
    late = bool(answers["late"])
    return go.preview(scene, answers["environment"], late=late, reason=answers["reason"])


GO = Deed(
    (("environment", where("Go: into which environment?")), ("late", _lateness), ("reason", _why_late)),
    lambda _, answers: _go(answers),
    lambda answers: f"{'late ' if answers['late'] else ''}go for {answers['environment']}",
    Seeing("Go", _see_go, lambda answers: answers["environment"]),
)

# -- waivers ------------------------------------------------------------------------------------------------------


def open_reasons(scene: Scene, environment: str) -> list[ReasonLine]:
    """What stands against an environment now and can be waived."""
    verdict = scene.snapshot().verdict(environment)
    found = each_reason(verdict) if verdict else ()
    return [
        one for one in found if one.weight in {Weight.BLOCKER, Weight.UNKNOWN} and one.rule not in waivers.NEVER
    ]


def reason_key(one: ReasonLine) -> str:
    """Rule and subject, by which a choice is told."""
    return f"{one.rule} {one.subject}".rstrip()


def _which_reason(scene: Scene, answers: Answers) -> Ask:
    found = open_reasons(scene, answers["environment"])
    if answers.get("at_cursor") in {reason_key(one) for one in found}:
        return Known(answers["at_cursor"])
    choices = tuple(
        Choice(reason_key(one), (Span(f"{SIGNS[one.weight]} ", WEIGHT_TONES[one.weight]), Span(one.fact)))
        for one in found
    )
    if not choices:
        return Nothing(f"nothing that can be waived stands against {answers['environment']}")
    return one_of(f"Waive what for {answers['environment']}?", choices, "")


def _why_waive(scene: Scene, answers: Answers) -> Ask:
    found = {reason_key(one): one for one in open_reasons(scene, answers["environment"])}
    one = found.get(answers["reason_key"])
    fact = one.fact if one else answers["reason_key"]
    return Write(
        f"Waive for {answers['environment']}: {answers['reason_key']}",
        f"Why may it pass? {waivers.REASON_LEAST} characters or more; it stays in the bar with your name.",
        least=waivers.REASON_LEAST,
        about=lambda _: ((Span(fact),),),
    )


def _wrong_end(scene: Scene, text: str) -> str:
    try:
        end = moment_of(scene, text)
    except ValueError as error:
        return f"{error}; write 2h, or '2026-11-24 23:00'"
    if end <= scene.now:
        return "a waiver ends in the future"
    return "" if end - scene.now <= waivers.LONGEST else "a waiver lasts 30 days at most"


def _how_long(scene: Scene, _: Answers) -> Ask:
    return Write(
        "Waive until when?",
        f"Write 2h, or '2026-11-24 23:00' ({zone_of(scene)}). It weighs again from then on.",
        "2h",
        40,
        wrong=_wrong_end,
    )


def _end(scene: Scene, answers: Answers) -> Ask:
    """The moment that was meant when it was written: it must not move while the list is read."""
    return Known(moment_of(scene, answers["until"]).isoformat())


def _waive(_scene: Scene, answers: Answers) -> Waive:
    rule, _, subject = answers["reason_key"].partition(" ")
    end = datetime.fromisoformat(answers["end"])
    return Waive(rule, subject, answers["environment"], answers["reason"], end, answers.get("confirm", ""))


def _see_waiver(scene: Scene, answers: Answers) -> Preview | Refusal:
    return letting_pass.preview(scene, _waive(scene, answers))


WAIVE = Deed(
    (
        ("environment", where("Waive in which environment?")),
        ("reason_key", _which_reason),
        ("reason", _why_waive),
        ("until", _how_long),
        ("end", _end),
    ),
    _waive,
    lambda answers: f"waive {answers['reason_key']}",
    Seeing("Waive", _see_waiver),
)


def _which_waiver(scene: Scene, _: Answers) -> Ask:
    standing = waivers.in_force(scene.plan, scene.state, scene.now, "", scene.inputs.shared_accounts)
    choices = tuple(
        Choice(
            str(one.seq),
            (
                Span(f"{one.environment}  {one.about}  ", Tone.STRONG),
                Span(f"by {one.actor.user} until {one.until:%Y-%m-%d %H:%M} UTC: {one.reason}"),
            ),
        )
        for one in standing
    )
    return one_of("End which waiver?", choices, "no waiver holds")


def _withdraw(scene: Scene, answers: Answers) -> WithdrawWaiver:
    given = next(one for one in scene.state.waivers if str(one.seq) == answers["waiver"])
    return WithdrawWaiver(given.rule, given.subject, given.environment, answers["reason"])


WITHDRAW = Deed(
    (
        ("waiver", _which_waiver),
        ("reason", remark("End the waiver")),
    ),
    _withdraw,
    lambda _: "end the waiver",
)
