"""An act before it is done, in lines: what a dialog repeats and what a command prints before `--confirm`."""

from gonogo.rules.confirmation import Preview
from gonogo.text.tones import Line, Span, Tone

_TONES = {"blocker": Tone.BAD, "unknown": Tone.UNKNOWN, "warning": Tone.WARN}


def lines(preview: Preview) -> tuple[Line, ...]:
    """Target and list, each line whole; then why it would be refused, if it would."""
    found: list[Line] = [(Span(preview.heading, Tone.STRONG),)]
    found += [_line(one) for one in preview.lines]
    if not preview.lines:
        found.append((Span("  nothing stands against it", Tone.MUTED),))
    if preview.refused:
        found.append((Span("refused: ", Tone.BAD), Span(preview.refused)))
    return tuple(found)


def _line(text: str) -> Line:
    head, _, rest = text.partition("  ")
    tone = _TONES.get(head)
    if tone is None or not rest:
        return (Span(f"  {text}"),)
    return (Span(f"  {head:<8} ", tone), Span(rest))


def how_to_confirm(preview: Preview, command: str) -> Line:
    """The command that does it, bound to what stands above it."""
    return (Span("to do it: ", Tone.MUTED), Span(f"{command} --confirm {preview.code}", Tone.STRONG))
