"""The forward-merge ledger as git proves it: which fixes were shipped, and in which branches each can be found."""

from gonogo.io.git.ledger.existence import lacking_of
from gonogo.io.git.ledger.surveying import commit_in, references, survey

__all__ = ["commit_in", "lacking_of", "references", "survey"]
