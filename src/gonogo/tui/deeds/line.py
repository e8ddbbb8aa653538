"""Stopping the line, rollback triggers, bad and held versions."""

from datetime import datetime

from gonogo.acts import Refusal, Scene, previews, rollback
from gonogo.acts.freezes import FreezeLine, Thaw
from gonogo.acts.rollback import RollBack
from gonogo.acts.triggers import AnswerTrigger, FireTrigger
from gonogo.acts.versions import ClearBad, HoldVersion, MarkBad, ReleaseVersion
from gonogo.plan import Target
from gonogo.rules.confirmation import Preview
from gonogo.rules.rollback import points_of_no_return
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
    subject_name,
    zone_of,
)

_EVERYWHERE = "*"


def _scope(scene: Scene, _: Answers) -> Ask:
    everywhere = Choice(_EVERYWHERE, (Span("everywhere", Tone.STRONG), Span("  every product, every environment")))
    places = (Choice(one.name, (Span("only in "), Span(one.name, Tone.STRONG))) for one in scene.plan.environments)
    return one_of("Stop the line: where?", (everywhere, *places), "")


def _how_long(scene: Scene, _: Answers) -> Ask:
    zone = zone_of(scene)
    hint = f"Enter: until somebody thaws it. Or write 2h, or '2026-11-24 23:00' ({zone})."
    return Write("Stop the line: until when?", hint, "until somebody thaws it", 40, least=0, wrong=_wrong_end)


def _wrong_end(scene: Scene, text: str) -> str:
    if not text:
        return ""
    try:
        end = moment_of(scene, text)
    except ValueError as error:
        return f"{error}; write 2h, or '2026-11-24 23:00'"
    return "" if end > scene.now else "a freeze ends in the future"


def _end(scene: Scene, answers: Answers) -> Ask:
    """The moment that was meant when it was written; "" for none."""
    return Known(moment_of(scene, answers["until"]).isoformat() if answers["until"] else "")


def _stop(_scene: Scene, answers: Answers) -> FreezeLine:
    places = () if answers["where"] == _EVERYWHERE else (answers["where"],)
    end = datetime.fromisoformat(answers["end"]) if answers["end"] else None
    return FreezeLine(answers["reason"], places, until=end)


STOP = Deed(
    (
        ("where", _scope),
        ("reason", lambda *_: Write("Stop the line", "Why? Nothing goes meanwhile.")),
        ("until", _how_long),
        ("end", _end),
    ),
    _stop,
    lambda _: "stop the line",
)


def _which_freeze(scene: Scene, _: Answers) -> Ask:
    choices = tuple(
        Choice(
            str(one.seq),
            (
                Span(f"#{one.seq} ", Tone.STRONG),
                Span(f"by {one.actor.user}: {one.reason}"),
                Span(f"  {', '.join((*one.environments, *one.products)) or 'everywhere'}", Tone.MUTED),
            ),
        )
        for one in scene.state.stopped_at(scene.now)
    )
    return one_of("End which freeze?", choices, "no freeze was declared by hand")


THAW = Deed(
    (
        ("freeze", _which_freeze),
        (
            "reason",
            lambda *_: Write("Let the line run again", "A remark, or Enter for none.", "a remark", least=0),
        ),
    ),
    lambda _, answers: Thaw(int(answers["freeze"]), answers["reason"]),
    lambda _: "end the freeze",
)

# -- triggers -----------------------------------------------------------------------------------------------------


def back_words(scene: Scene) -> tuple[str, str]:
    """What going back is called now, and what it means."""
    behind = [item for item, passed in points_of_no_return(scene.plan, scene.state) if passed]
    if behind:
        return "roll forward", f"past '{behind[0].title}' there is no way back: going back means rolling forward"
    return "roll back", "go back to the version before"


def _which_trigger(scene: Scene, answers: Answers) -> Ask:
    asking = [fired for fired in scene.state.triggers.values() if fired.asks]
    named = subject_name(answers, "trigger")
    if any(fired.trigger == named for fired in asking):
        return Known(named)
    choices = tuple(
        Choice(fired.trigger, (Span(f"{fired.trigger}  ", Tone.STRONG), Span(fired.observation)))
        for fired in asking
    )
    return one_of("Answer which trigger?", choices, "no rollback trigger asks for an answer")


