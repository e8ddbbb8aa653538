"""A plan that was edited after the release started: what changed, and what that makes void."""

from collections.abc import Iterable

from msgspec import Struct

from gonogo.events.glass import Glass
from gonogo.events.state import ItemStatus, ReleaseState, ReleaseStatus, Waiver
from gonogo.plan import LoadedPlan
from gonogo.rules.digest import Difference, code_of
from gonogo.rules.outline import changed, outline_of, unpack

_BESIDE = ("owner", "probes", "files", "migration_paths", "branches")
"""Fields of a product that do not reach what approvals sign; a new one does until somebody says otherwise."""
_SIGNED = ("products", "triggers", "rollback_notes", "rollback_checklist", "changelog", "sign")
_WHO = ("account", "also", "roles", "shared")
"""Fields of a person that say who may approve."""
_MEANING = ("title", "check", "evidence_required", "two_person", "environment")
"""Fields of an item that a tick has answered: another text is another question."""


class Pending(Struct, frozen=True):
    """An edit nobody has accepted yet."""

    before: str
    """Hash of the plan that was agreed on; `after` of the one on disk."""
    after: str
    changes: tuple[Difference, ...] = ()
    readable: bool = True
    """Whether the journal still has the plan that was agreed on, so that the changes are known."""

    @property
    def code(self) -> str:
        """Names this very edit: accepting it repeats the code."""
        return code_of([self.before, self.after])

    @property
    def signs_anew(self) -> bool:
        """Whether it may change what approvals sign; an edit that cannot be read may."""
        return not self.readable or any(map(_is_signed, self.changes))

    @property
    def requests(self) -> bool:
        """Whether accepting it asks for approvals: it changes what they sign, or who gives them and how many."""
        return self.signs_anew or any(map(_says_who, self.changes))

    @property
    def lines(self) -> tuple[str, ...]:
        """The diff, one line each."""
        if not self.readable:
            return ("what was agreed on cannot be read any more: compare by hand",)
        return tuple(map(str, self.changes)) or ("only comments or layout",)


def pending(loaded: LoadedPlan, state: ReleaseState) -> Pending | None:
    """The edit that waits to be accepted; None in a draft, at the end, and while the plan is the agreed one."""
    agreed = state.lifecycle.plan
    if agreed is None or state.lifecycle.status is not ReleaseStatus.IN_PROGRESS:
        return None
    if agreed.sha256 == loaded.sha256:
        return None
    before = unpack(agreed.outline)
    if before is None:
        return Pending(agreed.sha256, loaded.sha256, readable=False)
    return Pending(agreed.sha256, loaded.sha256, changed(before, outline_of(loaded.plan)))


def _is_signed(one: Difference) -> bool:
    kind, _, rest = one.name.partition("/")
    field = rest.split("/")[1:2]
    return kind in _SIGNED and not (kind == "products" and field and field[0] in _BESIDE)


def _says_who(one: Difference) -> bool:
    field = _part(one.name, 2)
    return _part(one.name, 0) in {"approvals", "allowed_signers"} or (
        _part(one.name, 0) == "people" and (not field or field in _WHO)
    )


def reopened(pending: Pending, loaded: LoadedPlan, state: ReleaseState) -> tuple[str, ...]:
    """Items that are closed and ask something else now, in the plan's order."""
    touched = {_part(one.name, 1) for one in pending.changes if _asks_anew(one)}
    return tuple(
        item.id
        for item in loaded.plan.items
        if item.id in touched
        and (state.item(item.id).status is not ItemStatus.OPEN or state.item(item.id).first is not None)
    )


def _asks_anew(one: Difference) -> bool:
    return _part(one.name, 0) == "items" and _part(one.name, 2) in _MEANING


def ended_waivers(pending: Pending, state: ReleaseState) -> tuple[Waiver, ...]:
    """Waivers about something the edit touches: they were given for what is no longer so."""
    touched = _touched(pending)
    return tuple(
        one
        for one in state.waivers
        if one.ended is None
        and (not pending.readable or (not one.subject and pending.changes) or _named_in(one.subject) & touched)
    )


def ended_glasses(pending: Pending, standing: Iterable[Glass]) -> tuple[Glass, ...]:
    """Of the `standing` ones those that name something the edit touches, each as a whole."""
    touched = _touched(pending)
    return tuple(
        one
        for one in standing
        if not pending.readable
        or (pending.changes and any(not pane.named or _named_in(pane.subject) & touched for pane in one.panes))
    )


def _touched(pending: Pending) -> set[str]:
    return {_part(one.name, 1) for one in pending.changes} | {_part(one.name, 0) for one in pending.changes}


def _named_in(subject: str) -> set[str]:
    return {name for name in subject.partition(":")[2].split("/") if name}


def _part(name: str, index: int) -> str:
    parts = name.split("/")
    return parts[index] if index < len(parts) else ""
