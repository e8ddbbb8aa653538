"""`gonogo` and `python -m gonogo`: from argv to a verb, or to the cockpit."""

import gc
import os
import sys


def main() -> int:
    """Run the command line of this process; returns its exit code."""
    _hold_standard_descriptors()
    try:
        from gonogo import bootstrap
        from gonogo.cli.run import run
    except KeyboardInterrupt:  # Ctrl-C while still importing
        return 130
    code = run(sys.argv[1:], bootstrap)
    gc.freeze()  # Python looks through everything once more before it ends: a twelfth of a tick, for nothing
    return code


def _hold_standard_descriptors() -> None:
    """Fill what a careless caller closed: the journal must never be opened as somebody's stdout or stderr."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one


if __name__ == "__main__":
    sys.exit(main())
