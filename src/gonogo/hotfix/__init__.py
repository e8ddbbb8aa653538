"""Hotfixes and prepared releases as data: what is planned, its steps, each with its commands and its undo.

`lines` knows which version comes next and from where; `work` is the plan; `steps` turns it into a list that
an executor carries out; `preview` is what would happen, found out without touching anything.
"""
