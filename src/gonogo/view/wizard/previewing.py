"""Step 4: everything there is to read before anything is done."""

from collections.abc import Iterator, Sequence

from gonogo.hotfix.preview import Outcome as Picked
from gonogo.hotfix.preview import PickPreview
from gonogo.hotfix.steps import Place, Step
from gonogo.hotfix.wish import Planned
from gonogo.hotfix.work import Kind, Operation
from gonogo.text import describe_command
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.hotfix import WORDS, hunks, needs, needs_lines
from gonogo.view.wizard.rows import label, say

_HUNK_LINES = 8
_HUNKS = 2

_PICK_TONES = {
    Picked.CLEAN: Tone.GOOD, Picked.CONFLICT: Tone.WARN, Picked.EMPTY: Tone.MUTED, Picked.UNKNOWN: Tone.UNKNOWN,
}  # fmt: skip


def preview_lines(planned: Planned) -> tuple[Line, ...]:
    """Everything there is to read before it is done: what stands against it first."""
    preview, work = planned.preview, planned.work
    lines: list[Line] = [label("BLOCKER", Span(one, Tone.BAD)) for one in preview.blockers]
    for one in preview.picks:
        lines += _pick(one, work.operation if work else Operation.PICK)
    lines += [label("warning", Span(one, Tone.WARN)) for one in preview.warnings if " conflicts " not in one]
    if work is None:
        return tuple(lines)
    if work.kind is Kind.HOTFIX:
        lines.append(
            label(
                "makes",
                Span(f"{work.version}  ", Tone.STRONG),
                Span(f"branch {work.branch}, tag {work.tag}"),
                Span(", signed by your own key" if work.signed else "", Tone.GOOD),
            )
        )
    for edit in preview.edits:
        lines.append(
            label(
                "writes",
                Span(f"{edit.path}  "),
                Span(edit.problem or edit.what, Tone.BAD if edit.problem else Tone.MUTED),
            )
        )
    lines += [label("migration", Span(path, Tone.WARN)) for path in preview.migrations]
    for position, need in enumerate(preview.needs):
        lines.append(label("also to" if not position else "", Span(f"{need.branch}  "), needs(need)))
    if work.kind is Kind.HOTFIX:
        asks = f"{', '.join(work.approvals)}, before it is tagged" if work.approvals else "the plan asks for none"
        lines.append(label("approval", Span(asks, Tone.PLAIN if work.approvals else Tone.MUTED)))
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
        yield label("difference", Span(told, Tone.UNKNOWN if open_yet else Tone.WARN))
        return
    carries = planned.work is not None and planned.work.kind is Kind.CARRY
    title = "Difference it makes" if carries else "Difference to what runs"
    yield (Span(title, Tone.STRONG), Span("   v shows all of it", Tone.MUTED))
    yield from (say(f" {one}", Tone.MUTED) for one in planned.preview.diffstat[:12])


def _pick(one: PickPreview, operation: Operation) -> Iterator[Line]:
    word = one.outcome.value if one.certain else f"{one.outcome.value}?"
    yield label(
        WORDS[operation],
        Span(f"{word:<9} ", _PICK_TONES[one.outcome]),
        Span(f"{one.pick.oid[:8]}  ", Tone.MUTED),
        Span(one.pick.subject, Tone.STRONG),
    )
    if not one.certain:
        yield label("", Span("depends on how the conflict before it is resolved", Tone.MUTED))
    if not one.conflicts and one.files:
        yield label(
            "",
            Span(
                ", ".join(one.files[:4]) + (f" and {len(one.files) - 4} more" if len(one.files) > 4 else ""),
                Tone.MUTED,
            ),
        )
    for conflict in one.conflicts:
        yield label(
            "",
            Span(f"{conflict.path}  ", Tone.WARN),
            Span(f"{conflict.kind}, {hunks(len(conflict.hunks))}", Tone.MUTED),
        )
        if conflict.proposal:
            yield label("", Span(conflict.proposal, Tone.MUTED))
        for hunk in conflict.hunks[:_HUNKS]:
            shown = [line for line in hunk.splitlines() if line.strip()]
            yield from (label("", Span(f"  {line}", Tone.MUTED)) for line in shown[:_HUNK_LINES])
            if len(shown) > _HUNK_LINES:
                more = len(shown) - _HUNK_LINES
                yield label("", Span(f"  and {more} more line{'' if more == 1 else 's'}", Tone.MUTED))
    for line in needs_lines(one):
        yield label("", *line)


def diff_lines(diff: str) -> tuple[Line, ...]:
    """A patch, line by line."""
    tones = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.BUSY, "d": Tone.STRONG}
    return tuple(
        say(line, Tone.MUTED if line.startswith(("+++", "---")) else tones.get(line[:1], Tone.PLAIN))
        for line in diff.splitlines()
    )
