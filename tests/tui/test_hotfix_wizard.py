"""The wizard on a real repository, with a journal in memory: what each step shows, offers and records."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from gonogo.events import Actor
from gonogo.events.hotfixes import HotfixStatus
from gonogo.facts import Observation, Running, Seen, Status
from gonogo.hotfix.outcome import Outcome
from gonogo.hotfix.seen import seen_of
from gonogo.hotfix.wish import Wish
from gonogo.hotfix.work import Work
from gonogo.hotfix_jobs.workshop import Workshop
from gonogo.plan import ApprovalSlot, Branches, Environment, Plan, Probe, Target
from gonogo.plan.probes import AutoOptions
from gonogo.testing.clock import FakeClock
from gonogo.tui.screens.confirm import DEAF
from gonogo.tui.screens.hotfix_plan import HotfixPlanScreen
from gonogo.tui.screens.hotfix_work import HotfixWorkScreen
from support.hotfix_world import conflicts, fingerprint, linear, product
from support.repositories import Made, git
from tui.stage import ANA, Seat, Stage, make_plan

ME = replace(ANA, uid=os.getuid())
"""Ana, under the account that runs the test: a workspace is made for no other one."""

Story = Callable[[Seat], Awaitable[None]]


class Shop(Stage):
    """A release whose one product runs 1.9.3 in production, and a workshop for ana."""

    def __init__(self, made: Made, state: Path, **more: object) -> None:
        base = make_plan()
        web = replace(
            product(made.path), previous="1.9.3", owner="ben",
            probes=(Probe(AutoOptions(), "web", "prod", "http://prod.test/web", timing=base.timing),),
        )  # fmt: skip
        plan: Plan = replace(
            base, environments=(Environment("prod", production=True),), products=(web,), items=(), phases=("",),
            branches=Branches(active=("release/v1.10",)), **more,
        )  # fmt: skip
        super().__init__(plan)
        self.versions: tuple[str, ...] = ("1.9.3",)
        self.answers = self._seen
        self.state = state
        self.repo = made.path
        git(made.path, "branch", "release/v1.10", "main")

    def _seen(self) -> tuple[Observation, ...]:
        runs = tuple(Running(version) for version in self.versions)
        return (
            Seen(Target("web", "prod"), runs, Status.SUCCEEDED, self.clock.now(), "json http://prod.test/web"),
        )

    def workshop(self) -> Workshop:
        """Real, on this stage's journal."""
        return Workshop(lambda: self.session(ME), self.state, self.clock)

    def play(self, story: Story, size: tuple[int, int] = (80, 24), workshop: Workshop | None = None) -> None:
        """Play it at a running cockpit."""

        async def run() -> None:
            async with self.cockpit(
                size=size, workshop=workshop or self.workshop(), open_session=lambda: self.session(ME)
            ) as seat:
                await story(seat)

        asyncio.run(run())

    def advance(self, seconds: float) -> None:
        """Let time go by."""
        assert isinstance(self.clock, FakeClock)
        self.clock.advance(timedelta(seconds=seconds))


async def to_fixes(seat: Seat) -> None:
    """From the matrix to step 3."""
    await seat.press("2", "h")
    await seat.sees("[1 broken]")
    await seat.press("enter")
    await seat.sees("annotated")
    await seat.press("enter")
    await seat.sees("fixes on main")


def test_it_opens_on_what_really_runs_with_its_age_and_source(tmp_path: Path) -> None:
    """Not on what the plan says, nor on what somebody remembers."""

    async def story(seat: Seat) -> None:
        await seat.press("2", "h")
        await seat.sees("[1 broken]")
        text = seat.text()
        assert "1.9.3  in prod" in text
        assert "ago" in text
        assert "json http://prod.test/web" in text
        assert "planned    1.10.0" in text

    Shop(linear(tmp_path / "web"), tmp_path / "state").play(story)


def test_a_key_that_is_not_possible_says_its_one_cause(tmp_path: Path) -> None:
    """Nothing picked, and the last step: each its own sentence; and it goes with the wizard."""

    async def story(seat: Seat) -> None:
        await to_fixes(seat)
        await seat.press("enter")
        await seat.sees("nothing is picked yet: Space picks the commit at the cursor")
        await seat.press("escape")
        await seat.sees("[2 from]")
        await seat.until(lambda: "nothing is picked yet" not in seat.text())
        await seat.press("enter")
        await seat.sees("fixes on main")
        await seat.press("d")
        await seat.sees("the preview comes first: Enter goes on to it")
        await seat.press("space", "enter")
        await seat.sees("[4 preview]")
        await seat.until(lambda: "DoIt" in seat.view.context().offers)
        await seat.press("enter")
        await seat.sees("this is the last step: d does it")
        assert "git is still being read" not in seat.text()
        await seat.press("escape", "escape", "escape", "escape")
        await seat.until(lambda: not isinstance(seat.app.screen, HotfixPlanScreen))
        assert "last step" not in seat.text()

    Shop(linear(tmp_path / "web"), tmp_path / "state").play(story)


