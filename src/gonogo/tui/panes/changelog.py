"""What ships: one product at a time, breaking changes first."""

from collections.abc import Iterator, Sequence
from itertools import islice

from gonogo.changelog import Changes, ProductChanges, Unreadable
from gonogo.plan import Product
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import Place
from gonogo.tui.lines import plain, wrap
from gonogo.tui.panes.base import ListPane
from gonogo.tui.widgets.row_list import Content, Reading, Row, Told
from gonogo.view.changelog import commit_line, remarks, section_line

NOTHING = "The plan names no product."
OPENING = "Opening the journal."
_ROOMY = 64
"""Columns from which authors have a column of their own."""
_PIECE = 2_000
"""Rows that are made before keys get their turn: about 20 ms."""
_BREATH = 0.005
"""Seconds in which they get it."""


class ChangelogPane(ListPane):
    """The changes of one product; `[` and `]` turn to another."""

    place = Place.CHANGELOG
    label = "Changes"
    product = ""
    """Whose changes are shown; "" before the first snapshot."""
    _drawn: tuple[object, ...] = ()
    _listed = ""
    _coming: Iterator[Row] = iter(())
    _made: tuple[Row, ...] = ()

    def turn(self, by: int) -> None:
        """Show the product after or before this one."""
        if self.snapshot is None or not self.snapshot.plan.products:
            return
        names = [product.name for product in self.snapshot.plan.products]
        at = names.index(self.product) if self.product in names else 0
        self.product = names[(at + by) % len(names)]
        self.search("")
        self.redraw()
        self.list.action_first()
        self.retitle()

    def go_to(self, subject: str) -> bool:
        """A product is gone to by turning to it, a commit by its line."""
        kind, _, name = subject.partition(":")
        if kind != "product":
            return super().go_to(subject)
        if self.snapshot is None or self.snapshot.plan.product(name) is None:
            return False
        self.product = name
        self.redraw()
        self.retitle()
        return True

    def redraw(self) -> None:
        """Show what is known of the product's history; thousands of lines are not made anew for a clock."""
        if self.snapshot is None:
            return
        if not self.snapshot.plan.products:
            super().redraw()
            return
        product = self.snapshot.plan.product(self.product) or self.snapshot.plan.products[0]
        self.product = product.name
        changes = self.snapshot.changes.get(product.name)
        drawn = (product, changes, self.columns)
        if len(self._drawn) == len(drawn) and all(old is new for old, new in zip(self._drawn, drawn, strict=True)):
            return
        same = self._listed == product.name
        self._drawn, self._listed = drawn, product.name
        self._make(change_rows(changes, product, self.columns), [], same=same)

    def told(self, columns: int) -> Content:  # noqa: ARG002  made for the width there was: long ones take seconds
        """What has been made by now of the product's changes."""
        if self.snapshot is None:
            return Reading(OPENING)
        product = self.snapshot.plan.product(self.product)
        if product is None:
            return Reading() if self.snapshot.plan.products else Told((), NOTHING)
        return contents(product, self.snapshot.changes.get(product.name), self._made)

    def _make(self, coming: Iterator[Row], made: list[Row], *, same: bool) -> None:
        """Make the rows of a long history a piece at a time, so that keys get their turn in between.

        Where the list is another one, each piece is shown as it comes; the same list stays as it is until it has
        been made anew, for the cursor is on one of its rows.
        """
        piece = list(islice(coming, _PIECE))
        made += piece
        self._coming = coming
        if not same or len(piece) < _PIECE:
            self._made = tuple(made)
            self.list.retell()
        if len(piece) == _PIECE:
            # a timer, not call_later: that one runs before the loop has looked at anything else
            self.set_timer(_BREATH, lambda: self._go_on(coming, made, same))
        else:
            self.retitle()

    def _go_on(self, coming: Iterator[Row], made: list[Row], same: bool) -> None:
        if coming is self._coming:  # else another history has come in the meantime
            self._make(coming, made, same=same)

    def state(self) -> Line:
        """Product, range, and what the commits ask for."""
        if self.snapshot is None or not self.snapshot.plan.products:
            return ()
        names = [product.name for product in self.snapshot.plan.products]
        place = (
            f" {names.index(self.product) + 1}/{len(names)}" if self.product in names and len(names) > 1 else ""
        )
        line = [Span(self.product, Tone.STRONG), Span(place, Tone.MUTED)]
        changes = self.snapshot.changes.get(self.product)
        if isinstance(changes, ProductChanges):
            line.append(Span(f"  {_count(changes)}", Tone.PLAIN if changes.complete else Tone.BUSY))
        return self.beside(tuple(line))


def _count(changes: ProductChanges) -> str:
    noun = "commit" if changes.count == 1 else "commits"
    since = f"since {changes.base}" if changes.base else "from the first"
    return f"{changes.count} {noun} {since}{'' if changes.complete else ', reading on'}"


def contents(product: Product, changes: Changes | None, rows: Sequence[Row]) -> Content:
    """What is known of a product's changes, as rows made of them."""
    if not product.repo:
        return Told(
            rows, f"The plan names no repository for {product.name}: what ships with it is not known here."
        )
    if changes is None:
        return Reading(f"Reading the history of {product.name}.")
    if isinstance(changes, Unreadable):
        return Told(rows, f"The history of {product.name} cannot be read.")
    if not rows:
        return Reading()  # the first of them are being made
    return Told(rows, f"Nothing was committed since {changes.base or 'the beginning'}.")


def change_rows(changes: Changes | None, product: Product, columns: int) -> Iterator[Row]:
    """What must be known first, then the sections."""
    if changes is None:
        return
    if isinstance(changes, Unreadable):
        why = [(f"cannot be read: {changes.reason}", Tone.BAD), (changes.remedy, Tone.MUTED)]
        yield from _remarks(why, columns)
        return
    yield from _remarks([(_versions(changes), Tone.STRONG), *remarks(changes, product)], columns)
    for section in changes.sections:
        yield Row(f"blank:{section.title}", (), selectable=False, heading=True)
        heading = section_line(section.title, len(section.commits))
        yield Row(f"section:{section.title}", heading, selectable=False, heading=True)
        for commit in section.commits:
            right = plain(commit.author, Tone.MUTED) if columns >= _ROOMY else ()
            yield Row(f"commit:{commit.key}", commit_line(commit), right=right)


def _versions(changes: ProductChanges) -> str:
    tag = "tagged" if changes.tag_exists else f"not tagged: {changes.range.tag.name} is missing"
    knows = changes.next_version and changes.complete and not changes.contradiction  # which says it with a reason
    asked = f", commits ask for {changes.next_version}" if knows else ""
    return f"planned {changes.planned} ({tag}){asked}"


def _remarks(remarks: list[tuple[str, Tone]], columns: int) -> tuple[Row, ...]:
    lines = [part for text, tone in remarks if text for part in wrap(plain(text, tone), columns, 2)]
    return tuple(Row(f"remark:{index}", line, selectable=False) for index, line in enumerate(lines))
