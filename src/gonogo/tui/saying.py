"""What the line below a view says: whose it is, and until when."""

from collections.abc import Callable

from msgspec import Struct

from gonogo.text.tones import Line

LASTS = 20.0
"""Seconds a line stands there. What was refused is in the problems log, what was recorded in the trail."""


class Said(Struct, frozen=True):
    """One line of the status line."""

    line: Line = ()
    view: int | None = None
    """Identity of the view it belongs to: it goes with it. None for what came of an act: that is for all views."""
    until: float | None = None
    """Seconds by the application's clock, past which it is gone; None for what is under way: that lasts."""
    still: Callable[[], bool] = lambda: True
    """Whether it is so; past that it is gone, however short it stood there."""

    def seen_in(self, view: int) -> Line:
        """The line as far as it concerns that view."""
        return self.line if self.view in {None, view} else ()

    def over(self, seconds: float) -> bool:
        """Whether it has stood there long enough."""
        return bool(self.line) and (not self.still() or (self.until is not None and seconds >= self.until))
