"""A hotfix in lines: the plan before it is started, what it waits for, where all of them stand."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix.outcome import Aborted, Finished, Outcome, PushFailed, Stopped, Waiting
from gonogo.hotfix.preview import BranchNeed, Candidates, PickPreview, Preview, TagCheck
from gonogo.hotfix.preview import Outcome as Picked
from gonogo.hotfix.steps import Place, Step, title_of
from gonogo.hotfix.typed import typed
from gonogo.hotfix.wish import Planned
from gonogo.hotfix.work import Kind, Operation, Work
from gonogo.text import clean, describe_command
from gonogo.text.spans import span
from gonogo.text.tones import Line, Span, Tone

_PICK_TONES = {
    Picked.CLEAN: Tone.GOOD,
    Picked.CONFLICT: Tone.WARN,
    Picked.EMPTY: Tone.MUTED,
    Picked.UNKNOWN: Tone.UNKNOWN,
}


def hunks(count: int) -> str:
    """`1 hunk`, `2 hunks`."""
    return f"{count} hunk{'' if count == 1 else 's'}"


def plan_lines(planned: Planned) -> tuple[Line, ...]:
    """Everything there is to read before it is started."""
    found: list[Line] = []
    if planned.work is not None:
        found.append((Span(title_of(planned.work), Tone.STRONG),))
    found += _base_lines(planned.preview)
    if planned.candidates is not None:
        found += candidate_lines(planned.candidates)
    for one in planned.preview.picks:
        found += _pick_lines(one, planned.work.operation if planned.work else Operation.PICK)
    if planned.work is not None:
        found += _work_lines(planned.work, planned.preview)
        found += step_lines(planned.steps)
    found += [(Span("warning  ", Tone.WARN), Span(text)) for text in planned.preview.warnings]
    found += [(Span("blocker  ", Tone.BAD), Span(text)) for text in planned.preview.blockers]
    return tuple(found)


def _base_lines(preview: Preview) -> Iterator[Line]:
    seen = preview.observed
    if seen is not None:
        age = "at an unknown time" if seen.age_s is None else f"{span(timedelta(seconds=seen.age_s))} ago"
        yield (
            Span("runs     ", Tone.MUTED), Span(seen.version, Tone.STRONG),
            Span(f" in {', '.join(seen.environments)}, seen {age} by {clean(seen.source, 120)}"),
        )  # fmt: skip
    if preview.base is not None:
        base = preview.base
        kind = "annotated" if base.annotated else "light"
        where = ", ".join(base.branches[:6]) or "no branch"
        yield (
            Span("from     ", Tone.MUTED), Span(base.name, Tone.STRONG),
            Span(f" {base.oid[:10]}, {kind}, in {where}"),
        )  # fmt: skip
        yield (Span("unmoved  ", Tone.MUTED), unmoved(base))


def unmoved(base: TagCheck) -> Span:
    """Whether the tag is where it was agreed to be, and by whose word."""
    if any("moved" in one or " is at " in one for one in base.problems):
        return Span("no", Tone.BAD)
    if not base.witnesses:
        return Span("nobody can tell: no plan, start or remote says where it belongs", Tone.WARN)
    return Span(f"yes, by {' and '.join(base.witnesses)}", Tone.GOOD)


def candidate_lines(candidates: Candidates, limit: int = 40) -> Iterator[Line]:
    """What could be picked, fixes first."""
    yield (Span(f"commits of {candidates.mainline} that it does not have:", Tone.MUTED),)
    for one in candidates.found[:limit]:
        tone = Tone.MUTED if one.picked or one.taken_back else Tone.STRONG if one.is_fix else Tone.PLAIN
        note = f"  picked already: {one.picked}" if one.picked else ""
        note += f"  taken back by {one.taken_back[:10]}" if one.taken_back else ""
        yield (Span(f"  {one.commit.oid[:10]}  "), Span(one.commit.subject, tone), Span(note, Tone.MUTED))
    rest = len(candidates.found) - limit + candidates.left_out
    if rest > 0:
        yield (Span(f"  and {rest} more: --filter TEXT, or name one by its id", Tone.MUTED),)
    if candidates.problem:
        yield (Span("warning  ", Tone.WARN), Span(candidates.problem))


def _pick_lines(one: PickPreview, operation: Operation) -> Iterator[Line]:
    word = f"{one.outcome.value}" if one.certain else f"{one.outcome.value}?"
    yield (
        Span(f"{WORDS[operation]:<8} ", Tone.MUTED), Span(f"{one.pick.oid[:10]} ", Tone.STRONG),
        Span(f"{word:<9} ", _PICK_TONES[one.outcome]), Span(one.pick.subject),
    )  # fmt: skip
    for conflict in one.conflicts:
        yield (Span("           conflict  ", Tone.WARN), Span(f"{conflict.path} ({conflict.kind})"))
        if conflict.proposal:
            yield (Span(f"           {conflict.proposal}: --ours {conflict.path}", Tone.MUTED),)
        for hunk in conflict.hunks[:3]:
            yield from ((Span(f"             {line}", Tone.MUTED),) for line in hunk.splitlines()[:12])
    for line in needs_lines(one):
        yield (Span("           "), *line)


def needs_lines(one: PickPreview) -> Iterator[Line]:
    """Which commits a conflicting pick needs first, and whether they are enough."""
    needs = one.needs
    if not needs.commits:
        return
    noun = "this commit" if len(needs.commits) == 1 else "these commits"
    how = f"with {noun} picked first it is clean" if needs.enough else f"{noun} before it changed the same files"
    more = f" (and {needs.left_out} more)" if needs.left_out else ""
    yield (Span("needs first  ", Tone.WARN), Span(f"{how}{more}:"))
    for commit in needs.commits:
        yield (
            Span(f"  {commit.oid[:10]} ", Tone.STRONG),
            Span(commit.subject),
            Span(f", {commit.author}", Tone.MUTED),
        )


def _work_lines(work: Work, preview: Preview) -> Iterator[Line]:
    if work.kind is Kind.CARRY:
        yield (
            Span("moves    ", Tone.MUTED),
            Span(work.branch, Tone.STRONG),
            Span(f", now at {work.base_oid[:10]}, by {work.operation.value}"),
        )
    else:
        made = f"{work.version}: branch {work.branch}, tag {work.tag}"
        yield (Span("makes    ", Tone.MUTED), Span(made, Tone.STRONG))
    yield (Span(f"         by {work.identity.name} <{work.identity.email}>", Tone.MUTED),)
    for edit in preview.edits:
        yield (Span("changes  ", Tone.MUTED), Span(edit.path, Tone.STRONG), Span(f"  {edit.problem or edit.what}"))
    for at, text in _entry(work):
        yield (Span("entry    " if not at else "         ", Tone.MUTED), Span(text))
    for text in preview.diffstat:
        yield (Span(f"        {text}", Tone.MUTED),)
    for need in preview.needs:
        yield (Span("also to  ", Tone.MUTED), Span(f"{need.branch}  "), needs(need))
    if work.kind is Kind.HOTFIX:
        asks = f"{', '.join(work.approvals)}, before it is tagged" if work.approvals else "the plan asks for none"
        yield (Span("approval ", Tone.MUTED), Span(asks, Tone.PLAIN if work.approvals else Tone.MUTED))


WORDS = {Operation.PICK: "pick", Operation.MERGE: "merge", Operation.FORWARD: "forward"}
"""What is done with a commit, short enough for a column."""


def needs(need: BranchNeed) -> Span:
    """Whether a branch has the fix."""
    if need.unmade:
        return Span("will need it, once it is made", Tone.WARN)
    lacks = f"lacks {', '.join(need.missing)}"
    return Span(lacks, Tone.WARN) if need.missing else Span("has all of it", Tone.GOOD)


def _entry(work: Work) -> Iterator[tuple[int, str]]:
    """The lines of the changelog's entry, numbered; none where none is written."""
    return enumerate(line for line in work.entry.splitlines() if line and work.edits)


