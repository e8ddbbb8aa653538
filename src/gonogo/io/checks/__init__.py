"""Carrying out checks: one file for each kind. None decides an item; each says what it found."""
