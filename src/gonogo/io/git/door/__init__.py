"""The one door to git: argument lists, a configuration that runs nobody's code, bounded output, time-outs.

Reading a repository must not execute what the repository says: hooks, monitors, filters, pagers, signature
programs and transports are switched off for every call, whatever its configuration wants. Values from
outside are checked by `check_ref` and handed over as full reference names, object ids, or after
`--end-of-options`.

Writing goes through the same door (`hotfix_jobs`): into repositories of our own whose configuration
nobody else wrote, and into a person's repository only by calls that run nothing there. `Manner` says what
differs: where git may reach, whose configuration counts, whose name a commit carries.

GitPython is not used here: its import alone costs 60 ms, its object-by-object walks are an order of
magnitude slower than one `git log`, and its high-level calls have a record of injected options.
"""

from gonogo.io.git.door.complaints import (
    AbandonedError,
    DubiousOwnershipError,
    GitError,
    GitMissingError,
    GitTimeoutError,
    NotARepositoryError,
    UnknownRevisionError,
)
from gonogo.io.git.door.door import INPUT_LIMIT, OUTPUT_LIMIT, TIMEOUT, Answer, GitDoor, Ran
from gonogo.io.git.door.manner import READING, Manner
from gonogo.io.git.door.refs import check_ref, is_object_id
from gonogo.io.git.door.running import CHUNK, QUIET_LIMIT

__all__ = [
    "CHUNK",
    "INPUT_LIMIT",
    "OUTPUT_LIMIT",
    "QUIET_LIMIT",
    "READING",
    "TIMEOUT",
    "AbandonedError",
    "Answer",
    "DubiousOwnershipError",
    "GitDoor",
    "GitError",
    "GitMissingError",
    "GitTimeoutError",
    "Manner",
    "NotARepositoryError",
    "Ran",
    "UnknownRevisionError",
    "check_ref",
    "is_object_id",
]
