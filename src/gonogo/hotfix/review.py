"""Who has approved a hotfix, and what exactly: base, commit, tree and every hunk somebody resolved by hand.

The engine is the release's own (`rules.votes`): four eyes, quorum, roles, expiry. Only content and votes
are the hotfix's, and whoever started it is the one who requested it.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from gonogo.events.hotfixes import Hotfix
from gonogo.events.state import Lifecycle, ReleaseState
from gonogo.plan import ApprovalSlot, Plan
from gonogo.rules import votes as approvals
from gonogo.rules.confirmation import Preview
from gonogo.rules.digest import Content, lines


def content(known: Hotfix) -> Content:
    """What an approval of this hotfix signs. The commit's id stands for its whole diff."""
    name = known.product
    texts = {
        f"{name}/version": known.version,
        f"{name}/base": f"{known.base} {known.base_oid[:12]}",
        f"{name}/commit": known.commit,
    }
    for position, pick in enumerate(known.picks):
        subject = known.subjects[position] if position < len(known.subjects) else ""
        texts[f"{name}/pick {pick[:10]}"] = subject
    for one in known.resolutions:
        texts[f"{name}/by hand {one.path}"] = f"{one.how}, {one.hunks} hunks of {one.pick[:10]}, {one.actor.user}"
    return Content(texts)


def preview(known: Hotfix, slot: ApprovalSlot) -> Preview:
    """What is shown before it is signed."""
    signed = content(known)
    heading = f"'{slot.name}' for {known.id}: git -C {known.repo} diff {known.base_oid[:12]} {known.commit[:12]}"
    return Preview(
        "approve", f"{known.id} {slot.name}", known.version, heading, lines(signed), (signed.digest, known.id)
    )


def standings(
    plan: Plan, state: ReleaseState, known: Hotfix, now: datetime, shared_accounts: Sequence[str] = ()
) -> tuple[approvals.SlotStanding, ...]:
    """Every approval it needs, judged at `now` (UTC)."""
    wanted = tuple(slot for slot in plan.approvals if slot.name in known.approvals)
    own = replace(state, approvals=known.votes, lifecycle=Lifecycle(started_by=known.actor))
    return approvals.standings(replace(plan, approvals=wanted), own, content(known), now, shared_accounts)


def missing(
    plan: Plan, state: ReleaseState, known: Hotfix, now: datetime, shared_accounts: Sequence[str] = ()
) -> tuple[approvals.SlotStanding, ...]:
    """Those that are not given."""
    found = standings(plan, state, known, now, shared_accounts)
    return tuple(one for one in found if one.standing is not approvals.Standing.GIVEN)
