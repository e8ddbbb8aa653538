"""Steps 5 to 8: where a piece of work stands, what it waits for, what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from gonogo.errors import GonogoError
from gonogo.events.hotfixes import Hotfix, HotfixStatus
from gonogo.hotfix.on_bench import Ran
from gonogo.hotfix.outcome import Aborted, Finished, Outcome, PushFailed, Stopped, Waiting
from gonogo.hotfix.steps import Step, StepKind
from gonogo.hotfix.work import Kind, Work
from gonogo.rules.votes import SlotStanding, Standing
from gonogo.text.spans import span
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.hotfix import hunks, outcome_lines
from gonogo.view.wizard.rows import Rows, label, say, trouble


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
        label("workspace", Span(folder, Tone.STRONG)),
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
            label("workspace", Span(folder, Tone.STRONG)),
        )
    if kind is StepKind.FIX:
        return (
            (
                Span("FIX IT ", Tone.BUSY),
                Span(f"{known.branch} is ready: s shell, commit the fix there, c goes on"),
            ),
            label("workspace", Span(folder, Tone.STRONG)),
        )
    return ((Span("INTERRUPTED ", Tone.WARN), Span("c goes on from where it stands; nothing is done twice")),)


def approval_lines(standings: Sequence[SlotStanding], known: Hotfix) -> tuple[Line, ...]:
    """Who has approved it, on which commit, and who has not."""
    lines: list[Line] = [
        (Span("APPROVAL ", Tone.BUSY), Span(f"of {known.commit[:12]}, before it is tagged; c looks again")),
        label(
            "difference", Span(f"git -C {known.repo} diff {known.base_oid[:12]} {known.commit[:12]}", Tone.STRONG)
        ),
    ]
    for one in standings:
        tone = Tone.GOOD if one.standing is Standing.GIVEN else Tone.WARN
        who = ", ".join(vote.actor.user for vote in known.votes.get(one.slot.name, ())) or "nobody yet"
        lines.append(
            label(
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
    return (head, *(label("" if position else "push", Span(fact)) for position, fact in enumerate(facts)))


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
            label("branch", Span(f"{known.branch}  ", Tone.STRONG), Span(known.commit[:12], Tone.MUTED)),
            label("to push", Span(f"git -C {known.repo} push origin {known.branch}", Tone.STRONG)),
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
        label("branch", Span(f"{known.branch}  ", Tone.STRONG), Span(known.commit[:12], Tone.MUTED)),
    ]
    if known.tag:
        lines.append(label("tag", Span(f"{known.tag}  ", Tone.STRONG), Span(known.tag_object[:12], Tone.MUTED)))
    lines.append(label("remote", pushed))
    if known.tested is not None:
        lines.append(label("tested", Span(f"{known.tested.evidence} ({known.tested.actor.user})")))
    lines += [
        label(
            "kept ours" if one.how == "ours" else "by hand",
            Span(f"{one.path} of {one.pick[:10]}: {hunks(one.hunks)}, {one.actor.user}", Tone.WARN),
        )
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
    stays = tuple(label("stays", Span(one, Tone.WARN)) for one in known.remains)
    return (head, *([label("reason", Span(known.reason))] if known.reason else []), *stays)


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
