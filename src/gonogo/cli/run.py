"""One command line from argv to exit code: the outermost door."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from gonogo.cli.context import Context, Ended, Options
from gonogo.cli.diagnostics import Diagnostics
from gonogo.cli.output import Output, OutputLostError, ReaderGone, style_of
from gonogo.cli.parser import Parsed, Shown, read, split_verb
from gonogo.errors import ExitCode, GonogoError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gonogo.cli.doors import Doors

_SIGPIPE = 13


def run(argv: Sequence[str], doors: Doors) -> int:
    """Do what `argv` (without the program's name) asks for; returns the exit code and raises nothing."""
    # wishes about the looks hold for the complaint about a wrong command line too
    wishes = Options(json="--json" in argv, no_color="--no-color" in argv, ascii="--ascii" in argv)
    out, say = _streams(wishes)
    _settle_home(say)
    try:
        code = _dispatch(argv, out, say, doors)
        out.flush()
    except ReaderGone:
        out.abandon()
        return 128 + _SIGPIPE if out.settled is None else out.settled
    except OutputLostError as error:
        out.abandon()
        if out.settled is not None:
            say.warning(f"recorded, but the answer could not be printed: {error}")
            return out.settled
        code = say.error(error)
    except GonogoError as error:
        code = say.error(error)
        _flush_rest(out)
    except KeyboardInterrupt:
        out.abandon()
        return ExitCode.INTERRUPTED
    except Ended as ended:
        out.abandon()
        return 128 + ended.number
    except Exception as error:  # noqa: BLE001  # the one place where a bug ends: recorded, told, exit 1
        from datetime import UTC, datetime

        code = say.crash(error, split_verb(argv)[0], datetime.now(UTC))
        _flush_rest(out)
    return int(code)


def _dispatch(argv: Sequence[str], out: Output, say: Diagnostics, doors: Doors) -> int:
    match read(argv):
        case Shown(text):
            out.text(text)
            return ExitCode.OK
        case Parsed(_, options, args, command):
            _need_directory()
            return command.run(Context(options, args, out, say, doors))


def _need_directory() -> None:
    """Raises UsageError in a directory that was removed: no path means anything there."""
    try:
        os.getcwd()  # noqa: PTH109  # asked whether there is one
    except FileNotFoundError:
        remedy = "cd to a directory that exists, then repeat it"
        raise UsageError("the current directory does not exist any more", remedy=remedy) from None


def _settle_home(say: Diagnostics) -> None:
    """A HOME that is no absolute path would put the journal somewhere else for each directory one works in."""
    given = os.environ.get("HOME", "/")
    if given.startswith("/"):
        return
    import pwd

    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # an account without a name has no home
        del os.environ["HOME"]
        return
    os.environ["HOME"] = home
    if given:
        say.warning(f"HOME is '{given}', which is no absolute path; {home} is used")


def _streams(wishes: Options) -> tuple[Output, Diagnostics]:
    looks = {"no_color": wishes.no_color, "ascii_only": wishes.ascii}
    out = Output(sys.stdout, style_of(sys.stdout, os.environ, **looks))
    say = Diagnostics(sys.stderr, style_of(sys.stderr, os.environ, **looks), as_json=wishes.json)
    return out, say


def _flush_rest(out: Output) -> None:
    """What was printed before the error still goes out, if it can."""
    try:
        out.flush()
    except (ReaderGone, GonogoError):
        out.abandon()
