"""What a person types about a piece of work: each kind has verbs of its own."""

from gonogo.hotfix.work import Kind

_FAMILY = {Kind.CARRY.value: "merges"}


def typed(kind: str, act: str, product: str = "") -> str:
    """The command for one act (plan, start, continue, abort, approve, reject, edit, shell) on such a work."""
    if kind == Kind.CARRY.value and act in {"plan", "start"}:
        return "gonogo merges"
    plain = kind == Kind.PREPARE.value and act in {"plan", "start"}
    words = ["gonogo", _FAMILY.get(kind, kind), *([] if plain else [act]), *([product] if product else [])]
    return " ".join(words)
