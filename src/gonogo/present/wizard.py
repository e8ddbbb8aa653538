"""The hotfix wizard in words: what each of its eight steps shows. Rows are (key, line); "" cannot be chosen."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from gonogo.domain.approvals import SlotStanding, Standing
from gonogo.domain.checks import describe_command
from gonogo.domain.folds.hotfixes import Hotfix, HotfixStatus
from gonogo.domain.hotfix.lines import Observed
from gonogo.domain.hotfix.on_bench import Ran
from gonogo.domain.hotfix.outcome import Aborted, Finished, Outcome, PushFailed, Stopped, Waiting
from gonogo.domain.hotfix.preview import Candidate, Candidates, PickPreview, TagCheck
from gonogo.domain.hotfix.preview import Outcome as Picked
from gonogo.domain.hotfix.steps import Place, Step, StepKind
from gonogo.domain.hotfix.wish import Planned
from gonogo.domain.hotfix.work import Kind, Work
from gonogo.domain.spans import span
from gonogo.domain.text import clean
from gonogo.errors import GonogoError
from gonogo.present.hotfix import outcome_lines
from gonogo.present.tones import Line, Span, Tone

Rows = tuple[tuple[str, Line], ...]
CUT = "cut:"
"""Key of a line that cannot be chosen and is cut where there is no room, instead of being wrapped."""

STEPS = ("broken", "from", "fixes", "preview", "do", "approve", "push", "carry")
_HUNK_LINES = 8
_HUNKS = 2

_PICK_TONES = {
    Picked.CLEAN: Tone.GOOD, Picked.CONFLICT: Tone.WARN, Picked.EMPTY: Tone.MUTED, Picked.UNKNOWN: Tone.UNKNOWN,
}  # fmt: skip


def step_line(current: int) -> Line:
    """The eight steps, the current one (from 1) in brackets."""
    line: list[Span] = [Span(" ")]
    for number, word in enumerate(STEPS, 1):
        if number == current:
            line.append(Span(f"[{number} {word}]", Tone.STRONG))
        else:
            line.append(Span(f" {number} {word} ", Tone.GOOD if number < current else Tone.MUTED))
    return tuple(line)


def text(*lines: Line) -> Rows:
    """Lines that cannot be chosen."""
    return tuple(("", line) for line in lines)


def say(words: str, tone: Tone = Tone.PLAIN) -> Line:
    """One sentence."""
    return (Span(words, tone),)


def _label(name: str, *rest: Span) -> Line:
    return (Span(f"{name:<10} ", Tone.MUTED), *rest)


def trouble(error: GonogoError) -> tuple[Line, ...]:
    """Why it does not go on, and what to do."""
    found = [_label("not possible", Span(error.message, Tone.BAD))]
    if error.where:
        found.append(_label("where", Span(error.where)))
    if error.remedy:
        found.append(_label("next", Span(error.remedy, Tone.STRONG)))
    return tuple(found)


# -- 1 what is broken ---------------------------------------------------------------------------------------------


def broken_rows(product: str, planned: str, observed: Sequence[Observed]) -> Rows:
    """What production answers with, each version to choose."""
    if not observed:
        return text(
            say(
                f"Nobody knows which version of {product} runs in production: no endpoint answered.", Tone.UNKNOWN
            ),
            (),
            (Span("i", Tone.STRONG), Span(" names the version by hand; it is written down that nobody saw it.")),
        )
    many = len(observed) > 1
    head = (
        say(f"Production runs {len(observed)} versions of {product} at once: which one is broken?", Tone.WARN)
        if many
        else say(f"This is what production runs of {product}, as it was seen:")
    )
    rows: list[tuple[str, Line]] = [("", head), ("", ())]
    for one in observed:
        where = ", ".join(one.environments)
        rows.append((f"version:{one.version}", (Span(f"{one.version}  ", Tone.STRONG), Span(f"in {where}"))))
        rows.append(("", _label("  seen", Span(_seen(one), Tone.PLAIN if one.fresh else Tone.WARN))))
        sources = [clean(source, 120) for source in one.source.split(" and ")[:4]]
        rows += [("", _label("" if at else "  by", Span(text, Tone.MUTED))) for at, text in enumerate(sources)]
    rows += [("", ()), ("", (Span("planned    ", Tone.MUTED), Span(planned)))]
    rows.append(("", (Span("A hotfix starts from what runs, never from mainline.", Tone.MUTED),)))
    return tuple(rows)


def _seen(one: Observed) -> str:
    if one.age_s is None:
        return "at an unknown time"
    age = span(timedelta(seconds=round(one.age_s)))
    return f"{age} ago{'' if one.fresh else ': too old to count'}"


def product_rows(names: Mapping[str, str]) -> Rows:
    """Every product, to choose; what is known of each stands beside it."""
    head = text(say("Which product is broken?"), ())
    return (
        *head,
        *((f"product:{name}", (Span(f"{name:<20} ", Tone.STRONG), Span(told))) for name, told in names.items()),
    )


# -- 2 from where -------------------------------------------------------------------------------------------------


def base_rows(base: TagCheck, warnings: Sequence[str]) -> Rows:
    """The tag it starts from, checked."""
    kind = (
        Span("annotated", Tone.GOOD) if base.annotated else Span("light: nobody is named as its maker", Tone.WARN)
    )
    moved = [one for one in base.problems if "moved" in one or " is at " in one]
    lines: list[Line] = [
        _label("from", Span(f"{base.name}  ", Tone.STRONG), Span(base.oid[:12], Tone.MUTED)),
        _label("kind", kind),
        _label(
            "unmoved",
            *([Span("no", Tone.BAD)] if moved else [Span("as it was agreed, here and there", Tone.GOOD)]),
        ),
        _label(
            "in", Span(", ".join(base.branches[:6]) or "no branch", Tone.PLAIN if base.branches else Tone.WARN)
        ),
    ]
    later = ", ".join(f"{one.version} ({one.origin.value})" for one in base.later[:4]) or "nothing"
    lines.append(_label("above it", Span(f"{later} on this line")))
    if base.unreleased:
        lines.append(
            _label("unreleased", Span(f"{base.unreleased} commits on the line that no version has", Tone.WARN))
        )
    lines += [_label("BLOCKER", Span(one, Tone.BAD)) for one in base.problems]
    lines += [_label("warning", Span(one, Tone.WARN)) for one in dict.fromkeys((*base.warnings, *warnings))]
    return text(*lines)


# -- 3 what fixes it ----------------------------------------------------------------------------------------------


def candidate_rows(candidates: Candidates, picked: Sequence[str], named: Sequence[str] = ()) -> Rows:
    """What could be picked: fixes first, what the line has already marked as such, picks in brackets."""
    rows: list[tuple[str, Line]] = [(f"commit:{one}", _by_name(one, picked)) for one in named]
    seen: set[str] = set()
    group = ""
    for one in candidates.found:
        if one.commit.oid in seen:
            continue  # further lines of a squashed commit
        seen.add(one.commit.oid)
        if group != (now := "fixes" if one.is_fix else "other commits"):
            group = now
            rows.append((f"heading:{group}", say(f"{group} on {candidates.mainline}", Tone.MUTED)))
        rows.append((f"commit:{one.commit.oid}", _candidate(one, picked)))
    if candidates.left_out:
        rows.append(("", say(f"and {candidates.left_out} older ones: i names one by its id", Tone.MUTED)))
    if candidates.problem:
        rows.append(("", _label("warning", Span(candidates.problem, Tone.WARN))))
    return tuple(rows)


def _by_name(name: str, picked: Sequence[str]) -> Line:
    mark = f"[{picked.index(name) + 1}]" if name in picked else "[ ]"
    return (
        Span(f"{mark} ", Tone.GOOD if name in picked else Tone.MUTED), Span(clean(name, 80), Tone.STRONG),
        Span("  named by hand; the preview says what it is", Tone.WARN),
    )  # fmt: skip


def _candidate(one: Candidate, picked: Sequence[str]) -> Line:
    chosen = one.commit.oid in picked
    mark = f"[{picked.index(one.commit.oid) + 1}]" if chosen else "[ ]"
    tone = Tone.STRONG if chosen else Tone.MUTED if one.picked else Tone.PLAIN
    line = [Span(f"{mark} ", Tone.GOOD if chosen else Tone.MUTED), Span(f"{one.commit.short}  ", Tone.MUTED)]
    if one.picked:
        line.append(Span("has it: ", Tone.WARN))
    line.append(Span(one.commit.subject, tone))
    if one.picked:
        line.append(Span(f"  ({one.picked})", Tone.MUTED))
    return tuple(line)


def by_hand_rows(planned: Planned) -> Rows:
    """gitflow: there is nothing to pick."""
    work = planned.work
    branch = work.branch if work else "the hotfix branch"
    return text(
        say("The plan's branches follow gitflow: the fix is made on the hotfix branch itself."),
        (),
        _label("branch", Span(f"{branch}, empty at first", Tone.STRONG)),
        _label("then", Span("'do it' stops there for you: a shell in the workspace, commit, continue")),
    )


# -- 4 preview ----------------------------------------------------------------------------------------------------


def preview_lines(planned: Planned) -> tuple[Line, ...]:
    """Everything there is to read before it is done: what stands against it first."""
    preview, work = planned.preview, planned.work
    lines: list[Line] = [_label("BLOCKER", Span(one, Tone.BAD)) for one in preview.blockers]
    for one in preview.picks:
        lines += _pick(one)
    lines += [_label("warning", Span(one, Tone.WARN)) for one in preview.warnings if " conflicts " not in one]
    if work is None:
        return tuple(lines)
    if work.kind is Kind.HOTFIX:
        lines.append(
            _label("makes", Span(f"{work.version}  ", Tone.STRONG), Span(f"branch {work.branch}, tag {work.tag}"))
        )
    for edit in preview.edits:
        lines.append(
            _label(
                "writes",
                Span(f"{edit.path}  "),
                Span(edit.problem or edit.what, Tone.BAD if edit.problem else Tone.MUTED),
            )
        )
    lines += [_label("migration", Span(path, Tone.WARN)) for path in preview.migrations]
    for position, need in enumerate(preview.needs):
        told = (
            Span(f"lacks {', '.join(need.missing)}", Tone.WARN)
            if need.missing
            else Span("has all of it", Tone.GOOD)
        )
        lines.append(_label("also to" if not position else "", Span(f"{need.branch}  "), told))
    if work.kind is Kind.HOTFIX:
        asks = f"{', '.join(work.approvals)}, before it is tagged" if work.approvals else "the plan asks for none"
        lines.append(_label("approval", Span(asks, Tone.PLAIN if work.approvals else Tone.MUTED)))
    if work.entry and work.edits:
        lines += [(), say("Changelog entry", Tone.STRONG)]
        lines += [say(f"  {one}") for one in work.entry.splitlines() if one]
    lines += _difference(planned)
    lines += [(), *_steps(planned.steps)]
    return tuple(lines)


def _steps(steps: Sequence[Step]) -> Iterator[Line]:
    """Each with its exact commands, and its undo where that is more than to leave it."""
    yield say("Steps, with the exact commands", Tone.STRONG)
    for step in steps:
        yield (Span(f"{step.number:>2} ", Tone.MUTED), Span(step.title))
        for command in step.commands:
            where = "" if command.place is Place.WORKSPACE else "in your repository: "
            yield (Span("   "), Span(where, Tone.WARN), Span(describe_command(("git", *command.argv)), Tone.MUTED))
            yield from (say(f"     < {line}", Tone.MUTED) for line in command.feed.splitlines())
        if step.undo not in {"nothing to undo", "goes with the workspace"}:
            yield say(f"   undo: {step.undo}", Tone.MUTED)


def _difference(planned: Planned) -> Iterator[Line]:
    yield ()
    if not planned.preview.diffstat:
        open_yet = planned.preview.has_conflicts or any(not one.certain for one in planned.preview.picks)
        told = "known when the conflicts are resolved" if open_yet else "none: nothing would change"
        yield _label("difference", Span(told, Tone.UNKNOWN if open_yet else Tone.WARN))
        return
    carries = planned.work is not None and planned.work.kind is Kind.CARRY
    title = "Difference it makes" if carries else "Difference to what runs"
    yield (Span(title, Tone.STRONG), Span("   v shows all of it", Tone.MUTED))
    yield from (say(f" {one}", Tone.MUTED) for one in planned.preview.diffstat[:12])


def _pick(one: PickPreview) -> Iterator[Line]:
    word = one.outcome.value if one.certain else f"{one.outcome.value}?"
    yield _label(
        "pick",
        Span(f"{word:<9} ", _PICK_TONES[one.outcome]),
        Span(f"{one.pick.oid[:8]}  ", Tone.MUTED),
        Span(one.pick.subject, Tone.STRONG),
    )
    if not one.certain:
        yield _label("", Span("depends on how the conflict before it is resolved", Tone.MUTED))
    if not one.conflicts and one.files:
        yield _label(
            "",
            Span(
                ", ".join(one.files[:4]) + (f" and {len(one.files) - 4} more" if len(one.files) > 4 else ""),
                Tone.MUTED,
            ),
        )
    for conflict in one.conflicts:
        yield _label(
            "",
            Span(f"{conflict.path}  ", Tone.WARN),
            Span(f"{conflict.kind}, {_hunks(len(conflict.hunks))}", Tone.MUTED),
        )
        if conflict.proposal:
            yield _label("", Span(conflict.proposal, Tone.MUTED))
        for hunk in conflict.hunks[:_HUNKS]:
            shown = [line for line in hunk.splitlines() if line.strip()]
            yield from (_label("", Span(f"  {line}", Tone.MUTED)) for line in shown[:_HUNK_LINES])
            if len(shown) > _HUNK_LINES:
                yield _label("", Span(f"  and {len(shown) - _HUNK_LINES} more lines", Tone.MUTED))


def _hunks(count: int) -> str:
    return f"{count} hunk{'' if count == 1 else 's'}"


def diff_lines(diff: str) -> tuple[Line, ...]:
    """A patch, line by line."""
    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.BUSY, "d": Tone.STRONG}
    return tuple(
        say(line, Tone.MUTED if line.startswith(("+++", "---")) else tones.get(line[:1], Tone.PLAIN))
        for line in diff.splitlines()
    )


# -- 5 to 8: at work ----------------------------------------------------------------------------------------------


def phase(known: Hotfix, steps: Sequence[Step]) -> int:
    """Which of the eight steps a piece of work is at."""
    if known.status is HotfixStatus.FINISHED or known.kind == Kind.CARRY.value:
        return 8
    step = next((one for one in steps if one.number == known.next_step), None)
    if step is None:
        return 5
    return {StepKind.REVIEW: 6, StepKind.TAG: 6, StepKind.PUSH: 7}.get(step.kind, 5)


def progress_lines(known: Hotfix, steps: Sequence[Step], *, busy: bool, room: int) -> tuple[Line, ...]:
    """Each step with a sign and a word for where it is; in little room those that are done are counted."""
    if not steps:
        done = known.next_step - 1
        return (say(f"{done} of {known.steps_total} steps are done; its plan lies with {known.actor.user}"),)
    over = sum(known.is_done(one.number) for one in steps)
    folded = min(over, max(0, len(steps) - room + 1)) if len(steps) > room else 0
    head = [say(f"[x]  1 to {folded} are done", Tone.GOOD)] if folded > 1 else []
    left = steps[folded:] if folded > 1 else steps
    return (*head, *(_progress(known, step, busy=busy) for step in left))


def _progress(known: Hotfix, step: Step, *, busy: bool) -> Line:
    current = step.number == known.next_step and not known.is_over
    if known.is_done(step.number):
        sign, word, tone = "[x]", "", Tone.GOOD
    elif current and known.status is HotfixStatus.STOPPED:
        sign, word, tone = "[!]", "conflict", Tone.WARN
    elif current and busy:
        sign, word, tone = "[»]", "running", Tone.BUSY
    elif current:
        sign, word, tone = "[ ]", "here", Tone.STRONG
    else:
        sign, word, tone = "[ ]", "", Tone.MUTED
    head = Span(f"{sign} {step.number:>2} ", tone)
    return (
        head,
        Span(f"{word}: " if word else "", tone),
        Span(step.title, Tone.STRONG if current else Tone.MUTED),
    )


def conflict_rows(conflicts: Sequence[str], marks: Mapping[str, str]) -> Rows:
    """Every file that conflicts, and how somebody says it was resolved."""
    words = {
        "": ("[ ]", "open", Tone.WARN),
        "edited": ("[x]", "resolved by hand", Tone.GOOD),
        "ours": ("[x]", "the line's own stays", Tone.GOOD),
    }
    rows = []
    for path in conflicts:
        sign, word, tone = words[marks.get(path, "")]
        rows.append((f"file:{path}", (Span(f"{sign} ", tone), Span(f"{path}  ", Tone.STRONG), Span(word, tone))))
    return tuple(rows)


def resolve_lines(known: Hotfix, folder: str) -> tuple[Line, ...]:
    """What to do about a conflict."""
    step = f"step {known.next_step}"
    return (
        (Span("CONFLICT ", Tone.WARN), Span(f"at {step}: resolve each file, mark it with Space, then c goes on")),
        _label("workspace", Span(folder, Tone.STRONG)),
    )


def waiting_lines(known: Hotfix, step: Step | None, folder: str) -> tuple[Line, ...]:
    """What a step that a person ends is waiting for."""
    kind = step.kind if step is not None else None
    if kind is StepKind.TEST:
        return (
            (
                Span("TEST IT ", Tone.BUSY),
                Span("a pick can apply and still be wrong: s shell, t says how it went"),
            ),
            _label("workspace", Span(folder, Tone.STRONG)),
        )
    if kind is StepKind.FIX:
        return (
            (
                Span("FIX IT ", Tone.BUSY),
                Span(f"{known.branch} is ready: s shell, commit the fix there, c goes on"),
            ),
            _label("workspace", Span(folder, Tone.STRONG)),
        )
    return ((Span("INTERRUPTED ", Tone.WARN), Span("c goes on from where it stands; nothing is done twice")),)


def approval_lines(standings: Sequence[SlotStanding], known: Hotfix) -> tuple[Line, ...]:
    """Who has approved it, on which commit, and who has not."""
    lines: list[Line] = [
        (Span("APPROVAL ", Tone.BUSY), Span(f"of {known.commit[:12]}, before it is tagged; c looks again")),
        _label(
            "difference", Span(f"git -C {known.repo} diff {known.base_oid[:12]} {known.commit[:12]}", Tone.STRONG)
        ),
    ]
    for one in standings:
        tone = Tone.GOOD if one.standing is Standing.GIVEN else Tone.WARN
        who = ", ".join(vote.actor.user for vote in known.votes.get(one.slot.name, ())) or "nobody yet"
        lines.append(
            _label(
                one.slot.name,
                Span(f"{one.standing.value.replace('_', ' ')}  ", tone),
                Span(f"role {one.slot.role}: {who}"),
            )
        )
    if not standings:
        lines.append(say("The plan asks for no approval of a hotfix."))
    return tuple(lines)


def push_lines(
    known: Hotfix, work: Work | None, outcome: Outcome | Aborted | GonogoError | None
) -> tuple[Line, ...]:
    """Exactly what would be pushed where, and what must be there."""
    said = "both or neither, and only if the remote is as shown here; p pushes"
    head: Line = (Span("PUSH ", Tone.BUSY), Span(said))
    facts = push_facts(known, work, outcome)
    return (head, *(_label("" if position else "push", Span(fact)) for position, fact in enumerate(facts)))


def push_facts(
    known: Hotfix, work: Work | None, outcome: Outcome | Aborted | GonogoError | None
) -> tuple[str, ...]:
    """The references, and the value each must have on the remote."""
    if isinstance(outcome, Waiting) and outcome.step.kind is StepKind.PUSH:
        return outcome.facts
    if work is None:
        return ()
    before = work.branch_was[:12] or "nothing"
    return (
        f"to {work.remote}",
        f"{known.commit[:12]} as refs/heads/{work.branch}, expected there: {before}",
        f"{known.tag_object[:12]} as refs/tags/{work.tag}, expected there: nothing",
    )


def result_lines(known: Hotfix, result: Outcome | Aborted | GonogoError | None) -> tuple[Line, ...]:
    """What the last act came to, where the rest does not say it."""
    match result:
        case GonogoError():
            # where it is, is said below: the workspace
            return (*trouble(GonogoError(result.message, remedy=result.remedy)), ())
        case PushFailed():
            return (*outcome_lines(result, known.kind, known.product), ())
        case Aborted():
            return (*outcome_lines(result, known.kind, known.product), ())
        case Stopped() | Waiting() | Finished() | None:
            return ()


def finished_lines(known: Hotfix, now: datetime) -> tuple[Line, ...]:
    """A hotfix that is made, or a fix that was carried."""
    if known.kind == Kind.CARRY.value:
        return (
            (Span("DONE ", Tone.GOOD), Span(known.version.replace("->", " is on "), Tone.STRONG), Span(" now")),
            _label("branch", Span(f"{known.branch}  ", Tone.STRONG), Span(known.commit[:12], Tone.MUTED)),
            _label("to push", Span(f"git -C {known.repo} push origin {known.branch}", Tone.STRONG)),
            (),
            (Span("m", Tone.STRONG), Span(" shows what is still open.")),
        )
    pushed = Span(f"pushed to {known.pushed_to}", Tone.GOOD) if known.pushed_to else Span("not pushed", Tone.WARN)
    lines: list[Line] = [
        (
            Span("DONE ", Tone.GOOD),
            Span(f"{known.product} {known.version}", Tone.STRONG),
            Span(f", {span(now - known.at)} after it was begun"),
        ),
        _label("branch", Span(f"{known.branch}  ", Tone.STRONG), Span(known.commit[:12], Tone.MUTED)),
    ]
    if known.tag:
        lines.append(_label("tag", Span(f"{known.tag}  ", Tone.STRONG), Span(known.tag_object[:12], Tone.MUTED)))
    lines.append(_label("remote", pushed))
    if known.tested is not None:
        lines.append(_label("tested", Span(f"{known.tested.evidence} ({known.tested.actor.user})")))
    lines += [
        _label("by hand", Span(f"{one.path} of {one.pick[:10]}: {_hunks(one.hunks)}, {one.actor.user}", Tone.WARN))
        for one in known.resolutions
    ]
    lines += [
        (),
        say("It is not over: the fix must reach every branch that is still alive."),
        (Span("m", Tone.STRONG), Span(" opens the ledger, which keeps asking until it has.")),
    ]
    return tuple(lines)


def aborted_lines(known: Hotfix) -> tuple[Line, ...]:
    """One that was taken back."""
    head: Line = (
        Span("TAKEN BACK ", Tone.WARN),
        Span(f"{known.product} {known.version}: your repository is as it was before"),
    )
    stays = tuple(_label("stays", Span(one, Tone.WARN)) for one in known.remains)
    return (head, *([_label("reason", Span(known.reason))] if known.reason else []), *stays)


def command_lines(commands: Sequence[Ran], last: int = 0) -> tuple[Line, ...]:
    """The command log: what came of each, how long it took, what git said to it. Of the `last` ones only what."""
    shown = commands[-last:] if last else commands
    return tuple(_command(one, timed=not last) for one in shown)


def _command(one: Ran, *, timed: bool) -> Line:
    ok = one.code == 0
    head = Span("ok   " if ok else f"{one.code:<4} ", Tone.GOOD if ok else Tone.WARN)
    said = Span(f"  {one.said}" if one.said and not ok else "", Tone.WARN)
    took = (Span(f"{one.ms:>6.0f} ms  ", Tone.MUTED),) if timed else ()
    return (head, *took, Span(one.command, Tone.MUTED), said)
