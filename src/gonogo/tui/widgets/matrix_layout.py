"""Where everything of the matrix stands: widths from names and versions, whole columns only, never from ages.

Pure, so that "may this be repainted by cell, or did the shape change?" is one comparison of values.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

from gonogo.matrix import Matrix
from gonogo.text.tones import Line, Span
from gonogo.tui.lines import fill, width
from gonogo.view.matrix import short_versions

HEADER = 2
"""Lines above the rows: names, then PRODUCTION in words and the position."""

_NAME_LIMIT = 24
_VERSION_LIMIT = 22
_SIGN = 2
"""A cell's sign and the blank behind it."""
CURSOR = 1
"""The position before each cell, where the cursor's sign stands; also what parts the columns."""
_AGE = 4
"""Blank and the shortest age; below this a column is scrolled away instead of squeezed further."""
_WORDS = 10
"""Blank and the longest word that stands behind a version, as `stale 50s`."""


class Widths(NamedTuple):
    """Of the widest text an environment shows behind its signs."""

    alone: int = 0
    """One version: what must fit, or the column is scrolled away."""
    shown: int = 0
    """Also of a split, as `10% 1.2.3`: what fits where there is room."""


class Layout(Struct, frozen=True):
    """Rows, columns and their widths in terminal cells."""

    products: tuple[str, ...] = ()
    planned: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    """What stands below each environment's name: PRODUCTION, or nothing."""
    name_width: int = 0
    planned_width: int = 0
    """0 where the room is better spent on the environments."""
    column_widths: tuple[int, ...] = ()
    """With the position of the cursor's sign."""
    width: int = 0
    """Of the whole widget."""
    header: int = HEADER
    """Lines above the rows: one more while a go of some environment is shown."""

    @property
    def frozen_width(self) -> int:
        """Of what does not scroll sideways: the product and its planned version."""
        return self.name_width + self.planned_width

    def keeping(self, products: Sequence[str]) -> "Layout":
        """The same columns with only these rows: a filter does not move what it leaves."""
        planned = dict(zip(self.products, self.planned, strict=True))
        return replace(self, products=tuple(products), planned=tuple(planned[name] for name in products))

    def columns(self, left: int) -> range:
        """The environments on the screen when the first is number `left`: as many as fit whole, at least one."""
        room = self.width - self.frozen_width
        end = left
        while end < len(self.column_widths) and (self.column_widths[end] <= room or end == left):
            room -= self.column_widths[end]
            end += 1
        return range(left, end)

    def column_start(self, column: int, left: int) -> int:
        """Where `column` begins on the screen."""
        return self.frozen_width + sum(self.column_widths[left:column])

    def furthest_left(self) -> int:
        """The largest first column that still fills the screen: the last environments, as many as fit."""
        left = max(0, len(self.environments) - 1)
        while left > 0 and len(self.environments) - 1 in self.columns(left - 1):
            left -= 1
        return left


def lay_out(
    products: Mapping[str, str], headings: Mapping[str, str], versions: Mapping[str, Widths], room: int
) -> Layout:
    """Return the layout for `room` terminal columns.

    `products` are the names with the planned version, `headings` the environments with their heading
    (`prod-eu PRODUCTION`), `versions` what is to be shown in each environment.
    """
    environments = tuple(headings)
    marks = tuple(headings[name].removeprefix(name).strip() for name in environments)
    least, best = [], []
    for name, mark in zip(environments, marks, strict=True):
        alone, shown = (min(size, _VERSION_LIMIT) for size in versions.get(name, Widths()))
        heading = max(min(cell_len(name), _NAME_LIMIT), cell_len(mark))
        least.append(CURSOR + max(_SIGN + alone + _AGE, heading))
        best.append(CURSOR + max(_SIGN + shown + _WORDS, heading))
    # in production a word that is cut off costs most
    production = [wide if mark else narrow for narrow, wide, mark in zip(least, best, marks, strict=True)]
    name_width = max((min(cell_len(name), _NAME_LIMIT) for name in (*products, "product")), default=0) + 1
    planned_width = (
        max((min(cell_len(text), _VERSION_LIMIT) for text in (*products.values(), "planned")), default=0) + 1
    )
    if name_width + sum(least) <= room < name_width + planned_width + sum(least):
        planned_width = 0
    return Layout(
        tuple(products),
        tuple(products.values()),
        environments,
        marks,
        name_width,
        planned_width,
        _shared(least, (production, best), room - name_width - planned_width),
        room,
    )


def _shared(least: Sequence[int], wishes: Sequence[Sequence[int]], room: int) -> tuple[int, ...]:
    """Each column's least, and an equal part of what is left: up to the first wish of all, then to the next."""
    widths = list(least)
    spare = room - sum(least)
    for wanted in wishes:
        while spare > 0:
            growing = [index for index, width in enumerate(widths) if width < wanted[index]][:spare]
            if not growing:
                break
            for index in growing:
                widths[index] += 1
            spare -= len(growing)
    return tuple(widths)


def grown(before: Mapping[str, Widths], matrix: Matrix) -> Mapping[str, Widths]:
    """The widest texts of each environment, never narrower than they were: a column must not breathe."""
    widths = {name: before.get(name, Widths()) for name in matrix.environments}
    for target, cell in matrix.cells.items():
        alone, shown = widths[target.environment]
        size = cell_len(short_versions(cell))
        if len(cell.judged) < 2:
            alone = max(alone, size, cell_len(cell.planned))
        widths[target.environment] = Widths(alone, max(alone, shown, size))
    return widths


def fit_cell(line: Line, columns: int, ellipsis: str) -> Line:
    """A cell's line in exactly so many columns.

    When the words behind the version do not fit, whole ones may go silently (`stale 50s` becomes `stale`);
    everything else is cut with a sign that says so.
    """
    if not line or width(line) <= columns:
        return fill(line, columns, ellipsis)
    head, words = line[:-1], line[-1]
    whole = _whole_words(words.text, columns - width(head))
    return fill((*head, Span(whole, words.tone)) if whole else line, columns, ellipsis)


def _whole_words(text: str, room: int) -> str:
    """As many leading words of `text` as fit in `room`; "" when not even the first does."""
    words = text.split(" ")
    while words and cell_len(" ".join(words)) > room:
        words.pop()
    kept = " ".join(words)
    return kept if kept.strip() else ""
