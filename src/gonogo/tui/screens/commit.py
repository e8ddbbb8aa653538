"""One commit of the changes: what the changelog reads in it, then what git tells, as soon as git has told it."""

import asyncio

from gonogo.commits import Commit
from gonogo.commits.whole_commit import CommitTold
from gonogo.engine.poller_thread import Unjoined
from gonogo.events import Actor
from gonogo.io.git.commit import read_commit
from gonogo.plan import Product
from gonogo.text.tones import Line
from gonogo.tui.look import Look
from gonogo.tui.screens.details import TextView
from gonogo.view.commit import commit_lines


class CommitScreen(TextView):
    """The whole commit."""

    def __init__(
        self, look: Look, product: Product, commit: Commit, note: str = "", actor: Actor | None = None
    ) -> None:
        super().__init__(look, f"Commit  {commit.short}  {product.name}", note, actor)
        self._product = product
        self._commit = commit
        self._told: CommitTold | None = None

    def lines(self) -> tuple[Line, ...]:
        """What is known of it by now."""
        return commit_lines(self._commit, self._told)

    def on_mount(self) -> None:
        """Ask git, in a thread: nothing on the screen waits for it."""
        self.run_worker(self._ask(), name="commit", exclusive=True)

    async def _ask(self) -> None:
        # a thread of its own that nobody joins: leaving the cockpit must not wait for git
        loop = asyncio.get_running_loop()
        self._told = await loop.run_in_executor(Unjoined(), read_commit, self._product, self._commit.oid)
        self.fill()
