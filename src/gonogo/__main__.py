"""`gonogo` and `python -m gonogo`: from argv to a verb, or to the cockpit."""

import gc
import os
import sys


def main() -> int:
    """Run the command line of this process; returns its exit code."""
    _hold_standard_descriptors()
    try:
        from gonogo import wiring
        from gonogo.cli.run import run
    except KeyboardInterrupt:  # Ctrl-C while still importing
        return 130
    code = run(sys.argv[1:], wiring)
    _let_go_of_streams()
    gc.freeze()  # Python looks through everything once more before it ends: a twelfth of a tick, for nothing
    return code


def _hold_standard_descriptors() -> None:
    """Fill what a careless caller closed: the journal must never be opened as somebody's stdout or stderr."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one


def _let_go_of_streams() -> None:
    """What cannot be written any more must not change the exit code: the last flush of Python would make it 120.

    Seen where the terminal of a cockpit is gone: what Textual left in the buffer of stderr has nowhere to go.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except (OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
