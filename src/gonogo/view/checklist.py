"""The checklist in rows. The mark is text, so that ticked and open differ without colour."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from gonogo.events.state import ItemState, ItemStatus, ReleaseState
from gonogo.facts.named_files import NamedFiles
from gonogo.plan import Group, Guide, Item, Plan
from gonogo.rules.checks import Standing, describe
from gonogo.text import clean
from gonogo.text.durations import duration_text
from gonogo.text.spans import age
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.checks import check_words, says
from gonogo.view.markdown import markdown_lines

MARKS = {ItemStatus.DONE: "[x]", ItemStatus.OPEN: "[ ]", ItemStatus.SKIPPED: "[-]"}
_TONES = {ItemStatus.DONE: Tone.GOOD, ItemStatus.OPEN: Tone.PLAIN, ItemStatus.SKIPPED: Tone.MUTED}
WORDS = {ItemStatus.DONE: "ticked", ItemStatus.OPEN: "open", ItemStatus.SKIPPED: "not applicable"}


class ItemRow(Struct, frozen=True):
    """One line of the checklist, in parts a front end may lay out."""

    key: str
    """Item id; `phase:NAME` for a heading, `return:ITEM` for the line of no return below an item."""
    heading: bool
    mark: str
    title: str
    owner: str
    """Display name of the owner; "" when nobody is named."""
    who: str
    """Who brought it into this state and when; for an open one what it waits for."""
    tone: Tone
    notes: int = 0
    indent: int = 0
    """How deep it stands in groups."""
    beyond: bool = False
    """Whether it stands below a line of no return: there, going back means rolling forward."""


class Listed(Protocol):
    """What a checklist is drawn from: a snapshot, or the journal alone where nothing else was looked at."""

    @property
    def plan(self) -> Plan:
        """Whose checklist it is."""
        ...

    @property
    def state(self) -> ReleaseState:
        """Who did what."""
        ...

    @property
    def now(self) -> datetime:
        """UTC."""
        ...

    @property
    def check_files(self) -> Mapping[str, NamedFiles]:
        """By item: what the files that its check's command names are now."""
        ...


def rows(release: Listed) -> tuple[ItemRow, ...]:
    """Headings and items in the plan's order."""
    found: list[ItemRow] = []
    phase = group = None
    beyond = False
    for item in release.plan.items:
        if item.phase != phase and item.phase:
            found.append(_heading(release, item.phase))
        if item.group and item.group != group and (around := release.plan.group(item.group)):
            found.append(_group(release, around))
        phase, group = item.phase, item.group
        found.append(replace(item_row(release, item), beyond=beyond))
        if item.point_of_no_return:
            found.append(_line_below(release, item))
            beyond = True
    return tuple(found)


FORWARD = "(forward)"
"""Behind a title that speaks of going back, below the line where there is no way back."""


_BACK = ("rollback", "roll back", "rolling back", "go back", "going back")


def forward_only(row: ItemRow) -> bool:
    """Whether the row speaks of a rollback where that means rolling forward."""
    said = row.title.casefold()
    return (
        row.beyond and not row.heading and any(word in said for word in ("rollback", "roll back", "rolling back"))
    )


def line_above(plan: Plan, item: Item) -> Item | None:
    """The point of no return that an item stands below; None for one above every line."""
    lines = (one for one in plan.items[: plan.items.index(item)] if one.point_of_no_return)
    return next(lines, None)


def _line_below(release: Listed, item: Item) -> ItemRow:
    """The line that is drawn where the word rollback changes its meaning."""
    crossed = release.state.item(item.id).happened
    words = "no return: going back now means rolling forward" if crossed else "no return below: only forward"
    return ItemRow(f"return:{item.id}", True, "", words, "", "", Tone.BAD if crossed else Tone.WARN)


def _heading(release: Listed, phase: str) -> ItemRow:
    items = [item for item in release.plan.items if item.phase == phase]
    closed = sum(release.state.item(item.id).status is not ItemStatus.OPEN for item in items)
    tone = Tone.GOOD if closed == len(items) else Tone.STRONG
    return ItemRow(f"phase:{phase}", True, "", phase, f"{closed}/{len(items)}", "", tone)


