"""Steps 1 to 4 of the wizard: what is broken, from where, what fixes it, what it comes to. Nothing is written."""

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual.binding import BindingType

from gonogo.errors import GonogoError
from gonogo.events import Actor
from gonogo.hotfix.lines import Observed, not_counted, observed_in_production
from gonogo.hotfix.seen import seen_of
from gonogo.hotfix.wish import Planned, Wish
from gonogo.plan import Product
from gonogo.text.tones import Line, Span, Tone
from gonogo.tui.deeds.form import Write
from gonogo.tui.intents import Place, bindings, here
from gonogo.tui.look import Look
from gonogo.tui.mending import Mending
from gonogo.tui.screens.details import TextView
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.tui.screens.wizard import WizardView, head, live_of
from gonogo.view import wizard as words
from gonogo.view.hotfix_table import table_rows, work_rows
from gonogo.view.wizard import Rows

BROKEN, FROM, FIXES, PREVIEW = 1, 2, 3, 4
_STEPS = ("NextStep", "PickCommit", "NameCommit", "DoIt", "SignTag", "ShowDiff", "Filter")
"""Intents of the steps, all of which wait for git."""


class DiffScreen(TextView):
    """The whole resulting difference."""

    indent = 0

    def __init__(self, look: Look, title: str, diff: str, note: str = "", actor: Actor | None = None) -> None:
        super().__init__(look, title, note, actor)
        self._diff = words.diff_lines(diff)

    def lines(self) -> tuple[Line, ...]:
        """The patch."""
        return self._diff