def test_two_versions_at_once_mean_choosing(tmp_path: Path) -> None:
    """A canary runs: which of the two is broken is not ours to guess."""
    shop = Shop(linear(tmp_path / "web"), tmp_path / "state")
    shop.versions = ("1.9.3", "1.10.0")

    async def story(seat: Seat) -> None:
        await seat.press("2", "h")
        await seat.sees("runs 2 versions of web at once")
        await seat.press("down", "enter")
        await seat.sees("[2 from]")
        assert "1.10.0" in seat.text().split("\n")[3]

    shop.play(story)


def test_back_goes_one_step_at_a_time_and_nothing_is_written(tmp_path: Path) -> None:
    """Plan, preview and back: the repository is the same file for file."""
    made = linear(tmp_path / "web")
    shop = Shop(made, tmp_path / "state")
    before = fingerprint(made.path)

    async def story(seat: Seat) -> None:
        await to_fixes(seat)
        await seat.press("space", "enter")
        await seat.sees("[4 preview]")
        await seat.sees("clean")
        for step in ("[3 fixes]", "[2 from]", "[1 broken]"):
            await seat.press("escape")
            await seat.sees(step)
        await seat.press("escape")
        assert not isinstance(seat.app.screen, HotfixPlanScreen)

    shop.play(story)
    assert fingerprint(made.path) == before


def test_fixes_come_first_and_the_filter_finds_the_others(tmp_path: Path) -> None:
    """Space marks in the order of mainline, whatever the order of marking."""

    async def story(seat: Seat) -> None:
        await to_fixes(seat)
        text = seat.text()
        assert text.index("close the file") < text.index("feat(ui): a new thing")
        await seat.press("space", "down", "space")
        await seat.sees("2 picked")
        assert "[2] " in next(line for line in seat.text().split("\n") if "close the file" in line)
        await seat.press("slash")
        await seat.type("new thing")
        await seat.press("enter")
        assert "close the file" not in seat.text()

    Shop(linear(tmp_path / "web"), tmp_path / "state").play(story)


def test_the_preview_says_what_conflicts_and_shows_the_exact_commands(tmp_path: Path) -> None:
    """Files and hunks before anything is written; d is offered all the same, and says where it will stop."""

    async def story(seat: Seat) -> None:
        await to_fixes(seat)
        await seat.press("down", "space", "enter")
        await seat.sees("conflict")
        assert "app.txt" in seat.text()
        shown = seat.text()
        for _ in range(8):
            shown += seat.text()
            await seat.press("pagedown")
        assert "git cherry-pick -x" in shown
        assert "d do it" in shown

    Shop(conflicts(tmp_path / "web"), tmp_path / "state").play(story)


async def begun(seat: Seat, *keys: str) -> None:
    """To 'do it'."""
    await to_fixes(seat)
    await seat.press(*(keys or ("space",)))
    await seat.press("enter")
    await seat.sees("d do it")
    await seat.press("d")


