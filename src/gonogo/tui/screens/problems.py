"""The problems log, newest first. It stays until the cockpit is left: a message that vanishes was not said."""

from gonogo.events import Actor
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.advice import at_screen
from gonogo.tui.lines import plain
from gonogo.tui.look import Look
from gonogo.tui.problems import Log, Problem
from gonogo.tui.screens.details import TextView


class ProblemsScreen(TextView):
    """What was refused or went wrong since the start."""

    def __init__(self, look: Look, log: Log, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, "Problems since the start, newest first", note, actor)
        self._log = log

    def show_log(self, log: Log) -> None:
        """One more came while somebody reads them."""
        self._log = log
        self.fill()

    def lines(self) -> tuple[Line, ...]:
        """Each with its time, its source, its text and what to do."""
        if not self._log.problems:
            return (plain("Nothing was refused and nothing went wrong.", Tone.MUTED),)
        return tuple(line for problem in self._log.problems for line in problem_lines(problem))


def problem_lines(problem: Problem) -> tuple[Line, ...]:
    """A problem in a few lines."""
    times = f" ({problem.times} times)" if problem.times > 1 else ""
    first, *more = problem.text.splitlines() or [""]
    lines: list[Line] = [
        (
            Span(f"{problem.at:%H:%M:%S}  ", Tone.MUTED),
            Span(f"{problem.source}  ", Tone.STRONG),
            Span(f"{first}{times}"),
        )
    ]
    lines += [plain(f"          {text}", Tone.MUTED) for text in more]
    if problem.remedy:
        lines.append((Span("          next: ", Tone.MUTED), Span(at_screen(problem.remedy), Tone.STRONG)))
    return (*lines, ())
