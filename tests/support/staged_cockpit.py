"""The cockpit on a made-up release at a time that stands still, for dumps that never change.

python -m support.staged_cockpit [ascii]
"""

import sys

from gonogo.tui.app import run_cockpit
from tui.stage import Stage


def main() -> int:
    """Run it until it is left."""
    stage = Stage()
    stage.begin()
    return run_cockpit(stage.wiring(ascii="ascii" in sys.argv[1:]))


if __name__ == "__main__":
    sys.exit(main())
