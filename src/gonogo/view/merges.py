"""The ledger of forward-merges in words. Rows are (key, line); "" cannot be chosen."""

from msgspec import Struct

from gonogo.facts.ledger import Arrival, Ledger, LedgerCell, Looked, push_command
from gonogo.hotfix.wish import Planned
from gonogo.hotfix.work import Operation
from gonogo.text.tones import Line, Span, Tone
from gonogo.view.hotfix import hunks
from gonogo.view.wizard import Rows, preview_lines, say, text

TONES = {
    Arrival.PRESENT: Tone.GOOD,
    Arrival.MISSING: Tone.BAD,
    Arrival.UNPUSHED: Tone.BAD,
    Arrival.WAIVED: Tone.WARN,
    Arrival.UNKNOWN: Tone.UNKNOWN,
}
_SIGNS = {
    Arrival.PRESENT: "[x]",
    Arrival.MISSING: "[ ]",
    Arrival.UNPUSHED: "[>]",
    Arrival.WAIVED: "[-]",
    Arrival.UNKNOWN: "[?]",
}


def key_of(cell: LedgerCell) -> str:
    """Names a cell in a list."""
    return f"merge:{cell.product}/{cell.oid}/{cell.branch}"


def ledger_rows(ledger: Ledger) -> Rows:
    """Each fix, and below it each branch it must reach."""
    rows: list[tuple[str, Line]] = []
    if ledger.problem:
        rows += text((Span("not read completely  ", Tone.UNKNOWN), Span(ledger.problem)), ())
    if not ledger.cells:
        rows += text(say(nothing_to_carry(ledger)))
    fix = ""
    for cell in ledger.cells:
        if cell.oid != fix:
            fix = cell.oid
            title = (
                Span(f"{cell.product} {cell.version}  ", Tone.STRONG), Span(f"{cell.fix}  ", Tone.MUTED),
                Span(cell.subject),
            )  # fmt: skip
            rows.append((f"heading:{cell.product}/{fix}", title))
        rows.append((key_of(cell), _row(cell)))
    if left_out := asides(ledger):
        rows += text((), *left_out)
    return tuple(rows)


def nothing_to_carry(ledger: Ledger) -> str:
    """Why a ledger has no cells."""
    if ledger.followed_nothing:
        return "no final release was found, so no fix was followed: merge status unknown"
    which = "no fix that is followed" if ledger.old else "no fix"
    return f"{which} was shipped outside the mainline: there is nothing to carry forward"


def asides(ledger: Ledger) -> tuple[Line, ...]:
    """What was looked at; what was left out, and why."""
    found: list[Line] = [_looked(one) for one in ledger.looked] if not ledger.cells else []
    found += [_unlisted(one, name) for one in ledger.looked for name in one.unlisted]
    if ledger.retired:
        named = ", ".join(ledger.retired)
        found.append((Span("not asked for any more (`retired:` of the plan): ", Tone.MUTED), Span(named)))
    if ledger.old:
        many = f"{ledger.old} hotfix{'' if ledger.old == 1 else 'es'}"
        found.append((Span("not followed, older than `since:` of the plan: ", Tone.MUTED), Span(many)))
    found += [(Span(note, Tone.WARN),) for note in ledger.notes]
    return tuple(found)


def _looked(one: Looked) -> Line:
    """Which releases and branches of a product were looked at."""
    if not one.mainline:
        return (Span("looked at: ", Tone.MUTED), Span(f"{one.product}: no repository that could be read"))
    others = f", {', '.join(one.branches[1:9])}" if one.branches[1:] else ""
    more = f" and {len(one.branches) - 9} more" if len(one.branches) > 9 else ""
    count = f"{one.releases} final release{'' if one.releases == 1 else 's'}"
    upto = f" up to {one.newest}" if one.newest else ""
    where = f"branches {one.mainline} (mainline){others}{more}"
    return (Span("looked at: ", Tone.MUTED), Span(f"{one.product}: {count}{upto}; {where}"))


def _unlisted(one: Looked, name: str) -> Line:
    told = f"{one.product}: branch {name} is not followed. Add it to `active:` of `branches:` in the plan."
    return (Span(told, Tone.WARN),)


