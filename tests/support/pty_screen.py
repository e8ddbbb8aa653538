"""A program on a real pseudo-terminal, read as the screen a person sees.

    with PtyScreen([sys.executable, "-m", "gonogo"], size=(80, 24)) as screen:
        screen.wait_for("NO-GO")
        screen.press("j", "space")
        screen.wait_for("[x] Run full test suite")
        assert screen.kill(signal.SIGTERM).wait() == 143

Waiting is always for a state with a deadline, never for a time. Everything the program wrote is kept:
`raw` to look for sequences, `bytes_since` for what an action cost on the wire.
"""

import codecs
import contextlib
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import pyte
from wcwidth import wcwidth

DEADLINE = 45.0
"""Seconds a state may take to appear: generous, since a busy machine must not fail a test."""

# The program must lead a session that has the pty as its controlling terminal, as under a login, or it would
# get neither SIGHUP nor SIGWINCH. A trampoline does it, since preexec_fn is unsafe in a process with threads.
# The descriptor it inherits closes when it becomes the program, and only then does the constructor return:
# a ^C pressed at once must reach the program.
_TRAMPOLINE = """
import fcntl, os, sys, termios
tty = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(tty, termios.TIOCSCTTY, 0)
os.close(tty)
os.set_inheritable(int(sys.argv[2]), False)
os.execvp(sys.argv[3], sys.argv[3:])
"""

_KEYS: Mapping[str, bytes] = {
    "space": b" ", "enter": b"\r", "tab": b"\t", "shift+tab": b"\x1b[Z", "escape": b"\x1b", "backspace": b"\x7f",
    "up": b"\x1b[A", "down": b"\x1b[B", "right": b"\x1b[C", "left": b"\x1b[D", "home": b"\x1b[H", "end": b"\x1b[F",
    "insert": b"\x1b[2~", "delete": b"\x1b[3~", "pageup": b"\x1b[5~", "pagedown": b"\x1b[6~",
    "f1": b"\x1bOP", "f2": b"\x1bOQ", "f3": b"\x1bOR", "f4": b"\x1bOS", "f5": b"\x1b[15~",
    "ctrl+home": b"\x1b[1;5H", "ctrl+end": b"\x1b[1;5F", "ctrl+backslash": b"\x1c",
}  # fmt: skip

# What pyte would draw as text or trip over: CSI with a private mark other than `?`, with intermediate bytes
# (`CSI ? 2026 $ p`) or colons, `CSI ? ... u/m`, and the strings DCS, APC, PM and SOS.
_UNREADABLE = re.compile(
    r"\x1b\[[<=>][0-?]*[ -/]*[@-~]|\x1b\[[0-?]*[ -/]+[@-~]|\x1b\[[0-9;]*:[0-?]*[@-~]|\x1b\[\?[0-9;]*[umSnc]"
    r"|\x1b[PX^_].*?(?:\x1b\\|\x9c)|\x1b[=>78]",
    re.DOTALL,
)
_UNFINISHED = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*|[PX^_](?:(?!\x1b\\|\x9c).)*|\][^\x07\x1b\x9c]*\x1b?)?\Z", re.DOTALL
)

Wanted = str | re.Pattern[str] | Callable[[str], bool]
"""A piece of the screen's text, a pattern to be found in it, or a question about it."""


class Look(NamedTuple):
    """How one position of the screen is drawn; colours as pyte names them (`default`, `red`, `ff8700`)."""

    character: str
    foreground: str
    background: str
    bold: bool
    reverse: bool


def _mend_halves(screen: pyte.Screen) -> None:
    """A wide character of which something else took the first half leaves a blank, as on every terminal.

    pyte keeps the second half, which is empty text, and its `display` trips over it; a look between two writes of
    the program finds it so.
    """
    for row in screen.buffer.values():
        for column, cell in list(row.items()):
            if cell.data == "" and (column == 0 or wcwidth(row[column - 1].data[:1]) != 2):
                row[column] = cell._replace(data=" ")


class ScreenError(AssertionError):
    """The state did not come within its deadline; the message ends with the screen as it was instead."""


