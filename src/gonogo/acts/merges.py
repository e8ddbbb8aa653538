"""Words about forward-merges: another commit does the same, or the fix need not go there."""

from msgspec import Struct

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.events.merges import Word
from gonogo.text import clean

REASON_AT_LEAST = 10
"""Characters of a reason: shorter ones explain nothing to whoever reads them next year."""


class SayMerge(Struct, frozen=True):
    """Somebody answers for one fix on one branch."""

    product: str
    fix: str
    """Full object id."""
    branch: str
    word: Word
    reason: str
    commit: str = ""
    """The commit that does the same, for EQUIVALENT; "" when it is named in the reason."""


class WithdrawMerge(Struct, frozen=True):
    """What was said about it does not hold any more."""

    product: str
    fix: str
    branch: str
    reason: str = ""
    given_in: str = ""
    """The other release in whose journal it was said; "" for this one."""


Commands = SayMerge | WithdrawMerge

_KINDS = {Word.EQUIVALENT: kinds.MERGE_EQUATED, Word.WAIVED: kinds.MERGE_WAIVED}


def decide(scene: Scene, command: Commands) -> Answer:
    """Record the word of one certain person. What git proves needs no word, and no word undoes it."""
    if refusal := slips.over(scene) or slips.no_person(scene, "answering for a forward-merge"):
        return refusal
    key = (command.product, command.fix, command.branch)
    subject = f"merge:{command.product}/{command.fix[:8]}/{command.branch}"
    data = {"product": command.product, "fix": command.fix, "branch": clean(command.branch, 250)}
    reason = clean(command.reason.strip())
    known = scene.state.merges.get(key)
    if isinstance(command, WithdrawMerge):
        if not command.given_in and (known is None or known.word is Word.WITHDRAWN):
            return Refusal(ExitCode.NO_GO, "merge.nothing", "nobody has said anything about it", "gonogo merges")
        data |= {"reason": reason, **({"of": clean(command.given_in, 80)} if command.given_in else {})}
        return (scene.draft(kinds.MERGE_WITHDRAWN, subject, data, expect=known.seq if known else 0),)
    remedy = "--reason '...'    what does it instead, or why it is not needed"
    if refusal := slips.need_reason("merge.reason", "a word for a forward-merge", reason, remedy, REASON_AT_LEAST):
        return refusal
    data |= {"reason": reason, "commit": command.commit}
    return (scene.draft(_KINDS[command.word], subject, data, expect=known.seq if known else 0),)
