"""Break-glass at the screen: ask, confirm as the second person, end."""

from gonogo.acts import Refusal, Scene
from gonogo.acts import glass as breaking
from gonogo.acts.glass import BreakGlass, EndGlass, RequestGlass
from gonogo.events.glass import Glass
from gonogo.rules import glass, waivers
from gonogo.rules.confirmation import Preview
from gonogo.rules.readiness import ReasonLine
from gonogo.text.tones import Span, Tone
from gonogo.tui.deeds.form import (
    Answers,
    Ask,
    Choice,
    Deed,
    Known,
    Nothing,
    Pick,
    Seeing,
    Step,
    Write,
    one_of,
    remark,
)
from gonogo.tui.deeds.voting import open_reasons, reason_key, where
from gonogo.view.verdict import SIGNS
from gonogo.view.weights import WEIGHT_TONES

_ALL = "all"
_ENOUGH = "enough"
_MOST = 10
"""Blockers that can be named one after the other at the screen; the command line takes more."""


def _which(number: int) -> Step:
    """One more blocker, or all of them, or, from the second on, no more."""

    def ask(scene: Scene, answers: Answers) -> Ask:
        taken = _taken(answers)
        if number and answers[f"blocker{number - 1}"] == _ENOUGH:
            return Known(_ENOUGH)
        found = [one for one in open_reasons(scene, answers["environment"]) if reason_key(one) not in taken]
        if _ALL in taken or (number and not found):
            return Known(_ENOUGH)
        if not found:
            return Nothing(f"{answers['environment']} has no blocker that can be waived")
        if not number and len(found) == 1:
            return Known(reason_key(found[0]))
        first = (
            Choice(_ENOUGH, (Span("No more: go on to the reason", Tone.STRONG),))
            if number
            else Choice(_ALL, (Span(f"All {len(found)} blockers shown now", Tone.STRONG),))
        )
        choices = (
            Choice(reason_key(one), (Span(f"{SIGNS[one.weight]} ", WEIGHT_TONES[one.weight]), Span(one.fact)))
            for one in found
        )
        return Pick(f"Break-glass for {answers['environment']}: which blocker?", (first, *choices))

    return ask


def _taken(answers: Answers) -> list[str]:
    given = (answers.get(f"blocker{one}", _ENOUGH) for one in range(_MOST))
    return [one for one in given if one != _ENOUGH]


def _all_of(scene: Scene, answers: Answers) -> Ask:
    """The names as they are asked for: what was on the list when it was read, never what comes later."""
    taken = _taken(answers)
    if _ALL in taken:
        taken = [reason_key(one) for one in open_reasons(scene, answers["environment"])]
    return Known("\n".join(one.replace(" ", ":", 1) for one in taken))


def _where(scene: Scene, answers: Answers) -> Ask:
    """Only where there is something to waive."""
    title = "Break-glass for which environment?"
    asked = where(title)(scene, answers)
    if not isinstance(asked, Pick):
        return asked
    found = tuple(one for one in asked.choices if open_reasons(scene, one.key))
    return one_of(title, found, "no environment has a blocker that can be waived")


def _why(scene: Scene, answers: Answers) -> Ask:
    named = answers["named"].splitlines()
    facts = {_name(one): one.fact for one in open_reasons(scene, answers["environment"])}
    told = tuple((Span("waives    ", Tone.MUTED), Span(facts.get(name, name))) for name in named)
    return Write(
        f"Break-glass for {answers['environment']}: {_many(len(named))}",
        f"Why? {waivers.REASON_LEAST} characters or more; it heads the report. A second person confirms.",
        least=waivers.REASON_LEAST,
        about=lambda _: told,
    )


def _name(one: ReasonLine) -> str:
    return reason_key(one).replace(" ", ":", 1)


def _many(count: int) -> str:
    return f"{count} blocker{'s' if count > 1 else ''}"


ASK = Deed(
    (
        ("environment", _where),
        *((f"blocker{number}", _which(number)) for number in range(_MOST)),
        ("named", _all_of),
        ("reason", _why),
    ),
    lambda _, answers: RequestGlass(
        answers["environment"], tuple(answers["named"].splitlines()), answers["reason"]
    ),
    lambda answers: f"ask for break-glass for {answers['environment']}",
)


def _choice(one: Glass) -> Choice:
    said = f"#{one.seq} by {one.asked_by.user}, {_many(len(one.panes))}: {one.reason}"
    return Choice(one.environment, (Span(f"{one.environment}  ", Tone.STRONG), Span(said)))


def _which_request(scene: Scene, _: Answers) -> Ask:
    found = tuple(_choice(one) for one in glass.requests(scene.state, scene.now))
    return one_of("Confirm break-glass for which environment?", found, "no break-glass request is open")


def _see(scene: Scene, answers: Answers) -> Preview | Refusal:
    return breaking.preview(scene, answers["environment"])


CONFIRM = Deed(
    (("environment", _which_request),),
    lambda _, answers: BreakGlass(answers["environment"], answers.get("confirm", "")),
    lambda answers: f"confirm break-glass for {answers['environment']}",
    Seeing("Break-glass", _see),
)


def _which_end(scene: Scene, _: Answers) -> Ask:
    shared = scene.inputs.shared_accounts
    found = glass.standing(scene.plan, scene.state, scene.now, "", shared)
    by_place = {one.environment: _choice(one) for one in found}
    none = "no break-glass is in force, and none is requested"
    return one_of("End break-glass for which environment?", tuple(by_place.values()), none)


END = Deed(
    (("environment", _which_end), ("reason", remark("End break-glass"))),
    lambda _, answers: EndGlass(answers["environment"], answers["reason"]),
    lambda answers: f"end break-glass for {answers['environment']}",
)