def _group(release: Listed, group: Group) -> ItemRow:
    """The title that items stand under: done when they are."""
    items = [item for item in release.plan.items if item.group == group.id]
    closed = sum(release.state.item(item.id).status is not ItemStatus.OPEN for item in items)
    done = closed == len(items)
    mark = MARKS[ItemStatus.DONE if done else ItemStatus.OPEN]
    words = f"{closed}/{len(items)}"
    return ItemRow(f"group:{group.id}", True, mark, group.title, words, "", Tone.GOOD if done else Tone.PLAIN)


def is_late(item: Item, state: ItemState, now: datetime) -> bool:
    """Whether it is open after it was due; `now` is UTC."""
    return item.due is not None and state.status is ItemStatus.OPEN and now > item.due


def item_row(release: Listed, item: Item) -> ItemRow:
    """One item as it stands."""
    state = release.state.item(item.id)
    doubt = _doubt(release, item) if state.status is ItemStatus.DONE else ""
    return ItemRow(
        item.id,
        False,
        MARKS[state.status],
        item.title,
        owner_name(release.plan, item),
        doubt or _who(release, item, state),
        Tone.WARN if doubt or is_late(item, state, release.now) else _TONES[state.status],
        len(state.notes),
        indent=1 if item.group else 0,
    )


def _doubt(release: Listed, item: Item) -> str:
    """What the check of a ticked item says now; "" while it says nothing against it."""
    result = release.state.checks.get(item.id)
    files = release.check_files.get(item.id)
    told = says(release.plan, item, result, release.now, files)
    if told in {None, Standing.PASSED, Standing.NEVER}:
        return ""
    return check_words(release.plan, item, result, release.now, files)


def owner_name(plan: Plan, item: Item) -> str:
    """The owner as people call them."""
    person = plan.person(item.owner)
    return person.name if person else item.owner


def _who(release: Listed, item: Item, state: ItemState) -> str:
    if state.status is not ItemStatus.OPEN and state.actor and state.at:
        reason = f": {state.reason}" if state.reason else ""
        return f"{state.actor.user} {when(state.at, release.now)}{reason}"
    if due := due_words(item, release.now):
        return "; ".join(filter(None, (due, _waits(release, item, state))))
    return _waits(release, item, state)


def due_words(item: Item, now: datetime) -> str:
    """`due 21:00`, `late: due 11-24 21:00`, UTC; "" where nothing was said. `now` is UTC."""
    if item.due is None:
        return ""
    return f"{'late: due' if now > item.due else 'due'} {_moment(item.due, now)}"


def _moment(at: datetime, now: datetime) -> str:
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%m-%d %H:%M}"


def _waits(release: Listed, item: Item, state: ItemState) -> str:
    """What an open item waits for."""
    if state.first is not None:
        says = " says it does not apply" if state.first.skip else ""
        return f"1 of 2 persons: {state.first.actor.user}{says} {when(state.first.at, release.now)}"
    if state.claim is not None:
        return f"{state.claim.actor.user} is at it, {when(state.claim.at, release.now)}"
    waiting = [other for other in item.after if release.state.item(other).status is ItemStatus.OPEN]
    if waiting:
        return f"after {', '.join(waiting)}"
    if words := _words_of_check(release, item):
        return words
    reopened = f"reopened by {state.actor.user} {when(state.at, release.now)}" if state.actor and state.at else ""
    return "; ".join(filter(None, (_needs(item), reopened)))


def _needs(item: Item) -> str:
    """What a tick of it takes besides the key."""
    needs = [*(["two persons"] if item.two_person else []), *(["evidence"] if item.evidence_required else [])]
    return ", ".join(needs)


def when(at: datetime, now: datetime) -> str:
    """A moment in the least room: the time today, the date otherwise, in UTC."""
    return f"{at:%H:%M:%S}" if at.date() == now.date() else f"{at:%m-%d %H:%M}"


def row_line(row: ItemRow) -> Line:
    """A row as one line of text, for the command line."""
    if row.heading:
        mark = f"{row.mark} " if row.mark else ""
        return (Span(f"{mark}{row.title}", row.tone), Span(f"  {row.owner}", Tone.MUTED))
    indent = "  " * row.indent
    line = [Span(f"{indent}{row.mark} ", row.tone), Span(f"{row.key:<24} "), Span(row.title, Tone.PLAIN)]
    if forward_only(row):
        line.append(Span(f"  {FORWARD}", Tone.WARN))
    if row.owner:
        line.append(Span(f"  @{row.owner}", Tone.MUTED))
    if row.who:
        line.append(Span(f"  {row.who}", Tone.MUTED))
    if row.notes:
        line.append(Span(f"  ({row.notes} note{'s' if row.notes > 1 else ''})", Tone.MUTED))
    return tuple(line)


