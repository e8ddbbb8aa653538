"""What was seen in a cell, written into history."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gonogo import events as kinds
from gonogo.acts.scene import Answer, Scene
from gonogo.events.state import Deployed
from gonogo.facts.history import adds_proof
from gonogo.plan import Target


class RecordTransition(Struct, frozen=True):
    """A cell shows something else than the journal's last record of it."""

    target: Target
    versions: tuple[str, ...]
    status: str
    source: str
    revisions: tuple[str, ...] = ()
    """Commits that the source names for the versions."""
    shares: Mapping[str, float] = {}
    """By version: its percentage of a split, where the source tells it."""
    sampled: bool = False
    """Whether the shares are counted from answers, not stated by the source."""


Commands = RecordTransition


def decide(scene: Scene, command: Commands) -> Answer:
    """Recorded once, by whoever comes first: the next one finds that the journal says it already."""
    known = scene.state.deployed(command.target)
    before = scene.state.cells.get(command.target, ())
    same = known is not None and (known.versions, known.status) == (command.versions, command.status)
    if known is not None and same and not _adds(scene, known, command):
        return ()
    data: dict[str, Any] = {
        "versions": list(command.versions),
        "status": command.status,
        "source": command.source,
        "before": list(before[-1].versions) if before else [],
    }
    if command.revisions:
        data["revisions"] = list(command.revisions)
    if command.shares:
        data["shares"] = dict(command.shares)
    return (scene.draft(kinds.CELL_CHANGED, f"cell:{command.target.product}/{command.target.environment}", data),)


def _adds(scene: Scene, known: Deployed, command: RecordTransition) -> bool:
    """Whether the same versions run with a proof that was missing, or in other shares, by enough to say so."""
    product = scene.plan.product(command.target.product)
    if product is None:
        return False
    if adds_proof(product, known, command.versions, command.revisions):
        return True
    if not command.shares:
        return False
    from gonogo.matrix.rollouts import is_step  # most transitions have no shares, and must not load the matrix

    return is_step(product, known, command.shares, sampled=command.sampled)
