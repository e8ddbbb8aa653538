"""Which edition of the rules judges: raised whenever the same facts can be judged otherwise than before.

A release records the edition it was started under, and an act of a newer program the one it was judged by. Who
judges by an older one than the newest writer decides nothing any more: two programs must not answer one question
in two ways.
"""

from collections.abc import Mapping
from typing import Final

RULES: Final = 2
"""The edition this program judges by."""
FIRST: Final = 1
"""The edition of journals that name none."""

CHANGED: Final[Mapping[int, tuple[str, ...]]] = {
    2: (
        "window.closed", "fix.lost", "fix.unknown", "deployed.without-go", "go.unused", "rollout.stalled",
        "rollback.incomplete", "changelog.unclear", "changelog.silent", "journal.beside", "decision.denied",
        "program.older", "plan.misrecorded", "rules.changed", "clock.wrong", "clock.skew", "source.contested",
        "no_production", "version.bad-elsewhere", "version.marks-unknown", "build.untried", "soak.unnamed",
    ),
}  # fmt: skip
"""By edition: the rules that are new in it, or that weigh more than before."""


def changed_since(edition: int) -> frozenset[str]:
    """The rules by which this program judges otherwise than one of that edition."""
    return frozenset(rule for number, rules in CHANGED.items() if number > edition for rule in rules)
