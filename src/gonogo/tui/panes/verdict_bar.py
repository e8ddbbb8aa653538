"""The bar at the top: may we go, how long is the window, who is here, how old is what we see."""

from datetime import timedelta

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive

from gonogo.events import Actor
from gonogo.matrix import asked_about
from gonogo.rules.readiness import Answer, Verdict, Weight
from gonogo.rules.snapshot import Snapshot
from gonogo.text.spans import age
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.lines import cut, plain, spread, width
from gonogo.tui.look import Look
from gonogo.tui.widgets.spans import Lines
from gonogo.view.alerts import alerts
from gonogo.view.matrix import coarse_age
from gonogo.view.pollers import seen_by
from gonogo.view.release import driver, end_line, lifecycle
from gonogo.view.verdict import answer, headline, window_line, window_times

_ALERTS = 3
"""Lines for what is out of the ordinary; the rest is counted."""
_NAME = 6
"""Columns of a release's name below which it says nothing."""
LATE = timedelta(seconds=5)
"""Age of the last look at the journal past which the bar says so: it is looked at four times a second."""


class Standing(Struct, frozen=True):
    """What the bar shows besides the snapshot."""

    actor: Actor | None = None
    note: str = ""
    """DEMO, REHEARSAL, or "" for a release in earnest."""


class VerdictBar(Vertical):
    """Three lines that are always there, and one for each thing that is out of the ordinary."""

    snapshot: reactive[Snapshot | None] = reactive(None, repaint=False, init=False, always_update=True)

    def __init__(self, look: Look, note: str) -> None:
        super().__init__(id="verdict-bar")
        self._look = look
        self._standing = Standing(note=note)
        self._lines = Lines(look, [(), (), ()], bar=True, source=self._made)

    def compose(self) -> ComposeResult:
        """The lines."""
        yield self._lines

    def show_actor(self, actor: Actor) -> None:
        """Say who sits here."""
        self._standing = Standing(actor, self._standing.note)
        self.redraw()

    def watch_snapshot(self) -> None:
        """A snapshot came from above."""
        self.redraw()

    def on_resize(self) -> None:
        """Another width."""
        self.redraw()

    def redraw(self) -> None:
        """Draw what changed."""
        self._lines.retell()

    def _made(self, columns: int) -> tuple[Line, ...]:
        return bar_lines(self.snapshot, self._standing, columns, self._look.glyphs.ellipsis)


def bar_lines(snapshot: Snapshot | None, standing: Standing, columns: int, ellipsis: str) -> tuple[Line, ...]:
    """The bar in so many columns."""
    note = (Span(f" {standing.note} ", Tone.WARN),) if standing.note else ()
    if snapshot is None:
        waiting = plain(" UNKNOWN  opening the journal and asking the endpoints", Tone.UNKNOWN)
        return (spread(waiting, note, columns, ellipsis), (), ())
    verdict = _verdict(snapshot, columns)
    room = max(_NAME, columns - width(verdict) - width(note) - 1)
    return (
        spread(verdict, (*_release(snapshot, room, standing.note), *note), columns, ellipsis),
        spread(_window(snapshot, columns), _others(snapshot, columns), columns, ellipsis),
        _people_and_contact(snapshot, standing, columns, ellipsis),
        *_alerts(snapshot, columns, ellipsis),
    )


def _alerts(snapshot: Snapshot, columns: int, ellipsis: str) -> tuple[Line, ...]:
    """What nobody may overlook: a line each, a few at most; a trigger that asks is one key from its answer."""
    found = alerts(snapshot)
    lines = []
    for line in found[:_ALERTS]:
        asks = line[0].text.strip() == "TRIGGER"
        key = (Span(" t ", Tone.STRONG), Span("answers ", Tone.MUTED)) if asks else ()
        lines.append(spread(line, key, columns, ellipsis))
    more = len(found) - _ALERTS
    if more > 0:
        said = (Span(f" and {more} more ", Tone.BAD), Span("i ", Tone.STRONG))
        lines[-1] = spread(found[_ALERTS - 1], said, columns, ellipsis)
    return tuple(lines)


def _verdict(snapshot: Snapshot, columns: int) -> Line:
    if ended := end_line(snapshot):
        return (Span(" "), ended[0])
    line = (Span(" "), *headline(snapshot.next, snapshot.plan))
    # the brackets at the end of the headline go first; what nobody knows and what somebody let pass stay
    if columns >= 100 or width(line) <= columns * 2 // 3 or not line[-1].text.endswith(")"):
        return line
    return (*line[:-1], *_in_short(snapshot.next))


def _in_short(verdict: Verdict) -> Line:
    """`  1 unknown, 1 waived`: of what stands in the brackets of a headline, what must not be overlooked."""
    unknown = len(verdict.of(Weight.UNKNOWN)) if verdict.answer is Answer.NO_GO else 0
    counts = ((unknown, "unknown", Tone.UNKNOWN), (len(verdict.of(Weight.WAIVED)), "waived", Tone.WARN))
    told = [Span(f"{count} {word}", tone) for count, word, tone in counts if count]
    commas = [Span("  "), *(Span(", ") for _ in told)]
    return tuple(one for pair in zip(commas, told, strict=False) for one in pair)