class SlowWorkshop(Workshop):
    """One whose first record is still on its way to the journal when the screen is left."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(lambda: shop.session(ME), shop.state, shop.clock)
        self.let_go = threading.Event()

    def start(self, work: Work) -> Outcome:
        """Begin once it is let."""
        assert self.let_go.wait(30)
        return super().start(work)


def test_a_hotfix_that_is_begun_is_opened_even_before_the_journal_knows_it(tmp_path: Path) -> None:
    """Left right after 'do it' and asked for again: not the first step, as if nothing had been begun."""
    shop = Shop(linear(tmp_path / "web"), tmp_path / "state")
    slow = SlowWorkshop(shop)

    async def story(seat: Seat) -> None:
        await begun(seat)
        await seat.sees("beginning")
        await seat.press("escape")
        await seat.press("h")
        await seat.sees("beginning")
        slow.let_go.set()
        await seat.sees("TEST IT")

    try:
        shop.play(story, workshop=slow)
    finally:
        slow.let_go.set()


def test_the_first_step_shows_a_hotfix_that_somebody_began_meanwhile(tmp_path: Path) -> None:
    """It stands above what production runs, and Enter opens it."""
    shop = Shop(linear(tmp_path / "web"), tmp_path / "state")

    async def story(seat: Seat) -> None:
        await seat.press("2", "h")
        await seat.sees("[1 broken]")
        session = shop.session(ME)
        session.refresh()
        product = shop.loaded.plan.product("web")
        assert product is not None
        seen = seen_of(shop.loaded.plan, seat.app.snapshot.matrix, session.inputs.state, product)  # type: ignore[union-attr]  # it is there
        oid = git(shop.repo, "rev-parse", "main")
        planned = shop.workshop().plan(shop.loaded.plan, Wish("web", version="1.9.3", picks=(oid,)), seen)
        assert planned.work is not None
        await asyncio.to_thread(shop.workshop().start, planned.work)
        await seat.sees("A hotfix of web is under way")
        await seat.press("home", "enter")
        await seat.sees("TEST IT")

    shop.play(story)


def test_a_conflict_is_answered_for_file_by_file(tmp_path: Path) -> None:
    """A marker that is left is refused in words; then the file is resolved, named, and it goes on."""
    shop = Shop(conflicts(tmp_path / "web"), tmp_path / "state")

    async def story(seat: Seat) -> None:
        await begun(seat, "down", "space")
        await seat.sees("CONFLICT")
        assert "c continue" not in seat.text()
        await seat.press("space", "c")
        await seat.sees("a conflict marker is left")
        known = next(iter(seat.app.snapshot.state.hotfixes.values()))  # type: ignore[union-attr]  # it is there
        tree = Path(known.folder) / "tree"
        text = (tree / "app.txt").read_text(encoding="utf-8").split("\n")
        kept = [line for line in text if not line.startswith(("<<<<<<<", "=======", ">>>>>>>", "line 10"))]
        (tree / "app.txt").write_text("\n".join(kept), encoding="utf-8")
        await seat.press("space")
        await seat.sees("resolved by hand")
        await seat.press("c")
        await seat.sees("TEST IT")

    shop.play(story)


def test_from_do_to_done_with_approval_by_somebody_else(tmp_path: Path) -> None:
    """Tested in words, approved by other eyes than the maker's, tagged on the commit, then the ledger."""
    shop = Shop(
        linear(tmp_path / "web"), tmp_path / "state", approvals=(ApprovalSlot("security", "security"),),
        people=(replace(make_plan().people[0]), replace(make_plan().people[1], roles=("security",))),
    )  # fmt: skip

    async def story(seat: Seat) -> None:
        await begun(seat)
        await seat.sees("TEST IT")
        await seat.press("t")
        await seat.type("make test: 12 passed")
        await seat.press("enter")
        await seat.sees("[6 approve]")
        await seat.sees("role security: nobody yet")
        _approve(shop)
        await seat.sees("given")
        await seat.press("c")
        await seat.sees("DONE")
        assert "tested     make test: 12 passed (aruiz)" in seat.text()
        await seat.press("m")
        await seat.sees("FORWARD-MERGES")

    shop.play(story)
    assert git(shop.repo, "cat-file", "-t", "v1.9.4") == "tag"


def _approve(shop: Shop) -> None:
    from gonogo.acts.hotfixes import ApproveHotfix
    from gonogo.hotfix import review

    ben = Actor(1002, "bokafor", login="bokafor", via="cli", host="bastion")
    session = shop.session(ben)
    session.refresh()
    known = next(iter(session.inputs.state.hotfixes.values()))
    slot = shop.loaded.plan.approvals[0]
    shop.act(ApproveHotfix(known.id, slot.name, review.preview(known, slot).code), actor=ben)


def test_a_push_wants_the_version_typed_and_shows_what_it_expects(tmp_path: Path) -> None:
    """Branch and tag, both or neither; a word typed in the first half second is not heard."""
    made = linear(tmp_path / "web")
    remote = tmp_path / "remote.git"
    git(made.path, "clone", "--quiet", "--bare", str(made.path), str(remote))
    git(made.path, "remote", "add", "origin", str(remote))
    shop = Shop(made, tmp_path / "state")

    async def story(seat: Seat) -> None:
        await begun(seat)
        await seat.sees("TEST IT")
        await seat.press("t")
        await seat.type("make test")
        await seat.press("enter")
        await seat.sees("[7 push]")
        await seat.press("p")
        await seat.type("1.9.4")
        assert "expected there: nothing" in seat.text()
        shop.advance(DEAF + 0.1)
        await seat.type("1.9.4")
        await seat.press("enter")
        await seat.sees("pushed to origin")

    shop.play(story)
    assert git(remote, "rev-parse", "v1.9.4") == git(made.path, "rev-parse", "v1.9.4")


