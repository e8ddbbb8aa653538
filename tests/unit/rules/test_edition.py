"""The edition of the rules: whoever adds a rule, or makes one weigh more, says since when it judges."""

from gonogo.events.edition import CHANGED, FIRST, RULES, changed_since
from gonogo.rules.registry import RULES as REGISTRY

FIRST_EDITION = frozenset(
    """
    journal.alarm plan.amended decision.unsigned plan.changed release.held release.over
    release.draft cell.behind cell.ahead cell.mixed cell.differs cell.absent cell.status
    cell.unknown cell.disagree host.unreachable cell.older-than-live source.silent soak.short
    soak.unknown item.open check.failed check.stale check.unknown approval.missing approval.rejected
    approval.void approval.unknown git.loading git.old git.unreadable tag.unknown changelog.unknown
    git.doubtful tls.unchecked version.contradicted tag.missing tag.moved tag.light tag.unpinned
    changelog.breaking changelog.empty files.disagree files.unknown merges.missing merges.unknown
    migration.irreversible migration.no-way-back metric.breached metric.unknown observed.missing
    observed.unknown freeze.active freeze.now window.not_open freeze.planned version.bad
    version.held rollback.target_bad trigger.asks trigger.roll_back trigger.go_on trigger.blind
    friday_release release_name big_bang rollback_plan no_trigger no_staging on_call
    announcement_place cell.open
    """.replace("_not_open", "-not-open").split()
)
"""The rules of gonogo 0.1.0, but for `window.closed`, which only warned."""


def test_every_rule_is_of_the_first_edition_or_names_its_own() -> None:
    """A release in flight is told which verdict an upgrade has changed."""
    told = {rule.replace("_", "-") for rules in CHANGED.values() for rule in rules}
    first = {rule.replace("_", "-") for rule in FIRST_EDITION}

    assert {rule for rule in REGISTRY if rule.replace("_", "-") not in first | told} == set()
    assert {rule for rules in CHANGED.values() for rule in rules} <= set(REGISTRY)


def test_what_changed_since_an_edition_is_all_that_came_after_it() -> None:
    """Nothing has changed since the one that judges."""
    assert changed_since(RULES) == frozenset()
    assert "window.closed" in changed_since(FIRST)
    assert max(CHANGED) == RULES
