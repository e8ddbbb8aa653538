"""The hotfix wizard in words: what each of its eight steps shows. Rows are (key, line); "" cannot be chosen."""

from gonogo.view.wizard.planning import base_rows, broken_rows, by_hand_rows, candidate_rows
from gonogo.view.wizard.previewing import diff_lines, preview_lines
from gonogo.view.wizard.rows import CUT, STEPS, Rows, label, say, step_line, text, trouble
from gonogo.view.wizard.working import (
    aborted_lines,
    approval_lines,
    command_lines,
    conflict_rows,
    finished_lines,
    phase,
    progress_lines,
    push_facts,
    push_lines,
    resolve_lines,
    result_lines,
    waiting_lines,
)

__all__ = [
    "CUT",
    "STEPS",
    "Rows",
    "aborted_lines",
    "approval_lines",
    "base_rows",
    "broken_rows",
    "by_hand_rows",
    "candidate_rows",
    "command_lines",
    "conflict_rows",
    "diff_lines",
    "finished_lines",
    "label",
    "phase",
    "preview_lines",
    "progress_lines",
    "push_facts",
    "push_lines",
    "resolve_lines",
    "result_lines",
    "say",
    "step_line",
    "text",
    "trouble",
    "waiting_lines",
]
