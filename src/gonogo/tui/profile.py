"""What this terminal can show, judged once before anything is drawn."""

from collections.abc import Mapping

from msgspec import Struct

THEMES = ("ansi", "dark", "colour-blind", "contrast")


class Profile(Struct, frozen=True):
    """How to draw."""

    ascii: bool = False
    """Borders, signs and texts in ASCII only."""
    colour: bool = True
    """False under NO_COLOR: bold, dim and reverse only."""
    theme: str = "ansi"
    """One of THEMES; ansi uses the terminal's own sixteen colours and its own background."""


def choose(environ: Mapping[str, str], encoding: str, ascii_only: bool = False, theme: str = "") -> Profile:
    """Judge by the environment and the encoding of the terminal's stream.

    The terminal's own colours are the rule: they cost half the bytes over SSH and fit a light background.
    24-bit themes are for a local terminal that says it can show them, or for who asks by name.
    """
    colour = "NO_COLOR" not in environ
    narrow = ascii_only or "utf" not in encoding.lower()
    if not colour:
        return Profile(narrow, False, "ansi")
    if theme in THEMES:
        return Profile(narrow, True, theme)
    remote = bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    rich = environ.get("COLORTERM", "") in {"truecolor", "24bit"}
    return Profile(narrow, True, "dark" if rich and not remote else "ansi")
