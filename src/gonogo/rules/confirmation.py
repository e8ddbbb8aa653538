"""What somebody confirms: the target and the list that were on their screen, bound by a code."""

from msgspec import Struct

from gonogo.rules.digest import code_of


class Preview(Struct, frozen=True):
    """An act before it is done: everything a dialog shows, and what must be repeated to do it."""

    act: str
    """go | approve | complete | cancel | amend accept"""
    target: str
    """`prod-eu`, the approval's name, the release."""
    typed: str
    """What a person types to show that they read it: the version, or the release when it has several."""
    heading: str
    """What will be recorded, in one sentence."""
    lines: tuple[str, ...] = ()
    """The list: reasons, content, changes."""
    bound: tuple[str, ...] = ()
    """What must not move between looking and acting, beyond the list."""
    refused: str = ""
    """Why it would be refused now; "" when it would be accepted."""

    @property
    def code(self) -> str:
        """Another list, another target or another state beneath has another code."""
        return code_of([self.act, self.target, *self.bound])
