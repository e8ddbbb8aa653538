"""What a verdict stands on: the journal, the plan and the hour."""

from collections.abc import Iterable

from gonogo.domain.rules.facts import Facts
from gonogo.domain.rules.reason import ReasonLine, Weight
from gonogo.domain.spans import span


def footing(facts: Facts) -> Iterable[ReasonLine]:
    """What we stand on: the journal and the plan themselves."""
    for problem in facts.journal_problems:
        yield ReasonLine(
            "journal.alarm", Weight.BLOCKER, problem, "journal", facts.now, remedy="gonogo journal verify"
        )
    if facts.plan_problem:
        yield ReasonLine(
            "plan.changed",
            Weight.UNKNOWN,
            f"the plan on disk is not the one judged here: {facts.plan_problem}",
            "plan",
            facts.now,
            remedy="gonogo check",
        )


def window(facts: Facts) -> Iterable[ReasonLine]:
    """Outside the live hours one may be by mistake."""
    window = facts.plan.window
    if window is None or window.start <= facts.now < window.end:
        return
    if facts.now < window.start:
        fact = f"the release window opens in {span(window.start - facts.now)}"
    else:
        fact = f"the release window closed {span(facts.now - window.end)} ago"
    yield ReasonLine("window.closed", Weight.WARNING, fact, "window", remedy="check the date in `window:`")
