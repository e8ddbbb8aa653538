"""Items that a check decides: a person's word does not stand in for what was measured."""

from gonogo.acts.scene import Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.plan import Item
from gonogo.plan.conditions import Check
from gonogo.rules.checks import Standing, about_files, standing

_SAYS = {
    Standing.NEVER: "has not been run",
    Standing.FAILED: "failed",
    Standing.UNKNOWN: "found nothing out",
    Standing.STALE: "passed too long ago",
    Standing.CHANGED: "was run before the plan changed it",
}


def refuse_by_hand(scene: Scene, item: Item, check: Check) -> Refusal | None:
    """Why a person may not tick an item with this check; None when the check has passed and still counts."""
    result, files = scene.state.checks.get(item.id), scene.inputs.check_files.get(item.id)
    says = standing(scene.plan, check, result, scene.now, files)
    if says is Standing.PASSED:
        return None
    file = about_files(scene.plan, check, result, scene.now, files)
    why = f"passed: {file}" if file else _SAYS[says]
    return Refusal(
        ExitCode.NO_GO,
        "item.checked",
        f"'{item.id}' is decided by its check, which {why}",
        f"gonogo check run {item.id}    or  gonogo skip {item.id} --reason '...'",
    )
