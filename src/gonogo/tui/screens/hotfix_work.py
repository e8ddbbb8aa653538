"""Steps 5 to 8 of the wizard: a hotfix at work. The screen only looks: it can be left and opened at any time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import SuspendNotSupported
from textual.binding import BindingType

from gonogo.adapters.git_hotfix import hands
from gonogo.domain import people
from gonogo.domain.approvals import SlotStanding, Standing
from gonogo.domain.confirmation import Preview
from gonogo.domain.decide import Scene
from gonogo.domain.decisions.hotfixes import ApproveHotfix
from gonogo.domain.events import Actor
from gonogo.domain.folds.hotfixes import Hotfix, HotfixStatus
from gonogo.domain.hotfix import review
from gonogo.domain.hotfix.on_bench import OnBench
from gonogo.domain.hotfix.outcome import Given
from gonogo.domain.hotfix.steps import Step, StepKind, steps_of
from gonogo.domain.hotfix.work import Kind, Work
from gonogo.domain.plan import ApprovalSlot
from gonogo.errors import GonogoError
from gonogo.present import wizard as words
from gonogo.present.tones import Line, Span, Tone
from gonogo.present.wizard import Rows
from gonogo.tui.deeds.form import Write
from gonogo.tui.intents import Mend, Place, bindings, here
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.messages import Record, Reply, Say
from gonogo.tui.screens.confirm import ConfirmScreen, Question, nothing_against
from gonogo.tui.screens.details import TextView
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.tui.screens.wizard import WizardView, head, rows_of

LOOK_AGAIN = 0.4
"""Seconds between two looks at the command log while something is being done."""
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


class HotfixWorkScreen(WizardView, inherit_bindings=False):
    """Where a piece of work stands, and what a person has to do now."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(here(Place.HOTFIX_WORK))]

    def __init__(
        self, look: Look, mending: Mending, hotfix_id: str, note: str = "", actor: Actor | None = None
    ) -> None:
        super().__init__(look, mending, note, actor)
        self.hotfix = hotfix_id
        self._bench = OnBench()
        self._looking = False
        self._marks: dict[str, str] = {}
        """By conflicting file: edited, or ours."""
        self._end_listening: Callable[[], object] = lambda: None

    def on_mount(self) -> None:
        """Look, and go on looking while something is being done."""
        self._end_listening = self.mending.listen(self._moved)
        self.set_interval(LOOK_AGAIN, self._follow_log)
        self._look()

    def on_unmount(self) -> None:
        """Leaving stops nothing."""
        self._end_listening()

    def _moved(self) -> None:
        self._look()
        self.draw()

    def _follow_log(self) -> None:
        if self.busy:
            self._look()

    def _look(self) -> None:
        known, snapshot = self.known, self.snapshot
        if known is None or snapshot is None or self._looking:
            return
        self._looking = True
        release = snapshot.plan.release

        def seen(found: OnBench | GonogoError) -> None:
            self._looking = False
            if isinstance(found, OnBench) and found != self._bench and self.is_attached:
                self._bench = found
                self.draw()

        self.mending.ask(lambda: self.mending.workshop.look(release, known), seen)

    # -- what is known ------------------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        """In the working part of the wizard."""
        return Place.HOTFIX_WORK

    @property
    def known(self) -> Hotfix | None:
        """As the journal knows it; None until it does."""
        return self.snapshot.state.hotfixes.get(self.hotfix) if self.snapshot else None

    @property
    def busy(self) -> bool:
        """Whether it is being worked on at this terminal."""
        return self.mending.busy == self.hotfix

    @property
    def work(self) -> Work | None:
        """Its plan."""
        return self._bench.work or self.mending.works.get(self.hotfix)

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps; none where its plan does not lie here."""
        return steps_of(self.work) if self.work is not None else ()

    @property
    def current(self) -> Step | None:
        """The step it stands at."""
        known = self.known
        return next((one for one in self.steps if known and one.number == known.next_step), None)

    @property
    def is_mine(self) -> bool:
        """Whether it is this account's to go on with."""
        known = self.known
        return known is not None and self.actor is not None and known.actor.uid == self.actor.uid

    @property
    def step(self) -> int:
        """5 to 8."""
        return words.phase(self.known, self.steps) if self.known else 5

    def headline(self) -> Line:
        """What is made of what."""
        known = self.known
        if known is None:
            return head("HOTFIX", Span("beginning", Tone.BUSY))
        if known.kind == Kind.CARRY.value:
            return head("CARRY", Span(f"{known.product} ", Tone.STRONG), Span(known.version.replace("->", " to ")))
        line = [Span(f"{known.product} ", Tone.STRONG), Span(f"{known.base_version} {self.look.glyphs.arrow} ")]
        line.append(Span(known.version, Tone.STRONG))
        if not self.is_mine:
            line.append(Span(f"   {known.actor.user}'s, on {known.host}", Tone.WARN))
        return head("HOTFIX", *line)

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
        folder = self._bench.folder or f"{known.folder}/tree"
        if known.status is HotfixStatus.STOPPED:
            files = words.conflict_rows(known.conflicts, self._marks)
            return (*words.text(*words.resolve_lines(known, folder)), *files)
        kind = self.current.kind if self.current else None
        if kind is StepKind.REVIEW:
            return words.text(*words.approval_lines(self._standings(known), known))
        if kind is StepKind.PUSH:
            return words.text(*words.push_lines(known, self.work, self.mending.results.get(self.hotfix)))
        return words.text(*words.waiting_lines(known, self.current, folder))

    def _standings(self, known: Hotfix) -> tuple[SlotStanding, ...]:
        snapshot = self.snapshot
        return review.standings(snapshot.plan, snapshot.state, known, snapshot.now) if snapshot else ()

    def feet(self) -> Sequence[Line]:
        """The end of the command log."""
        if not self._bench.commands:
            return ()
        rule = self.look.rule * 3
        title = (
            Span(f" {rule} git, what was run last; l shows all {len(self._bench.commands)} {rule}", Tone.MUTED),
        )
        return (title, *((Span(" "), *line) for line in words.command_lines(self._bench.commands, last=_LOG)))

    def offers(self) -> frozenset[str]:
        """By where it stands."""
        known = self.known
        log = ["ShowCommands"] if self._bench.commands else []
        if known is None or self.busy:
            return frozenset(log)
        log.append("AllProducts")
        if known.status is HotfixStatus.FINISHED:
            return frozenset([*log, "ShowMerges"])
        if known.is_over:
            return frozenset(log)
        if not self.is_mine:
            return frozenset([*log, *(["SignHotfix"] if self._to_sign() else [])])
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
            return ["GoOn", *(["SignHotfix"] if self._to_sign() else [])]
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
                act(Path(self._bench.folder))
        except SuspendNotSupported:
            self.post_message(Say(f"not from this terminal; it lies in {self._bench.folder}", Tone.WARN))
        except GonogoError as error:
            self.post_message(Say(f"{error.message}; {error.remedy}", Tone.BAD))
        self.draw()

    def on_say_tested(self) -> None:
        """t"""
        known = self.known
        if known is None:
            return
        question = Write(
            f"Tested: {known.product} {known.version}",
            f"What was tested on {known.commit[:12]}, and how did it go? It stays beside your name.",
            "make test: 312 passed", 1_000,
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

    def _to_sign(self) -> ApprovalSlot | None:
        """The approval this account may give and that is missing; else any that is missing."""
        known, snapshot = self.known, self.snapshot
        if known is None or snapshot is None or not known.commit or self.actor is None:
            return None
        if people.same_human(snapshot.plan, self.actor, known.actor):
            return None  # somebody else's eyes
        missing = [one.slot for one in self._standings(known) if one.standing is not Standing.GIVEN]
        roles = people.roles_of(snapshot.plan, self.actor)
        return next((slot for slot in missing if slot.role in roles), None)

    def on_sign_hotfix(self) -> None:
        """a: bound to the very commit."""
        known, slot = self.known, self._to_sign()
        if known is None or slot is None:
            return

        def send(_scene: Scene, seen: Preview, reply: Reply) -> None:
            command = ApproveHotfix(known.id, slot.name, seen.code)
            self.post_message(Record(command, f"approve {known.id}", reply=reply))

        question = Question("Approve", lambda _: review.preview(known, slot), nothing_against, send)
        self.open_view(ConfirmScreen(self.look, question, self.note, self.actor))

    def on_all_products(self) -> None:
        """h: the table of the whole release."""
        self.post_message(Mend())

    def on_show_commands(self) -> None:
        """l"""
        lines = words.command_lines(self._bench.commands)
        self.open_view(CommandsScreen(self.look, lines, self.note, self.actor))
