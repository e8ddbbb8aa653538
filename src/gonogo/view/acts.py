"""What people decided, in sentences for the trail and for the line after an act."""

from collections.abc import Callable, Mapping
from typing import Any

from gonogo import events as kinds
from gonogo.events import Event
from gonogo.events.reading import moment
from gonogo.events.waivers import few
from gonogo.text import clean
from gonogo.text.clocks import local_and_utc
from gonogo.text.tones import Line, Span, Tone
from gonogo.view import hotfix_acts

_SHORT = 12
"""Digits of a hash that a person can compare."""


def sentence(event: Event) -> Line | None:
    """What happened, without time and name; None for a kind that is told elsewhere."""
    told = _SENTENCES.get(event.kind)
    return told(event) if told else None


def _name(event: Event) -> str:
    return clean(event.subject.partition(":")[2], 120)


def _text(data: Mapping[str, Any], key: str, limit: int = 300) -> str:
    value = data.get(key)
    return clean(value, limit) if isinstance(value, str) else ""


def _until(event: Event) -> str:
    """The end that was recorded, to the minute in UTC; as it stands there where it is no time."""
    at = moment(event.data, "until")
    return local_and_utc(at, "UTC") if at is not None else _text(event.data, "until", 40)


def _said(words: str, tone: Tone, name: str = "", reason: str = "", after: str = "") -> Line:
    line = [Span(f"{words} " if name else words, tone)]
    if name:
        line.append(Span(name, Tone.STRONG))
    if after:
        line.append(Span(f" {after}"))
    if reason:
        line.append(Span(f": {reason}"))
    return tuple(line)


def _plain(words: str, tone: Tone) -> Callable[[Event], Line]:
    """A sentence of words, the subject's name and the reason."""

    def tell(event: Event) -> Line:
        named = ":" in event.subject
        return _said(words, tone, _name(event) if named else "", _text(event.data, "reason"))

    return tell


def _vouched(event: Event) -> Line:
    what = "said that it does not apply" if event.data.get("skip") else "said done"
    return _said(f"{what}, as the first of two,", Tone.WARN, _name(event), _text(event.data, "reason"))


def _unclaimed(event: Event) -> Line:
    was = _text(event.data, "was", 64)
    whose = f"the claim of {was} on" if was and was != event.actor.user else "the own claim on"
    return _said(f"ended {whose}", Tone.PLAIN, _name(event), _text(event.data, "reason"))


def _checked(event: Event) -> Line:
    outcome = _text(event.data, "outcome", 20)
    tone = {"passed": Tone.GOOD, "failed": Tone.BAD}.get(outcome, Tone.UNKNOWN)
    summary = _text(event.data, "summary")
    found = f"{outcome or 'ended'}, {summary}" if summary else outcome or "ended"
    return _said("ran the check of", tone, _name(event), found)


def _outline(event: Event) -> Line:
    part, parts = event.data.get("part"), event.data.get("parts")
    of = f", part {part} of {parts}" if isinstance(parts, int) and parts > 1 else ""
    return _said("kept the plan", Tone.MUTED, _name(event)[:_SHORT], after=of)


def _started(event: Event) -> Line:
    versions = event.data.get("versions")
    shown = ""
    if isinstance(versions, Mapping):
        pairs = [f"{clean(str(name), 64)} {clean(str(version), 64)}" for name, version in versions.items()]
        shown = ", ".join(pairs[:8]) + (f" and {len(pairs) - 8} more" if len(pairs) > 8 else "")
    return _said("started the release", Tone.GOOD, reason=shown)


def _amended(event: Event) -> Line:
    changes = event.data.get("changes")
    lines = [clean(one, 120) for one in changes if isinstance(one, str)] if isinstance(changes, list) else []
    more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
    return _said("accepted the amended plan", Tone.WARN, _name(event)[:_SHORT], "; ".join(lines[:3]) + more)


def _revoked(event: Event) -> Line:
    what = {"rejected": "rejection"}.get(_text(event.data, "was"), "approval")
    return _said(f"took back the {what} of", Tone.WARN, _name(event), _text(event.data, "reason"))


def _waived(event: Event) -> Line:
    covers = event.data.get("covers")
    names = tuple(clean(one, 120) for one in covers if isinstance(one, str)) if isinstance(covers, list) else ()
    subject = _text(event.data, "subject", 120) or few(names)
    rule = _text(event.data, "rule", 80)
    after = f"for {_name(event)} until {_until(event)}"
    return _said("waived", Tone.WARN, f"{rule} {subject}".rstrip(), _text(event.data, "reason"), after)


def _unwaived(event: Event) -> Line:
    after = f"for {_name(event)} (#{event.data.get('waiver')})"
    return _said(
        "ended the waiver of", Tone.PLAIN, _text(event.data, "rule", 80), _text(event.data, "reason"), after
    )


def _asked_glass(event: Event) -> Line:
    rules = tuple(
        f"{_text(one, 'rule', 80)} {_text(one, 'subject', 120)}".rstrip() for one in _rows(event, "covers")
    )
    after = f"to waive {few(rules)}" if rules else ""
    return _said("asked for break-glass for", Tone.WARN, _name(event), _text(event.data, "reason"), after)


def _broke_glass(event: Event) -> Line:
    after = f"until {_until(event)}, asked by {_text(event.data, 'by', 64)} (#{event.data.get('request')})"
    return _said("confirmed break-glass for", Tone.BAD, _name(event), _text(event.data, "reason"), after)


def _ended_glass(event: Event) -> Line:
    words = (
        "withdrew the break-glass request for" if event.data.get("was") == "requested" else "ended break-glass for"
    )
    return _said(words, Tone.PLAIN, _name(event), _text(event.data, "reason"), f"(#{event.data.get('request')})")


