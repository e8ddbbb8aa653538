"""A command is whole or does not come into being: how it is judged, and what the journal keeps of a refusal."""

import importlib
import pkgutil
import string
from collections.abc import Iterator

import msgspec
import pytest

from gonogo import acts
from gonogo.acts.command import NOT_KEPT, Command, Kept
from gonogo.acts.scene import Answer, Scene


def _all() -> Iterator[type[Command]]:
    """Every command of every topic, the topics loaded."""
    for topic in pkgutil.iter_modules(acts.__path__):
        importlib.import_module(f"{acts.__name__}.{topic.name}")
    waiting = [Command]
    while waiting:
        below = waiting.pop().__subclasses__()
        waiting += below
        # the forms that others are made from are judged by nobody themselves
        yield from (one for one in below if not one.__subclasses__() and one.__module__.startswith("gonogo."))


COMMANDS = sorted(_all(), key=lambda one: one.__name__)


def test_there_are_commands_to_walk() -> None:
    """So that the walk below proves something."""
    assert {"Tick", "Approve", "Go", "Complete", "ApproveHotfix"} <= {one.__name__ for one in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.__name__)
def test_the_subject_that_is_kept_names_fields_of_the_command(command: type[Command]) -> None:
    """Else the attempt ends in an error instead of a record."""
    named = {name for _, name, _, _ in string.Formatter().parse(command.kept.subject) if name}
    assert named <= {field.name for field in msgspec.structs.fields(command)}
    assert command.kept is NOT_KEPT or (command.kept.act and command.kept.subject)


def test_two_acts_of_one_name_are_one_command() -> None:
    """What is kept is told apart by the act, `hold` and `resume` of a version by their subject too."""
    kept = [(one.kept.act, one.kept.subject) for one in COMMANDS if one.kept is not NOT_KEPT]
    assert len(kept) == len(set(kept))


def test_a_command_that_nobody_judges_is_an_error_at_import() -> None:
    """The part that is left out is named."""
    with pytest.raises(TypeError, match="Unjudged is a command without judge"):

        class Unjudged(Command, frozen=True):
            kept = NOT_KEPT


def test_a_command_that_does_not_say_what_is_kept_is_an_error_at_import() -> None:
    """There is no default: a refusal that nobody keeps is a choice."""
    with pytest.raises(TypeError, match="Silent is a command without kept"):

        class Silent(Command, frozen=True):
            def judge(self, scene: Scene) -> Answer:
                raise NotImplementedError(scene)


def test_a_whole_command_is_one() -> None:
    """With both, and no word on who may."""

    class Whole(Command, frozen=True):
        kept = Kept("try", "thing")

        def judge(self, scene: Scene) -> Answer:
            raise NotImplementedError(scene)

    assert Whole.kept.act == "try"
