"""git, run in one repository."""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

from gonogo.io.git.door.complaints import (
    GitError,
    GitMissingError,
    NotARepositoryError,
    first_words,
    translated,
)
from gonogo.io.git.door.manner import READING, Manner, environment, settings
from gonogo.io.git.door.running import Patience, end, pump
from gonogo.io.host.looking import is_folder

if TYPE_CHECKING:
    import subprocess

TIMEOUT = 20.0
"""Seconds for a call that answers at once."""
OUTPUT_LIMIT = 16 * 1024 * 1024
INPUT_LIMIT = 32 * 1024
"""Bytes; less than a pipe holds, so that writing them never waits."""


class Ran(NamedTuple):
    """One call of git, for a command log."""

    repo: str
    argv: tuple[str, ...]
    code: int
    seconds: float
    said: str
    """First line of its complaint, cleaned; "" when it had none."""


class Answer(NamedTuple):
    """Everything a call brought back."""

    code: int
    out: bytes
    errors: bytes
    """The head of standard error, at most 8 KiB."""


class GitDoor:
    """git, run in one repository. Thread-safe: it holds no process between calls."""

    def __init__(
        self,
        repo: str,
        *,
        git: str = "git",
        timeout: float = TIMEOUT,
        manner: Manner = READING,
        log: Callable[[Ran], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.repo = repo
        """Absolute path of the top of a clone, a worktree or a bare repository."""
        self._git = git
        self._timeout = timeout
        self._manner = manner
        self._log = log
        self._cancelled = cancelled
        """Asked while git runs; once it says yes git is ended, and the call raises AbandonedError."""

    def run(
        self, argv: Sequence[str], *, feed: bytes = b"", accept: tuple[int, ...] = (0,), limit: int = OUTPUT_LIMIT
    ) -> bytes:
        """Return what `git argv` prints. Raises GitError, one of its kinds where the reason is known.

        `feed` goes to its standard input; exit codes other than those of `accept` are errors. More than
        `limit` bytes are an error too: half an answer would look like a whole one.
        """
        answer = self.ask(argv, feed=feed, limit=limit)
        if answer.code not in accept:
            raise translated(self.repo, argv, answer.code, answer.errors)
        return answer.out

    def succeeds(self, argv: Sequence[str]) -> bool:
        """Whether `git argv` answers yes (exit 0) and not no (exit 1). Raises GitError for anything else."""
        answer = self.ask(argv)
        if answer.code not in {0, 1}:
            raise translated(self.repo, argv, answer.code, answer.errors)
        return answer.code == 0

    def ask(self, argv: Sequence[str], *, feed: bytes = b"", limit: int = OUTPUT_LIMIT) -> Answer:
        """Run `git argv` to its end, whatever its exit code. Raises GitError when it cannot be run to its end."""
        out, errors, begun = bytearray(), bytearray(), monotonic()
        chunks = self._chunks(argv, feed, self._timeout, self._cancelled, errors)
        while True:
            try:
                out += next(chunks)
            except StopIteration as end:
                self._tell(argv, int(end.value), monotonic() - begun, bytes(errors))
                return Answer(int(end.value), bytes(out), bytes(errors))
            if len(out) > limit:
                chunks.close()
                raise GitError(f"git {argv[0]} printed more than {limit} bytes", where=self.repo)

    def refusal(self, argv: Sequence[str], answer: Answer) -> "GitError":
        """What the exit code and the words of an answer mean."""
        return translated(self.repo, argv, answer.code, answer.errors)

    def _tell(self, argv: Sequence[str], code: int, seconds: float, errors: bytes) -> None:
        if self._log is not None:
            self._log(Ran(self.repo, tuple(argv), code, seconds, first_words(errors)))

    def stream(
        self, argv: Sequence[str], *, feed: bytes = b"", cancelled: Callable[[], bool] | None = None
    ) -> Iterator[bytes]:
        """Yield what `git argv` prints as it comes, at most 64 KiB at a time.

        The process ends with the iterator: leaving the loop early kills it. Raises AbandonedError as soon as
        `cancelled` says so, also while git is silent; GitTimeoutError after a minute without a byte.
        """
        errors = bytearray()
        code = yield from self._chunks(argv, feed, None, cancelled or self._cancelled, errors)
        if code:
            raise translated(self.repo, argv, code, bytes(errors))

    def _chunks(
        self,
        argv: Sequence[str],
        feed: bytes,
        timeout: float | None,
        cancelled: Callable[[], bool] | None,
        errors: bytearray,
    ) -> Generator[bytes, None, int]:
        process = self._start(argv, feed)
        try:
            yield from pump(process, errors, Patience(timeout, cancelled), f"git {argv[0]}", self.repo)
            code = process.wait(timeout=TIMEOUT)
        finally:
            end(process)
        return code

    def _start(self, argv: Sequence[str], feed: bytes) -> "subprocess.Popen[bytes]":
        # imported here: it costs 33 ms that `gonogo tick` must not pay
        import subprocess

        assert len(feed) <= INPUT_LIMIT, "a longer input would need a writer of its own"
        if not is_folder(self.repo):
            raise NotARepositoryError(
                "there is no such directory", where=self.repo, remedy="clone it, or fix `repo:`"
            )
        try:
            process = subprocess.Popen(
                self._command(argv),
                stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(self._manner, self.repo),
                close_fds=True,
                pass_fds=self._manner.inherits,
                # a Ctrl-C of the person is ours to handle, and all of git's children end with it. Without a
                # terminal of its own neither ssh nor a credential helper can wait for an answer nobody sees.
                start_new_session=True,
            )
        except FileNotFoundError as missing:
            raise GitMissingError("git is not installed, or not on PATH", remedy="install git") from missing
        except OSError as error:
            raise GitError(f"git cannot be started: {error.strerror}") from error
        if feed and process.stdin is not None:
            with suppress(BrokenPipeError):  # it has ended already; its exit code and its words tell why
                process.stdin.write(feed)
                process.stdin.close()
        return process

    def _command(self, argv: Sequence[str]) -> list[str]:
        safe = settings(self._manner)
        return [self._git, "-C", self.repo, "--no-pager", "--literal-pathspecs", *safe, *argv]
