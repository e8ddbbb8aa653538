"""What can this terminal show?"""

import os
from collections.abc import Iterator, Mapping
from typing import TextIO

from gonogo.doctor.finding import Finding, Level
from gonogo.text import clean

GROUP = "terminal"
_SMALL, _ONE_PANE, _ALL_PANES = (60, 16), 100, 160


def findings(environ: Mapping[str, str], screen: TextIO | None) -> Iterator[Finding]:
    """Size, kind, colours and characters."""
    size = _size(screen)
    if size is None:
        yield Finding(GROUP, Level.OK, "size", "the output is no terminal: the cockpit needs one, commands do not")
    else:
        yield _size_finding(*size)
    yield _kind(environ)
    yield _colours(environ)
    yield _characters(screen)


def _size(screen: TextIO | None) -> tuple[int, int] | None:
    if screen is None:
        return None
    try:
        size = os.get_terminal_size(screen.fileno())
    except (OSError, ValueError):  # ValueError: a stream without a descriptor
        return None
    return size.columns, size.lines


def _size_finding(columns: int, rows: int) -> Finding:
    what = f"{columns}x{rows}"
    if columns < _SMALL[0] or rows < _SMALL[1]:
        remedy = f"enlarge it to {_SMALL[0]}x{_SMALL[1]} or more; `gonogo status` works in any size"
        return Finding(GROUP, Level.FAIL, "size", f"{what} is too small for the cockpit", remedy)
    panes = "one pane" if columns < _ONE_PANE else "two panes" if columns < _ALL_PANES else "all panes"
    return Finding(GROUP, Level.OK, "size", f"{what} shows {panes} at a time")


def _kind(environ: Mapping[str, str]) -> Finding:
    term = clean(environ.get("TERM", ""), 40)
    if term in {"", "dumb", "unknown"}:
        what = f"TERM is {term or 'not set'}: no cursor, no colours"
        return Finding(GROUP, Level.WARN, "TERM", what, "log in with a terminal (ssh -t), or use the commands")
    through = " within tmux or screen" if term.startswith(("tmux", "screen")) or environ.get("TMUX") else ""
    return Finding(GROUP, Level.OK, "TERM", f"{term}{through}")


def _colours(environ: Mapping[str, str]) -> Finding:
    if environ.get("NO_COLOR"):
        return Finding(GROUP, Level.OK, "colours", "none, as NO_COLOR asks; signs and words say everything")
    if environ.get("COLORTERM", "") in {"truecolor", "24bit"}:
        return Finding(GROUP, Level.OK, "colours", "16 million")
    count = "256" if "256" in environ.get("TERM", "") else "16"
    return Finding(GROUP, Level.OK, "colours", f"{count}; signs and words say everything besides")


def _characters(screen: TextIO | None) -> Finding:
    encoding = (getattr(screen, "encoding", None) or "utf-8").lower()
    if encoding.replace("-", "") == "utf8":
        return Finding(GROUP, Level.OK, "encoding", "UTF-8")
    what = f"{clean(encoding, 40)}: signs are shown in ASCII"
    return Finding(GROUP, Level.WARN, "encoding", what, "set LANG to a UTF-8 locale, such as C.UTF-8")
