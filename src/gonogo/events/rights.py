"""Every kind of event a hand can write into its own file: who may, and where that is judged when it is read.

A kind stands in exactly one of the lists; a test walks all kinds. A kind that no list names is of another version,
and changes nothing but the trail.
"""

from collections.abc import Mapping
from typing import Final

from gonogo import events as kinds

BY_RIGHT: Final = frozenset(
    {
        kinds.GO_DECIDED, kinds.RELEASE_COMPLETED, kinds.RELEASE_CANCELLED, kinds.RELEASE_RESUMED,
        kinds.FREEZE_THAWED, kinds.BATON_TAKEN, kinds.PLAN_AMENDED, kinds.GLASS_REQUESTED, kinds.GLASS_BROKEN,
        kinds.VERSION_CLEARED, kinds.VERSION_RELEASED, kinds.VERSION_HELD, kinds.TRIGGER_ANSWERED,
        kinds.TRIGGER_CLEARED, kinds.ROLLBACK_STARTED, kinds.ITEM_VOUCHED, kinds.ITEM_TICKED, kinds.ITEM_SKIPPED,
        kinds.MERGE_EQUATED, kinds.MERGE_WAIVED,
    }
)  # fmt: skip
"""Judged in the fold, by the plan that was agreed on at that moment; see `rules.entitled`."""

BY_ITS_OWNER: Final = frozenset(
    {
        kinds.HOTFIX_STARTED, kinds.HOTFIX_STEP_BEGUN, kinds.HOTFIX_STEP_DONE, kinds.HOTFIX_STOPPED,
        kinds.HOTFIX_RESOLVED, kinds.HOTFIX_TESTED, kinds.HOTFIX_PUSHED, kinds.HOTFIX_PUSH_REFUSED,
        kinds.HOTFIX_ABORTED, kinds.HOTFIX_FINISHED,
    }
)  # fmt: skip
"""Judged in the fold: only whoever began the hotfix has its workspace; see `rules.entitled`."""

AT_EVERY_LOOK: Final[Mapping[str, str]] = {
    kinds.APPROVAL_GIVEN: "rules.approvals: role, four eyes, content, expiry",
    kinds.APPROVAL_REJECTED: "rules.approvals: only the role blocks",
    kinds.APPROVAL_REVOKED: "the fold: an account takes back its own vote alone",
    kinds.WAIVER_GIVEN: "rules.waivers: role, end, what cannot be waived",
    kinds.HOTFIX_APPROVED: "hotfix.review: role, four eyes, content",
    kinds.HOTFIX_REJECTED: "hotfix.review: only the role blocks",
    kinds.RELEASE_STARTED: "the fold: once, by who is named in the plan it records; that must be the one on disk",
}
"""By kind: where it is judged anew whenever somebody looks, beside the fold."""

OPEN_TO_ALL: Final[Mapping[str, str]] = {
    kinds.ITEM_UNTICKED: "opens an item: it lets nothing go",
    kinds.ITEM_CLAIMED: "says who is at it: it lets nothing go",
    kinds.ITEM_UNCLAIMED: "says that nobody is at it: it lets nothing go",
    kinds.ITEM_NOTED: "a remark",
    kinds.CHECK_FINISHED: "anybody may run a check; the result bears the name of who ran it",
    kinds.CELL_CHANGED: "what a session saw: every verdict asks for itself",
    kinds.PLAN_RECORDED: "holds nothing by itself: a start or an amendment makes it the plan",
    kinds.RELEASE_HELD: "stopping is everybody's",
    kinds.FREEZE_DECLARED: "stopping is everybody's",
    kinds.WAIVER_WITHDRAWN: "makes a reason count again: it lets nothing go",
    kinds.GLASS_ENDED: "makes blockers count again: it lets nothing go",
    kinds.VERSION_MARKED_BAD: "warning is everybody's; it takes a fix out of sight only from a named account",
    kinds.TRIGGER_FIRED: "warning is everybody's",
    kinds.NOTES_DRAFTED: "a text of the release notes, under its author's name",
    kinds.NOTES_DISCARDED: "a text of the release notes goes back to what was generated",
    kinds.MERGE_WITHDRAWN: "makes a missing fix count again: it lets nothing go",
    kinds.ACT_REFUSED: "only shown",
}
"""By kind: why anybody with write access may record it."""
