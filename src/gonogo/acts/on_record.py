"""Refusals that the journal keeps: whoever was stopped by a rule, by which, and what it saw.

A slip is not kept: a mistyped name, a missing word, something that holds already or that somebody else did first.
What is kept of each command, and under which subject, the command itself says; see `Kept`.
"""

import msgspec

from gonogo.acts import slips
from gonogo.acts.command import NOT_KEPT, Command
from gonogo.acts.scene import Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.text import clean

_NOTHING_TO_DO = ("nothing", "not-held", "not-fired", "not-bad")


def kept(scene: Scene, command: Command, refusal: Refusal) -> Refusal:
    """The refusal, with what the journal keeps of it; as it is where nothing is kept."""
    rule = command.kept
    if refusal.record or rule is NOT_KEPT or _is_slip(refusal) or (rule.only and refusal.rule not in rule.only):
        return refusal
    fields = msgspec.structs.asdict(command)
    about = rule.subject.format_map({field: clean(str(value), 120) for field, value in fields.items()})
    asked = {field: clean(str(value), 300) for field, value in fields.items() if value not in (None, "", ())}
    return slips.refused_on_record(scene, refusal, rule.act, about, asked)


def _is_slip(refusal: Refusal) -> bool:
    code, word = refusal.exit_code, refusal.rule.rpartition(".")[2]
    return (
        code is ExitCode.USAGE
        or (code is ExitCode.CONFLICT and word != "moved")
        or word.startswith(_NOTHING_TO_DO)
        or not refusal.rule
    )
