"""From meaning to looks: one table from tone to style for each theme, and the signs that go with it.

Colour never stands alone: glyphs and words carry every meaning, so that sixteen colours, NO_COLOR and
colour-blind eyes lose nothing.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct
from rich.segment import Segment
from rich.style import Style
from textual.theme import Theme

from gonogo.text.tones import Span, Tone
from gonogo.tui.profile import Profile
from gonogo.view.glyphs import ASCII, UNICODE, Glyphs, to_ascii


class Look(Struct, frozen=True):
    """Everything a widget needs to draw its lines."""

    glyphs: Glyphs
    tones: Mapping[Tone, Style]
    cursor: Style
    """Under the line at the cursor of the focused widget."""
    bar: Style
    """Under the lines at the edges of the screen."""
    base: Style
    """Where there is no text."""
    rule: str
    ascii: bool = False

    def text(self, text: str) -> str:
        """The text as this terminal can show it."""
        return to_ascii(text) if self.ascii else text

    def segments(self, line: Iterable[Span], over: Style | None = None) -> list[Segment]:
        """A line, ready to be drawn on the usual ground, or on that of the cursor or the bar."""
        ground = self.base + over if over else self.base
        made: list[Segment] = []
        for span in line:
            style = ground + self.tones[span.tone]
            text = self.text(span.text)
            word = text.lstrip(" ")
            # blanks go with the word before them: some viewers of exported pictures drop those that begin a piece
            if made and len(word) < len(text) and _same_ground(made[-1].style, style):
                before = made.pop()
                made.append(Segment(before.text + " " * (len(text) - len(word)), before.style))
                text = word
            if text:
                made.append(Segment(text, style))
        return made


def _same_ground(one: Style | None, other: Style) -> bool:
    """Whether a blank looks the same in both."""
    return one is not None and one.bgcolor == other.bgcolor and not one.reverse and not other.reverse


def look(profile: Profile) -> Look:
    """The look for a terminal."""
    glyphs = ASCII if profile.ascii else UNICODE
    rule = "-" if profile.ascii else "─"
    if not profile.colour:
        return Look(glyphs, _styles(_PLAIN), Style(reverse=True), Style(), Style(), rule, profile.ascii)
    if profile.theme == "ansi":
        return Look(glyphs, _styles(_ANSI), Style(reverse=True), Style(), Style(), rule, profile.ascii)
    palette = _PALETTES[profile.theme]
    cursor = Style(bgcolor=palette["cursor"], bold=True)
    bar = Style(bgcolor=palette["panel"])
    base = Style(color=palette["text"], bgcolor=palette["background"])
    return Look(glyphs, _rgb(palette), cursor, bar, base, rule, profile.ascii)


def _styles(table: Mapping[Tone, str]) -> Mapping[Tone, Style]:
    return {tone: Style.parse(table[tone]) for tone in Tone}


_PLAIN = {
    Tone.PLAIN: "none",
    Tone.MUTED: "dim",
    Tone.STRONG: "bold",
    Tone.GOOD: "none",
    Tone.BAD: "bold",
    Tone.WARN: "bold",
    Tone.UNKNOWN: "bold",
    Tone.BUSY: "none",
    Tone.PRODUCTION: "bold reverse",
    Tone.STRUCK: "dim strike",
}
_ANSI = {
    Tone.PLAIN: "none",
    Tone.MUTED: "dim",
    Tone.STRONG: "bold",
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.WARN: "yellow",
    Tone.UNKNOWN: "magenta",
    Tone.BUSY: "cyan",
    Tone.PRODUCTION: "bold reverse red",
    Tone.STRUCK: "dim strike",
}

_DARK = {
    "background": "#11161c", "panel": "#1b232d", "text": "#d5dde6", "muted": "#8593a3", "strong": "#ffffff",
    "good": "#5fd38d", "bad": "#ff6b6b", "warn": "#f2c14e", "unknown": "#c792ea", "busy": "#5fc9f8",
    "production": "#ff6b6b", "on-production": "#11161c", "cursor": "#2c4058",
}  # fmt: skip
# Okabe and Ito: the pairs stay apart for red-green and blue-yellow blind eyes
_COLOUR_BLIND = _DARK | {
    "good": "#56b4e9", "bad": "#e69f00", "warn": "#f0e442", "unknown": "#cc79a7", "busy": "#009e73",
    "production": "#e69f00",
}  # fmt: skip
_CONTRAST = {
    "background": "#000000", "panel": "#202020", "text": "#ffffff", "muted": "#c8c8c8", "strong": "#ffffff",
    "good": "#00ff5f", "bad": "#ff8787", "warn": "#ffff00", "unknown": "#ff87ff", "busy": "#00ffff",
    "production": "#ffff00", "on-production": "#000000", "cursor": "#005fd7",
}  # fmt: skip
_PALETTES: Mapping[str, Mapping[str, str]] = {
    "dark": _DARK,
    "colour-blind": _COLOUR_BLIND,
    "contrast": _CONTRAST,
}


def _rgb(palette: Mapping[str, str]) -> Mapping[Tone, Style]:
    bold = {Tone.STRONG, Tone.BAD}
    names = {Tone.PLAIN: "text"}
    styles: dict[Tone, Style] = {
        tone: Style(color=palette[names.get(tone, tone.value)], bold=tone in bold or None)
        for tone in Tone
        if tone not in {Tone.PRODUCTION, Tone.STRUCK}
    }
    styles[Tone.PRODUCTION] = Style(color=palette["on-production"], bgcolor=palette["production"], bold=True)
    styles[Tone.STRUCK] = Style(color=palette["muted"], strike=True)
    return styles


def themes() -> tuple[Theme, ...]:
    """Our own 24-bit themes, for Textual."""
    return tuple(
        Theme(
            name=f"gonogo-{name}",
            primary=palette["busy"],
            secondary=palette["unknown"],
            warning=palette["warn"],
            error=palette["bad"],
            success=palette["good"],
            accent=palette["busy"],
            foreground=palette["text"],
            background=palette["background"],
            surface=palette["background"],
            panel=palette["panel"],
            dark=True,
        )
        for name, palette in _PALETTES.items()
    )


def theme_name(profile: Profile) -> str:
    """Textual's name of the profile's theme."""
    return "ansi-dark" if profile.theme == "ansi" else f"gonogo-{profile.theme}"
