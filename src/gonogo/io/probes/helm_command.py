"""`helm list -o json`, run as the user: an argument list, never a shell, bounded in time and in bytes."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import time

from gonogo.facts import Reason
from gonogo.io.http.question import DETAIL_LIMIT, Answer, Failure
from gonogo.text import clean

_OUTPUT_LIMIT = 1024 * 1024
_ERROR_LIMIT = 8 * 1024


async def helm_list(namespace: str, release: str, context: str, seconds: float) -> Answer | Failure:
    """What Helm says about one release, as if it had come over HTTP; `context` "" is the kubeconfig's current."""
    program = shutil.which("helm")
    if program is None:
        return Failure(
            Reason.NOT_SUPPORTED, "helm is not installed here; `url:` or `cluster:` asks the API instead"
        )
    words = [
        "list", "--all", "--output=json", f"--namespace={namespace}", f"--filter=^{re.escape(release)}$",
        *([f"--kube-context={context}"] if context else []),
    ]  # fmt: skip
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        program,
        *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # what Helm starts for a token ends with it
    )
    try:
        async with asyncio.timeout(seconds):
            output, error = await asyncio.gather(
                _bounded(process.stdout, _OUTPUT_LIMIT), _bounded(process.stderr, _ERROR_LIMIT)
            )
            code = await process.wait()
    except TimeoutError:
        return Failure(Reason.TIMEOUT, f"helm list gave no answer within {seconds:.3g} s")
    finally:
        await _end(process)
    if code:
        return Failure(Reason.DISCONNECTED, _why(code, error))
    if len(output) > _OUTPUT_LIMIT:
        return Failure(Reason.TOO_LARGE, f"helm list gave more than {_OUTPUT_LIMIT // 1024} KiB")
    return Answer(200, (), output, "helm list", time.monotonic() - started)


async def _bounded(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    """All of it, up to one byte more than `limit`; the rest is read and dropped, so that nobody blocks."""
    kept = b""
    while stream is not None and (chunk := await stream.read(64 * 1024)):
        kept = (kept + chunk)[: limit + 1]
    return kept


def _why(code: int, error: bytes) -> str:
    text = error.decode("utf-8", "replace").strip()
    last = next(iter(reversed(text.splitlines())), "")
    return clean(f"helm list ended with {code}: {last}", DETAIL_LIMIT)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the whole group: Helm may be gone and what it started still hold the pipe open."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
