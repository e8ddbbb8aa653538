"""The audit trail in sentences."""

from gonogo import events as kinds
from gonogo.events import Event
from gonogo.text import clean
from gonogo.text.tones import Line, Span, Tone
from gonogo.view import acts

_VERBS = {
    kinds.ITEM_TICKED: ("ticked", Tone.GOOD),
    kinds.ITEM_UNTICKED: ("reopened", Tone.WARN),
    kinds.ITEM_SKIPPED: ("marked as not applicable", Tone.MUTED),
    kinds.ITEM_NOTED: ("noted on", Tone.PLAIN),
}


def who(event: Event) -> str:
    """The account the kernel named; what log-in and sudo say about it where that differs."""
    actor = event.actor
    if actor.login and actor.login != actor.user:
        return f"{actor.user} (login {actor.login})"
    return actor.user


def sentence(event: Event) -> Line:
    """What happened, in one sentence without time and name."""
    _, _, name = event.subject.partition(":")
    if event.kind == kinds.CELL_CHANGED:
        return _transition(event, name)
    if (told := acts.sentence(event)) is not None:
        return told
    if event.kind not in _VERBS:
        # written by another version of gonogo: shown as it stands, never dropped
        return (Span(f"{clean(event.kind, 60)} {clean(event.subject, 120)}", Tone.UNKNOWN),)
    verb, tone = _VERBS[event.kind]
    if event.data.get("undoes"):
        verb = f"took back #{event.data['undoes']}:"
        return (
            Span(f"{verb} "),
            Span(clean(name, 120), Tone.STRONG),
            Span(f" is {_state_word(event)} again", tone),
        )
    line = [Span(f"{verb} ", tone), Span(clean(name, 120), Tone.STRONG)]
    words = event.data.get("reason") or event.data.get("text")
    if isinstance(words, str) and words:
        line.append(Span(f": {clean(words)}"))
    elif isinstance(event.data.get("title"), str):
        line.append(Span(f"  {clean(event.data['title'])}", Tone.MUTED))
    return tuple(line)


def _state_word(event: Event) -> str:
    return {kinds.ITEM_TICKED: "ticked", kinds.ITEM_SKIPPED: "not applicable"}.get(event.kind, "open")


def _transition(event: Event, name: str) -> Line:
    versions = event.data.get("versions")
    before = event.data.get("before")
    shown = (
        " + ".join(clean(str(text), 128) for text in versions)
        if isinstance(versions, list) and versions
        else "nothing"
    )
    line = [Span("saw "), Span(clean(name, 120), Tone.STRONG), Span(f" run {shown}")]
    status = event.data.get("status")
    if isinstance(status, str) and status != "succeeded":
        line.append(Span(f" ({clean(status, 40).replace('_', ' ')})", Tone.WARN))
    # where the same version goes on running, its status is what is new
    if isinstance(before, list) and before and before != versions:
        line.append(Span(f", before {' + '.join(clean(str(text), 128) for text in before)}", Tone.MUTED))
    return tuple(line)


def event_line(event: Event) -> Line:
    """One line of the trail: number, time, who, what."""
    return (
        Span(f"#{event.seq:<5}", Tone.MUTED),
        Span(f"{event.at:%Y-%m-%d %H:%M:%S} UTC  ", Tone.MUTED),
        Span(f"{clean(who(event), 40)}  "),
        *sentence(event),
        *((Span(f"  [does not count: {clean(event.flaw)}]", Tone.BAD),) if event.flaw else ()),
    )
