"""A part of the matrix, as named on the command line."""

from typing import NamedTuple

from gonogo.plan import Target


class Wanted(NamedTuple):
    """One product, one environment, both, or everything."""

    product: str = ""
    environment: str = ""

    def includes(self, target: Target) -> bool:
        """Whether `target` is a part of it."""
        return self.product in {"", target.product} and self.environment in {"", target.environment}
