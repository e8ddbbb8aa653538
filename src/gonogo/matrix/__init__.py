"""The matrix: products x environments, every cell dated, sourced, and honest about what it does not know.

Built anew from evidence and `now` each time, so that a cell grows stale by the clock and not by somebody's
tick: a terminal that slept shows the truth at its first repaint.
"""

from gonogo.matrix.building import asked_about, build, cell_at
from gonogo.matrix.model import Account, Cell, Freshness, Matrix, Relation
from gonogo.matrix.relation import relation
from gonogo.matrix.running import texts_of

__all__ = [
    "Account",
    "Cell",
    "Freshness",
    "Matrix",
    "Relation",
    "asked_about",
    "build",
    "cell_at",
    "relation",
    "texts_of",
]
