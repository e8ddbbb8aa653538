"""Evidence from the command line: links, files by their digest, output."""

import sys
from collections.abc import Iterable

from gonogo.events.state import Proof
from gonogo.io.host.evidence_given import file, link, output

_STDIN_LIMIT = 16 * 1024 * 1024


def proofs(links: Iterable[str], files: Iterable[str], outputs: Iterable[str]) -> tuple[Proof, ...]:
    """Everything that was given, in that order. Raises UsageError, NotPermittedError, StorageError."""
    return (
        *(link(one) for one in links),
        *(file(one) for one in files),
        *(output(sys.stdin.read(_STDIN_LIMIT) if one == "-" else one) for one in outputs),
    )
