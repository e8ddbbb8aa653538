"""What was seen in a cell, written into history."""

from collections.abc import Mapping
from typing import Any

from gonogo import events as kinds
from gonogo.acts.command import NOT_KEPT, Command
from gonogo.acts.scene import Answer, Scene
from gonogo.events.state import Deployed
from gonogo.facts.history import adds_proof
from gonogo.plan import Target


class RecordTransition(Command, frozen=True):
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
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Recorded once, by whoever comes first: the next one finds that the journal says it already."""
        known = scene.state.deployed(self.target)
        before = scene.state.cells.get(self.target, ())
        same = known is not None and (known.versions, known.status) == (self.versions, self.status)
        if known is not None and same and not _adds(scene, known, self):
            return ()
        data: dict[str, Any] = {
            "versions": list(self.versions),
            "status": self.status,
            "source": self.source,
            "before": list(before[-1].versions) if before else [],
        }
        if self.revisions:
            data["revisions"] = list(self.revisions)
        if self.shares:
            data["shares"] = dict(self.shares)
        return (scene.draft(kinds.CELL_CHANGED, f"cell:{self.target.product}/{self.target.environment}", data),)


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
