"""The application: takes values from the loop, judges them by the clock, and hands the snapshot to the screens."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar, NamedTuple, assert_never

from msgspec.structs import replace
from rich.text import Text
from textual import on
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event as TextualEvent
from textual.events import Key, Paste
from textual.screen import Screen

from gonogo.acts import Scene
from gonogo.acts.checklist import Undo
from gonogo.acts.scene import Accepted, Refused
from gonogo.engine.session import PREVIEW
from gonogo.errors import ExitCode, GonogoError
from gonogo.events import Actor, Event
from gonogo.rules import snapshot as snapshots
from gonogo.rules.snapshot import Inputs, Snapshot
from gonogo.text.spans import age
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui import crash, intents, loading
from gonogo.tui.advice import at_screen
from gonogo.tui.checks import Checks
from gonogo.tui.keyboard import Keyboard
from gonogo.tui.keys import KeyQueue, Travelled
from gonogo.tui.look import look, theme_name, themes
from gonogo.tui.loop_thread import FAREWELL, LoopThread
from gonogo.tui.mending import Mending, Worked
from gonogo.tui.messages import (
    AskedAnew,
    AskTrust,
    CheckEnded,
    CheckMoved,
    Depart,
    Done,
    Failed,
    Learned,
    LookAnew,
    LookedAnew,
    LookNow,
    NotOpened,
    Opened,
    Part,
    Record,
    Refuse,
    Reply,
    RunIt,
    Say,
    ShowProblems,
    Stopped,
    Trouble,
    Trusted,
)
from gonogo.tui.problems import Log
from gonogo.tui.profile import Profile, choose
from gonogo.tui.saying import LASTS, Said
from gonogo.tui.screens.cockpit import Cockpit
from gonogo.tui.screens.confirm import ConfirmScreen
from gonogo.tui.screens.opening import open_hotfix, open_merges, open_way_back
from gonogo.tui.screens.problems import ProblemsScreen
from gonogo.tui.screens.trust import trust_question
from gonogo.tui.screens.view import Desk, View
from gonogo.tui.wiring import Wiring
from gonogo.view.trail import sentence

SILENT = timedelta(seconds=10)
"""Age of the last look at the journal past which nothing on the screen may be taken for a GO."""
ASLEEP = timedelta(seconds=2.5)
"""Time between two ticks, a second apart, past which somebody slept between them."""
_PARTS: dict[Part, str] = {
    "journal": "the journal is not read any more: quit and start again",
    "endpoints": "the endpoints are not asked any more: what they said grows stale",
    "outside": "metrics, version files, tags and forward-merges are not asked any more: they grow stale",
    "git": "the histories are not read any more: the changes are as they were",
}


_AT_ONCE = frozenset({"ctrl+c", "ctrl+z"})


class Waiting(NamedTuple):
    """Something that is being recorded."""

    words: str = ""
    reply: Reply | None = None


class CockpitApp(App[None], inherit_bindings=False):
    """The cockpit of one release."""

    CSS_PATH = "styles/cockpit.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "leave", show=False, priority=True, id="leave"),
        Binding("ctrl+z", "suspend_process", show=False, priority=True, id="suspend"),
    ]

    def __init__(self, wiring: Wiring, profile: Profile) -> None:
        # said at once: the colour filter is chosen before any theme is set, and without it NO_COLOR ends in greys
        super().__init__(ansi_color=profile.theme == "ansi")
        self.animation_level = "none"
        self.profile = profile
        for theme in themes():
            self.register_theme(theme)
        self.theme = theme_name(profile)
        self.look = look(profile)
        self.wiring = wiring
        self.feed = LoopThread(wiring, self.post_message)
        self.cockpit = Cockpit(self.look, wiring.title_note, what_ships=wiring.what_ships)
        self.problems = Log()
        self.actor: Actor | None = None
        self._inputs: Inputs | None = None
        self._judged_at: datetime | None = None
        self._said = Said()
        self._waiting: dict[int, Waiting] = {}
        self._looking: dict[int, LookAnew] = {}
        self.checks = Checks(wiring, self.post_message)
        self.directory = wiring.state_dir or crash.state_directory(os.environ)
        self.cockpit.desk = Desk(self.scene, self.seconds, lambda: self.checks.running, self.directory)
        self.mending = Mending(wiring.workshop, self.post_message) if wiring.workshop is not None else None
        self._stopped: dict[Part, str] = {}
        self._keys = KeyQueue(self, super().on_event)
        self._problem_before: tuple[str, tuple[str, ...]] = ("", ())

    async def on_event(self, event: TextualEvent) -> None:
        """Keys wait for each other; Ctrl+C and Ctrl+Z wait for nothing. After a sleep the truth comes first."""
        self._catch_up()
        typed = isinstance(event, Paste) or (isinstance(event, Key) and event.key not in _AT_ONCE)
        if typed and not event.is_forwarded:
            await self._keys.take(event)
        else:
            await super().on_event(event)

    async def on_travelled(self, event: Travelled) -> None:
        """A key has had its effect, which may be that what stands below is not so any more."""
        self._forget_said()
        await self._keys.travelled(event)

    def get_driver_class(self) -> type[Driver]:
        """The terminal's, with our own reading of what is typed."""
        found = super().get_driver_class()
        return Keyboard if found is LinuxDriver else found

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """None: every view fills the whole screen, and Textual would redraw the covered one for ever."""
        return []

    def on_mount(self) -> None:
        """Begin."""
        self.push_screen(self.cockpit)
        self._listen_to_signals()
        self.app_resume_signal.subscribe(self, self._resumed)
        self.set_interval(1.0, self.tick, name="clock")
        self.feed.start()

    # -- what the threads say -----------------------------------------------------------------------------------

    def on_opened(self, event: Opened) -> None:
        """The session is there."""
        self.actor = event.actor
        for view in self._views():
            view.meet(event.actor)
        self.set_timer(loading.AFTER, loading.begin, name="loading")

    def on_not_opened(self, event: NotOpened) -> None:
        """There is nothing to show: say why, and leave with the code of the error."""
        self.exit(return_code=event.error.exit_code, message=Text(f"gonogo: {event.error}"))

    def on_learned(self, event: Learned) -> None:
        """Something is known that was not known before."""
        self._inputs = event.inputs
        self._note_problems(event.inputs)
        self.tick()

    def on_done(self, event: Done) -> None:
        """A command was judged."""
        words, reply = self._waiting.pop(event.ticket, Waiting())
        match event.outcome:
            case Accepted(events):
                self.tell(_accepted(events, words))
            case Refused(refusal):
                self._problem("you", f"{words}: {refusal.reason}", refusal.remedy)
                what = "CONFLICT" if refusal.exit_code is ExitCode.CONFLICT else "REFUSED"
                self.tell(_not_done(f"{what} ", Tone.BAD, refusal.reason, refusal.remedy))
            case _ as unreachable:
                assert_never(unreachable)
        if reply is not None:
            reply(event.outcome)

    def on_failed(self, event: Failed) -> None:
        """A command could not be recorded."""
        if (looking := self._looking.pop(event.ticket, None)) is not None:
            self._problem("endpoints", f"nothing could be asked anew: {event.error.message}", event.error.remedy)
            looking.done(event.error)
            return
        words, reply = self._waiting.pop(event.ticket, Waiting())
        self._problem("journal", f"not recorded, {words}: {event.error.message}", event.error.remedy)
        self.tell(_not_done("NOT RECORDED ", Tone.BAD, f"{words}: {event.error.message}"))
        if reply is not None:
            reply(event.error)

    def on_asked_anew(self, event: AskedAnew) -> None:
        """Some of what was asked anew is answered."""
        looking, waiting = self._looking.get(event.ticket), self._waiting.get(event.ticket)
        if looking is not None:
            looking.progress(event.answered, event.of)
        elif waiting is not None:
            told = f"{event.answered} of {event.of} answered, then recording: {waiting.words}"
            self.tell_under_way(f"asking anew, {told}")

    def on_looked_anew(self, event: LookedAnew) -> None:
        """All of it is."""
        looking = self._looking.pop(event.ticket, None)
        if looking is not None:
            looking.done(None)

    def on_trouble(self, event: Trouble) -> None:
        """Something went wrong behind the screen."""
        self._problem(event.source, event.text, event.remedy)
        self._show_status()

    def on_stopped(self, event: Stopped) -> None:
        """A part has ended: said in the banner as long as the cockpit is open."""
        self._stopped[event.part] = f"{_PARTS[event.part]} ({event.reason})"
        self._problem(event.part, self._stopped[event.part])
        self.cockpit.note_stopped(tuple(self._stopped.values()))
        self.tick()
        self._show_status()

    # -- what the screens want ----------------------------------------------------------------------------------

    def on_record(self, event: Record) -> None:
        """Have it judged and recorded; until then the line says so, and the screen shows what the journal says."""
        anew = event.anew
        ticket = self.feed.submit(event.command) if anew is None else self.feed.decide(anew, event.command)
        self._waiting[ticket] = Waiting(event.words, event.reply)
        verb = "taking back" if isinstance(event.command, Undo) else "recording"
        self.tell_under_way(f"{verb}: {event.words}")

    def on_look_anew(self, event: LookAnew) -> None:
        """A dialog wants to show what is so now."""
        self._looking[self.feed.decide(event.environment)] = event

    # -- checks -------------------------------------------------------------------------------------------------

    def on_run_it(self, event: RunIt) -> None:
        """Begin it, or end it."""
        item = self.snapshot.plan.item(event.item) if self.snapshot else None
        if self.snapshot is None or item is None:
            return
        if self.checks.stop(item.id):
            self.tell_under_way(f"stopping the check of {item.id}")
        else:
            self.checks.start(item, self.snapshot.loaded)
            self.tell_under_way(f"checking: {item.id}; x stops it")
        self._show_checks()

    def on_check_moved(self, event: CheckMoved) -> None:
        """It tells of itself."""
        self.checks.moved(event.item, event.progress)
        self._show_checks()

    def on_check_ended(self, event: CheckEnded) -> None:
        """Record what it found, or say why it could not be run."""
        self.checks.ended(event.item)
        if isinstance(event.found, GonogoError):
            self._problem("check", f"{event.item}: {event.found.message}", event.found.remedy)
            self.tell(_not_done("NOT CHECKED ", Tone.BAD, f"{event.item}: {event.found.message}"))
        else:
            self.post_message(Record(event.found, f"check of {event.item}: {event.found.outcome}"))
        self._show_checks()

    def on_ask_trust(self, event: AskTrust) -> None:
        """Every command is shown, and their code is typed; a check that waited for it is run then."""
        if event.files is None:
            if self._inputs is not None:
                self.checks.read_files(event.item, self._inputs.loaded)
            return
        self.checks.ended(event.item)
        self._show_checks()
        if event.item and self.screen is not self.cockpit:
            self.on_refuse(Refuse(f"{event.item} runs a command nobody looked at: x again shows it"))
            return
        if event.item:
            self.on_refuse(Refuse(f"{event.item} was not run: you have not looked at its command"))
        question = trust_question(self.checks, event.files, lambda: self._trusted(event.item))
        self.cockpit.open_view(ConfirmScreen(self.look, question, self.wiring.title_note, self.actor))

    def on_trusted(self, event: Trusted) -> None:
        """Remembered, or not."""
        if event.outcome is not None:
            self._problem("trust", event.outcome.message, event.outcome.remedy)
            self.tell(_not_done("NOT TRUSTED ", Tone.BAD, event.outcome.message))
        event.reply(event.outcome)

    def _trusted(self, item: str) -> None:
        self.tell((Span("trusted: ", Tone.GOOD), Span("these commands may be run, until they change")))
        if item:
            self.post_message(RunIt(item))

    def _show_checks(self) -> None:
        self.cockpit.checklist.show_running(self.checks.running)
        for view in self._views():
            view.follow()

    def on_worked(self, event: Worked) -> None:
        """A thread that looked at a hotfix, or worked on it, has come to its end."""
        event.then(event.found)

    def on_mend(self, event: intents.Mend) -> None:
        """h"""
        if mending := self._mends():
            open_hotfix(self._top, mending, event.subject)

    def on_show_merges(self) -> None:
        """m"""
        if mending := self._mends():
            open_merges(self._top, mending)

    def on_show_way_back(self, event: intents.ShowWayBack) -> None:
        """b"""
        open_way_back(self._top, event.subject, self.wiring.what_ships)

    @property
    def _top(self) -> View:
        return self.screen if isinstance(self.screen, View) else self.cockpit

    def _mends(self) -> Mending | None:
        if self.mending is None:
            instead = "in a shell: gonogo hotfix plan PRODUCT"
            self.on_refuse(Refuse("hotfixes are not made from here", remedy=instead))
        return self.mending

    def on_say(self, event: Say) -> None:
        """One line, in the view that is on top: it goes when that one goes."""
        self._say((Span(event.text, event.tone),), view=id(self._top))

    def on_refuse(self, event: Refuse) -> None:
        """Somebody who wanted it reads it below; `!` still tells it when the line has gone."""
        self._problem(event.source, event.text, event.remedy, seen=True)
        self._say(_not_done("", event.tone, event.text, event.remedy), view=id(self._top), still=event.still)

    @on(LookNow)
    def ask_everything(self) -> None:
        """Ask everything now."""
        self.feed.look_now()
        self.tell((Span("asking journal, endpoints and git now"),))

    @on(ShowProblems)
    def show_problems(self) -> None:
        """The problems log."""
        self.problems, shown = self.problems.read(), self.problems
        self.cockpit.open_view(ProblemsScreen(self.look, shown, self.wiring.title_note, self.actor))
        self._show_status()

    def on_unmount(self) -> None:
        """Left, for whatever reason: no command of the plan goes on without it."""
        self.checks.stop_all()

    @on(Depart)
    def depart(self) -> None:
        """q at the top."""
        self.exit(return_code=0)

    def action_leave(self) -> None:
        """Ctrl+C, from anywhere."""
        self.exit(return_code=0)

    # -- the clock ----------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Judge what is known by the time it is now; texts that are the same are not drawn again."""
        if not self._has_terminal():
            self.exit(return_code=128 + signal.SIGHUP)
            return
        self._forget_said()
        if self._inputs is None:
            return
        now = self.wiring.clock.now()
        away = now - self._judged_at if self._judged_at is not None else timedelta()
        self._judged_at = now
        steady = self.wiring.steady() if self.wiring.steady else None
        built = snapshots.build(judged(self._inputs, now, self._stopped.get("journal", ""), away), now, steady)
        for view in self._views():
            view.snapshot = built

    def _catch_up(self) -> None:
        """Judge anew when the last tick is long ago: this process, or its machine, was asleep.

        Called before anything that may repaint a part of the screen, so that no part is drawn from before.
        """
        if self._judged_at is not None and abs(self.wiring.clock.now() - self._judged_at) > ASLEEP:
            self.tick()

    def scene(self) -> Scene | None:
        """What a decision of this moment would be judged on: inputs and clocks as the session has them."""
        if self._inputs is None or self.actor is None:
            return None
        now = self.wiring.clock.now()
        steady = self.wiring.steady() if self.wiring.steady else None
        known = judged(self._inputs, now, self._stopped.get("journal", ""))
        return Scene(known, self.actor, PREVIEW, now, steady)

    def seconds(self) -> float:
        """The application's clock, for measuring."""
        return self.wiring.steady() if self.wiring.steady else self.wiring.clock.now().timestamp()

    @property
    def snapshot(self) -> Snapshot | None:
        """What the screens show."""
        return self.cockpit.snapshot

    def tell(self, line: Line) -> None:
        """Say in every view what came of an act."""
        self._say(line)

    def tell_under_way(self, text: str) -> None:
        """Say what is being done: it stands there until something came of it."""
        self._say((Span(text, Tone.BUSY),), lasts=None)

    def _say(
        self,
        line: Line,
        view: int | None = None,
        lasts: float | None = LASTS,
        still: Callable[[], bool] = lambda: True,
    ) -> None:
        self._said = Said(line, view, None if lasts is None else self.seconds() + lasts, still)
        self._show_status()

    def _show_status(self) -> None:
        for view in self._views():
            view.say(self._said.seen_in(id(view)), self.problems.unread)

    def _forget_said(self) -> None:
        """Drop the line below when it has stood there long enough."""
        if self._said.over(self.seconds()):
            self._said = Said()
            self._show_status()

    def _views(self) -> list[View]:
        return [screen for screen in self.screen_stack if isinstance(screen, View) and screen.is_mounted]

    def _problem(self, source: str, text: str, remedy: str = "", *, seen: bool = False) -> None:
        self.problems = self.problems.with_one(self.wiring.clock.now(), source, text, remedy, seen=seen)
        reading = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(reading, ProblemsScreen):
            reading.show_log(self.problems)
            self.problems = self.problems.read()

    def _note_problems(self, inputs: Inputs) -> None:
        """What is wrong with plan and journal stands in the banner while it lasts, and in the log for good."""
        plan_before, journal_before = self._problem_before
        self._problem_before = (inputs.plan_problem, inputs.journal_problems)
        if inputs.plan_problem and inputs.plan_problem != plan_before:
            self._problem("plan", inputs.plan_problem, "gonogo check")
        for problem in inputs.journal_problems:
            if problem not in journal_before:
                self._problem("journal", problem)
        if self._problem_before != (plan_before, journal_before):
            self._show_status()

    # -- the terminal -------------------------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            loop.add_signal_handler(number, self._signalled, number)

    def _signalled(self, number: int) -> None:
        # a shell hands its own hang-up on, and the kernel sends another when that shell ends: what is under way
        # must outlive all of them, also between the end of this loop, which gives signals back, and `_see_through`
        asyncio.get_running_loop().remove_signal_handler(signal.SIGHUP)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.exit(return_code=128 + number)

    def _has_terminal(self) -> bool:
        """Belt beside the hang-up signal: a cockpit without a terminal would spin for ever."""
        if self.is_headless or sys.__stdin__ is None:
            return True
        return os.isatty(sys.__stdin__.fileno())

    def _resumed(self, _: App[Any]) -> None:
        """After Ctrl+Z and fg the screen is blank until everything is drawn again."""
        self.refresh(layout=True)
        self.screen.refresh(layout=True)
        self.tick()

    def _handle_exception(self, error: Exception) -> None:
        """An error of our own: a file without data, one line, exit 1. Textual would print every local variable."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
            path = crash.write(error, self.directory, self.wiring.clock.now())
            self._exit_renderables.append(Text(crash.sentence(error, path)))
        self._close_messages_no_wait()


def judged(inputs: Inputs, now: datetime, stopped: str, away: timedelta = timedelta()) -> Inputs:
    """What is known, with a journal that nobody has read for long counted as the problem it is.

    `away`: for how long this cockpit itself did not run, be its machine asleep or slow: no fault of the journal's.
    """
    read_at = inputs.journal_read_at
    if stopped:
        return _unread(inputs, stopped)
    if read_at is None or now - read_at <= SILENT:
        return inputs
    if away > ASLEEP:
        return _unread(inputs, f"this cockpit did not run for {age(away)}; the journal is being read again")
    return _unread(inputs, f"the journal has not been read for {age(now - read_at)}")


def _unread(inputs: Inputs, why: str) -> Inputs:
    return replace(
        inputs,
        journal_problems=(*inputs.journal_problems, why),
        journal_unread=(*inputs.journal_unread, why),
    )


def _not_done(what: str, tone: Tone, text: str, remedy: str = "") -> Line:
    """Why something was not done: in the tone of it where no word says so."""
    hint = (Span(f"   {at_screen(remedy)}", Tone.MUTED),) if remedy else ()
    return (Span(what, tone), Span(text), *hint) if what else (Span(text, tone), *hint)


def _accepted(events: tuple[Event, ...], words: str) -> Line:
    if not events:
        return (Span("nothing to record, it is so already: "), Span(words, Tone.MUTED))
    last = events[-1]
    return (Span("recorded ", Tone.GOOD), Span(f"#{last.seq}: you "), *sentence(last))


def no_terminal(environ: Mapping[str, str], is_tty: Callable[[int], bool]) -> str:
    """Why nothing can be drawn here; "" when something can."""
    for name, stream in (("stdin", sys.__stdin__), ("stderr", sys.__stderr__)):
        if stream is None or not is_tty(stream.fileno()):
            return f"{name} is not a terminal"
    term = environ.get("TERM", "")
    return f"TERM is {term or 'not set'}" if term in {"", "dumb"} else ""


def run_cockpit(wiring: Wiring) -> int:
    """Show the cockpit until it is left; returns the exit code. Restores the terminal whatever happens."""
    if problem := no_terminal(os.environ, os.isatty):
        print(f"gonogo: the cockpit needs a terminal: {problem}; use gonogo status", file=sys.stderr)  # noqa: T201
        return ExitCode.USAGE
    encoding = getattr(sys.__stderr__, "encoding", "") or ""
    app = CockpitApp(wiring, choose(os.environ, encoding, wiring.ascii, wiring.theme))
    try:
        app.run(mouse=False)
    finally:
        app.checks.stop_all(FAREWELL)
        app.feed.stop()
        _see_through(app.mending)
    return app.return_code or 0


def _see_through(mending: Mending | None) -> None:
    """What is being done gets done, or to where a person is needed: the connection may be gone, not the work."""
    if mending is None or not mending.busy:
        return
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal may go while it is being finished
    with suppress(OSError):  # the terminal may be gone
        print(f"gonogo: finishing what is under way of {mending.busy}", file=sys.stderr)  # noqa: T201
    mending.finish()