class PtyScreen:
    """A running program, its keyboard and its screen. Use it as a context manager: leaving ends the program.

    `env` is laid over a plain environment (xterm-256color, UTF-8, no colour hints); a value of None removes.
    `stdin`, `stdout` and `stderr` are the terminal unless another descriptor (or subprocess.DEVNULL,
    subprocess.PIPE is not supported) is given.
    """

    def __init__(
        self,
        argv: Sequence[str | os.PathLike[str]],
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
        *,
        cwd: str | os.PathLike[str] | None = None,
        stdin: int | None = None,
        stdout: int | None = None,
        stderr: int | None = None,
    ) -> None:
        columns, rows = size
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._pending = ""
        self._raw = bytearray()
        self.sizes = [(0, columns, rows)]
        """Every size it had: the bytes written before, columns, rows."""
        self._last_byte = time.monotonic()
        self._ended = False
        self._changed = threading.Condition()
        self._master, terminal = os.openpty()
        self._wake_read, self._wake_write = os.pipe()
        self._open = True
        started, starting = os.pipe()
        try:
            _set_size(self._master, columns, rows)
            launcher = [sys.executable, "-I", "-S", "-c", _TRAMPOLINE, os.ttyname(terminal), str(starting)]
            self._process = subprocess.Popen(
                [*launcher, *(os.fspath(argument) for argument in argv)],
                stdin=terminal if stdin is None else stdin,
                stdout=terminal if stdout is None else stdout,
                stderr=terminal if stderr is None else stderr,
                env=_environment(env or {}),
                cwd=cwd,
                start_new_session=True,
                pass_fds=(starting,),
            )
        except BaseException:
            self._close_descriptors()
            raise
        finally:
            os.close(terminal)
            os.close(starting)
            os.read(started, 1)
            os.close(started)
        self._reader = threading.Thread(target=self._read, name=f"pty-reader-{self.pid}", daemon=True)
        self._reader.start()

    def __enter__(self) -> "PtyScreen":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Process id of the program, which is also its session and process group."""
        return self._process.pid

    @property
    def raw(self) -> bytes:
        """Every byte the program has written to the terminal so far."""
        with self._changed:
            return bytes(self._raw)

    @property
    def title(self) -> str:
        """The window title the program asked for; "" when it did not."""
        with self._changed:
            return str(self._screen.title)

    def text(self) -> str:
        """The screen as lines without trailing blanks; always as many lines as it is high."""
        with self._changed:
            return self._text()

    def lines(self) -> list[str]:
        """The screen's lines without trailing blanks."""
        return self.text().split("\n")

    def dump(self) -> str:
        """The screen in a frame, with cursor, size and the state of the program: for messages and by eye."""
        with self._changed:
            width, height = self._screen.columns, self._screen.lines
            edge = "+" + "-" * width + "+"
            body = "\n".join(f"|{line}|" for line in self._screen.display)
            state = self._process.poll()
            running = "running" if state is None else f"exit {state}"
            cursor = f"cursor {self._screen.cursor.x},{self._screen.cursor.y}"
            return f"{edge}\n{body}\n{edge}\n{width}x{height}, {cursor}, {running}, {len(self._raw)} bytes"

    def look(self, column: int, row: int) -> Look:
        """How the position (counted from 0) is drawn."""
        with self._changed:
            drawn = self._screen.buffer[row][column]
            return Look(drawn.data, drawn.fg, drawn.bg, drawn.bold, drawn.reverse)

    def find(self, text: str) -> tuple[int, int]:
        """Column and row of the first `text` on the screen; fails when it is not there."""
        for row, line in enumerate(self.lines()):
            if (column := line.find(text)) >= 0:
                return column, row
        raise ScreenError(f"{text!r} is not on the screen:\n{self.dump()}")

    def wait_for(self, wanted: Wanted, deadline: float = DEADLINE) -> str:
        """Return the screen's text as soon as it shows `wanted`; raises ScreenError after `deadline` seconds."""
        question = _question(wanted)
        return self._wait(lambda: question(self._text()), deadline, f"waited for {wanted!r}")

    def wait_for_bytes(self, wanted: bytes, deadline: float = DEADLINE, since: int = 0) -> str:
        """Return when `wanted` is among the bytes written after the mark `since`."""
        return self._wait(lambda: wanted in self._raw[since:], deadline, f"waited for the bytes {wanted!r}")

    def settle(self, quiet: float = 0.25, deadline: float = DEADLINE) -> str:
        """Return once the program has written nothing for `quiet` seconds from now on: the repaint is over."""
        called = time.monotonic()
        end = called + deadline
        with self._changed:
            while not self._ended and (rest := max(called, self._last_byte) + quiet - time.monotonic()) > 0:
                if time.monotonic() > end:
                    raise ScreenError(f"the screen did not come to rest within {deadline} s:\n{self.dump()}")
                self._changed.wait(rest)
            return self._text()

    def mark(self) -> int:
        """A position in the bytes written so far, for `bytes_since`."""
        with self._changed:
            return len(self._raw)

    def bytes_since(self, mark: int) -> bytes:
        """What the program has written after `mark`."""
        with self._changed:
            return bytes(self._raw[mark:])

    def press(self, *keys: str) -> "PtyScreen":
        """Press keys by name, one after the other: `j`, `space`, `enter`, `ctrl+c`, `shift+tab`, `pagedown`."""
        for key in keys:
            os.write(self._master, key_bytes(key))
        return self

    def type(self, text: str) -> "PtyScreen":
        """Type `text` as it is."""
        os.write(self._master, text.encode())
        return self

    def resize(self, columns: int, rows: int) -> "PtyScreen":
        """Give the terminal another size; the program gets SIGWINCH."""
        with self._changed:
            self._screen.resize(rows, columns)
            self.sizes.append((len(self._raw), columns, rows))
        _set_size(self._master, columns, rows)
        return self

    def kill(self, number: int = signal.SIGTERM) -> "PtyScreen":
        """Send a signal to the program itself."""
        self._process.send_signal(number)
        return self

    def hang_up(self) -> "PtyScreen":
        """Close the terminal under the program, as a dropped connection does: SIGHUP, then end of file."""
        self._stop_reading()
        self._close_descriptors()
        return self

    def poll(self) -> int | None:
        """Exit code as `wait` gives it; None while the program runs."""
        return self._process.poll()

    def wait(self, deadline: float = DEADLINE) -> int:
        """Return the exit code, minus the number of the signal that killed it; everything written is then read."""
        try:
            code = self._process.wait(timeout=deadline)
        except subprocess.TimeoutExpired:
            raise ScreenError(f"the program did not end within {deadline} s:\n{self.dump()}") from None
        self._reader.join(timeout=1.0)  # ends with the last process that holds the terminal
        return code

    def close(self) -> None:
        """End the program and its process group, whatever state they are in, and free everything."""
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()
        self._stop_reading()
        self._close_descriptors()

    def _wait(self, holds: Callable[[], bool], deadline: float, what: str) -> str:
        end = time.monotonic() + deadline
        with self._changed:
            while not holds():
                rest = end - time.monotonic()
                if self._ended or rest <= 0:
                    reason = "the program's terminal was closed" if self._ended else f"{deadline} s went by"
                    raise ScreenError(f"{what}, and {reason}:\n{self.dump()}")
                self._changed.wait(rest)
            return self._text()

    def _text(self) -> str:
        _mend_halves(self._screen)
        return "\n".join(line.rstrip() for line in self._screen.display)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake_read], [], [])
            if self._wake_read in ready:
                break
            try:
                data = os.read(self._master, 65536)
            except OSError:  # EIO: nobody holds the terminal any more
                break
            if not data:
                break
            with self._changed:
                self._take(data)
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _take(self, data: bytes) -> None:
        self._raw += data
        self._last_byte = time.monotonic()
        text = self._pending + self._decode(data)
        unfinished = _UNFINISHED.search(text)
        cut = unfinished.start() if unfinished else len(text)
        self._pending = text[cut:]
        self._stream.feed(readable(text[:cut]))

    def _stop_reading(self) -> None:
        if self._open:
            os.write(self._wake_write, b"x")
        self._reader.join()

    def _close_descriptors(self) -> None:
        if self._open:
            self._open = False
            for descriptor in (self._master, self._wake_read, self._wake_write):
                os.close(descriptor)


