"""Looking at the commands a plan would have run, and allowing just these: their code is typed."""

from collections.abc import Callable, Mapping

from gonogo.acts import Refusal, Scene, previews
from gonogo.acts.scene import Outcome
from gonogo.errors import GonogoError
from gonogo.rules.checks import command_set_digest
from gonogo.rules.confirmation import Preview
from gonogo.tui.checks import Checks
from gonogo.tui.messages import Reply
from gonogo.tui.screens.confirm import Question


def trust_question(checks: Checks, files: Mapping[str, str], trusted: Callable[[], object]) -> Question:
    """The dialog; `files` are those the commands name, by word; `trusted` is called once they are."""

    def against(_scene: Scene, _preview: Preview) -> Refusal | None:
        return None

    def send(scene: Scene, _preview: Preview, reply: Reply) -> None:
        def told(outcome: Outcome | GonogoError | None) -> None:
            reply(outcome)
            if outcome is None:
                trusted()

        checks.trust(scene.loaded, command_set_digest(scene.plan, files), told)

    def shown(scene: Scene) -> Preview:
        return previews.trust(scene, files)

    return Question("Trust the plan's commands", shown, against, send)
