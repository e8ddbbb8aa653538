"""The only writer to stderr, and the place where an error becomes an exit code.

stdout is what was asked for; stderr is everything else: why it was not done, what to do, what went wrong beside.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, TextIO

from gonogo.cli.output import SCHEMA_VERSION, Style, as_json, problem_facts
from gonogo.errors import ExitCode, GonogoError, PlanInvalid
from gonogo.text import clean, clean_block

# only names for the type checker: a wrong command line is told without importing the rules
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from gonogo.acts import Refusal

_HEAD = "gonogo: "
_KINDS: Mapping[ExitCode, str] = {
    ExitCode.FAILURE: "failure",
    ExitCode.USAGE: "usage",
    ExitCode.NO_GO: "refused",
    ExitCode.UNKNOWN: "unknown",
    ExitCode.CONFLICT: "conflict",
    ExitCode.INTEGRITY: "integrity",
    ExitCode.IO: "io",
    ExitCode.BUSY: "busy",
    ExitCode.NOT_PERMITTED: "not_permitted",
    ExitCode.CONFIG: "config",
    ExitCode.TIMEOUT: "timeout",
    ExitCode.INTERRUPTED: "interrupted",
}


class Diagnostics:
    """stderr."""

    def __init__(self, stream: TextIO | None, style: Style, *, as_json: bool) -> None:
        self._stream = stream
        self._style = style
        self._as_json = as_json

    def error(self, error: GonogoError) -> ExitCode:
        """Say what a person can act on; returns the exit code it means."""
        problems = error.problems if isinstance(error, PlanInvalid) else ()
        if self._as_json:
            self._object(
                "error",
                error.exit_code,
                {
                    "message": error.message,
                    "where": error.where,
                    "remedy": error.remedy,
                    "problems": [problem_facts(problem) for problem in problems],
                },
            )
        elif problems:
            # each mistake begins its line with file:line:column, as editors want it
            self._block(_HEAD, "bad", f"{error.message}\n{error}")
        else:
            self._block(_HEAD, "bad", str(error))
        return error.exit_code

    def refusal(self, refusal: Refusal) -> ExitCode:
        """Say which rule said no and what to do instead; returns its exit code."""
        if self._as_json:
            facts: dict[str, Any] = {"rule": refusal.rule, "message": refusal.reason, "remedy": refusal.remedy}
            if refusal.facts:
                facts["facts"] = list(refusal.facts)
            self._object("error", refusal.exit_code, facts)
        else:
            behind = "".join(f"\n  - {fact}" for fact in refusal.facts if fact != refusal.reason)
            hint = f"\n  {refusal.remedy}" if refusal.remedy else ""
            self._block(_HEAD, "bad", f"{refusal.reason}{behind}{hint}")
        return refusal.exit_code

    def warning(self, message: str) -> None:
        """Say what went wrong beside; the command goes on."""
        if self._as_json:
            self._write(
                as_json({"schema_version": SCHEMA_VERSION, "warning": {"message": message}}, one_line=True)
            )
        else:
            self._block("warning: ", "warn", message)

    def note(self, message: str) -> None:
        """Say what is going on; left out under --json."""
        if not self._as_json:
            self._write(self._style.plain(message))

    def crash(self, error: BaseException, verb: str, at: datetime) -> ExitCode:
        """A bug: keep its traceback in a file only its owner can read, and say where that is."""
        kept = write_crash(error, verb, at)
        where = f"; the traceback is in {kept}" if kept else ""
        self.error(
            GonogoError(
                f"gonogo stopped on an error of its own ({type(error).__name__}){where}",
                remedy="please report it with that file" if kept else "",
            )
        )
        return ExitCode.FAILURE

    def _object(self, name: str, code: ExitCode, facts: Mapping[str, Any]) -> None:
        body = {"kind": _KINDS.get(code, "failure"), "exit_code": int(code), **facts}
        self._write(as_json({"schema_version": SCHEMA_VERSION, name: body}, one_line=True))

    def _block(self, head: str, tone: str, text: str) -> None:
        first, *rest = clean_block(text).split("\n")
        self._write(self._style.toned(head, tone) + self._style.plain(first))
        for line in rest:
            self._write(self._style.plain(line))

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(f"{text}\n")
            self._stream.flush()
        except OSError:
            # there is nowhere left to say it; the exit code still tells
            self._stream = None


def write_crash(error: BaseException, verb: str, at: datetime) -> Path | None:
    """Write the traceback, without the values of any variable, to a new file of mode 0600; None when it cannot be.

    The command line is not repeated there: a note may hold what is not meant for a bug report.
    """
    import platform  # only for a crash
    import traceback

    from gonogo import __version__
    from gonogo.io.journal.layout import state_home

    frames = "".join(traceback.format_exception(error))
    head = f"gonogo {__version__}, Python {platform.python_version()}, {verb or 'no verb'}, {at.isoformat()}"
    text = f"{head}\n{frames}"
    try:
        directory = state_home()
        path = directory / f"crash-{at:%Y%m%dT%H%M%SZ}-{os.getpid()}.txt"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join(clean(line, 4_000) for line in text.split("\n")))
    except (OSError, KeyError):  # KeyError: an account without a name has no home
        return None
    return path
