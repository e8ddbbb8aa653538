"""Words about forward-merges: another commit does the same, or the fix need not go there."""

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import NOT_KEPT, Command
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events.merges import MergeWord, Word
from gonogo.text import clean

REASON_AT_LEAST = 10
"""Characters of a reason: shorter ones explain nothing to whoever reads them next year."""


class SayMerge(Command, frozen=True):
    """Somebody answers for one fix on one branch."""

    product: str
    fix: str
    """Full object id."""
    branch: str
    word: Word
    reason: str
    commit: str = ""
    """The commit that does the same, for EQUIVALENT; "" when it is named in the reason."""
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Record the word of one certain person. What git proves needs no word, and no word undoes it."""
        if refusal := _may_not(scene):
            return refusal
        reason = clean(self.reason.strip())
        remedy = "--reason '...'    what does it instead, or why it is not needed"
        what = "a word for a forward-merge"
        if refusal := slips.need_reason("merge.reason", what, reason, remedy, REASON_AT_LEAST):
            return refusal
        known = _known(scene, self)
        data = {**_data(self), "reason": reason, "commit": self.commit}
        return (scene.draft(_KINDS[self.word], _subject(self), data, expect=known.seq if known else 0),)


class WithdrawMerge(Command, frozen=True):
    """What was said about it does not hold any more."""

    product: str
    fix: str
    branch: str
    reason: str = ""
    given_in: str = ""
    """The other release in whose journal it was said; "" for this one."""
    kept = NOT_KEPT

    def judge(self, scene: Scene) -> Answer:
        """Only what somebody has said is withdrawn."""
        if refusal := _may_not(scene):
            return refusal
        known = _known(scene, self)
        if not self.given_in and (known is None or known.word is Word.WITHDRAWN):
            return Refusal(ExitCode.NO_GO, "merge.nothing", "nobody has said anything about it", "gonogo merges")
        data = {**_data(self), "reason": clean(self.reason.strip())}
        if self.given_in:
            data["of"] = clean(self.given_in, 80)
        return (scene.draft(kinds.MERGE_WITHDRAWN, _subject(self), data, expect=known.seq if known else 0),)


_KINDS = {Word.EQUIVALENT: kinds.MERGE_EQUATED, Word.WAIVED: kinds.MERGE_WAIVED}


def _may_not(scene: Scene) -> Refusal | None:
    return slips.over(scene) or slips.no_person(scene, "answering for a forward-merge")


def _subject(command: SayMerge | WithdrawMerge) -> str:
    return f"merge:{command.product}/{command.fix[:8]}/{command.branch}"


def _data(command: SayMerge | WithdrawMerge) -> dict[str, str]:
    return {"product": command.product, "fix": command.fix, "branch": clean(command.branch, 250)}


def _known(scene: Scene, command: SayMerge | WithdrawMerge) -> MergeWord | None:
    return scene.state.merges.get((command.product, command.fix, command.branch))
