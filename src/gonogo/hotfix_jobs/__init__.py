"""Hotfixes in git: found out without touching anything, done in a repository of our own, handed over in one piece.

The work happens in a *workspace*: a repository below the state directory that borrows the objects of the
person's repository and shares nothing else with it - no configuration, no hooks, no references, no index, no
list of worktrees. A linked worktree would share all of these (docs/decisions). The person's repository is
written to twice, at most: when the finished branch is handed over, and when the tag is.
"""