def step_lines(steps: Sequence[Step]) -> Iterator[Line]:
    """The steps with their exact commands."""
    yield (Span("steps", Tone.STRONG),)
    for step in steps:
        yield (
            Span(f"  {step.number:>2} ", Tone.MUTED),
            Span(step.title),
            Span(f"   undo: {step.undo}", Tone.MUTED),
        )
        for command in step.commands:
            where = "workspace" if command.place is Place.WORKSPACE else "your repository"
            yield (Span(f"     {where}: ", Tone.MUTED), Span(describe_command(("git", *command.argv))))
            for line in command.feed.splitlines():
                yield (Span(f"       < {line}", Tone.MUTED),)


def outcome_lines(
    outcome: Outcome | Aborted, work_kind: str, product: str, carries: Sequence[str] = ()
) -> tuple[Line, ...]:
    """Where it has got to, and what to do; `carries` are the commands that bring it to the branches without it."""
    match outcome:
        case Stopped():
            return tuple(_stopped(outcome, work_kind, product))
        case Waiting():
            return tuple(_waiting(outcome))
        case PushFailed():
            return tuple(_push_failed(outcome))
        case Finished():
            pushed = f", pushed to {outcome.pushed_to}" if outcome.pushed_to else ", not pushed"
            return (
                (
                    Span("done: ", Tone.GOOD),
                    Span(f"{outcome.commit[:12]}, tag object {outcome.tag_object[:12]}{pushed}"),
                ),
                *(
                    (Span("carry it forward: ", Tone.MUTED), Span(command, Tone.STRONG))
                    for command in carries or ("gonogo merges",)
                ),
            )
        case Aborted():
            first: Line = (Span("taken back", Tone.GOOD), Span(": your repository is as it was before"))
            stays = tuple((Span("stays: ", Tone.WARN), Span(text)) for text in outcome.remains)
            return ((Span("taken back, but for what follows", Tone.WARN),), *stays) if stays else (first,)


