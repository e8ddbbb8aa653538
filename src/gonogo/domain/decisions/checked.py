"""Items that a check decides: a person's word does not stand in for what was measured."""

from gonogo.domain.checks import Standing, standing
from gonogo.domain.decisions.scene import Refusal, Scene
from gonogo.domain.plan import Check, Item
from gonogo.errors import ExitCode

_SAYS = {
    Standing.NEVER: "has not been run",
    Standing.FAILED: "failed",
    Standing.UNKNOWN: "found nothing out",
    Standing.STALE: "passed too long ago",
    Standing.CHANGED: "was run before the plan changed it",
}


def refuse_by_hand(scene: Scene, item: Item, check: Check) -> Refusal | None:
    """Why a person may not tick an item with this check; None when the check has passed and still counts."""
    says = standing(scene.plan, check, scene.state.checks.get(item.id), scene.now)
    if says is Standing.PASSED:
        return None
    return Refusal(
        ExitCode.NO_GO,
        "item.checked",
        f"'{item.id}' is decided by its check, which {_SAYS[says]}",
        f"gonogo check run {item.id}    or  gonogo skip {item.id} --reason '...'",
    )
