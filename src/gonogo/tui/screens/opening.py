"""How one comes to the wizard, to the ledger and to the way back, from wherever one is.

The screens are loaded by `tui.loading`, after the first frame.
"""

from gonogo.commits.shipping import ReadShipping
from gonogo.tui.mending import Mending
from gonogo.tui.screens.view import View


def open_hotfix(below: View, mending: Mending, subject: str) -> None:
    """The wizard on the product that `subject` is about: where its hotfix stands, or at its first step."""
    from gonogo.tui.screens.hotfix_plan import HotfixPlanScreen
    from gonogo.tui.screens.wizard import live_of

    product = product_of(subject)
    snapshot = below.snapshot
    if snapshot is None or snapshot.plan.product(product) is None:
        product = ""
    live = live_of(snapshot, product)
    known = snapshot.state.hotfixes if snapshot else ()
    if begun := live.id if live else mending.begun(product, known):
        open_work(below, mending, begun)
        return
    below.open_view(
        HotfixPlanScreen(
            below.look, mending, product, lambda name: open_work(below, mending, name), below.note, below.actor
        )
    )


def open_work(below: View, mending: Mending, hotfix_id: str) -> None:
    """A piece of work, wherever it stands."""
    from gonogo.tui.screens.hotfix_work import HotfixWorkScreen

    below.open_view(HotfixWorkScreen(below.look, mending, hotfix_id, below.note, below.actor))


def open_merges(below: View, mending: Mending) -> None:
    """The ledger of forward-merges."""
    from gonogo.tui.screens.merges import MergesScreen

    below.open_view(
        MergesScreen(below.look, mending, lambda name: open_work(below, mending, name), below.note, below.actor)
    )


def open_way_back(below: View, subject: str, what_ships: ReadShipping | None) -> None:
    """The way back of the product that `subject` is about, or of the first one."""
    from gonogo.tui.screens.way_back import WayBackScreen

    below.open_view(WayBackScreen(below.look, product_of(subject), what_ships, below.note, below.actor))


def product_of(subject: str) -> str:
    """`cell:web/prod` and `product:web` are about web; "" for what is about no product."""
    kind, _, name = subject.partition(":")
    return name.partition("/")[0] if kind in {"cell", "product"} else ""
