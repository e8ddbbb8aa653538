"""What git says about claims of messages: they are believed as far as the changes bear them out."""

from collections.abc import Collection
from enum import Enum
from typing import Protocol

from gonogo.commits import Commit


class Borne(Enum):
    """How far the changes of two commits bear out what one of them says of the other."""

    NOT = 0
    """They have nothing in common."""
    PARTLY = 1
    """They have something in common, or nobody can tell: a conflict that was resolved looks like that."""
    WHOLLY = 2


class Evidence(Protocol):
    """What a repository is asked about the claims of its messages."""

    def brought(self, merge: str, by: Commit) -> Collection[str]:
        """What a merge brought onto its line, by object id; asked with the commit that takes it back."""
        ...

    def undoes(self, by: Commit, oid: str) -> Borne:
        """Whether `by` takes back what the commit or merge `oid` changed."""
        ...

    def repeats(self, copy: str, oid: str) -> Borne:
        """Whether what `copy` changes is what the commit `oid` changes."""
        ...


class Hearsay:
    """Where nobody can be asked, messages are believed: for a list that is not whole yet."""

    def brought(self, _merge: str, _by: Commit) -> Collection[str]:
        """What a merge brought is not known."""
        return ()

    def undoes(self, _by: Commit, _oid: str) -> Borne:
        """As it says."""
        return Borne.WHOLLY

    def repeats(self, _copy: str, _oid: str) -> Borne:
        """As it says."""
        return Borne.WHOLLY


HEARSAY: Evidence = Hearsay()
