"""The matrix alone on a screen, driven by keys, for what a terminal sees of it.

    python -m support.matrix_app PRODUCTS ENVIRONMENTS [ascii] [24bit] [nocolour]

`c` changes one cell in the middle of the screen, `t` lets ten seconds pass, `a` lets a minute pass,
`v` reverses the products, `/` filters for problems, Esc shows all, `q` ends.
"""

import sys
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from gonogo.facts import Running, Status
from gonogo.matrix import Cell, Freshness, Matrix, Relation
from gonogo.plan import Environment, Plan, Product, Target
from gonogo.tui.look import look, theme_name, themes
from gonogo.tui.profile import Profile
from gonogo.tui.widgets.matrix_grid import MatrixGrid
from gonogo.tui.widgets.matrix_view import MatrixView

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def sample_plan(products: int, environments: int) -> Plan:
    """So many products, and environments of which the last one is production."""
    names = [f"env-{number}" for number in range(environments - 1)] + ["prod-eu"]
    return Plan(
        release="2026.11",
        products=tuple(Product(f"product-{number:03}", f"1.{number}.0") for number in range(products)),
        environments=tuple(Environment(name, production=name == "prod-eu") for name in names),
    )


def sample_matrix(plan: Plan, now: datetime) -> Matrix:
    """Every cell runs what is planned, as answered five seconds before noon."""
    cells = {}
    for product in plan.products:
        for environment in plan.environments:
            target = Target(product.name, environment.name)
            cells[target] = running_cell(target, product.version, now)
    return Matrix(tuple(one.name for one in plan.products), tuple(one.name for one in plan.environments), cells)


def running_cell(target: Target, version: str, now: datetime, relation: Relation = Relation.MATCH) -> Cell:
    """One version that answered five seconds before noon."""
    polled = NOON - timedelta(seconds=5)
    return Cell(
        target,
        version,
        Freshness.FRESH,
        relation,
        Status.SUCCEEDED,
        versions=(Running(version),),
        polled_at=polled,
        age=now - polled,
    )


def with_cell(matrix: Matrix, cell: Cell) -> Matrix:
    """The matrix with one other cell."""
    return replace(matrix, cells={**matrix.cells, cell.target: cell})


class MatrixApp(App[None]):
    """A MatrixView and nothing else."""

    CSS = "Screen { overflow: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "change", show=False),
        Binding("t", "age(10)", show=False),
        Binding("a", "age(60)", show=False),
        Binding("v", "reverse", show=False),
        Binding("slash", "filter('problem')", show=False),
        Binding("escape", "filter('')", show=False),
        Binding("q", "quit", show=False),
    ]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, plan: Plan, profile: Profile) -> None:
        super().__init__()
        self.plan = plan
        self.now = NOON
        self.matrix = sample_matrix(plan, self.now)
        for theme in themes():
            self.register_theme(theme)
        self.theme = theme_name(profile)
        self.view = MatrixView(look(profile), none="no products")

    def compose(self) -> ComposeResult:
        """The matrix."""
        yield MatrixGrid(self.view)

    def on_mount(self) -> None:
        """Fill it."""
        self.paint()

    def paint(self) -> None:
        """Show the matrix at this app's time."""
        self.view.show(self.matrix, self.now, plan=self.plan)

    def action_change(self) -> None:
        """One cell fails."""
        target = Target(self.plan.products[3].name, self.plan.environments[-1].name)
        cell = running_cell(target, self.matrix.cells[target].planned, self.now)
        self.matrix = with_cell(self.matrix, replace(cell, status=Status.FAILED))
        self.paint()

    def action_age(self, seconds: int) -> None:
        """Time passes without answers."""
        self.now += timedelta(seconds=seconds)
        self.matrix = replace(
            self.matrix,
            cells={
                target: replace(cell, age=(cell.age or timedelta(0)) + timedelta(seconds=seconds))
                for target, cell in self.matrix.cells.items()
            },
        )
        self.paint()

    def action_reverse(self) -> None:
        """The plan lists its products the other way round."""
        self.matrix = replace(self.matrix, products=self.matrix.products[::-1])
        self.paint()

    def action_filter(self, text: str) -> None:
        """As the filter line does."""
        self.view.filter(text)


def main() -> None:
    """Run it as its arguments say."""
    products, environments, *words = sys.argv[1:]
    profile = Profile("ascii" in words, "nocolour" not in words, "dark" if "24bit" in words else "ansi")
    app = MatrixApp(sample_plan(int(products), int(environments)), profile)
    app.animation_level = "none"
    app.run(mouse=False)


if __name__ == "__main__":
    main()
