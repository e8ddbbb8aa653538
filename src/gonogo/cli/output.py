"""The only writer to stdout: lines with tones, aligned tables, JSON. Whatever arrives here leaves it harmless."""

from __future__ import annotations

import os
import sys
from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

from gonogo.errors import ExitCode, PlanProblem, StorageError
from gonogo.text import clean

# only names for the type checker: help is printed without importing the rules
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gonogo.text.tones import Line, Span
    from gonogo.view.glyphs import Glyphs

SCHEMA_VERSION = 1
"""Of every JSON object printed. Keys are only ever added under the same number."""

_LINE_LIMIT = 16 * 1024
_WORDS = 4096
"""Words of JSON that are put together before they are written."""
_LEAST_FOLDED = 24
"""Columns below which folded text is harder to read than a long line."""
_RESET = "\x1b[0m"
_SGR: Mapping[str, str] = {
    "muted": "\x1b[2m",
    "strong": "\x1b[1m",
    "good": "\x1b[32m",
    "bad": "\x1b[31m",
    "warn": "\x1b[33m",
    "unknown": "\x1b[35m",
    "busy": "\x1b[36m",
    "production": "\x1b[1;7m",
    "struck": "\x1b[2;9m",
}
"""By tone: sixteen-colour attributes, so that the reader's own palette decides how they look."""


class ReaderGone(Exception):  # noqa: N818  # not an error: `gonogo log | head` has seen enough
    """Whoever read our output has closed it."""


class OutputLostError(StorageError):
    """What was asked for could not be printed: the disk behind stdout is full, or its device failed."""


class Style:
    """How text may look on one stream: colours and characters."""

    def __init__(self, *, color: bool, ascii_only: bool) -> None:
        self.color = color
        self.ascii_only = ascii_only

    @property
    def glyphs(self) -> Glyphs:
        """The signs this stream can show."""
        from gonogo.view.glyphs import ASCII, UNICODE

        return ASCII if self.ascii_only else UNICODE

    def render(self, line: Line) -> str:
        """One line as the characters to write, without its newline."""
        return "".join(self.toned(span.text, span.tone) for span in line).rstrip()

    def plain(self, text: str) -> str:
        """One line of text in the characters this stream can show."""
        text = clean(text, _LINE_LIMIT)
        if not self.ascii_only or text.isascii():
            return text
        from gonogo.view.glyphs import to_ascii

        return to_ascii(text)

    def plain_block(self, lines: str) -> str:
        """As `plain`, line by line."""
        return "\n".join(self.plain(line) for line in lines.split("\n"))

    def toned(self, text: str, tone: str) -> str:
        """As `plain`, in the colour of a tone."""
        text = self.plain(text)
        begin = _SGR.get(tone) if self.color else None
        return f"{begin}{text}{_RESET}" if begin and text else text


def style_of(stream: TextIO | None, environ: Mapping[str, str], *, no_color: bool, ascii_only: bool) -> Style:
    """Colours only for a terminal that has them, and never against the reader's wish."""
    return Style(
        color=not no_color and stream is not None and _wants_color(stream, environ),
        ascii_only=ascii_only or needs_ascii(getattr(stream, "encoding", None) or "utf-8", environ),
    )


def _wants_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    if environ.get("NO_COLOR") or environ.get("CLICOLOR") == "0":
        return False
    if environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}:
        return True
    return stream.isatty() and environ.get("TERM", "dumb") not in {"", "dumb"}


def needs_ascii(encoding: str, environ: Mapping[str, str]) -> bool:
    """Whether the reader's locale promises no more than ASCII.

    Under LANG=C Python itself switches to UTF-8 and writes LC_CTYPE=C.UTF-8 into its environment; that is not
    something the reader said, so it does not count.
    """
    if encoding.lower().replace("-", "") != "utf8":
        return True
    if not sys.flags.utf8_mode or environ.get("PYTHONUTF8") or "-X utf8" in " ".join(sys.orig_argv):
        return False
    said = environ.get("LC_CTYPE", "")
    ctype = "" if said == "C.UTF-8" else said
    locale = environ.get("LC_ALL") or ctype or environ.get("LANG", "")
    return "utf8" not in locale.lower().replace("-", "")


