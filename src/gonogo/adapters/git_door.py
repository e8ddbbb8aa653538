"""The one door to git: argument lists, a configuration that runs nobody's code, bounded output, time-outs.

Reading a repository must not execute what the repository says: hooks, monitors, filters, pagers, signature
programs and transports are switched off for every call, whatever its configuration wants. Values from
outside are checked by `check_ref` and handed over as full reference names, object ids, or after
`--end-of-options`.

GitPython is not used here: its import alone costs 60 ms, its object-by-object walks are an order of
magnitude slower than one `git log`, and its high-level calls have a record of injected options.
"""

import os
import re
import signal
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from gonogo.domain.text import clean, clean_block
from gonogo.errors import GonogoError, UsageError

if TYPE_CHECKING:
    import subprocess

CHUNK = 64 * 1024
TIMEOUT = 20.0
"""Seconds for a call that answers at once."""
QUIET_LIMIT = 60.0
"""Seconds a stream may say nothing: a path-limited walk over a long history is silent for a while."""
OUTPUT_LIMIT = 16 * 1024 * 1024
INPUT_LIMIT = 32 * 1024
"""Bytes; less than a pipe holds, so that writing them never waits."""
_ERRORS_KEPT = 8 * 1024
_LOOK_UP = 0.2
"""Seconds between two looks at whether the answer is still wanted."""

_SAFE_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.askPass=",
    "core.sshCommand=false",
    "core.editor=false",
    "core.quotePath=false",
    "credential.helper=",
    "diff.external=",
    "protocol.ext.allow=never",
    "protocol.file.allow=user",
    "log.showSignature=false",
    "log.decorate=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "color.ui=false",
    "column.ui=never",
    "i18n.logOutputEncoding=UTF-8",
)

_KEPT_ENVIRONMENT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SUDO_UID")
"""All that git learns of ours. GIT_* could point it at other repositories and programs, LD_* at other code.
SUDO_UID is how git itself accepts the repositories of the person behind sudo."""

_SET_ENVIRONMENT = {
    "LC_ALL": "C",  # its errors are read below, in English
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # what ships is the commit itself, not what a local replacement shows
    "GIT_ALLOW_PROTOCOL": "none",  # reading never talks to anybody, also where git ignores the line before
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "GIT_ASKPASS": "false",
}


class GitError(GonogoError):
    """git said no; `message` is one cleaned line."""


class GitMissingError(GitError):
    """There is no git on PATH."""


class NotARepositoryError(GitError):
    """The path is no repository, or not the top of one."""


class DubiousOwnershipError(GitError):
    """The repository belongs to another account, and git refuses to trust its configuration."""


class GitTimeoutError(GitError):
    """git did not answer in time."""


class UnknownRevisionError(GitError):
    """No such tag, branch or commit."""


class AbandonedError(GonogoError):
    """Whoever asked does not want the answer any more."""


_FORBIDDEN_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
_UNKNOWN = re.compile(
    r"unknown revision|bad revision|bad object|Needed a single revision|Not a valid (?:object|commit) name"
    r"|No names found|No tags can describe|No annotated tags can describe"
)
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def is_object_id(text: str) -> bool:
    """Whether `text` is a full object id (SHA-1 or SHA-256)."""
    return _OBJECT_ID.fullmatch(text) is not None


def check_ref(name: str) -> str:
    """Return `name` if it may stand in a reference by the rules of git-check-ref-format, and is no option.

    Raises UsageError. Names git itself accepts from remotes, such as `--output=x`, are refused here.
    """
    wrong = _wrong_with_ref(name)
    if wrong:
        raise UsageError(f"'{clean(name, 80)}' is no usable name of a tag, branch or commit: {wrong}")
    return name


def _wrong_with_ref(name: str) -> str:
    if not name or len(name) > 250:
        return "it is empty or longer than 250 characters"
    if name.startswith("-"):
        return "it begins with '-', like an option"
    if name == "@" or _FORBIDDEN_IN_REF.search(name) or not name.isprintable():
        return "git allows no blanks, control characters, '..', '@{' or any of ~^:?*[\\ in it"
    parts = name.split("/")
    if any(not part or part.startswith(".") or part.endswith(".lock") for part in parts) or name.endswith("."):
        return "no part of it may be empty, begin or end with '.', or end in '.lock'"
    return ""