def test_left_and_opened_again_it_shows_where_it_stands_and_can_be_taken_back(tmp_path: Path) -> None:
    """Another cockpit, as after a dropped connection; abort leaves the repository as it was."""
    made = linear(tmp_path / "web")
    shop = Shop(made, tmp_path / "state")
    before = fingerprint(made.path)

    async def begin(seat: Seat) -> None:
        await begun(seat)
        await seat.sees("TEST IT")

    async def end(seat: Seat) -> None:
        await seat.press("2", "h")
        await seat.sees("TEST IT")
        assert isinstance(seat.app.screen, HotfixWorkScreen)
        await seat.press("x")
        await seat.type("not this one")
        await seat.press("enter")
        await seat.sees("TAKEN BACK")
        snapshot = seat.app.snapshot
        assert snapshot is not None
        [known] = snapshot.state.hotfixes.values()
        assert known.status is HotfixStatus.ABORTED

    shop.play(begin)
    shop.play(end)
    assert fingerprint(made.path) == before


def test_a_cockpit_that_ends_leaves_the_work_going(tmp_path: Path) -> None:
    """Closed at the very moment it began, as by a dropped connection: it gets to where a person is needed."""
    shop = Shop(linear(tmp_path / "web"), tmp_path / "state")
    apps = []

    async def story(seat: Seat) -> None:
        await begun(seat)
        apps.append(seat.app)

    shop.play(story)
    mending = apps[0].mending
    assert mending is not None
    mending.finish()
    session = shop.session(ME)
    session.refresh()
    [known] = session.inputs.state.hotfixes.values()
    assert (known.status, known.next_step) == (HotfixStatus.RUNNING, 7)


def test_the_ledger_is_closed_by_carrying_or_by_a_word(tmp_path: Path) -> None:
    """Proof, details, carry in a workspace of its own; another cell is answered for by name."""
    made = linear(tmp_path / "web")
    shop = Shop(made, tmp_path / "state")
    # the branch has 1.10 without the second fix
    git(made.path, "update-ref", "refs/heads/release/v1.10", made.oids[3])
    git(made.path, "checkout", "--quiet", "--detach")

    async def story(seat: Seat) -> None:
        await begun(seat)
        await seat.sees("TEST IT")
        await seat.press("t")
        await seat.type("make test")
        await seat.press("enter")
        await seat.sees("DONE")
        await seat.press("m")
        await seat.sees("missing")
        assert "present  main" in seat.text()
        await seat.press("enter")
        await seat.sees("picked with -x (trunk)")
        await seat.press("c")
        await seat.sees("is on release/v1.10")
        await seat.press("m")
        await seat.sees("all 3 have arrived")
        assert "present  v1.10.0" in seat.text(), "what is in flight is a column, too"

    shop.play(story)
    assert "cherry picked from commit" in git(made.path, "log", "-1", "--format=%B", "release/v1.10")


def test_the_commit_that_does_the_same_is_looked_for_in_the_branch(tmp_path: Path) -> None:
    """A slip would close the cell for good; none may be named, too."""
    made = linear(tmp_path / "web")
    people = tuple(replace(one, shared=False) for one in make_plan().people)
    shop = Shop(made, tmp_path / "state", people=people)
    hotfix_without_forward_merge(made)

    async def story(seat: Seat) -> None:
        await seat.press("m")
        await seat.sees("missing")
        await seat.press("e")
        await seat.type("v1.9.4")
        await seat.press("enter")
        await seat.sees("'v1.9.4' is no part of main")
        await seat.press("e")
        await seat.type(made.oids[4][:10])
        await seat.press("enter")
        await seat.sees(f"It is {made.oids[4][:10]}.")
        await seat.type("it was written anew there")
        await seat.press("enter")
        await seat.sees(f"another commit does it ({made.oids[4][:8]})")

    shop.play(story, (160, 45))


def test_at_the_preview_the_version_is_named_and_the_tag_is_to_be_signed(tmp_path: Path) -> None:
    """As --as and --sign do; a version that exists is refused, and another one can be named."""

    async def story(seat: Seat) -> None:
        await to_fixes(seat)
        await seat.press("space", "enter")
        await seat.sees("d do it")
        await seat.press("i")
        await seat.type("1.9.3")
        await seat.press("enter")
        await seat.sees("1.9.3 exists already")
        await seat.press("i")
        await seat.type("1.9.7")
        await seat.press("enter")
        await seat.sees("branch hotfix/v1.9.7, tag v1.9.7")
        await seat.press("s")
        await seat.sees("tag v1.9.7, signed by your own key")
        await seat.press("s")
        await seat.until(lambda: "tag v1.9.7" in seat.text() and "signed" not in seat.text())

    Shop(linear(tmp_path / "web"), tmp_path / "state").play(story)


