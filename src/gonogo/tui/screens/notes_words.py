"""What the view of the release notes says about the text that is written in it."""

from gonogo.acts.notes import DRAFT_LIMIT
from gonogo.changelog.notes import Audience
from gonogo.events.drafts import NotesDraft
from gonogo.text import clean
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.sheets import Sheet

_WARNINGS = 3

_WRITING = (
    ("Ctrl+S", "keep"), ("Ctrl+T", "other audience"), ("F4", "$EDITOR"), ("F5", "commits"), ("F8", "undo"),
    ("Esc", "back"),
)  # fmt: skip
_ASKING = (("y", "keep"), ("n", "leave it in the file"), ("Esc", "go on writing"))


def title(audience: Audience, sheet: Sheet | None, *, working: bool) -> Line:
    """Whose notes they are, how long, and whether they are safe."""
    tabs = [
        Span(f" [{one.value}] ", Tone.STRONG) if one is audience else Span(f"  {one.value}  ", Tone.MUTED)
        for one in Audience
    ]
    line = [Span(" Release notes ", Tone.STRONG), *tabs]
    if sheet is None:
        return (*line, Span("  putting them together" if working else "", Tone.BUSY))
    size = len(sheet.text)
    # whether they are safe comes first: what is cut off in a narrow window must not be that
    if sheet.unsaved:
        line.append(Span("  not kept yet", Tone.WARN))
    elif sheet.seq:
        line.append(Span(f"  kept as #{sheet.seq}", Tone.GOOD))
    else:
        line.append(Span("  as the commits say", Tone.MUTED))
    line.append(Span(f"   {size} of {DRAFT_LIMIT} characters", Tone.BAD if size > DRAFT_LIMIT else Tone.MUTED))
    return tuple(line)


def question(path: str) -> Line:
    """What is asked before a text that is not kept is left."""
    return (
        Span("Not kept yet. ", Tone.WARN),
        Span("y keeps it in the journal, n leaves it in "),
        Span(clean(path, 300)),
        Span(", Esc goes on writing."),
    )


def remarks(sheet: Sheet, others: NotesDraft | None) -> list[Line]:
    """What must be known about the text: somebody else's, one's own from before, commits that came since."""
    found: list[Line] = []
    if others is not None:
        who = f"! {others.actor.user} kept other notes at {others.at:%H:%M} UTC (#{others.seq})"
        act = "Ctrl+S again keeps yours over them" if sheet.told == others.seq else "Ctrl+S tells before it keeps"
        found.append((Span(f"{who}: Ctrl+O reads them, {act}; theirs stays in the trail", Tone.BAD),))
    if sheet.kept is not None:
        found.append((Span("! a text of yours that was not kept last time is here: Ctrl+O reads it", Tone.WARN),))
    if sheet.outdated:
        found.append((Span("! the commits have changed since this draft: F5 shows what they say", Tone.WARN),))
    warnings = sheet.generated.notes.warnings[:_WARNINGS]
    return [*found, *((Span(f"! {warning}", Tone.WARN),) for warning in warnings)]


def keys(*, asking: bool) -> Line:
    """The keys of a text to write in, or of the question about it."""
    pairs = _ASKING if asking else _WRITING
    return tuple(
        part for key, word in pairs for part in (Span(f" {key}", Tone.STRONG), Span(f" {word} ", Tone.MUTED))
    )
