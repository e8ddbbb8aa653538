"""This machine: files, clocks, accounts, the editor."""
