"""Sets of running versions: which of them count, and which are the same by the product's scheme."""

from collections.abc import Sequence

from gonogo.facts import Role, Running
from gonogo.plan import Product
from gonogo.versions import same_build


def active(versions: Sequence[Running]) -> tuple[Running, ...]:
    """What serves: everything but the idle side of a blue-green pair, as long as there is another side."""
    if len(versions) < 2:
        return tuple(versions)
    return tuple(running for running in versions if running.role is not Role.PREVIEW) or tuple(versions)


def texts_of(versions: Sequence[Running]) -> tuple[str, ...]:
    """The versions' texts in the order in which they are recorded."""
    if len(versions) == 1:
        return (versions[0].version,)
    return tuple(sorted({running.version for running in versions}))


def apart(product: Product, versions: Sequence[Running]) -> tuple[str, ...]:
    """The builds that differ by the product's scheme, each once."""
    found: list[str] = []
    for running in versions:
        if not holds(product, found, running.version):
            found.append(running.version)
    return tuple(found)


def holds(product: Product, texts: Sequence[str], wanted: str) -> bool:
    """Whether one of `texts` is that very build."""
    return any(same_build(text, wanted, product.scheme, product.name) for text in texts)
