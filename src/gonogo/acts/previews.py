"""What a dialog shows of acts whose rules need no code: start, a bad mark, the commands of a plan."""

from collections.abc import Mapping

from gonogo.acts.lifecycle import typed
from gonogo.acts.scene import Scene
from gonogo.changelog import ProductChanges
from gonogo.rules import finishing
from gonogo.rules.checks import command_set_digest, commands
from gonogo.rules.confirmation import Preview
from gonogo.rules.outline import pin_of
from gonogo.text import describe_command

CODE = 8
"""Hexadecimal digits of the command set's digest that a person types."""


def start(scene: Scene) -> Preview:
    """What starting records: the plan as it is now, each version, and the commit it ships from."""
    lines = []
    for product in scene.plan.products:
        changes = scene.inputs.changes.get(product.name)
        pin = product.revision
        if not pin and isinstance(changes, ProductChanges):
            pin = pin_of(product, changes.target_oid)
        lines.append(f"{product.name} {product.version}  {f'from {pin[:12]}' if pin else 'not pinned'}")
    for product in scene.plan.products:
        changes = scene.inputs.changes.get(product.name)
        found = changes.lacking if isinstance(changes, ProductChanges) else ()
        lines += [f"warning  {one.told}: the release cannot complete. {one.remedy}" for one in found]
    lines.append(f"the plan {scene.loaded.sha256[:12]}: a later edit must be accepted by name")
    lacking = (*finishing.gaps(scene.plan, [scene.actor.user]), *finishing.shut_for_good(scene.plan, scene.now))
    lines += [f"warning  if you start this, {one.fact}" for one in lacking]
    bound = (scene.loaded.sha256, str(scene.state.lifecycle.seq), *lines)
    return Preview(
        "start", scene.plan.release, typed(scene.plan), f"{scene.plan.release} starts", tuple(lines), bound
    )


def mark_bad(scene: Scene, product: str, version: str, reason: str) -> Preview:
    """What a bad mark means: where that version runs, as far as the journal knows."""
    state = scene.state
    seen = [target for target in state.cells if target.product == product]
    places = [target for target in seen if (last := state.deployed(target)) and version in last.versions]
    planned = scene.plan.product(product)
    lines = [f"reason: {reason}", *(f"it runs in {target.environment}" for target in places)]
    if planned is not None and planned.version == version:
        lines.append("warning  it is the planned version: nothing starts, is approved or goes with it any more")
    heading = f"{product} {version} is bad: nobody ships it any more"
    return Preview("mark-bad", f"{product} {version}", version, heading, tuple(lines), (product, version, *lines))


def trust(scene: Scene, files: Mapping[str, str]) -> Preview:
    """Every command the plan would have run and the files they name, and the code that stands for just these."""
    found = commands(scene.plan)
    digest = command_set_digest(scene.plan, files)
    lines = (
        *(f"{one.item}: {describe_command(one.argv)}" for one in found),
        *(f"file {name}: SHA-256 {sha256[:12]}" for name, sha256 in files.items()),
    )
    many = f"{len(found)} commands" if len(found) != 1 else "1 command"
    heading = f"the plan runs {many} as you; none of them was looked at by you, or they changed since"
    return Preview("trust", scene.loaded.path, digest[:CODE], heading, lines, (digest, scene.loaded.path))
