"""What reaches stdout: harmless, aligned, coloured only where colour is wanted."""

import io
import json

import pytest

from gonogo.cli.output import Output, Style, aligned, as_json, columns, fold, needs_ascii, style_of
from gonogo.text.tones import Span, Tone, line_text

HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x9b2J\u202eevil\x7f\r"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Yes."""
        return True


def printed(*spans: Span | str, color: bool = False, ascii_only: bool = False) -> str:
    """What one line comes to."""
    stream = io.StringIO()
    Output(stream, Style(color=color, ascii_only=ascii_only)).line(*spans)
    return stream.getvalue()


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    """Also into a pipe: somebody will read it on a terminal."""
    assert not set(printed(HOSTILE)) & set("\x1b\x07\x9b\u202e\x7f\r")


def test_only_our_own_attributes_reach_a_terminal() -> None:
    """A tone becomes one of sixteen colours, and the text in it stays harmless."""
    assert printed(Span("NO-GO", Tone.BAD), " for prod", color=True) == "\x1b[31mNO-GO\x1b[0m for prod\n"
    assert printed(Span(HOSTILE, Tone.BAD), color=True).count("\x1b") == 2


def test_json_is_printable_ascii_and_reads_back_the_same() -> None:
    """What a terminal could obey is written as an escape."""
    text = as_json({"subject": HOSTILE, "name": "Müller"})

    assert text.replace("\n", "").isprintable()
    assert text.isascii()
    assert json.loads(text) == {"subject": HOSTILE, "name": "Müller"}


def test_columns_are_as_wide_as_a_terminal_draws_them() -> None:
    """Wide characters take two, combining ones none."""
    assert columns((Span("日本"), Span("e\u0301"))) == 5
    rows = aligned([[(Span("日本"),), (Span("a"),)], [(Span("x"),), (Span("b"),)]])
    assert [line_text(row).rstrip() for row in rows] == ["日本  a", "x     b"]


@pytest.mark.parametrize(
    ("environ", "color"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm", "CLICOLOR": "0"}, False),
    ],
)
def test_colour_needs_a_terminal_that_has_it_and_nobody_against_it(environ: dict[str, str], color: bool) -> None:
    """NO_COLOR wins over everything."""
    assert style_of(Terminal(), environ, no_color=False, ascii_only=False).color is color
    assert not style_of(Terminal(), environ, no_color=True, ascii_only=False).color


def test_a_pipe_has_no_colour_unless_forced() -> None:
    """`CLICOLOR_FORCE` is for `| less -R`."""
    assert not style_of(io.StringIO(), {"TERM": "xterm"}, no_color=False, ascii_only=False).color
    assert style_of(io.StringIO(), {"CLICOLOR_FORCE": "1"}, no_color=False, ascii_only=False).color


def test_ascii_is_used_where_the_encoding_demands_it() -> None:
    """A stream that is not UTF-8 gets nothing it cannot write."""
    assert needs_ascii("iso-8859-1", {})
    assert not needs_ascii("UTF-8", {"LANG": "de_DE.UTF-8"})
    assert printed("— “done” …", ascii_only=True) == '- "done" ~\n'


def test_a_closed_stdout_is_quiet() -> None:
    """`>&-` asks for no output, and gets none."""
    Output(None, Style(color=False, ascii_only=False)).line("nobody reads this")


def test_a_long_text_goes_on_below_itself_on_a_terminal() -> None:
    """Labels stay readable, nothing is lost, and a stream that is no terminal gets whole lines."""
    line = (Span("why  "), Span("word " * 12 + "x" * 40))
    folded = fold(line, 40)
    assert all(columns(one) <= 40 for one in folded)
    assert [one[0].text for one in folded] == ["why  ", *["     "] * (len(folded) - 1)]
    assert "".join(one[1].text for one in folded).replace(" ", "") == line[1].text.replace(" ", "")
    assert fold(line, 20) == [line]
    stream = io.StringIO()
    Output(stream, Style(color=False, ascii_only=False)).folded([line])
    assert stream.getvalue().count("\n") == 1
