"""Text to the terminal's clipboard, without ever claiming that it arrived."""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Mapping

LIMIT = 70_000
"""Bytes: terminals drop longer OSC 52 sequences, some of them together with what follows."""
_PATIENCE = 2.0


class Clipboard:
    """The way to the clipboard from here: tmux's own buffer, or OSC 52."""

    def __init__(self, osc52: Callable[[str], None], environ: Mapping[str, str] | None = None) -> None:
        self._osc52 = osc52
        self._environ = os.environ if environ is None else environ

    async def send(self, text: str) -> str:
        """Send `text`; returns in words what was done."""
        if len(text.encode()) > LIMIT:
            return "too long for a terminal's clipboard; mark it with the mouse"
        # tmux swallows OSC 52 unless set-clipboard is on; its own command goes both ways
        if self._environ.get("TMUX") and await self._tmux(text):
            return "given to tmux: paste with prefix ]; your clipboard may have it too"
        self._osc52(text)
        return "sent to the terminal (OSC 52). Not every terminal takes it: if not, mark it with the mouse"

    async def _tmux(self, text: str) -> bool:
        try:
            process = await asyncio.create_subprocess_exec(
                "tmux", "load-buffer", "-w", "-",
                stdin=PIPE, stdout=DEVNULL, stderr=DEVNULL,
            )  # fmt: skip
        except OSError:
            return False
        try:
            async with asyncio.timeout(_PATIENCE):
                await process.communicate(text.encode())
        except TimeoutError:
            process.kill()
            await process.wait()
            return False
        return process.returncode == 0
