"""From commits to what ships."""

from collections.abc import Mapping, Sequence

from gonogo.changelog.bumping import Reckoning, ask, contradiction, silent, unclear
from gonogo.changelog.evidence import HEARSAY, Evidence
from gonogo.changelog.model import ProductChanges, Range
from gonogo.changelog.pairing import strike
from gonogo.changelog.sections import arrange
from gonogo.changelog.written import Written
from gonogo.commits import Commit, Struck
from gonogo.plan import ChangelogRules, MergePolicy, SchemeName


def build(
    product: str,
    commits: Sequence[Commit],
    found: Range,
    rules: ChangelogRules,
    planned: str,
    scheme: SchemeName = SchemeName.SEMVER,
    *,
    complete: bool = True,
    copies: Mapping[str, Struck] | None = None,
    by: Reckoning | None = None,
    evidence: Evidence = HEARSAY,
    written: Written | None = None,
) -> ProductChanges:
    """Arrange `commits` (newest first) and say which version they ask for.

    `copies` names those whose change is announced elsewhere, `by` what a version is reckoned with, `evidence`
    says how far claims of messages are so, `written` what people wrote for this version.
    """
    by = by or Reckoning(scheme, product, rules.below_one)
    entries = [entry for commit in strike(commits, copies or {}, evidence) for entry in commit.parts()]
    asked = ask(entries, found.base, planned, by, written)
    against = contradiction(found.base, asked, planned, by) if complete else ""
    breaks = tuple(entry for entry in asked.forced_by if entry.breaking)
    removes = bool(asked.by_text and written is not None and written.breaks and against)
    listed = entries
    quiet, spoken_of = (0, 0) if rules.convention == "none" else silent(entries, by)
    if rules.merges is MergePolicy.LEAVE_OUT:
        listed = [entry for entry in entries if entry.type or entry.breaking or not entry.is_merge]
    return ProductChanges(
        product=product,
        range=found,
        planned=planned,
        sections=arrange(listed, rules),
        count=len(commits),
        bump=asked.bump,
        next_version=asked.following,
        forced_by=asked.forced_by,
        contradiction=against,
        breaking_without_major=removes
        or bool(breaks and against and breaks == asked.forced_by and not asked.stated),
        complete=complete,
        unclear=unclear(entries, by),
        silent=quiet,
        spoken_of=spoken_of,
        written=written,
        left_out=len(entries) - len(listed),
    )
