"""Commits as the changelog reads them: Conventional Commits 1.0, other conventions, and everything else."""

from gonogo.commits.conventions import CONVENTIONS, KNOWN_TYPES, Convention
from gonogo.commits.conventions import conventional as read_headline
from gonogo.commits.footers import read_footers
from gonogo.commits.issues import issue_references
from gonogo.commits.message import parse_commit
from gonogo.commits.model import NOT_DESCRIBED, Commit, Fate, Footer, Headline, Struck, moment

__all__ = [
    "CONVENTIONS",
    "KNOWN_TYPES",
    "NOT_DESCRIBED",
    "Commit",
    "Convention",
    "Fate",
    "Footer",
    "Headline",
    "Struck",
    "issue_references",
    "moment",
    "parse_commit",
    "read_footers",
    "read_headline",
]
