"""Which cells a verdict rests on. Pure."""

from collections.abc import Iterable

from gonogo.plan import Plan, Target


def cells_behind(plan: Plan, environment: str) -> frozenset[Target]:
    """The cells that the verdict of `environment` is judged by; every cell for "", as completing needs them.

    Its own, those of all environments before it, those its gates name, and production, which nothing that ships
    may be older than.
    """
    names = _environments(plan, environment) if environment else {one.name for one in plan.environments}
    return frozenset(Target(product.name, name) for product in plan.products for name in names)


def _environments(plan: Plan, environment: str) -> set[str]:
    names, waiting = {environment}, [environment]
    while waiting:
        known = plan.environment(waiting.pop())
        before = [name for name in (known.after if known else ()) if name not in names]
        names.update(before)
        waiting.extend(before)
    for gate in plan.gates:
        if gate.environment == environment:
            names.update(_named(gate.argument), _named(gate.options.get("in")))
    return {one.name for one in plan.environments if one.production or one.name in names}


def _named(argument: object) -> Iterable[str]:
    """The names in a gate's argument or option, whatever its shape; what is no environment falls away later."""
    if isinstance(argument, str):
        return (argument,)
    return (str(name) for name in argument) if isinstance(argument, list | tuple) else ()
