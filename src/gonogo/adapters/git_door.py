"""The one door to git: argument lists, a configuration that runs nobody's code, bounded output, time-outs.

Reading a repository must not execute what the repository says: hooks, monitors, filters, pagers, signature
programs and transports are switched off for every call, whatever its configuration wants. Values from
outside are checked by `check_ref` and handed over as full reference names, object ids, or after
`--end-of-options`.

Writing goes through the same door (`adapters.git_hotfix`): into repositories of our own whose configuration
nobody else wrote, and into a person's repository only by calls that run nothing there. `Manner` says what
differs: where git may reach, whose configuration counts, whose name a commit carries.

GitPython is not used here: its import alone costs 60 ms, its object-by-object walks are an order of
magnitude slower than one `git log`, and its high-level calls have a record of injected options.
"""

import os
import re
import signal
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

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
    "GIT_GRAFT_FILE": "/dev/null/none",  # nor what an old `info/grafts` says of its parents
    "GIT_ALLOW_PROTOCOL": "none",  # reading never talks to anybody, also where git ignores the line before
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "GIT_ASKPASS": "false",
}


_REACHING_CONFIG = frozenset({"core.askPass", "core.sshCommand", "credential.helper"})
"""What a person set up to reach a remote, and what reading therefore switches off."""

_REACHING_ENVIRONMENT = ("SSH_AUTH_SOCK", "KRB5CCNAME", "XDG_RUNTIME_DIR")


class Manner(NamedTuple):
    """What differs from reading a repository. The default is reading."""

    reaches: bool = False
    """Whether git may talk to remotes, with the person's own ssh and credential helpers, and never by a prompt."""
    own_config_only: bool = False
    """Leave out the configuration of the person and of the host: for repositories of our own."""
    environment: Mapping[str, str] = {}
    """Further variables: names and dates of a commit."""
    config: Sequence[str] = ()
    """Further `key=value`, which win over all others."""
    inherits: tuple[int, ...] = ()
    """Descriptors git keeps open while it runs, so that a lock outlives a killed gonogo as long as its git."""


READING = Manner()


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

    def __init__(
        self,
        repo: str,
        *,
        git: str = "git",
        timeout: float = TIMEOUT,
        manner: Manner = READING,
        log: Callable[[Ran], None] | None = None,
    ) -> None:
        self.repo = repo
        """Absolute path of the top of a clone, a worktree or a bare repository."""
        self._git = git
        self._timeout = timeout
        self._manner = manner
        self._log = log

    def run(
        self, argv: Sequence[str], *, feed: bytes = b"", accept: tuple[int, ...] = (0,), limit: int = OUTPUT_LIMIT
    ) -> bytes:
        """Return what `git argv` prints. Raises GitError, one of its kinds where the reason is known.

        `feed` goes to its standard input; exit codes other than those of `accept` are errors. More than
        `limit` bytes are an error too: half an answer would look like a whole one.
        """
        answer = self.ask(argv, feed=feed, limit=limit)
        if answer.code not in accept:
            raise self._translated(argv, answer.code, answer.errors)
        return answer.out

    def succeeds(self, argv: Sequence[str]) -> bool:
        """Whether `git argv` answers yes (exit 0) and not no (exit 1). Raises GitError for anything else."""
        answer = self.ask(argv)
        if answer.code not in {0, 1}:
            raise self._translated(argv, answer.code, answer.errors)
        return answer.code == 0

    def ask(self, argv: Sequence[str], *, feed: bytes = b"", limit: int = OUTPUT_LIMIT) -> Answer:
        """Run `git argv` to its end, whatever its exit code. Raises GitError when it cannot be run to its end."""
        out, errors, begun = bytearray(), bytearray(), monotonic()
        chunks = self._chunks(argv, feed, self._timeout, None, errors)
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
        return self._translated(argv, answer.code, answer.errors)

    def _tell(self, argv: Sequence[str], code: int, seconds: float, errors: bytes) -> None:
        if self._log is not None:
            self._log(Ran(self.repo, tuple(argv), code, seconds, _first_words(errors)))

    def stream(
        self, argv: Sequence[str], *, feed: bytes = b"", cancelled: Callable[[], bool] | None = None
    ) -> Iterator[bytes]:
        """Yield what `git argv` prints as it comes, at most 64 KiB at a time.

        The process ends with the iterator: leaving the loop early kills it. Raises AbandonedError as soon as
        `cancelled` says so, also while git is silent; GitTimeoutError after a minute without a byte.
        """
        errors = bytearray()
        code = yield from self._chunks(argv, feed, None, cancelled, errors)
        if code:
            raise self._translated(argv, code, bytes(errors))

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
            yield from _pump(process, errors, _Patience(timeout, cancelled), f"git {argv[0]}", self.repo)
            code = process.wait(timeout=TIMEOUT)
        finally:
            _end(process)
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
        left_out = _REACHING_CONFIG if self._manner.reaches else frozenset()
        chosen = [one for one in _SAFE_CONFIG if one.partition("=")[0] not in left_out]
        settings = [word for setting in (*chosen, *self._manner.config) for word in ("-c", setting)]
        return [self._git, "-C", self.repo, "--no-pager", "--literal-pathspecs", *settings, *argv]

    def _environment(self) -> dict[str, str]:
        manner, fixed = self._manner, dict(_SET_ENVIRONMENT)
        names = (*_KEPT_ENVIRONMENT, *(_REACHING_ENVIRONMENT if manner.reaches else ()))
        kept = {name: os.environ[name] for name in names if name in os.environ}
        if manner.reaches:
            fixed["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"  # never ext, which is a command line
            fixed["SSH_ASKPASS"] = "false"
        if manner.own_config_only:
            fixed |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}
        fixed |= manner.environment
        # the path the plan names is the repository: without a ceiling git would take the one around a plain folder
        return kept | fixed | {"GIT_CEILING_DIRECTORIES": str(Path(self.repo).resolve().parent)}

    def _translated(self, argv: Sequence[str], code: int, errors: bytes) -> GitError:
        said = clean_block(errors.decode("utf-8", "backslashreplace"), _ERRORS_KEPT)
        first = _first_words(errors)
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


def _first_words(errors: bytes) -> str:
    """The first line of a complaint, without git's own prefix, cleaned."""
    said = clean_block(errors.decode("utf-8", "backslashreplace"), _ERRORS_KEPT)
    return clean(said.strip().partition("\n")[0].removeprefix("fatal: ").removeprefix("error: "), 300)


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