def _row(cell: LedgerCell) -> Line:
    tone = TONES[cell.arrival]
    return (
        Span(f"{_SIGNS[cell.arrival]} {cell.arrival.value:<8} ", tone), Span(f"{cell.branch}  ", Tone.STRONG),
        Span(cell.detail, Tone.MUTED),
    )  # fmt: skip


def count_line(ledger: Ledger) -> Line:
    """How much is open, as of when it was read: what is left open on a screen does not stay true."""
    read = Span(f"   read {ledger.read_at:%H:%M:%S} UTC" if ledger.read_at else "", Tone.MUTED)
    return (*_count(ledger), read)


def _count(ledger: Ledger) -> Line:
    left = len(ledger.open)
    if ledger.problem:
        return (Span("not read completely", Tone.UNKNOWN),)
    if ledger.followed_nothing:
        return (Span("no release followed: unknown", Tone.UNKNOWN),)
    if not ledger.cells:
        return (Span("nothing was hotfixed", Tone.MUTED),)
    if left:
        return (Span(f"{left} of {len(ledger.cells)} open: the release cannot complete", Tone.BAD),)
    return (Span(f"all {len(ledger.cells)} have arrived or are answered for", Tone.GOOD),)


class CarryPreview(Struct, frozen=True):
    """What carrying one fix to one branch would come to, in short."""

    outcome: str
    """clean | conflict | empty | unknown"""
    files: tuple[str, ...] = ()
    """Where it conflicts."""
    hunks: int = 0
    told: str = ""
    """What stands against it, or should be known first."""
    operation: str = ""
    """cherry-pick | merge | fast-forward; "" where that could not be found out."""


def carry_preview(planned: Planned) -> CarryPreview:
    """In short."""
    [pick] = planned.preview.picks
    told = (*planned.preview.blockers, *planned.preview.warnings)
    count = sum(len(one.hunks) for one in pick.conflicts)
    return CarryPreview(
        pick.outcome.value,
        tuple(one.path for one in pick.conflicts),
        count,
        told[0] if told else "",
        planned.work.operation.value if planned.work else "",
    )


def preview_spans(preview: CarryPreview) -> Line:
    """One line of it."""
    how = preview.operation or "it"
    if preview.outcome == "conflict":
        where = ", ".join(preview.files[:5])
        return (
            Span(f"{how} would conflict ", Tone.WARN),
            Span(f"in {where} ({hunks(preview.hunks)})", Tone.MUTED),
        )
    if preview.outcome == "clean" and not preview.told:
        return (Span(f"{how} would apply cleanly", Tone.GOOD),)
    word = {"clean": f"{how} would apply cleanly, but ", "empty": "changes nothing there: "}.get(
        preview.outcome, "not known: "
    )
    return (
        Span(word, Tone.UNKNOWN if preview.outcome == "unknown" else Tone.WARN),
        Span(preview.told, Tone.MUTED),
    )


def cell_lines(cell: LedgerCell) -> tuple[Line, ...]:
    """Everything known about one cell."""
    push = ((Span("push it    ", Tone.MUTED), Span(push_command(cell), Tone.STRONG)),) if cell.remote else ()
    return (
        (Span(f"{cell.product} {cell.version}  ", Tone.STRONG), Span(cell.subject)),
        (Span("fix        ", Tone.MUTED), Span(cell.oid)),
        (Span("branch     ", Tone.MUTED), Span(cell.branch, Tone.STRONG)),
        (Span("there      ", Tone.MUTED), Span(f"{cell.arrival.value}: ", TONES[cell.arrival]), Span(cell.detail)),
        *push,
    )


def carry_lines(planned: Planned) -> tuple[Line, ...]:
    """What carrying it would come to."""
    work = planned.work
    how = _HOW[work.operation] if work is not None else "brought there"
    return ((), say(f"To carry it there it would be {how}:", Tone.STRONG), *preview_lines(planned))


_HOW = {
    Operation.PICK: "cherry-picked with -x (trunk)",
    Operation.MERGE: "merged with a merge commit (gitflow)",
    Operation.FORWARD: "reached by a fast-forward: the branch has nothing else since",
}
