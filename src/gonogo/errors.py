"""What can go wrong, how it is told, and the exit code a script sees.

GonogoError            what happened, where, what to do next
+-- UsageError         the command line or the plan is wrong               exit 2
|   +-- PlanInvalid    one or more problems in a plan file                 exit 2
+-- RefusedError       a rule says no                                      exit 3
+-- ConflictError      somebody changed it first                           exit 5
+-- IntegrityError     the journal is not what was written                 exit 6
+-- StorageError       disk full, read-only, input or output failed        exit 74
+-- BusyError          the journal's lock is held by somebody else         exit 75
+-- NotPermittedError  this account may not                                exit 77
+-- ConfigError        this machine is not set up for it                   exit 78
"""

from enum import IntEnum
from typing import NamedTuple


class ExitCode(IntEnum):
    """Exit codes are API: they are documented, tested and never change their meaning."""

    OK = 0
    """Done, or GO."""
    FAILURE = 1
    USAGE = 2
    """Wrong command line, or an invalid plan."""
    NO_GO = 3
    """NO-GO, or refused by a rule."""
    UNKNOWN = 4
    """An answer is missing. Never GO."""
    CONFLICT = 5
    """Somebody else changed it first; nothing was recorded."""
    INTEGRITY = 6
    IO = 74
    BUSY = 75
    NOT_PERMITTED = 77
    CONFIG = 78
    TIMEOUT = 124
    """`wait` ran out of time."""
    INTERRUPTED = 130
    """128 + signal number, here SIGINT."""


class GonogoError(Exception):
    """An error a person can act on: what happened, where, and what to do next."""

    exit_code = ExitCode.FAILURE

    def __init__(self, message: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        """A place such as `release.yaml:14:13`, a path or a URL without its secrets; "" when there is none."""
        self.remedy = remedy
        """The next step in words or the command to type; "" when there is none to give."""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  {self.remedy}" if self.remedy else ""
        return f"{place}{self.message}{hint}"


class UsageError(GonogoError):
    """The command line, or a file named on it, is wrong."""

    exit_code = ExitCode.USAGE


class PlanProblem(NamedTuple):  # not a Struct: `--help` reads this module, and msgspec costs 28 ms
    """One mistake in a plan file, ready to be shown: nothing in it can be obeyed by a terminal."""

    file: str
    line: int
    """From 1; `column` too, in characters."""
    column: int
    code: str
    """`duplicate-key`: stable, for scripts."""
    what: str
    remedy: str = ""
    snippet: str = ""
    """The source line and a caret under it, indented; "" when there is no such line."""

    @property
    def where(self) -> str:
        """`release.yaml:14:13`, as editors and terminals know it."""
        return f"{self.file}:{self.line}:{self.column}"

    def __str__(self) -> str:
        remedy = f"  {self.remedy}" if self.remedy else ""
        return "\n".join(part for part in (f"{self.where}: {self.what}", self.snippet, remedy) if part)


class PlanInvalid(UsageError):  # noqa: N818  # the plan is invalid; nothing of ours went wrong
    """One or more mistakes in a plan file, all that were found."""

    def __init__(
        self, message: str, *, problems: tuple[PlanProblem, ...], left_out: int = 0, where: str = ""
    ) -> None:
        super().__init__(message, where=where)
        self.problems = problems
        """In the order of the file."""
        self.left_out = left_out
        """So many more that are only counted."""

    def __str__(self) -> str:
        more = [f"and {self.left_out} more"] if self.left_out else []
        return "\n".join([*map(str, self.problems), *more])


class RefusedError(GonogoError):
    """A rule says no. Nothing was recorded."""

    exit_code = ExitCode.NO_GO


class ConflictError(GonogoError):
    """Somebody changed the same thing first. Nothing was recorded."""

    exit_code = ExitCode.CONFLICT


class IntegrityError(GonogoError):
    """The journal on disk is not what its authors wrote."""

    exit_code = ExitCode.INTEGRITY


class StorageError(GonogoError):
    """Reading or writing failed: full disk, read-only file system, input/output error."""

    exit_code = ExitCode.IO


class BusyError(GonogoError):
    """The lock is held by another session past the deadline."""

    exit_code = ExitCode.BUSY


class NotPermittedError(GonogoError):
    """This account may not read or write here."""

    exit_code = ExitCode.NOT_PERMITTED


class ConfigError(GonogoError):
    """This machine or account is not set up for what was asked."""

    exit_code = ExitCode.CONFIG