def details(release: Listed, item: Item) -> tuple[Line, ...]:
    """Everything known about an item, line by line."""
    state = release.state.item(item.id)
    group = release.plan.group(item.group) if item.group else None
    facts: list[tuple[str, str]] = [
        ("id", item.id),
        ("state", f"{WORDS[state.status]}{_by(state, release.now)}"),
        ("reason", state.reason),
        ("claim", f"{state.claim.actor.user} since {state.claim.at:%Y-%m-%d %H:%M:%S} UTC" if state.claim else ""),
        ("first", _first(state)),
        ("then", state.title if state.title != item.title else ""),
        ("phase", item.phase),
        ("group", group.title if group else ""),
        ("due", _due(item, state, release.now)),
        ("estimate", duration_text(item.guide.estimate) if item.guide.estimate else ""),
        ("owner", owner_name(release.plan, item)),
        ("for", item.environment),
        ("after", ", ".join(item.after)),
        ("evidence", "required" if item.evidence_required else ""),
        ("people", "two needed" if item.two_person else ""),
        ("check", _check(release, item)),
        ("beyond", "no return: after it, rollback means rolling forward" if item.point_of_no_return else ""),
        ("rollback", _below(release.plan, item)),
    ]
    lines: list[Line] = [(Span(item.title, Tone.STRONG),)]
    lines += [(Span(f"{label:<10}", Tone.MUTED), Span(text)) for label, text in facts if text]
    lines += [line for guide in (item.guide, group.guide if group else Guide()) for line in _how(guide)]
    for proof in state.proofs:
        digest = f" (SHA-256 {proof.sha256}, {proof.size} bytes)" if proof.sha256 else ""
        lines.append((Span(f"{proof.kind:<10}", Tone.MUTED), Span(f"{clean(proof.text)}{digest}")))
    for note in state.notes:
        lines.append((Span(f"note by {note.actor.user}, {note.at:%Y-%m-%d %H:%M:%S} UTC", Tone.MUTED),))
        lines += [(Span(f"  {text}"),) for text in note.text.splitlines()]
    return tuple(lines)


def _due(item: Item, state: ItemState, now: datetime) -> str:
    if item.due is None:
        return ""
    late = f": {age(now - item.due)} late" if is_late(item, state, now) else ""
    return f"{item.due:%Y-%m-%d %H:%M} UTC{late}"


def _how(guide: Guide) -> Iterator[Line]:
    yield from _to_hand(guide)
    if guide.description:
        yield ()
        yield from markdown_lines(guide.description)


def how_lines(item: Item) -> tuple[Line, ...]:
    """What one needs at hand while doing it: its page, and what is typed for it."""
    return tuple((Span("      "), *line) for line in _to_hand(item.guide))


def _to_hand(guide: Guide) -> Iterator[Line]:
    """Link and command; a person types it, it is never run from here."""
    for label, text in (("link", guide.link), ("type", guide.command)):
        # each line of a command stands alone, so that it is read as it will be typed
        for index, part in enumerate(text.splitlines()):
            yield (Span(f"{'' if index else label:<10}", Tone.MUTED), Span(clean(part, 1_000)))


def _first(state: ItemState) -> str:
    """What the first of two persons said."""
    one = state.first
    return f"{one.actor.user} {one.words}, at {one.at:%Y-%m-%d %H:%M:%S} UTC" if one else ""


def _check(release: Listed, item: Item) -> str:
    if item.check is None:
        return ""
    return f"{describe(item.check)}; {_words_of_check(release, item)}"


def _words_of_check(release: Listed, item: Item) -> str:
    result, files = release.state.checks.get(item.id), release.check_files.get(item.id)
    return check_words(release.plan, item, result, release.now, files)


def _below(plan: Plan, item: Item) -> str:
    line = line_above(plan, item)
    return f"below '{line.title}' the word means rolling forward: there is no way back" if line else ""


def _by(state: ItemState, now: datetime) -> str:
    if not state.actor or not state.at:
        return ""
    ago = f", {age(now - state.at)} ago" if now >= state.at else ""
    return f" by {state.actor.user} at {state.at:%Y-%m-%d %H:%M:%S} UTC{ago} (#{state.seq})"
