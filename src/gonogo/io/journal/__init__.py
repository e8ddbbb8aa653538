"""The journal as a directory of files: who wrote what is attested by the kernel. See docs/journal.md."""

from gonogo.io.journal.heads import Head
from gonogo.io.journal.layout import default_root, init_all, init_shared, inspect, state_home
from gonogo.io.journal.store import DirectoryJournal, verify, verify_and_remember

__all__ = [
    "DirectoryJournal",
    "Head",
    "default_root",
    "init_all",
    "init_shared",
    "inspect",
    "state_home",
    "verify",
    "verify_and_remember",
]