def _back_or_on(scene: Scene, answers: Answers) -> Ask:
    fired = scene.state.triggers.get(answers["trigger"])
    if fired is None:
        return Nothing("the trigger has not fired")
    words, meaning = back_words(scene)
    seen = (
        f"{fired.observation}, seen by {fired.actor.user} at {fired.fired_at:%H:%M:%S} UTC. Nothing is done by it."
    )
    return one_of(
        f"Trigger {fired.trigger} has fired",
        (
            Choice("go_on", (Span("go on         ", Tone.STRONG), Span("what was seen is no reason to go back"))),
            Choice("roll_back", (Span(f"{words:<13} ", Tone.STRONG), Span(meaning))),
        ),
        "",
        seen,
    )


ANSWER = Deed(
    (
        ("trigger", _which_trigger),
        ("answer", _back_or_on),
        (
            "reason",
            lambda scene, answers: Write(
                f"Trigger {answers['trigger']}: "
                + (back_words(scene)[0] if answers["answer"] == "roll_back" else "go on"),
                "Why? It stays in the trail beside your name. Nothing is done by it.",
            ),
        ),
    ),
    lambda _, answers: AnswerTrigger(answers["trigger"], answers["answer"], answers["reason"]),
    lambda answers: f"answer trigger {answers['trigger']}",
)


def _any_trigger(scene: Scene, _: Answers) -> Ask:
    choices = tuple(
        Choice(one.id, (Span(f"{one.id}  ", Tone.STRONG), Span(one.when))) for one in scene.plan.triggers
    )
    return one_of("Which trigger has fired?", choices, "the plan agrees on no rollback trigger")


CALL = Deed(
    (
        ("trigger", _any_trigger),
        (
            "observation",
            lambda _, answers: Write(
                f"Trigger {answers['trigger']} has fired",
                "What was seen? Numbers, where, since when.",
                "what was seen",
            ),
        ),
    ),
    lambda _, answers: FireTrigger(answers["trigger"], answers["observation"]),
    lambda answers: f"trigger {answers['trigger']}",
)

# -- versions -----------------------------------------------------------------------------------------------------


def _product(title: str) -> Step:
    def ask(scene: Scene, answers: Answers) -> Ask:
        here = subject_name(answers, "cell").partition("/")[0] or subject_name(answers, "product")
        ordered = sorted(scene.plan.products, key=lambda one: one.name != here)
        choices = tuple(
            Choice(one.name, (Span(f"{one.name}  ", Tone.STRONG), Span(f"{one.version} is planned")))
            for one in ordered
        )
        return one_of(title, choices, "the plan names no product")

    return ask


def _roll_back(answers: Answers, code: str) -> RollBack:
    return RollBack(answers["product"], (), answers["reason"], answers["bad"] == "yes", code)


def _see_rollback(scene: Scene, answers: Answers) -> Preview | Refusal:
    return rollback.preview(scene, _roll_back(answers, ""))


def _bad_too(scene: Scene, answers: Answers) -> Ask:
    product = scene.plan.product(answers["product"])
    version = product.version if product else ""
    return one_of(
        f"Roll back {answers['product']}: is {version} bad?",
        (
            Choice("no", (Span("no, ", Tone.STRONG), Span("it may be tried again"))),
            Choice("yes", (Span("yes, ", Tone.STRONG), Span(f"mark {version} as bad: nobody ships it any more"))),
        ),
        "",
    )


GO_BACK = Deed(
    (
        ("product", _product("Roll back which product?")),
        ("bad", _bad_too),
        ("reason", lambda _, answers: Write(f"Roll back {answers['product']}", "Why? Nothing is deployed by it.")),
    ),
    lambda _, answers: _roll_back(answers, answers["confirm"]),
    lambda answers: f"roll back {answers['product']}",
    Seeing("Roll back", _see_rollback, lambda _: ""),
)


