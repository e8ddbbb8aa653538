"""All hostile endpoints in a process of their own, so that what they do costs whoever asks nothing.

    with hostile_fleet() as urls: ...

python -m support.hostile_fleet    prints {name: url} and serves until its standard input ends
"""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping

from support.hostile import hostile_endpoints
from support.servers import raw_endpoint


@contextlib.contextmanager
def hostile_fleet() -> Iterator[Mapping[str, str]]:
    """Start the process; yields the URL of each endpoint by its name."""
    argv = [sys.executable, "-m", "support.hostile_fleet"]
    environ = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def main() -> None:
    """Serve until nobody holds the other end of standard input."""
    with contextlib.ExitStack() as running:
        urls = {
            name: f"{hostile.scheme}://127.0.0.1:{running.enter_context(raw_endpoint(hostile.behaviour))}/v"
            for name, hostile in hostile_endpoints().items()
        }
        sys.stdout.write(json.dumps(urls) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
