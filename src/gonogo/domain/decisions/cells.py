"""What was seen in a cell, written into history."""

from typing import Any

from msgspec import Struct

from gonogo.domain import events as kinds
from gonogo.domain.decisions.scene import Answer, Scene
from gonogo.domain.history import adds_proof
from gonogo.domain.observation import Target


class RecordTransition(Struct, frozen=True):
    """A cell shows something else than the journal's last record of it."""

    target: Target
    versions: tuple[str, ...]
    status: str
    source: str
    revisions: tuple[str, ...] = ()
    """Commits that the source names for the versions."""


Commands = RecordTransition


def decide(scene: Scene, command: Commands) -> Answer:
    """Recorded once, by whoever comes first: the next one finds that the journal says it already."""
    known = scene.state.deployed(command.target)
    before = scene.state.cells.get(command.target, ())
    if known and (known.versions, known.status) == (command.versions, command.status):
        product = scene.plan.product(command.target.product)
        if product is None or not adds_proof(product, known, command.versions, command.revisions):
            return ()
    data: dict[str, Any] = {
        "versions": list(command.versions),
        "status": command.status,
        "source": command.source,
        "before": list(before[-1].versions) if before else [],
    }
    if command.revisions:
        data["revisions"] = list(command.revisions)
    return (scene.draft(kinds.CELL_CHANGED, f"cell:{command.target.product}/{command.target.environment}", data),)