def _stopped(outcome: Stopped, kind: str, product: str) -> Iterator[Line]:
    yield (Span("stopped: ", Tone.WARN), Span(f"{outcome.pick.oid[:10]} {outcome.pick.subject} conflicts"))
    for conflict in outcome.conflicts:
        yield (Span(f"  {conflict.path} ", Tone.STRONG), Span(f"({conflict.kind}, {hunks(len(conflict.hunks))})"))
    yield (Span("resolve it there: ", Tone.MUTED), Span(f"cd {outcome.folder}", Tone.STRONG))
    if kind != Kind.CARRY.value:
        yield (Span("or with: ", Tone.MUTED), Span(typed(kind, "edit", product), Tone.STRONG))
    named = " ".join(f"--resolved {conflict.path}" for conflict in outcome.conflicts)
    yield (Span("then: ", Tone.MUTED), Span(f"{typed(kind, 'continue', product)} {named}", Tone.STRONG))
    yield (Span("or: ", Tone.MUTED), Span(typed(kind, "abort", product), Tone.STRONG))


def _waiting(outcome: Waiting) -> Iterator[Line]:
    yield (Span("waits: ", Tone.BUSY), Span(f"step {outcome.step.number}, {outcome.step.title}"))
    yield from ((Span(f"  {fact}"),) for fact in outcome.facts)
    if outcome.folder:
        yield (Span("workspace: ", Tone.MUTED), Span(f"cd {outcome.folder}", Tone.STRONG))
    yield (Span("then: ", Tone.MUTED), Span(outcome.remedy, Tone.STRONG))


def _push_failed(outcome: PushFailed) -> Iterator[Line]:
    yield (Span("not pushed: ", Tone.BAD), Span(outcome.reason))
    yield from ((Span(f"  {outcome.remote}: {line}", Tone.MUTED),) for line in outcome.lines)
    yield (Span("then: ", Tone.MUTED), Span(outcome.remedy, Tone.STRONG))


def detail_lines(one: Hotfix) -> tuple[Line, ...]:
    """What else is known about one: what was resolved by hand, tested, approved, refused."""
    found: list[Line] = []
    for resolution in one.resolutions:
        how = (
            "the line's own content was kept" if resolution.how == "ours" else f"{hunks(resolution.hunks)} by hand"
        )
        said = f"{resolution.path} of {resolution.pick[:10]}: {how}, {resolution.actor.user}"
        found.append((Span("resolved ", Tone.WARN), Span(said)))
    if one.tested is not None:
        found.append((Span("tested   ", Tone.GOOD), Span(f"{one.tested.evidence} ({one.tested.actor.user})")))
    for slot, votes in one.votes.items():
        told = ((Span(f"{vote.answer.value:<9}"), Span(f"{slot} by {vote.actor.user}")) for vote in votes)
        found.extend(told)
    found += [(Span("refused  ", Tone.BAD), Span(text)) for text in one.refusals]
    found += [(Span("stays    ", Tone.WARN), Span(text)) for text in one.remains]
    return tuple(found)
