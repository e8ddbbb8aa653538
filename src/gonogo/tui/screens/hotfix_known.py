"""A hotfix at work, as the screen knows it: from the journal, from its bench, from what is being done here."""

from collections.abc import Callable

from gonogo.errors import GonogoError
from gonogo.events import Actor, people
from gonogo.events.hotfixes import Hotfix
from gonogo.hotfix import review
from gonogo.hotfix.on_bench import OnBench
from gonogo.hotfix.steps import Step, steps_of
from gonogo.hotfix.work import Kind, Work
from gonogo.plan import ApprovalSlot
from gonogo.rules.votes import SlotStanding, Standing
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.screens.wizard import WizardView, head
from gonogo.view import wizard as words

LOOK_AGAIN = 0.4
"""Seconds between two looks at the command log while something is being done."""


class WorkView(WizardView, inherit_bindings=False):
    """A piece of work, looked at: what the journal and its bench say of it, for as long as the view is open."""

    def __init__(
        self, look: Look, mending: Mending, hotfix_id: str, note: str = "", actor: Actor | None = None
    ) -> None:
        super().__init__(look, mending, note, actor)
        self.hotfix = hotfix_id
        self.bench = OnBench()
        self._looking = self._again = False
        self._seen: Hotfix | None = None
        """What the journal said of it when its bench was looked at last."""
        self._end_listening: Callable[[], object] = lambda: None

    def on_mount(self) -> None:
        """Look, and go on looking while something is being done."""
        self._end_listening = self.mending.listen(self._moved)
        self.set_interval(LOOK_AGAIN, self._follow_log)
        self._look()

    def watch_snapshot(self) -> None:
        """The journal may tell of it only after the work on it has ended: the bench is looked at then."""
        if self.is_attached and self.known != self._seen:
            self._look()
        super().watch_snapshot()

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
            self._again = self._looking  # what is being looked at may be from before what just happened
            return
        self._looking, self._again, self._seen = True, False, known
        release = snapshot.plan.release

        def seen(found: OnBench | GonogoError) -> None:
            self._looking = False
            if isinstance(found, OnBench) and found != self.bench and self.is_attached:
                self.bench = found
                self.draw()
            if self._again and self.is_attached:
                self._look()

        self.mending.ask(lambda: self.mending.workshop.look(release, known), seen)

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
        return self.bench.work or self.mending.works.get(self.hotfix)

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

    def standings(self, known: Hotfix) -> tuple[SlotStanding, ...]:
        """How far its approvals are."""
        snapshot = self.snapshot
        return review.standings(snapshot.plan, snapshot.state, known, snapshot.now) if snapshot else ()

    def to_sign(self) -> ApprovalSlot | None:
        """The approval this account may give and that is missing; else any that is missing."""
        known, snapshot = self.known, self.snapshot
        if known is None or snapshot is None or not known.commit or self.actor is None:
            return None
        if people.same_human(snapshot.plan, self.actor, known.actor):
            return None  # somebody else's eyes
        missing = [one.slot for one in self.standings(known) if one.standing is not Standing.GIVEN]
        roles = people.roles_of(snapshot.plan, self.actor)
        return next((slot for slot in missing if slot.role in roles), None)