def test_several_products_are_hotfixed_under_one_release(tmp_path: Path) -> None:
    """One table shows what is made of which product, and leads to each and on to the next."""
    web, api = linear(tmp_path / "web"), linear(tmp_path / "api")
    shop = Shop(web, tmp_path / "state")
    probe = replace(shop.loaded.plan.products[0].probes[0], product="api")
    second = replace(product(api.path), name="api", previous="1.9.3", probes=(probe,))
    of_web = shop.answers
    shop.answers = lambda: (*of_web(), *(replace(one, target=Target("api", "prod")) for one in of_web()))
    plan = replace(shop.loaded.plan, products=(*shop.loaded.plan.products, second))
    shop.loaded = replace(shop.loaded, plan=plan)

    async def story(seat: Seat) -> None:
        await begun(seat)
        await seat.sees("TEST IT")
        await seat.press("h")
        await seat.sees("Which product is broken?")
        assert "1.9.3 -> 1.9.4  step 7 of 9" in seat.text()
        assert "api                  1.9.3 runs" in seat.text()
        await seat.press("G", "enter")
        await seat.sees("runs of api")
        await seat.press("escape")
        await seat.sees("Which product is broken?")
        await seat.press("G", "enter")
        await seat.sees("runs of api")
        await seat.press("enter")
        await seat.sees("annotated")
        await seat.press("enter")
        await seat.sees("fixes on main")
        await seat.press("space", "enter")
        await seat.sees("clean")
        await seat.press("d")
        await seat.sees("TEST IT")
        assert "api 1.9.3" in seat.text()
        await seat.press("h")
        await seat.sees("Which product is broken?")
        assert seat.text().count("step 7 of 9") == 2
        await seat.press("g", "down", "enter")
        await seat.sees("HOTFIX  web 1.9.3")
        await seat.press("t")
        await seat.type("make test")
        await seat.press("enter")
        await seat.sees("DONE")
        await seat.press("h")
        await seat.sees("done, not pushed")

    shop.play(story)


def test_a_word_on_a_forward_merge_can_be_taken_back(tmp_path: Path) -> None:
    """As on the command line: said by mistake, it would close the cell for good."""
    made = linear(tmp_path / "web")
    people = tuple(replace(one, shared=False) for one in make_plan().people)
    shop = Shop(made, tmp_path / "state", people=people)
    hotfix_without_forward_merge(made)

    async def story(seat: Seat) -> None:
        await seat.press("m")
        await seat.sees("missing")
        await seat.press("n")
        await seat.type("the branch is gone soon")
        await seat.press("enter")
        await seat.sees("says it need not go there")
        await seat.press("u")
        await seat.type("it lives for another year")
        await seat.press("enter")
        await seat.sees("missing")

    shop.play(story)


def hotfix_without_forward_merge(made: Made) -> None:
    """A fix that is only in the hotfix 1.9.4."""
    git(made.path, "checkout", "--quiet", "-B", "hotfix/v1.9.4", "v1.9.3")
    git(made.path, "commit", "--quiet", "--allow-empty", "-m", "fix: unseen")
    (made.path / "unseen.txt").write_text("fixed\n", encoding="utf-8")
    git(made.path, "add", "unseen.txt")
    git(made.path, "commit", "--quiet", "-m", "fix: unseen")
    git(made.path, "tag", "-a", "-m", "v1.9.4", "v1.9.4")
    git(made.path, "checkout", "--quiet", "--detach")


def test_the_way_back_says_what_is_lost_and_starts_through_the_same_dialog(tmp_path: Path) -> None:
    """Points, triggers and the command, which is copied and never run."""
    made = linear(tmp_path / "web")
    shop = Shop(made, tmp_path / "state")

    async def story(seat: Seat) -> None:
        await seat.press("2", "b")
        await seat.sees("WAY BACK")
        await seat.sees("back to 1.9.3")
        assert "triggers" in seat.text()
        await seat.press("escape", "enter")
        await seat.sees("b way back")
        await seat.press("b")
        await seat.sees("WAY BACK")

    shop.play(story)


def test_without_a_workshop_it_says_what_to_type(tmp_path: Path) -> None:
    """A cockpit that may not write makes no hotfix."""
    shop = Shop(linear(tmp_path / "web"), tmp_path / "state")

    async def run() -> None:
        async with shop.cockpit() as seat:
            await seat.press("2", "h")
            await seat.sees("gonogo hotfix plan PRODUCT")

    asyncio.run(run())