def readable(text: str) -> str:
    """`text` without the sequences that pyte would trip over, or draw."""
    return _UNREADABLE.sub("", text)


def key_bytes(key: str) -> bytes:
    """What a terminal without the kitty keyboard protocol sends for a key named as Textual names it."""
    if key in _KEYS:
        return _KEYS[key]
    if key.startswith("ctrl+") and len(key) == 6 and key[5].isalpha():
        return bytes([ord(key[5].upper()) - 64])
    if len(key) != 1:
        raise ValueError(f"no key is called {key!r}")
    return key.encode()


def gonogo(*arguments: str | os.PathLike[str]) -> list[str]:
    """The argument list that starts gonogo as this interpreter sees it."""
    return [sys.executable, "-m", "gonogo", *(os.fspath(argument) for argument in arguments)]


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"}


def _question(wanted: Wanted) -> Callable[[str], bool]:
    if isinstance(wanted, str):
        return lambda text: wanted in text
    if isinstance(wanted, re.Pattern):
        return lambda text: wanted.search(text) is not None
    return wanted


def _environment(changes: Mapping[str, str | None]) -> dict[str, str]:
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "TEXTUAL", "PYTEST_", "SSH_", "TMUX"))
        and name not in {"COLORTERM", "NO_COLOR", "COLUMNS", "LINES", "PYTHONUTF8", "PYTHONIOENCODING"}
    }
    plain |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    plain |= {name: value for name, value in changes.items() if value is not None}
    return {name: value for name, value in plain.items() if changes.get(name, "") is not None}


def _set_size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
