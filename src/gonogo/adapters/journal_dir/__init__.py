"""The journal as a directory of files: who wrote what is attested by the kernel. See docs/journal.md."""

from gonogo.adapters.journal_dir.heads import Head
from gonogo.adapters.journal_dir.layout import default_root, init_all, init_shared, inspect, state_home
from gonogo.adapters.journal_dir.store import DirectoryJournal, verify, verify_and_remember

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
