"""`decide(scene, command) -> drafts | Refusal`: the only place where a wish becomes a fact.

The front door of `domain.decisions`: each topic keeps its commands and its rules in a module of its own.
"""

from typing import assert_never

from gonogo.domain.decisions import cells, checklist
from gonogo.domain.decisions.cells import RecordTransition
from gonogo.domain.decisions.checklist import Note, Skip, Tick, Undo, Untick, find_item
from gonogo.domain.decisions.scene import Answer, Refusal, Scene

__all__ = [
    "Answer", "Command", "Note", "RecordTransition", "Refusal", "Scene", "Skip", "Tick", "Undo", "Untick",
    "decide", "find_item",
]  # fmt: skip

Command = checklist.Commands | cells.Commands


def decide(scene: Scene, command: Command) -> Answer:
    """Return the facts that `command` makes, or why it makes none.

    An empty tuple means: what was asked for holds already, by the same account.
    """
    if isinstance(command, checklist.Commands):
        return checklist.decide(scene, command)
    if isinstance(command, cells.Commands):
        return cells.decide(scene, command)
    assert_never(command)