class HotfixPlanScreen(WizardView, inherit_bindings=False):
    """Everything up to the preview; Esc goes one step back, and nothing has happened."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(here(Place.HOTFIX_PLAN))]

    def __init__(
        self,
        look: Look,
        mending: Mending,
        product: str,
        work_on: Callable[[str], object],
        note: str = "",
        actor: Actor | None = None,
    ) -> None:
        super().__init__(look, mending, note, actor)
        self._step = BROKEN
        self._product = product
        self._from_table = not product
        self._work_on = work_on
        self._version = ""
        self._picks: tuple[str, ...] = ()
        self._named: tuple[str, ...] = ()
        self._as = ""
        """The new version somebody named; "" for the next free one."""
        self._sign = False
        self._ground: Planned | None = None
        """What step 2 and 3 show; planned without picks."""
        self._planned: Planned | None = None
        """What step 4 shows."""
        self._error: GonogoError | None = None
        self._asked = 0
        """Number of the last question to git; answers to earlier ones come too late."""
        self._reading = False

    @property
    def place(self) -> Place:
        """In the planning part of the wizard."""
        return Place.HOTFIX_PLAN

    @property
    def step(self) -> int:
        """1 to 4."""
        return self._step

    @property
    def product(self) -> Product | None:
        """The product, once one is chosen."""
        return self.snapshot.plan.product(self._product) if self.snapshot else None

    def headline(self) -> Line:
        """Product, from which version to which."""
        if not self._product:
            return head("HOTFIX", Span("of which product?"))
        line = [Span(f"{self._product} ", Tone.STRONG)]
        if self._version:
            line.append(Span(self._version))
        if self._planned is not None and self._planned.work is not None:
            line += [
                Span(f" {self.look.glyphs.arrow} ", Tone.MUTED),
                Span(self._planned.work.version, Tone.STRONG),
            ]
        if self._step == FIXES and self._picks:
            line.append(Span(f"   {len(self._picks)} picked, in the order of mainline", Tone.GOOD))
        return head("HOTFIX", *line)

    def observed(self) -> tuple[Observed, ...]:
        """What production answers with."""
        if self.snapshot is None or not self._product:
            return ()
        return observed_in_production(self.snapshot.plan, self.snapshot.matrix, self._product)

    def rows(self) -> Rows | None:
        """What the step shows."""
        if self._reading:
            return words.text(words.say("asking git, here and at the remote", Tone.BUSY))
        if self._error is not None:
            return words.text(*words.trouble(self._error), (), words.say("Esc goes one step back.", Tone.MUTED))
        if self._step == BROKEN:
            return self._broken()
        if self._step == FROM and self._ground is not None and self._ground.preview.base is not None:
            return words.base_rows(self._ground.preview.base, self._ground.preview.warnings)
        if self._step == FIXES and self._ground is not None:
            if self._ground.candidates is None:
                return words.by_hand_rows(self._ground)
            named = [one for one in self._named if one not in self._offered()]
            return words.candidate_rows(self._ground.candidates, self._picks, named)
        if self._step == PREVIEW and self._planned is not None:
            return words.text(*words.preview_lines(self._planned))
        return None

    def _broken(self) -> Rows | None:
        if self.snapshot is None:
            return None
        product = self.product
        if product is None:
            return table_rows(self.snapshot)
        besides = not_counted(self.snapshot.plan, self.snapshot.matrix, product.name)
        runs = words.broken_rows(product.name, product.version, self.observed(), besides)
        live = live_of(self.snapshot, product.name)
        if live is None:
            return runs
        under_way = words.say(f"A hotfix of {product.name} is under way; Enter opens it:", Tone.WARN)
        return (*words.text(under_way), *work_rows(live, self.snapshot), *words.text(()), *runs)

    def _offered(self) -> tuple[str, ...]:
        candidates = self._ground.candidates if self._ground else None
        return tuple(one.commit.oid for one in candidates.found) if candidates else ()

    def offers(self) -> frozenset[str]:
        """By step, and by what is known."""
        if self._reading:
            return frozenset()
        if self._error is not None:
            return frozenset({"NameCommit"} if self._as else ())
        kind = self.list.key.partition(":")[0]
        if self._step == BROKEN:
            return frozenset(
                [
                    *(["NextStep"] if kind in {"version", "product", "work"} else []),
                    *(["NameCommit", "AllProducts"] if self._product else []),
                ]
            )
        if self._step == FROM:
            return frozenset({"NextStep"})
        if self._step == FIXES:
            by_hand = self._ground is not None and self._ground.candidates is None
            found = [] if by_hand else ["NameCommit", "Filter"]
            found += ["PickCommit"] if kind == "commit" else []
            return frozenset([*found, *(["NextStep"] if by_hand or self._picks else [])])
        planned = self._planned
        if planned is None or planned.work is None:
            return frozenset()
        found = ["DoIt"] if not planned.preview.blockers and not self.mending.busy else []
        return frozenset([*found, "NameCommit", "SignTag", *(["ShowDiff"] if planned.preview.diff else [])])

    def withheld(self) -> Mapping[str, str]:
        """One cause at a time: the first that holds."""
        if self._reading:
            return dict.fromkeys(_STEPS, "git is still being read")
        if self._error is not None:
            return dict.fromkeys(_STEPS, "git could not be read: Esc goes one step back")
        blocked = self._planned is not None and bool(self._planned.preview.blockers or self._planned.work is None)
        if self._step == PREVIEW:
            busy = f"{self.mending.busy} is still worked on" if self.mending.busy else ""
            against = "the preview names what stands against it" if blocked else busy
            return {"NextStep": against or "this is the last step: d does it", "DoIt": against}
        picked = "nothing is picked yet: Space picks the commit at the cursor"
        chosen = picked if self._step == FIXES else "nothing to go on with is at the cursor"
        return {
            "NextStep": chosen,
            "DoIt": "the preview comes first: Enter goes on to it",
            "PickCommit": "no commit is at the cursor",
        }

    # -- moving -------------------------------------------------------------------------------------------------

    def step_back(self) -> bool:
        """The filter first, then one step; returns whether there was one."""
        if super().step_back():
            return True
        if self._step == BROKEN:
            if self._product and self._from_table:
                self.on_all_products()
                return True
            return False
        self._asked += 1
        self._reading, self._error = False, None
        self._go(self._step - 1)
        return True

    def _go(self, step: int) -> None:
        self._step = step
        if step < PREVIEW:
            self._planned = None
        self.list.search("")
        self.draw()
        self.list.action_first()

    def on_next_step(self) -> None:
        """Enter."""
        if self._step == BROKEN:
            self._choose(self.list.key)
        elif self._step == FROM:
            self._go(FIXES)
        elif self._step == FIXES:
            self._preview()

    def on_all_products(self) -> None:
        """h: the table of the whole release."""
        self._product, self._version, self._from_table = "", "", True
        self._go(BROKEN)

    def _choose(self, key: str) -> None:
        kind, _, name = key.partition(":")
        if kind == "work":
            self.dismiss(None)
            self._work_on(name)
            return
        if kind == "product":
            if live := live_of(self.snapshot, name):
                self.dismiss(None)
                self._work_on(live.id)
                return
            self._product = name
            self.draw()
            self.list.action_first()
            return
        self._from(name)

    def _from(self, version: str) -> None:
        self._version, self._picks, self._named = version, (), ()
        self._as, self._sign = "", False
        self._ground = None
        self._go(FROM)
        self._ask((), self._know_ground)

    def _know_ground(self, found: Planned) -> None:
        self._ground = found

    def _preview(self) -> None:
        self._go(PREVIEW)
        self._ask(self._picks, self._know_preview)

    def _know_preview(self, found: Planned) -> None:
        self._planned = found

    def _ask(self, picks: tuple[str, ...], know: Callable[[Planned], object]) -> None:
        snapshot, product = self.snapshot, self.product
        if snapshot is None or product is None:
            return
        self._asked += 1
        number = self._asked
        self._reading, self._error = True, None
        seen = seen_of(snapshot.plan, snapshot.matrix, snapshot.state, product)
        wish = Wish(product.name, version=self._version, picks=picks, as_version=self._as, sign=self._sign)

        def answered(found: Planned | GonogoError) -> None:
            if number != self._asked or not self.is_attached:
                return
            self._reading = False
            if isinstance(found, GonogoError):
                self._error = found
            else:
                know(found)
            self.draw()
            self.list.action_first()

        self.mending.ask(lambda: self.mending.workshop.plan(snapshot.plan, wish, seen), answered)
        self.draw()

    # -- choosing -----------------------------------------------------------------------------------------------

    def on_pick_commit(self) -> None:
        """Space."""
        oid = self.list.key.partition(":")[2]
        chosen = [one for one in self._picks if one != oid]
        if len(chosen) == len(self._picks):
            chosen.append(oid)
        self._picks = self._in_order(chosen)
        self.draw()

    def _in_order(self, chosen: list[str]) -> tuple[str, ...]:
        """Oldest first, as they were made: what stands on another one comes after it."""
        candidates = self._ground.candidates if self._ground else None
        made = {one.commit.oid: one.commit.authored or 0 for one in candidates.found} if candidates else {}
        return tuple(sorted(chosen, key=lambda oid: (oid not in made, made.get(oid, 0))))

    def on_name_commit(self) -> None:
        """i: a version at step 1, a commit at step 3, the version it becomes at step 4."""
        if self._step == PREVIEW:
            ask = "Which version shall it be? Nothing typed: the next free one of the line."
            question = Write(f"Hotfix of {self._product} {self._version}", ask, "the version", 128, 0)
            self.open_view(PromptScreen(self.look, question, self._becomes, self.note, self.actor))
            return
        if self._step == BROKEN:
            ask = "Which version is broken? It is written down that nobody saw it run."
            question = Write(f"Hotfix of {self._product}", ask, "the version", 128)
            self.open_view(PromptScreen(self.look, question, self._from, self.note, self.actor))
            return
        question = Write(
            "A commit that is not in the list", "Its id, or the name of a branch or tag that leads to it.",
            "the commit", 128,
        )  # fmt: skip
        self.open_view(PromptScreen(self.look, question, self._pick_named, self.note, self.actor))

    def _becomes(self, version: str) -> None:
        self._as = version.strip()
        self._preview()

    def on_sign_tag(self) -> None:
        """s: by the person's own key, or not."""
        self._sign = not self._sign
        self._preview()

    def _pick_named(self, text: str) -> None:
        self._named = tuple(dict.fromkeys((*self._named, text)))
        self._picks = tuple(dict.fromkeys((*self._picks, text)))
        self.draw()
        self.list.action_first()

    def on_filter(self) -> None:
        """/"""
        if self._step == FIXES:
            self.open_filter()

    @property
    def filter_text(self) -> str:
        """The filter of the list."""
        return self.list.filter

    def search(self, text: str) -> None:
        """Filter the list."""
        self.list.search(text)

    def focus_body(self) -> None:
        """Back to the list."""
        self.list.focus()

    def on_show_diff(self) -> None:
        """v"""
        if self._planned is not None:
            base = self._planned.preview.base
            title = f"Difference of {base.name if base else 'the base'} to the result"
            self.open_view(DiffScreen(self.look, title, self._planned.preview.diff, self.note, self.actor))

    def on_do_it(self) -> None:
        """d: bound to what is on the screen; the work carries its own code."""
        if self._planned is None or self._planned.work is None:
            return
        work = self._planned.work
        self.mending.start(work)
        self.dismiss(None)
        self._work_on(work.id)
