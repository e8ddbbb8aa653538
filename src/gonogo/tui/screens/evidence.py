"""Ticking an item that needs evidence: a link, a file, or what was printed."""

import asyncio
from pathlib import Path

from textual.widgets import Input

from gonogo.acts.checklist import Tick
from gonogo.engine.poller_thread import Unjoined
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.events.state import Proof
from gonogo.io.host import evidence_given
from gonogo.plan import Item
from gonogo.text.tones import Span, Tone
from gonogo.tui.deeds.form import Write
from gonogo.tui.look import Look
from gonogo.tui.messages import Record, Refuse
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.view.checklist import details

_ASK = (
    "The plan wants evidence: a link (https://...), the path of a file (/... or ./...), or a line of output. "
    "Of a file the name and the SHA-256 are kept."
)


class EvidenceScreen(PromptScreen):
    """Enter ticks the item with what was typed."""

    def __init__(self, look: Look, item: Item, seen: int, note: str = "", actor: Actor | None = None) -> None:
        question = Write(
            f"Tick with evidence: {item.title}",
            _ASK,
            "https://... or /path/of/a/file or what was printed",
            evidence_given.OUTPUT_LIMIT,
            about=lambda snapshot: details(snapshot, item)[1:8],
        )
        super().__init__(look, question, lambda _: None, note, actor)
        self._item = item
        self._seen = seen
        self._reading = False

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what it will be taken for."""
        if event.input is self.input:
            event.stop()
            text = event.value.strip()
            self.status.hint((Span(f"taken as {kind_of(text)}" if text else "", Tone.MUTED),))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read it in a thread: a file may be large, or lie far away."""
        event.stop()
        event.prevent_default()  # Textual would have the simple prompt handle it too
        text = event.value.strip()
        if not text:
            self.post_message(Refuse("nothing is typed yet; Esc leaves without recording"))
        elif not self._reading:
            self._reading = True
            self.status.hint((Span(f"reading the {kind_of(text)}", Tone.BUSY),))
            self.run_worker(self._tick(text), name="evidence")

    async def _tick(self, text: str) -> None:
        threads, loop = Unjoined(), asyncio.get_running_loop()
        try:
            proof = await loop.run_in_executor(threads, proof_of, text)
        except GonogoError as error:
            self._reading = False
            self.post_message(Refuse(error.message, Tone.BAD))
            return
        words = f"tick with {proof.kind}: {self._item.id}"
        self.post_message(Record(Tick(self._item.id, expect=self._seen, evidence=(proof,)), words))
        self.dismiss(None)


def kind_of(text: str) -> str:
    """What somebody means by it."""
    if evidence_given.is_link(text):
        return "link"
    return "file" if text.startswith(("/", "./", "../", "~/")) else "output"


def proof_of(text: str) -> Proof:
    """What was typed as evidence. Raises UsageError, NotPermittedError, StorageError."""
    match kind_of(text):
        case "link":
            return evidence_given.link(text)
        case "file":
            return evidence_given.file(str(Path(text).expanduser()))
        case _:
            return evidence_given.output(text)