def _rows(event: Event, key: str) -> list[Mapping[str, Any]]:
    value = event.data.get(key)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _go(event: Event) -> Line:
    reasons = event.data.get("reasons")
    rows = [one for one in reasons if isinstance(one, Mapping)] if isinstance(reasons, list) else []
    waived = sum(1 for one in rows if one.get("waiver"))
    after = f"with {waived} waived" if waived else ""
    if event.data.get("late"):
        reason = _text(event.data, "reason")
        return _said("gave a late GO for", Tone.WARN, _name(event), after=after, reason=reason)
    return _said("said GO for", Tone.GOOD if not waived else Tone.WARN, _name(event), after=after)


def _froze(event: Event) -> Line:
    scopes = [event.data.get(key) for key in ("environments", "products")]
    places = [clean(str(one), 64) for scope in scopes if isinstance(scope, list) for one in scope]
    where = f" in {', '.join(places[:8])}" if places else ""
    end = f" until {until}" if (until := _until(event)) else ""
    return _said(f"stopped the line{where}{end}", Tone.BAD, reason=_text(event.data, "reason"))


def _thawed(event: Event) -> Line:
    words = f"ended the freeze #{event.data.get('freeze')}"
    return _said(words, Tone.GOOD, reason=_text(event.data, "reason") or _text(event.data, "was"))


def _drives(event: Event) -> Line:
    driver, before = _text(event.data, "driver", 64), _text(event.data, "before", 64)
    if driver == event.actor.user:
        words = f"took over the lead from {before}" if before else "took the lead"
    else:
        words = f"handed over the lead to {driver}"
    return _said(words, Tone.STRONG, reason=_text(event.data, "note"))


def _version(words: str, tone: Tone) -> Callable[[Event], Line]:
    def tell(event: Event) -> Line:
        return _said(words, tone, _name(event).replace("/", " ", 1), _text(event.data, "reason"))

    return tell


def _held(event: Event) -> Line:
    after = f"at {_text(event.data, 'version', 64)}"
    return _said("held", Tone.WARN, _name(event), _text(event.data, "reason"), after)


def _fired(event: Event) -> Line:
    return _said("saw the rollback trigger", Tone.BAD, _name(event), _text(event.data, "observation"))


def _answered(event: Event) -> Line:
    answer = {"roll_back": "roll back", "go_on": "go on"}.get(_text(event.data, "answer"), "?")
    return _said("answered the trigger", Tone.WARN, _name(event), _text(event.data, "reason"), f"with: {answer}")


def _refused(event: Event) -> Line:
    words = f"was refused to {_text(event.data, 'act', 40) or 'act'}"
    return _said(words, Tone.BAD, "", _text(event.data, "reason"))


def _rolled_back(event: Event) -> Line:
    to = _text(event.data, "to", 128)
    return _said("rolled back", Tone.BAD, _name(event), _text(event.data, "reason"), f"to {to}")


_SENTENCES: Mapping[str, Callable[[Event], Line]] = {
    **hotfix_acts.SENTENCES,
    kinds.ITEM_VOUCHED: _vouched,
    kinds.ITEM_CLAIMED: _plain("took on", Tone.PLAIN),
    kinds.ITEM_UNCLAIMED: _unclaimed,
    kinds.CHECK_FINISHED: _checked,
    kinds.PLAN_RECORDED: _outline,
    kinds.PLAN_AMENDED: _amended,
    kinds.RELEASE_STARTED: _started,
    kinds.RELEASE_HELD: _plain("put the release on hold", Tone.BAD),
    kinds.RELEASE_RESUMED: _plain("resumed the release", Tone.GOOD),
    kinds.RELEASE_COMPLETED: _plain("completed the release", Tone.GOOD),
    kinds.RELEASE_CANCELLED: _plain("cancelled the release", Tone.BAD),
    kinds.APPROVAL_GIVEN: _plain("approved", Tone.GOOD),
    kinds.ROLLBACK_STARTED: _rolled_back,
    kinds.NOTES_DRAFTED: _plain("edited the notes:", Tone.PLAIN),
    kinds.NOTES_DISCARDED: _plain("gave up the edited notes:", Tone.WARN),
    kinds.MERGE_EQUATED: _plain("said that another commit does the same:", Tone.WARN),
    kinds.MERGE_WAIVED: _plain("said that the fix need not go there:", Tone.WARN),
    kinds.MERGE_WITHDRAWN: _plain("took back a word on", Tone.PLAIN),
    kinds.APPROVAL_REJECTED: _plain("rejected", Tone.BAD),
    kinds.APPROVAL_REVOKED: _revoked,
    kinds.WAIVER_GIVEN: _waived,
    kinds.WAIVER_WITHDRAWN: _unwaived,
    kinds.GLASS_REQUESTED: _asked_glass,
    kinds.GLASS_BROKEN: _broke_glass,
    kinds.GLASS_ENDED: _ended_glass,
    kinds.GO_DECIDED: _go,
    kinds.FREEZE_DECLARED: _froze,
    kinds.FREEZE_THAWED: _thawed,
    kinds.BATON_TAKEN: _drives,
    kinds.VERSION_MARKED_BAD: _version("marked as bad", Tone.BAD),
    kinds.VERSION_CLEARED: _version("cleared", Tone.GOOD),
    kinds.VERSION_HELD: _held,
    kinds.VERSION_RELEASED: _plain("let go of", Tone.PLAIN),
    kinds.TRIGGER_FIRED: _fired,
    kinds.TRIGGER_ANSWERED: _answered,
    kinds.TRIGGER_CLEARED: _plain("saw the end of the trigger", Tone.GOOD),
    kinds.ACT_REFUSED: _refused,
}
