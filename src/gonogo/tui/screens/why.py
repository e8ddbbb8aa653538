"""Why this verdict: every reason, grouped by weight, with its rule, age, person and next step."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from gonogo.events import Actor
from gonogo.events.state import ItemStatus
from gonogo.plan import Item
from gonogo.rules.readiness import Answer, ReasonLine, Verdict
from gonogo.rules.snapshot import Snapshot
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui import intents
from gonogo.tui.intents import Place, bindings, here
from gonogo.tui.lines import spread, wrap
from gonogo.tui.look import Look
from gonogo.tui.screens.acting import Acting
from gonogo.tui.screens.details import CopyScreen
from gonogo.tui.screens.help import HelpScreen
from gonogo.tui.screens.palette import PaletteScreen
from gonogo.tui.screens.release import ReleaseScreen
from gonogo.tui.widgets.row_list import Content, Reading, Row, RowList, Told
from gonogo.tui.widgets.spans import Lines
from gonogo.view.release import GIVEN, end_line, given_votes, vote_lines
from gonogo.view.verdict import HEADINGS, headline, reason_lines

NOTHING = "Nothing speaks against it, and nothing is unknown: GO."


class WhyScreen(Acting, inherit_bindings=False):
    """The reasons of one environment's verdict."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(here(Place.WHY))]

    def __init__(
        self,
        look: Look,
        go_to: Callable[[str], bool],
        note: str = "",
        actor: Actor | None = None,
        about: str = "",
    ) -> None:
        super().__init__(look, note, actor)
        self._go_to = go_to
        self._about = about
        """What the cursor was on when it was asked for."""
        self._environment = ""
        """Of the verdict that is shown; "" until there is a snapshot."""
        self.heading = Lines(look, [()], source=self._heading)
        self.heading.add_class("title")
        self._turned = False
        """Whether somebody has turned to another environment than the one that was asked for."""
        self.reasons = RowList(look, self.told)

    @property
    def place(self) -> Place:
        """Among the reasons."""
        return Place.WHY

    def body(self) -> Sequence[Widget]:
        """The verdict and its reasons."""
        return (self.heading, self.reasons)

    def on_mount(self) -> None:
        """Ready."""
        self.reasons.focus()
        self.fill()
        self._point()

    def watch_snapshot(self) -> None:
        """A reason may have gone."""
        self.fill()
        super().watch_snapshot()

    def verdict(self) -> Verdict | None:
        """The verdict shown: the one that is about what was asked for, until somebody turns to another."""
        if self.snapshot is None:
            return None
        wanted = self._environment or environment_of(self._about, self.snapshot)
        return self.snapshot.verdict(wanted) or self.snapshot.next

    def told(self, columns: int) -> Content:
        """The reasons in so many columns."""
        verdict = self.verdict()
        if self.snapshot is None or verdict is None:
            return Reading("Opening the journal.")
        rows = reason_rows(self.snapshot, verdict, columns - 1)
        aside = () if self._turned else self._aside(verdict, columns - 1)
        return Told((*aside, *rows) if rows else aside and (*aside, _sentence(verdict)), no_reason(verdict))

    def _aside(self, verdict: Verdict, columns: int) -> tuple[Row, ...]:
        """That nothing here is about what the cursor was on: this verdict is another answer than was asked for."""
        assert self.snapshot is not None
        item = _item(self._about, self.snapshot)
        # of what is done or does not apply nobody asks what it holds up: the cursor only stood there
        is_open = item is not None and self.snapshot.state.item(item.id).status is ItemStatus.OPEN
        if item is None or not is_open or any(is_about(one, self._about) for one in verdict.reasons):
            return ()
        told = wrap((Span(f"No environment waits for '{item.title}'.", Tone.MUTED),), columns)
        lines = [Row(f"aside:{index}", line, selectable=False, heading=True) for index, line in enumerate(told)]
        return (*lines, Row("blank:aside", (), selectable=False, heading=True))

    def fill(self) -> None:
        """Whose verdict it is, and its reasons."""
        verdict = self.verdict()
        if self.snapshot is None or verdict is None:
            return
        self._environment = verdict.environment
        self.heading.retell()
        self.reasons.retell()
        self.follow()

    def _heading(self, columns: int) -> Sequence[Line]:
        """Whose verdict, and which of how many."""
        verdict = self.verdict()
        if self.snapshot is None or verdict is None:
            return [()]
        names = [one.environment for one in self.snapshot.verdicts]
        place = f"  environment {names.index(verdict.environment) + 1} of {len(names)} "
        told = (Span(" Why "), *(end_line(self.snapshot) or headline(verdict, self.snapshot.plan)))
        return [spread(told, (Span(place, Tone.MUTED),), columns)]

    def _point(self) -> None:
        """Put the cursor on the reason that is about what was asked for."""
        verdict = self.verdict()
        reasons = verdict.reasons if verdict is not None else ()
        for key, reason in zip(reason_keys(reasons), reasons, strict=True):
            if self._about and is_about(reason, self._about):
                self.reasons.move_to(key)
                return

    @property
    def reason(self) -> ReasonLine | None:
        """The reason under the cursor."""
        verdict = self.verdict()
        if verdict is None:
            return None
        keys = dict(zip(reason_keys(verdict.reasons), verdict.reasons, strict=True))
        return keys.get(self.reasons.key)

    @property
    def subject(self) -> str:
        """What the reason under the cursor is about."""
        reason = self.reason
        if reason is None:
            kind, _, rest = self.reasons.key.partition(":")
            return f"approval:{rest.rpartition(':')[0]}" if kind == "given" else ""
        return reason.subject or reason.rule

    @property
    def filter_text(self) -> str:
        """The filter of the reasons."""
        return self.reasons.filter

    def search(self, text: str) -> None:
        """Filter the reasons."""
        self.reasons.search(text)

    def focus_body(self) -> None:
        """Back to the reasons."""
        self.reasons.focus()

    def on_row_list_moved(self) -> None:
        """Another reason is under the cursor."""
        self.follow()

    def on_other_environment(self) -> None:
        """e"""
        self._turn(1)

    def on_earlier_environment(self) -> None:
        """Left."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        verdict = self.verdict()
        if self.snapshot is None or verdict is None:
            return
        names = [one.environment for one in self.snapshot.verdicts]
        self._environment = names[(names.index(verdict.environment) + by) % len(names)]
        self._turned = True
        self.fill()
        self.reasons.action_first()

    def on_jump_to_reason(self, event: intents.JumpToReason) -> None:
        """Enter."""
        self.dismiss(None)
        self._go_to(event.subject)

    def known(self) -> Mapping[str, str]:
        """The environment whose verdict is shown, and the reason under the cursor."""
        verdict, reason = self.verdict(), self.reason
        if verdict is None:
            return {}
        found = {"shown": verdict.environment, "environment": verdict.environment}
        return found if reason is None else found | {"at_cursor": f"{reason.rule} {reason.subject}".rstrip()}

    def on_show_release(self) -> None:
        """i"""
        self.open_view(ReleaseScreen(self.look, self.note, self.actor))

    def on_filter(self) -> None:
        """/"""
        self.open_filter()

    def on_help(self) -> None:
        """?"""
        self.open_view(HelpScreen(self.look, self.context(), self.note, self.actor))

    def on_palette(self) -> None:
        """:"""
        self.open_view(PaletteScreen(self.look, self.context(), self.action_wish, self.note, self.actor))

    def on_copy(self) -> None:
        """y"""
        reason = self.reason
        if reason is not None:
            self.open_view(CopyScreen(self.look, reason.remedy or reason.fact, self.note, self.actor))


def is_about(reason: ReasonLine, subject: str) -> bool:
    """Whether a reason is about it, also as one of several."""
    return reason.subject == subject or any(one.subject == subject for one in reason.members)


def environment_of(subject: str, snapshot: Snapshot) -> str:
    """Whose verdict explains what the cursor is on: the first from the next one on that has a reason about it."""
    kind, _, name = subject.partition(":")
    if kind == "cell":
        return name.partition("/")[2]
    verdicts = list(snapshot.verdicts)
    index = next((at for at, one in enumerate(verdicts) if one.environment == snapshot.next.environment), 0)
    from_next = (*verdicts[index:], *verdicts[:index])
    about = (one.environment for one in from_next if any(is_about(reason, subject) for reason in one.reasons))
    item = _item(subject, snapshot)
    still_open = item is not None and snapshot.state.item(item.id).status is ItemStatus.OPEN
    return next(about, "") or (item.environment if item is not None and still_open else "")


def _item(subject: str, snapshot: Snapshot) -> Item | None:
    kind, _, name = subject.partition(":")
    return snapshot.plan.item(name) if kind == "item" else None


def _sentence(verdict: Verdict) -> Row:
    return Row("nothing", (Span(no_reason(verdict), Tone.GOOD),), selectable=False, heading=True)


def no_reason(verdict: Verdict) -> str:
    """The sentence for a verdict without a reason: it says GO only of one that is."""
    return NOTHING if verdict.answer is Answer.GO else f"No reason is given for this {verdict.answer.value}."


def reason_keys(reasons: Sequence[ReasonLine]) -> tuple[str, ...]:
    """A key for each, stable while the reason stands: its words may count seconds."""
    names = [f"{reason.weight}:{reason.rule}:{reason.subject}" for reason in reasons]
    return tuple(f"{name}:{names[:index].count(name)}" for index, name in enumerate(names))


def reason_rows(snapshot: Snapshot, verdict: Verdict, columns: int) -> tuple[Row, ...]:
    """Headings, and each reason with the lines that explain it; last what was approved."""
    rows: list[Row] = []
    given = given_votes(snapshot, verdict.environment)
    if given and not verdict.reasons:
        rows.append(_sentence(verdict))
    for weight, heading in HEADINGS.items():
        reasons = verdict.of(weight)
        if not reasons:
            continue
        if rows:
            rows.append(Row(f"blank:{weight}", (), selectable=False, heading=True))
        line: Line = (Span(f"{heading} ({len(reasons)})", Tone.STRONG),)
        rows.append(Row(f"weight:{weight}", line, selectable=False, heading=True))
        for key, reason in zip(reason_keys(reasons), reasons, strict=True):
            rows.extend(_rows(key, reason_lines(reason, snapshot.now), columns))
    if given:
        rows += [
            Row("blank:given", (), selectable=False, heading=True),
            Row("heading:given", (Span(f"{GIVEN} ({len(given)})", Tone.STRONG),), selectable=False, heading=True),
        ]
        for one, vote in given:
            rows.extend(_rows(f"given:{one.slot.name}:{vote.seq}", vote_lines(snapshot, one, vote), columns))
    return tuple(rows)


def _rows(key: str, told: Sequence[Line], columns: int) -> list[Row]:
    lines = [part for line in told for part in wrap(line, columns, 4)]
    return [
        Row(key if not index else f"{key}:{index}", line, selectable=not index) for index, line in enumerate(lines)
    ]
