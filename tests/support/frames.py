"""What stood on a terminal after every single byte: a line that stalls, or a shared screen, shows any of it."""

from collections.abc import Iterator, Sequence

import pyte

from support.pty_screen import PtyScreen, readable


def every_row(screen: PtyScreen) -> Iterator[str]:
    """Each row of the screen as it was after each byte that changed it, across all sizes it had."""
    (_, columns, rows), *later = screen.sizes
    drawn = pyte.Screen(columns, rows)
    stream = pyte.Stream(drawn)
    start = 0
    for end, columns, rows in (*later, (len(screen.raw), 0, 0)):
        for character in readable(screen.raw[start:end].decode(errors="replace")):
            drawn.dirty.clear()
            stream.feed(character)
            yield from _rows(drawn, character)
        start = end
        if columns:
            drawn.resize(rows, columns)


def _rows(drawn: pyte.Screen, character: str) -> Iterator[str]:
    if character < " " or character == "\x1b":
        return
    for row in drawn.dirty:
        if row < drawn.lines:
            line = drawn.buffer[row]
            yield "".join(line[column].data for column in range(drawn.columns))


def contradicting(screen: PtyScreen, sentences: Sequence[str]) -> list[str]:
    """Each of these sentences that stood there at any moment."""
    # whole lines at 80 columns: a sentence that is cut off at the edge is one that stood there
    wanted = {sentence: sentence[:40] for sentence in sentences}
    seen = {sentence for row in every_row(screen) for sentence, text in wanted.items() if text in row}
    return sorted(seen)