class GitDoor:
    """git, run in one repository. Thread-safe: it holds no process between calls."""

    def __init__(self, repo: str, *, git: str = "git", timeout: float = TIMEOUT) -> None:
        self.repo = repo
        """Absolute path of the top of a clone, a worktree or a bare repository."""
        self._git = git
        self._timeout = timeout

    def run(
        self, argv: Sequence[str], *, feed: bytes = b"", accept: tuple[int, ...] = (0,), limit: int = OUTPUT_LIMIT
    ) -> bytes:
        """Return what `git argv` prints. Raises GitError, one of its kinds where the reason is known.

        `feed` goes to its standard input; exit codes other than those of `accept` are errors. More than
        `limit` bytes are an error too: half an answer would look like a whole one.
        """
        return self._whole(argv, feed, accept, limit)[0]

    def succeeds(self, argv: Sequence[str]) -> bool:
        """Whether `git argv` answers yes (exit 0) and not no (exit 1). Raises GitError for anything else."""
        return self._whole(argv, b"", (0, 1), OUTPUT_LIMIT)[1] == 0

    def _whole(self, argv: Sequence[str], feed: bytes, accept: tuple[int, ...], limit: int) -> tuple[bytes, int]:
        answer = bytearray()
        chunks = self._chunks(argv, feed, self._timeout, accept, None)
        while True:
            try:
                answer += next(chunks)
            except StopIteration as end:
                return bytes(answer), int(end.value)
            if len(answer) > limit:
                chunks.close()
                raise GitError(f"git {argv[0]} printed more than {limit} bytes", where=self.repo)

    def stream(self, argv: Sequence[str], *, cancelled: Callable[[], bool] | None = None) -> Iterator[bytes]:
        """Yield what `git argv` prints as it comes, at most 64 KiB at a time.

        The process ends with the iterator: leaving the loop early kills it. Raises AbandonedError as soon as
        `cancelled` says so, also while git is silent; GitTimeoutError after a minute without a byte.
        """
        return self._chunks(argv, b"", None, (0,), cancelled)

    def _chunks(
        self,
        argv: Sequence[str],
        feed: bytes,
        timeout: float | None,
        accept: tuple[int, ...],
        cancelled: Callable[[], bool] | None,
    ) -> Generator[bytes, None, int]:
        process = self._start(argv, feed)
        errors = bytearray()
        try:
            yield from _pump(process, errors, _Patience(timeout, cancelled), f"git {argv[0]}", self.repo)
            code = process.wait(timeout=TIMEOUT)
        finally:
            _end(process)
        if code not in accept:
            raise self._translated(argv, code, bytes(errors))
        return code

    def _start(self, argv: Sequence[str], feed: bytes) -> "subprocess.Popen[bytes]":
        # imported here: it costs 33 ms that `gonogo tick` must not pay
        import subprocess

        assert len(feed) <= INPUT_LIMIT, "a longer input would need a writer of its own"
        if not Path(self.repo).is_dir():
            raise NotARepositoryError(
                "there is no such directory", where=self.repo, remedy="clone it, or fix `repo:`"
            )
        try:
            process = subprocess.Popen(
                self._command(argv),
                stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment(),
                close_fds=True,
                process_group=0,  # a Ctrl-C of the person is ours to handle, and all of git's children end with it
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
        settings = [word for setting in _SAFE_CONFIG for word in ("-c", setting)]
        return [self._git, "-C", self.repo, "--no-pager", "--literal-pathspecs", *settings, *argv]

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        # the path the plan names is the repository: without a ceiling git would take the one around a plain folder
        return kept | _SET_ENVIRONMENT | {"GIT_CEILING_DIRECTORIES": str(Path(self.repo).resolve().parent)}

    def _translated(self, argv: Sequence[str], code: int, errors: bytes) -> GitError:
        said = clean_block(errors.decode("utf-8", "backslashreplace"), _ERRORS_KEPT)
        first = clean(said.strip().partition("\n")[0].removeprefix("fatal: ").removeprefix("error: "), 300)
        if "dubious ownership" in said:
            advice = re.search(r"git config --global --add safe\.directory .+", said)
            command = clean(advice[0], 300) if advice else "git help config   (safe.directory)"
            fact = "the repository belongs to another account, and git does not trust it"
            return DubiousOwnershipError(fact, where=self.repo, remedy=f"if you trust its owner: {command}")
        if "not a git repository" in said.lower():
            fact = "it is not a git repository"
            return NotARepositoryError(fact, where=self.repo, remedy=_repository_around(Path(self.repo)))
        if _UNKNOWN.search(said):
            return UnknownRevisionError(first, where=self.repo, remedy="git fetch --tags, or correct the plan")
        return GitError(first or f"git {argv[0]} ended with exit code {code}", where=self.repo)


class _Patience:
    """How long to wait: to an end set at the start, or as long as something comes; and never for nobody."""

    def __init__(self, timeout: float | None, cancelled: Callable[[], bool] | None) -> None:
        self._limit = timeout or QUIET_LIMIT
        self._whole = timeout is not None
        self._until = monotonic() + self._limit
        self._cancelled = cancelled

    def heard(self) -> None:
        """Something came: a stream may be silent anew."""
        if not self._whole:
            self._until = monotonic() + self._limit

    def check(self, what: str, where: str) -> None:
        """Raise AbandonedError or GitTimeoutError when there is no point in waiting on."""
        if self._cancelled is not None and self._cancelled():
            raise AbandonedError(f"{what} is not wanted any more")
        if monotonic() > self._until:
            raise GitTimeoutError(f"{what} gave no answer within {self._limit:.0f} s", where=where)


def _pump(
    process: "subprocess.Popen[bytes]", errors: bytearray, patience: _Patience, what: str, where: str
) -> Iterator[bytes]:
    """Yield standard output; keep the head of standard error and drop the rest, so that neither pipe fills up."""
    import selectors

    assert process.stdout is not None
    assert process.stderr is not None
    out, err = process.stdout.fileno(), process.stderr.fileno()
    with selectors.DefaultSelector() as waiting:
        waiting.register(out, selectors.EVENT_READ)
        waiting.register(err, selectors.EVENT_READ)
        while waiting.get_map():
            patience.check(what, where)
            for key, _ in waiting.select(_LOOK_UP):
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    waiting.unregister(key.fd)
                elif key.fd == out:
                    yield chunk
                elif len(errors) < _ERRORS_KEPT:
                    errors += chunk
                patience.heard()  # after the reader has worked on it: his time is not git's


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Leave no process and no descriptor behind."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None and not pipe.closed:
            pipe.close()


def _repository_around(path: Path) -> str:
    """The advice for a folder inside a repository: name the repository and limit it by `paths:`."""
    folder = path.resolve()
    for above in folder.parents:
        if (above / ".git").exists():
            return f"it lies inside {above}: say `repo: {above}` and `paths: [{folder.relative_to(above)}]`"
    return "correct `repo:` in the plan"