def _release(snapshot: Snapshot, room: int, note: str) -> Line:
    """Name and life; the name gives way first, and where not even a part of it has room it is left out.

    What the `note` beside it says is not said twice.
    """
    tone = Tone.BAD if snapshot.state.held is not None else Tone.MUTED
    life = Span(f" {lifecycle(snapshot)} ", tone)
    left = min(32, room - width((life,)))
    name = (snapshot.plan.name or snapshot.plan.release).removeprefix(f"{note} ")
    return (Span(_short(name, left), Tone.STRONG), life) if left >= _NAME else (life,)


def _short(text: str, room: int) -> str:
    return "".join(span.text for span in cut(plain(text), room))


def _window(snapshot: Snapshot, columns: int) -> Line:
    window = snapshot.plan.window
    clock = window_line(window, snapshot.now)
    if window is None:
        return (Span(" "), *clock)
    times = window_times(window)
    if width(clock) + width(plain(times)) + 4 > columns:
        times = times.partition("-")[2]  # the year is known; the end in UTC may not be
    return (Span(" "), *clock, Span(f"  {times}" if columns >= 76 else "", Tone.MUTED))


def _others(snapshot: Snapshot, columns: int) -> Line:
    """The verdict of every environment, where there is room for it."""
    if columns < 120:
        return ()
    line: list[Span] = []
    for verdict in snapshot.verdicts:
        line.extend((Span(f"  {verdict.environment} ", Tone.MUTED), answer(verdict)))
    return (*line, Span(" "))


def _people_and_contact(snapshot: Snapshot, standing: Standing, columns: int, ellipsis: str) -> Line:
    """Who is here and what is known from whom, on one line: the longest words that leave room for both.

    One's own account gives way first, since it is among those who are here; then names become numbers.
    """
    people, contact = _people(snapshot), _contact(snapshot, standing, columns)
    bare, short = (_contact(snapshot, standing, columns, short=one, account=False) for one in (False, True))
    counted = _people(snapshot, counted=True)
    forms = ((people, contact), (people, bare), (counted, bare), (people, short), (counted, short))
    people, contact = next((one for one in forms if sum(map(width, one)) < columns), forms[-1])
    return spread(people, contact, columns, ellipsis)


def _people(snapshot: Snapshot, *, counted: bool = False) -> Line:
    told = str(len(snapshot.here)) if counted and snapshot.here else ", ".join(snapshot.here)
    # this session is one of them wherever anybody is told: none at all is no empty room
    line = [Span(" here: ", Tone.MUTED), Span(told) if told else Span("not known", Tone.UNKNOWN)]
    if name := driver(snapshot):
        # first, because the others give way where there is no room
        line = [Span(" lead: ", Tone.MUTED), Span(name.partition(" (")[0], Tone.STRONG), Span("  "), *line[0:]]
    return tuple(line)


def _contact(
    snapshot: Snapshot, standing: Standing, columns: int, *, short: bool = False, account: bool = True
) -> Line:
    line: list[Span] = []
    if snapshot.read_only:
        line.append(Span("READ ONLY  ", Tone.WARN))
    line.extend((*_journal(snapshot), Span("  "), *_endpoints(snapshot, standing.actor, short=short)))
    if standing.actor is not None and account:
        host = f"@{standing.actor.host}" if standing.actor.host and columns >= 100 else ""
        line.append(Span(f"  {standing.actor.user}{host}", Tone.MUTED))
    return (*line, Span(" "))


def _journal(snapshot: Snapshot) -> Line:
    if snapshot.journal_read_at is None:
        return plain("journal unread", Tone.UNKNOWN)
    if not set(snapshot.journal_problems) <= set(snapshot.journal_unread):
        return plain("journal damaged", Tone.BAD)
    late = snapshot.now - snapshot.journal_read_at
    if late > LATE:
        return plain(f"journal read {age(late)} ago", Tone.BAD)
    if snapshot.journal_unread:
        return plain("journal unread", Tone.BAD)
    return plain("journal live", Tone.MUTED)


def _endpoints(snapshot: Snapshot, actor: Actor | None, *, short: bool = False) -> Line:
    """How many answer of all that are asked, which other accounts asked, how old the newest answer is."""
    wanted = asked_about(snapshot.plan)
    asked = [cell for target, cell in snapshot.matrix.cells.items() if target in wanted]
    if not asked:
        return plain("no endpoint asked", Tone.MUTED)
    known = [cell for cell in asked if cell.is_known]
    ages = [cell.age for cell in asked if cell.age is not None]
    last = f", last {coarse_age(min(ages))}" if ages else ""
    tone = Tone.MUTED if len(known) == len(asked) else Tone.UNKNOWN
    by = seen_by(asked, actor.user if actor else "")
    what = "" if short and by else " endpoints"
    return plain(f"{len(known)}/{len(asked)}{what}{by}{last}", tone)
