"""What the first frame does without, and that it is there before anybody asks for it."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
import gonogo.tui.app
import gonogo.hotfix_jobs.workshop
from gonogo.tui import loading
first = set(sys.modules)
loading.load()
import gonogo.tui.deeds.course
print(json.dumps([sorted(first & set(loading.LATER)), sorted(set(loading.LATER) - set(sys.modules))]))
"""


def test_the_first_frame_does_not_wait_for_the_wizard() -> None:
    """Nor for the screens of notes and entries, nor for what reads the ledger; all of it comes after."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    too_early, never = json.loads(done.stdout)
    assert (too_early, never) == ([], [])
