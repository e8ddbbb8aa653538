"""Leads a person through a deed: question by question, to the dialog or straight to the journal."""

from collections.abc import Callable
from typing import assert_never

from gonogo.acts import Refusal, Scene, decide
from gonogo.rules.confirmation import Preview
from gonogo.tui.deeds.form import Answers, Deed, Known, Nothing, Pick, Step, Write
from gonogo.tui.messages import Record, Refuse, Reply
from gonogo.tui.screens.confirm import ConfirmScreen, Question
from gonogo.tui.screens.pick import PickScreen
from gonogo.tui.screens.prompt import PromptScreen
from gonogo.tui.screens.view import View


class Course:
    """One deed on its way."""

    def __init__(self, view: View, deed: Deed, known: Answers) -> None:
        self._view = view
        self._deed = deed
        self._answers = dict(known)
        self._typed: dict[str, str] = {}
        """By title of the question."""

    def go_on(self) -> None:
        """The next question; after the last one it is confirmed, or recorded."""
        scene = self._view.desk.scene()
        if scene is None:
            self._say("the journal is still being opened")
            return
        for name, step in self._deed.steps:
            if name in self._answers:
                continue
            question = step(scene, self._answers)
            match question:
                case Known(text):
                    self._answers[name] = text
                case Nothing(reason):
                    self._say(reason)
                    return
                case Pick():
                    self._pick(name, step, question)
                    return
                case Write():
                    self._write(name, question)
                    return
                case _ as unreachable:
                    assert_never(unreachable)
        self._finish(scene)

    def _pick(self, name: str, step: Step, question: Pick) -> None:
        """Ask which one; what is said of each follows what happens meanwhile."""
        view = self._view

        def anew() -> Pick | None:
            scene = view.desk.scene()
            asked = step(scene, self._answers) if scene is not None else None
            match asked:
                case Pick():
                    return asked
                case Known(text):
                    return Pick(question.title, tuple(one for one in question.choices if one.key == text))
                case Nothing():
                    return Pick(question.title, ())
                case _:
                    return None

        take = self._answered(name)
        view.open_view(PickScreen(view.look, question, take, view.note, view.actor, anew=anew))

    def _write(self, name: str, question: Write) -> None:
        view, take = self._view, self._answered(name)

        def typed(text: str) -> None:
            self._typed[question.title] = text
            take(text)

        view.open_view(PromptScreen(view.look, question, typed, view.note, view.actor))

    def _answered(self, name: str) -> Callable[[str], None]:
        def take(text: str) -> None:
            self._answers[name] = text
            self.go_on()

        return take

    def _finish(self, scene: Scene) -> None:
        deed, answers, view = self._deed, self._answers, self._view
        if deed.seeing is None:
            reply = view.desk.keeping(self._typed)
            view.post_message(Record(deed.make(scene, answers), deed.words(answers), reply=reply))
            return
        question = Question(
            title=deed.seeing.title,
            see=lambda now: self._see(now),
            against=self._against,
            send=self._send,
            anew=deed.seeing.anew(answers) if deed.seeing.anew else None,
        )
        view.open_view(ConfirmScreen(view.look, question, view.note, view.actor))

    def _see(self, scene: Scene) -> Preview | Refusal:
        assert self._deed.seeing is not None
        return self._deed.seeing.see(scene, self._answers)

    def _against(self, scene: Scene, preview: Preview) -> Refusal | None:
        """The very rules that will judge it: what they would refuse now, nobody needs to type."""
        judged = decide(scene, self._deed.make(scene, self._answers | {"confirm": preview.code}))
        return judged if isinstance(judged, Refusal) else None

    def _send(self, scene: Scene, preview: Preview, reply: Reply) -> None:
        deed, answers = self._deed, self._answers | {"confirm": preview.code}
        anew = deed.seeing.anew(answers) if deed.seeing is not None and deed.seeing.anew else None
        kept = self._view.desk.keeping(self._typed, reply)
        self._view.post_message(Record(deed.make(scene, answers), deed.words(answers), anew=anew, reply=kept))

    def _say(self, reason: str) -> None:
        self._view.post_message(Refuse(reason))
