"""Lines made to fit: cut, filled, set in columns, wrapped. Widths are counted in terminal columns."""

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from gonogo.text.tones import Line, Span, Tone


def width(line: Line) -> int:
    """Columns the line takes."""
    return sum(cell_len(span.text) for span in line)


def cut(line: Line, columns: int, ellipsis: str = "…") -> Line:
    """The line in at most so many columns; what is cut off is said by the ellipsis."""
    if width(line) <= columns:
        return line
    left = columns - cell_len(ellipsis)
    if left < 0:
        return ()
    kept: list[Span] = []
    for span in line:
        size = cell_len(span.text)
        if size > left:
            text = set_cell_size(span.text, left).rstrip() if left else ""
            kept.append(Span(f"{text}{ellipsis}", span.tone))
            break
        kept.append(span)
        left -= size
    return tuple(kept)


def fill(line: Line, columns: int, ellipsis: str = "…") -> Line:
    """The line in exactly so many columns."""
    shown = cut(line, columns, ellipsis)
    missing = columns - width(shown)
    return (*shown, Span(" " * missing)) if missing > 0 else shown


def in_columns(cells: Sequence[Line], widths: Sequence[int], ellipsis: str = "…", gap: int = 2) -> Line:
    """Cells side by side; a column of width 0 is left out with its gap."""
    line: list[Span] = []
    for cell, columns in zip(cells, widths, strict=True):
        if not columns:
            continue
        if line:
            line.append(Span(" " * gap))
        line.extend(fill(cell, columns, ellipsis))
    return tuple(line)


def spread(left: Line, right: Line, columns: int, ellipsis: str = "…") -> Line:
    """One line with `left` and `right` at its ends; the left one gives way when both do not fit."""
    room = columns - width(right)
    if room < 8:
        return fill(left, columns, ellipsis)
    return (*fill((*cut(left, room - 1, ellipsis), Span(" ")), room, ellipsis), *right)


def wrap(line: Line, columns: int, indent: int = 0) -> tuple[Line, ...]:
    """The line broken at blanks into lines of at most so many columns; nothing but blanks is dropped."""
    if width(line) <= columns:
        return (line,)
    done: list[Line] = []
    current: list[Span] = []
    used = 0
    for span in line:
        for word in _words(span.text):
            for piece in _pieces(word, max(1, columns - indent)):
                size = cell_len(piece)
                if used + size > columns and not piece.strip(" "):
                    continue  # blanks at the end of a line
                if used + cell_len(piece.rstrip()) > columns and used > indent:
                    done.append(tuple(current))
                    current, used = [Span(" " * indent)], indent
                    piece = piece.lstrip()
                    size = cell_len(piece)
                current.append(Span(piece, span.tone))
                used += size
    done.append(tuple(current))
    return tuple(done)


def _words(text: str) -> list[str]:
    """Words with the blanks before them."""
    found: list[str] = []
    start = 0
    for position in range(1, len(text)):
        if text[position] == " " and text[position - 1] != " ":
            found.append(text[start:position])
            start = position
    return [*found, text[start:]] if text else []


def _pieces(word: str, columns: int) -> list[str]:
    """A word cut into pieces that fit; most fit as they are. What is drawn as one sign is not taken apart."""
    return [word] if cell_len(word) <= columns else chop_cells(word, columns)


def plain(text: str, tone: Tone = Tone.PLAIN) -> Line:
    """A text of one tone as a line."""
    return (Span(text, tone),)
