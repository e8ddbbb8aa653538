"""The keys that work where one is."""

from gonogo.events import Actor
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.intents import MOTIONS, PANES, Context, here
from gonogo.tui.lines import plain
from gonogo.tui.look import Look
from gonogo.tui.screens.details import TextView

_KEYS = 16


class HelpScreen(TextView):
    """Made from the table of intents, for the place it was asked in."""

    indent = _KEYS

    def __init__(self, look: Look, context: Context, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, f"Keys in the {context.place}", note, actor)
        self._asked_in = context

    def lines(self) -> tuple[Line, ...]:
        """What works now, what would work and why not, how to move, how to read the signs."""
        return help_lines(self._asked_in, self.look)


def help_lines(context: Context, look: Look) -> tuple[Line, ...]:
    """The keys of a context."""
    offered = [intent for intent in here(context.place) if intent.keys]
    possible = [intent for intent in offered if not intent.refused(context)]
    refused = [intent for intent in offered if intent.refused(context)]
    lines = [_key_line(intent.shown_key, intent.help) for intent in possible]
    lines += [(), plain("To move", Tone.STRONG)]
    lines += [_key_line(motion.shown_key, motion.help) for motion in MOTIONS]
    if refused:
        lines += [(), plain("Not possible now", Tone.STRONG)]
        lines += [_key_line(intent.shown_key, f"{intent.label}: {intent.refused(context)}") for intent in refused]
    named = [intent for intent in here(context.place) if not intent.keys]
    if named:
        lines += [(), plain("By name, behind the key :", Tone.STRONG)]
        lines += [_key_line(intent.label, intent.refused(context) or intent.help) for intent in named]
    if context.place in PANES:
        lines += [(), plain("Signs", Tone.STRONG), *_signs(look)]
    return tuple(lines)


def _key_line(keys: str, text: str) -> Line:
    return (Span(f"{keys:<{_KEYS}}", Tone.STRONG), Span(text))


def _signs(look: Look) -> list[Line]:
    signs = look.glyphs
    meanings = [
        ("[x] [ ] [-]", "ticked, open, not applicable"),
        (f"[{signs.busy}]", "its check is running in this cockpit"),
        (signs.match, "runs the planned version"),
        (f"{signs.behind} {signs.ahead}", "runs an older, a newer version"),
        (signs.mixed, "several versions side by side"),
        (signs.differs, "another version, with no order between the two"),
        (signs.absent, "not deployed there"),
        (f"{signs.busy} {signs.paused} {signs.failed}", "rolling out, paused, failed"),
        (f"{signs.stale} {signs.unknown}", "too old to count; unknown, with the reason"),
    ]
    return [_key_line(sign, meaning) for sign, meaning in meanings]
