"""Who is here, on a real directory with real kernel locks."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from gonogo.io.journal.presence_dir import PREFIX, DirectoryPresence

HOLDER = """
import sys
from pathlib import Path
from gonogo.io.journal.presence_dir import DirectoryPresence
presence = DirectoryPresence(Path(sys.argv[1]))
presence.join()
print("joined", flush=True)
sys.stdin.read()
"""


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.getuid()).pw_name


def test_a_cockpit_sees_itself(tmp_path: Path) -> None:
    """Whoever joined is here."""
    presence = DirectoryPresence(tmp_path)

    presence.join()

    assert presence.here() == (_user(),)
    presence.leave()


def test_leaving_takes_the_file_away(tmp_path: Path) -> None:
    """A cockpit that ended in order leaves nothing behind."""
    presence = DirectoryPresence(tmp_path)
    presence.join()

    presence.leave()

    assert list(tmp_path.iterdir()) == []


def test_a_killed_cockpit_is_gone_at_once(tmp_path: Path) -> None:
    """The kernel gives the lock back; the file alone says nothing, and the next start sweeps it."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == b"joined\n"
    mine = DirectoryPresence(tmp_path)
    mine.join()
    assert mine.here() == (f"{_user()} x2",)

    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    child.stdin.close()

    assert mine.here() == (_user(),)
    mine.leave()
    DirectoryPresence(tmp_path).join()
    assert len([name for name in os.listdir(tmp_path) if name.startswith(PREFIX)]) == 1


def test_a_directory_that_cannot_be_used_is_no_error(tmp_path: Path) -> None:
    """Presence never stops anybody from working."""
    presence = DirectoryPresence(tmp_path / "missing")

    presence.join()

    assert presence.here() == ()
    presence.leave()
