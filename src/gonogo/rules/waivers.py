"""Which waiver lets which reason pass.

- It names a rule, an environment, a reason and an end; from its end on it is over.
- Where the plan asks for signatures, it is signed.
- It counts only while the plan gives whoever gave it a role that may waive.
- With a subject it covers that one thing. Without one it covers what its rule *blocked* when it was given, nothing
  that came later, and nothing that is unknown: what nobody knows must be named one by one.
- Of an incident (a trigger that fired, a rejection, a deployment) it covers those from before it was given.
- Of what is wrong with what ships it covers the fact that was on screen: one more breaking commit is another one.
- Of what runs, of checks and of times it covers what stood there: that version in that state, that occurrence of a
  freeze. Ages, counts and messages may go on.
- Of an approval it covers the content of that moment: when something else ships, somebody must take that on anew.
- Some rules cannot be waived at all: what stands behind them is not a risk to take but a record to put right.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gonogo.events import people
from gonogo.events.state import ReleaseState, Waiver
from gonogo.plan import Plan
from gonogo.rules.reason import ReasonLine
from gonogo.text import clean

NEVER = frozenset(
    {
        "journal.alarm", "plan.changed", "plan.amended", "plan.misrecorded", "decision.unsigned", "version.bad",
        "release.held", "release.draft", "release.over", "clock.wrong", "program.older",
    }
)  # fmt: skip
"""Rules that no waiver lets pass."""
BY_ITS_FACT = frozenset(
    {
        "changelog.breaking", "changelog.unclear", "changelog.silent", "changelog.empty", "version.contradicted",
        "tag.moved", "tag.missing", "tag.unpinned", "files.disagree", "migration.irreversible",
        "migration.no-way-back",
    }
)  # fmt: skip
"""Rules whose fact names what is wrong with what ships: with another fact it is another risk to take."""
LONGEST = timedelta(days=30)
FACT = 300
"""Characters of a fact that a waiver keeps."""
REASON_LEAST = 10
"""Characters of a reason: `ok` is none."""


def holds(plan: Plan, waiver: Waiver, now: datetime, shared_accounts: Sequence[str] = ()) -> bool:
    """Whether a waiver is in force at `now` (UTC), whoever wrote it into the journal."""
    return (
        waiver.ended is None
        and not waiver.flaw
        and now < waiver.until
        and waiver.until - waiver.at <= LONGEST
        and waiver.rule not in NEVER
        and bool(set(plan.waiver_roles) & set(people.roles_of(plan, waiver.actor)))
        and not people.why_nobody(plan, waiver.actor, shared_accounts)
    )


def in_force(
    plan: Plan,
    state: ReleaseState,
    now: datetime,
    environment: str = "",
    shared_accounts: Sequence[str] = (),
    digest: str = "",
) -> tuple[Waiver, ...]:
    """The waivers that hold at `now`, of one environment when it is named, for the content of that digest."""
    return tuple(
        one
        for one in state.waivers
        if (not environment or one.environment == environment)
        and holds(plan, one, now, shared_accounts)
        and is_of(one, digest)
    )


def is_of(waiver: Waiver, digest: str) -> bool:
    """Whether a waiver speaks of the content with this digest; "" where nobody has looked at the content."""
    return not (digest and is_approval(waiver.rule)) or waiver.digest == digest


def is_approval(rule: str) -> bool:
    """Whether a rule speaks of an approval, and so of what was to be approved."""
    return rule.startswith("approval.")


def kept(reason: ReasonLine) -> str:
    """What a waiver keeps of a reason, so that it lets pass that very one; "" where its subject says it all."""
    return clean(reason.fact if reason.rule in BY_ITS_FACT else reason.stands, FACT)


def waiver_for(
    waivers: Iterable[Waiver], rule: str, subject: str, *, unknown: bool, fact: str = "", seq: int = 0
) -> Waiver | None:
    """The first of `waivers` (of one environment, in force) that lets a reason pass; None when none does.

    `fact` is what `kept` says of the reason, `seq` as in `ReasonLine`; "" and 0 where nothing is known of them.
    """
    asked = (rule, subject, fact, seq)
    return next((one for one in waivers if _covers(one, *asked, unknown=unknown)), None)


def _covers(waiver: Waiver, rule: str, subject: str, fact: str, seq: int, *, unknown: bool) -> bool:
    if waiver.rule != rule or rule in NEVER or seq > waiver.seq:
        return False
    if fact and fact != waiver.facts.get(subject, fact):
        return False
    if not waiver.subject:
        return not unknown and subject in waiver.covers
    return waiver.subject == subject