def _which_version(scene: Scene, answers: Answers) -> Ask:
    product = scene.plan.product(answers["product"])
    planned = product.version if product else ""
    return Write(
        f"Mark a version of {answers['product']} as bad",
        f"Which version? {planned} is planned.",
        planned,
        128,
    )


def _see_bad(scene: Scene, answers: Answers) -> Preview:
    return previews.mark_bad(scene, answers["product"], answers["version"], answers["reason"])


MARK_BAD = Deed(
    (
        ("product", _product("Mark a version of which product as bad?")),
        ("version", _which_version),
        ("reason", lambda _, answers: Write(f"{answers['product']} {answers['version']} is bad", "Why?")),
    ),
    lambda _, answers: MarkBad(answers["product"], answers["version"], answers["reason"]),
    lambda answers: f"mark {answers['product']} {answers['version']} as bad",
    Seeing("Mark a version as bad", _see_bad),
)


def _marked(scene: Scene, _: Answers) -> Ask:
    choices = tuple(
        Choice(
            f"{one.product}/{one.version}",
            (Span(f"{one.product} {one.version}  ", Tone.STRONG), Span(f"by {one.actor.user}: {one.reason}")),
        )
        for one in scene.state.bad.values()
    )
    return one_of("Take back which mark?", choices, "no version is marked bad")


def _clear(_scene: Scene, answers: Answers) -> ClearBad:
    product, _, version = answers["marked"].partition("/")
    return ClearBad(product, version, answers["reason"])


CLEAR_BAD = Deed(
    (("marked", _marked), ("reason", lambda *_: Write("Take back a bad mark", "Why was it a mistake?"))),
    _clear,
    lambda answers: f"clear {answers['marked']}",
)


def _place(scene: Scene, answers: Answers) -> Ask:
    here = subject_name(answers, "cell")
    if here.startswith(f"{answers['product']}/"):
        return Known(here.partition("/")[2])
    choices = []
    for one in scene.plan.environments:
        last = scene.state.deployed(Target(answers["product"], one.name))
        runs = f"runs {' + '.join(last.versions)}" if last else "nothing recorded there"
        choices.append(Choice(one.name, (Span(f"{one.name}  ", Tone.STRONG), Span(runs))))
    return one_of(f"Hold {answers['product']} where?", tuple(choices), "the plan names no environment")


def _what_stays(scene: Scene, answers: Answers) -> Ask:
    last = scene.state.deployed(Target(answers["product"], answers["where"]))
    if last is not None and len(last.versions) == 1:
        return Known(last.versions[0])
    return Write(
        f"Hold {answers['product']} in {answers['where']}", "Which version stays there?", "the version", 128
    )


HOLD_VERSION = Deed(
    (
        ("product", _product("Hold a version of which product?")),
        ("where", _place),
        ("version", _what_stays),
        (
            "reason",
            lambda _, answers: Write(
                f"Hold {answers['product']} {answers['version']} in {answers['where']}", "Why must it stay there?"
            ),
        ),
    ),
    lambda _, answers: HoldVersion(answers["product"], answers["where"], answers["version"], answers["reason"]),
    lambda answers: f"hold {answers['product']} in {answers['where']}",
)


def _held(scene: Scene, _: Answers) -> Ask:
    choices = tuple(
        Choice(
            str(one.target),
            (Span(f"{one.target} {one.version}  ", Tone.STRONG), Span(f"by {one.actor.user}: {one.reason}")),
        )
        for one in scene.state.version_holds.values()
    )
    return one_of("Release which version?", choices, "no version is held")


def _let_go(_scene: Scene, answers: Answers) -> ReleaseVersion:
    product, _, environment = answers["held"].partition("/")
    return ReleaseVersion(product, environment, answers["reason"])


RELEASE_VERSION = Deed(
    (
        ("held", _held),
        (
            "reason",
            lambda *_: Write("Release a held version", "A remark, or Enter for none.", "a remark", least=0),
        ),
    ),
    _let_go,
    lambda answers: f"release {answers['held']}",
)
