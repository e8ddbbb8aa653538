"""Which release each commit of a whole history came with, found in one walk from new to old.

A commit came with the oldest release that contains it. Walking from children to parents, each commit hands the
oldest release it is part of on to its parents; only the edge of the walk is kept, not the history.
"""

from collections.abc import Mapping

PENDING = 1 << 30
"""The label of what no release contains; labels of releases count from 0, the oldest."""


class Labels:
    """The labels of commits, handed out in the order of a walk."""

    def __init__(self, releases: Mapping[bytes, int]) -> None:
        self._releases = releases
        self._edge: dict[bytes, int] = {}
        self._open: dict[int, int] = {}
        self.tips: list[str] = []
        """Commits of releases that no other release contains: all releases are what these reach."""

    def label(self, oid: bytes, parents: bytes) -> int:
        """The release `oid` came with; its children must have been asked for before."""
        inherited = self._edge.pop(oid, None)
        if inherited is None:
            label = PENDING
        else:
            label = inherited
            self._open[label] -= 1
        own = self._releases.get(oid)
        if own is not None and own < label:
            if label == PENDING:
                self.tips.append(oid.decode("ascii"))
            label = own
        for parent in parents.split() if b" " in parents else (parents,) if parents else ():
            known = self._edge.get(parent)
            if known is None or label < known:
                if known is not None:
                    self._open[known] -= 1
                self._edge[parent] = label
                self._open[label] = self._open.get(label, 0) + 1
        return label

    def is_closed(self, label: int) -> bool:
        """Whether no commit of that label can follow."""
        return not self._open.get(label)

    @property
    def left(self) -> bool:
        """After the walk: a parent that was shown before one of its children (clocks that went back)."""
        return bool(self._edge)
