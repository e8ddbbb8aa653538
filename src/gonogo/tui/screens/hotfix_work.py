"""Steps 5 to 8 of the wizard: a hotfix at work. The screen only looks: it can be left and opened at any time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import SuspendNotSupported
from textual.binding import BindingType

from gonogo.acts import Scene
from gonogo.acts.hotfixes import ApproveHotfix, may_not_approve
from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.events.hotfixes import Hotfix, HotfixStatus
from gonogo.hotfix import review
from gonogo.hotfix.outcome import Given
from gonogo.hotfix.steps import StepKind
from gonogo.hotfix_jobs import hands
from gonogo.rules.confirmation import Preview
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.deeds.form import Write
from gonogo.tui.intents import Mend, Place, bindings, here
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.messages import Record, Refuse, Reply
from gonogo.tui.screens.confirm import ConfirmScreen, Question, nothing_against
from gonogo.tui.screens.details import TextView
from gonogo.tui.screens.hotfix_known import WorkView
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.tui.screens.wizard import rows_of
from gonogo.view import wizard as words
from gonogo.view.wizard import Rows

_LOG = 3
"""Lines of it below the steps; the key l shows all."""


class CommandsScreen(TextView):
    """Every git command and what came of it."""

    indent = 15

    def __init__(self, look: Look, commands: Sequence[Line], note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, "Every git command, oldest first", note, actor)
        self._commands = tuple(commands)

    def lines(self) -> tuple[Line, ...]:
        """The log."""
        return self._commands


class HotfixWorkScreen(WorkView, inherit_bindings=False):
    """Where a piece of work stands, and what a person has to do now."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(here(Place.HOTFIX_WORK))]

    def __init__(
        self, look: Look, mending: Mending, hotfix_id: str, note: str = "", actor: Actor | None = None
    ) -> None:
        super().__init__(look, mending, hotfix_id, note, actor)
        self._marks: dict[str, str] = {}
        """By conflicting file: edited, or ours."""

    @property
    def place(self) -> Place:
        """In the working part of the wizard."""
        return Place.HOTFIX_WORK

    # -- what is shown ------------------------------------------------------------------------------------------

    def rows(self) -> Rows:
        """What to do now, then the steps."""
        known = self.known
        result = self.mending.results.get(self.hotfix)
        if known is None:
            if isinstance(result, GonogoError):
                return words.text(*words.trouble(result))
            return words.text(words.say("beginning", Tone.BUSY))
        shown = words.text(*words.result_lines(known, result))
        if known.status is HotfixStatus.FINISHED and self.snapshot is not None:
            return words.text(*words.finished_lines(known, self.snapshot.now))
        if known.status is HotfixStatus.ABORTED:
            return words.text(*words.aborted_lines(known))
        now = self._now(known)
        above = (*shown, *now, ("heading:steps", ()))
        room = max(4, self.list.size.height - len(rows_of(above, self.columns)))
        steps = words.progress_lines(known, self.steps, busy=self.busy, room=room)
        return (*above, *((words.CUT, line) for line in steps))

    def draw(self) -> None:
        """What it waits for stands on top, whatever was added since."""
        super().draw()
        if self.list.key:
            self.list.from_top()

    def _now(self, known: Hotfix) -> Rows:
        """What it waits for."""
        if self.busy:
            return words.text(
                (Span("WORKING ", Tone.BUSY), Span("each step is recorded; leaving this screen stops nothing"))
            )
        folder = self.bench.folder or f"{known.folder}/tree"
        if known.status is HotfixStatus.STOPPED:
            files = words.conflict_rows(known.conflicts, self._marks)
            return (*words.text(*words.resolve_lines(known, folder)), *files)
        kind = self.current.kind if self.current else None
        if kind is StepKind.REVIEW:
            return words.text(*words.approval_lines(self.standings(known), known))
        if kind is StepKind.PUSH:
            return words.text(*words.push_lines(known, self.work, self.mending.results.get(self.hotfix)))
        return words.text(*words.waiting_lines(known, self.current, folder))

    def feet(self) -> Sequence[Line]:
        """The end of the command log."""
        if not self.bench.commands:
            return ()
        rule = self.look.rule * 3
        title = (
            Span(f" {rule} git, what was run last; l shows all {len(self.bench.commands)} {rule}", Tone.MUTED),
        )
        return (title, *((Span(" "), *line) for line in words.command_lines(self.bench.commands, last=_LOG)))

    def offers(self) -> frozenset[str]:
        """By where it stands."""
        known = self.known
        log = ["ShowCommands"] if self.bench.commands else []
        if known is None or self.busy:
            return frozenset(log)
        log.append("AllProducts")
        if known.status is HotfixStatus.FINISHED:
            return frozenset([*log, "ShowMerges"])
        if known.is_over:
            return frozenset(log)
        if not self.is_mine:
            return frozenset([*log, *(["SignHotfix"] if self.to_sign() else [])])
        return frozenset([*log, "AbortHotfix", *self._offered(known)])

    def _offered(self, known: Hotfix) -> list[str]:
        if known.status is HotfixStatus.STOPPED:
            on_file = ["SolveFile", "KeepOurs", "OpenEditor"] if self.list.key.startswith("file:") else []
            all_marked = set(known.conflicts) <= set(self._marks)
            return [*on_file, "OpenShell", *(["GoOn"] if all_marked else [])]
        kind = self.current.kind if self.current else None
        if kind is StepKind.TEST:
            return ["SayTested", "OpenShell"]
        if kind is StepKind.FIX:
            return ["OpenShell", "GoOn"]
        if kind is StepKind.REVIEW:
            return ["GoOn", *(["SignHotfix"] if self.to_sign() else [])]
        if kind is StepKind.PUSH:
            return ["PushIt", "LeavePush"]
        return ["GoOn"]

    # -- acts ---------------------------------------------------------------------------------------------------

    def on_go_on(self) -> None:
        """c"""
        edited = tuple(path for path, how in self._marks.items() if how == "edited")
        ours = tuple(path for path, how in self._marks.items() if how == "ours")
        self._marks = {}
        self.mending.go_on(self.hotfix, Given(edited, ours))

    def on_solve_file(self) -> None:
        """Space"""
        self._mark("edited")

    def on_keep_ours(self) -> None:
        """o"""
        self._mark("ours")

    def _mark(self, how: str) -> None:
        path = self.list.key.partition(":")[2]
        if self._marks.get(path) == how:
            del self._marks[path]
        else:
            self._marks[path] = how
        self.draw()

    def on_open_editor(self) -> None:
        """e"""
        path = self.list.key.partition(":")[2]
        self._away(lambda folder: hands.edit(folder, [path]))

    def on_open_shell(self) -> None:
        """s"""
        self._away(hands.shell)

    def _away(self, act: Callable[[Path], object]) -> None:
        """Give the terminal to the editor or the shell, and take it back."""
        try:
            with self.app.suspend():
                act(Path(self.bench.folder))
        except SuspendNotSupported:
            self.post_message(Refuse(f"not from this terminal; it lies in {self.bench.folder}"))
        except GonogoError as error:
            self.post_message(Refuse(error.message, Tone.BAD, error.remedy))
        self.draw()

    def on_say_tested(self) -> None:
        """t"""
        known = self.known
        if known is None:
            return
        question = Write(
            f"Tested: {known.product} {known.version}",
            f"What was tested on {known.commit[:12]}, and how did it go? It stays beside your name.",
            "what was run, and what came of it", 1_000,
        )  # fmt: skip
        self.open_view(
            PromptScreen(self.look, question, lambda text: self._give(Given(tested=text)), self.note, self.actor)
        )

    def _give(self, given: Given) -> None:
        self.mending.go_on(self.hotfix, given)

    def on_push_it(self) -> None:
        """p: the version is typed, bound to the commit and the tag that are shown."""
        known, work = self.known, self.work
        if known is None or work is None:
            return
        facts = words.push_facts(known, work, self.mending.results.get(self.hotfix))

        def see(_scene: Scene) -> Preview:
            heading = f"PUSH {known.product} {known.version} to {work.remote}: both or neither"
            bound = (known.commit, known.tag_object)
            return Preview("push", known.id, known.version, heading, facts, bound)

        def send(_scene: Scene, _seen: Preview, reply: Reply) -> None:
            self._give(Given(push=known.version))
            self.call_later(reply, None)

        question = Question("Push", see, nothing_against, send)
        self.open_view(ConfirmScreen(self.look, question, self.note, self.actor))

    def on_leave_push(self) -> None:
        """n"""
        self._give(Given(without_push=True))

    def on_abort_hotfix(self) -> None:
        """x: the reason is asked for, so that no single key does it."""
        known = self.known
        if known is None:
            return
        question = Write(
            f"Take back {known.product} {known.version}",
            "Branch, tag and workspace go; what was resolved by hand goes with them. Why?",
        )  # fmt: skip
        self.open_view(
            PromptScreen(
                self.look, question, lambda text: self.mending.abort(self.hotfix, text), self.note, self.actor
            )
        )

    def on_sign_hotfix(self) -> None:
        """a: bound to the very commit."""
        known, slot = self.known, self.to_sign()
        if known is None or slot is None:
            return

        def send(_scene: Scene, seen: Preview, reply: Reply) -> None:
            command = ApproveHotfix(known.id, slot.name, seen.code)
            self.post_message(Record(command, f"approve {known.id}", reply=reply))

        question = Question(
            "Approve",
            lambda _: review.preview(known, slot),
            lambda scene, _: may_not_approve(scene, known, slot),
            send,
        )
        self.open_view(ConfirmScreen(self.look, question, self.note, self.actor))

    def on_all_products(self) -> None:
        """h: the table of the whole release."""
        self.post_message(Mend())

    def on_show_commands(self) -> None:
        """l"""
        lines = words.command_lines(self.bench.commands)
        self.open_view(CommandsScreen(self.look, lines, self.note, self.actor))