class Output:
    """stdout."""

    def __init__(self, stream: TextIO | None, style: Style) -> None:
        self._stream = stream
        self.style = style
        self.settled: int | None = None
        """The exit code once the journal holds what this command was for; None as long as it does not."""

    def recorded(self, code: int = ExitCode.OK) -> None:
        """From here on `code` is how the command ends: an answer that is lost afterwards undoes nothing."""
        self.settled = int(code)

    def line(self, *spans: Span | str) -> None:
        """Write one line."""
        from gonogo.text.tones import Span

        self._write(self.style.render(tuple(Span(part) if isinstance(part, str) else part for part in spans)))

    def lines(self, lines: Iterable[Line]) -> None:
        """Write several lines."""
        for line in lines:
            self._write(self.style.render(line))

    def folded(self, lines: Iterable[Line]) -> None:
        """Write lines of label and text; on a terminal the text goes on below itself, else lines stay whole."""
        room = self._width()
        for line in lines:
            self.lines(fold(line, room) if room else (line,))

    def _width(self) -> int:
        """Columns of the terminal that reads; 0 when it is none."""
        if self._stream is None or not self._stream.isatty():
            return 0
        from shutil import get_terminal_size

        return get_terminal_size().columns

    def table(self, rows: Sequence[Sequence[Line]]) -> None:
        """Write rows of cells, each column as wide as its widest cell."""
        self.lines(aligned(rows))

    def text(self, block: str) -> None:
        """Write our own text, such as help or a schema, as it stands."""
        self._write("\n".join(self.style.plain(line) for line in block.split("\n")))

    def block(self, lines: str) -> None:
        """Write many lines that were cleaned one by one when they were read; only the characters may change."""
        self._write(lines if not self.style.ascii_only or lines.isascii() else self.style.plain_block(lines))

    def json(self, value: Mapping[str, Any], *, one_line: bool = False) -> None:
        """Write one object, headed by its schema's version."""
        whole = {"schema_version": SCHEMA_VERSION, **value}
        if one_line:
            self._write(as_json(whole, one_line=True))
            return
        for piece in json_pieces(whole):
            self._put(piece)
        self._put("\n")

    def flush(self) -> None:
        """Hand over what was written. Raises as writing does."""
        self._guarded(lambda stream: stream.flush())

    def abandon(self) -> None:
        """Stop writing for good, so that the interpreter's own last flush does not complain."""
        if self._stream is None:
            return
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        except (OSError, ValueError):  # a stream without a descriptor has no last flush either
            self._stream = None

    def _write(self, text: str) -> None:
        self._put(f"{text}\n")

    def _put(self, text: str) -> None:
        self._guarded(lambda stream: stream.write(text))

    def _guarded(self, act: Callable[[TextIO], object]) -> None:
        if self._stream is None:
            return
        try:
            act(self._stream)
        except BrokenPipeError as error:
            raise ReaderGone from error
        except OSError as error:
            raise OutputLostError(f"cannot write the output: {error.strerror}", where="standard output") from error


def as_json(value: Mapping[str, Any], *, one_line: bool = False) -> str:
    """JSON of printable ASCII only: what a terminal could obey is written as an escape and reads back the same."""
    import json  # only for those who ask for it

    return json.dumps(value).replace("\x7f", "\\u007f") if one_line else "".join(json_pieces(value))


def json_pieces(value: Mapping[str, Any]) -> Iterator[str]:
    """The same over several lines, piece by piece: at once, the answer of a long history takes 100 MiB more."""
    import json

    words = json.JSONEncoder(indent=2).iterencode(value)
    while piece := "".join(islice(words, _WORDS)):
        yield piece.replace("\x7f", "\\u007f")


def problem_facts(problem: PlanProblem) -> dict[str, Any]:
    """One mistake in a plan."""
    return {
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "code": problem.code,
        "message": problem.what,
        "remedy": problem.remedy,
    }


def fold(line: Line, room: int) -> list[Line]:
    """A line in at most `room` columns: its last span goes on below where it began, if there is room for that."""
    from gonogo.text.tones import Span

    if not line or columns(line) <= room:
        return [line]
    *labels, text = line
    begin = columns(tuple(labels))
    if room - begin < _LEAST_FOLDED:
        return [line]
    from textwrap import wrap

    parts = wrap(clean(text.text, _LINE_LIMIT), room - begin, break_on_hyphens=False) or [""]
    below: list[Line] = [(Span(" " * begin), Span(part, text.tone)) for part in parts[1:]]
    return [(*labels, Span(parts[0], text.tone)), *below]


def aligned(rows: Sequence[Sequence[Line]]) -> tuple[Line, ...]:
    """Rows of cells as lines, two blanks between columns."""
    count = max((len(row) for row in rows), default=0)
    widths = [max((columns(row[index]) for row in rows if index < len(row)), default=0) for index in range(count)]
    return tuple(_row(row, widths) for row in rows)


def _row(row: Sequence[Line], widths: Sequence[int]) -> Line:
    from gonogo.text.tones import Span

    spans: list[Span] = []
    for cell, width in zip(row, widths, strict=False):
        spans.extend(cell)
        spans.append(Span(" " * (width - columns(cell) + 2)))
    return tuple(spans)


def columns(line: Line) -> int:
    """Columns of a terminal that a line takes."""
    text = clean("".join(span.text for span in line), _LINE_LIMIT)
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width  # 1 MiB of tables, seldom needed

    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)
