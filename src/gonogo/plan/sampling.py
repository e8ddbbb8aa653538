"""How many looks it takes to believe one URL that several instances may stand behind. Pure."""

from functools import lru_cache
from math import ceil, log

from gonogo.plan.probes import CONFIDENCE

SHARE = 0.1
"""The smallest share of an old version that is to be noticed: one instance in ten."""
SERIES = 10
"""Whoever asks for more than the default means a release and not one decision: it has about so many."""
LOOKS_LIMIT = 200
"""More looks are not taken, however sure somebody wants to be."""


def few_looks(looks: int, needed: int) -> str:
    """`12 of 29 looks: an old share above 10 % is not excluded`."""
    return f"{looks} of {needed} looks: an old share above {SHARE * 100:.0f} % is not excluded"


@lru_cache(maxsize=64)
def looks_for(confidence: float = CONFIDENCE, share: float = SHARE) -> int:
    """Looks in a row that must show one version before a `share` of another one is excluded: 29 for 10 % at 95 %.

    With more than `share` left, so many looks all miss it no more often than `1 - confidence`; where more than the
    default is asked for, no more often in a series of `SERIES` decisions together.
    """
    if not 0 < confidence < 1:
        return LOOKS_LIMIT
    risk = (1 - confidence) / SERIES if confidence > CONFIDENCE else 1 - confidence
    return min(ceil(log(risk) / log(1 - share)), LOOKS_LIMIT)
