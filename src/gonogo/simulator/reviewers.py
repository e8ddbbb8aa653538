"""The simulated people look at a hotfix that waits for approval, and sign it after a while; never their own."""

from collections.abc import Iterator
from datetime import timedelta

from gonogo.acts import Scene
from gonogo.acts.hotfixes import ApproveHotfix, missing_approvals
from gonogo.events import people
from gonogo.events.hotfixes import Hotfix, HotfixStatus
from gonogo.hotfix import review
from gonogo.hotfix.steps import StepKind

READING = timedelta(seconds=4)
"""How long it takes them to read the difference."""


def signatures(scene: Scene) -> Iterator[tuple[str, ApproveHotfix]]:
    """Who signs what at this moment: the name of the person in the plan, and the act."""
    for known in scene.state.hotfixes.values():
        if not _waits(known) or known.tested is None or scene.now - known.tested.at < READING:
            continue
        for one in missing_approvals(scene, known):
            maker = known.actor
            for person in scene.plan.people:
                if one.slot.role in person.roles and not people.is_account_of(scene.plan, person.account, maker):
                    yield person.key, ApproveHotfix(known.id, one.slot.name, review.preview(known, one.slot).code)
                    break


def _waits(known: Hotfix) -> bool:
    """Whether it has been delivered and not been tagged: then only approvals are missing."""
    delivered = any(step.done and step.name == StepKind.DELIVER.value for step in known.steps.values())
    return known.status is HotfixStatus.RUNNING and delivered and not known.tag_object and bool(known.approvals)
