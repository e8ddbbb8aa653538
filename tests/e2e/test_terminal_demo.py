"""The packaged demo can be decided on: whoever watches takes the baton, approves, trusts a command and runs it."""

import pytest

from support.pty_screen import PtyScreen, ScreenError, gonogo

pytestmark = pytest.mark.full


def _confirm(screen: PtyScreen) -> None:
    """Type what the dialog asks for, until it hears it."""
    screen.wait_for(" and Enter to do it", deadline=30)
    (asked,) = [line for line in screen.text().split("\n") if " and Enter to do it" in line]
    word = asked.split()[1]
    while True:
        screen.type(word)
        try:
            screen.wait_for(lambda text: any(line.strip() == word for line in text.split("\n")), deadline=1.0)
        except ScreenError:
            screen.press("ctrl+u")
        else:
            break
    screen.press("enter")


@pytest.mark.needs("git")
def test_the_demo_can_be_decided_on() -> None:
    """Lead, approval, trust, check: everything real but the fleet."""
    with PtyScreen(gonogo("demo"), size=(80, 24)) as screen:
        screen.wait_for("lead: Ewa Nowak", deadline=60)
        screen.press("d")
        screen.wait_for("Take over the lead")
        screen.type("my shift")
        screen.press("enter")
        screen.wait_for("lead: Ana Ruiz")
        screen.press("a")
        _confirm(screen)
        screen.wait_for("you approved engineering", deadline=30)
        screen.press(*"jjjjjjj")
        screen.wait_for("x check")
        screen.press("x")
        _confirm(screen)
        screen.wait_for("checking 2 s", deadline=30)
        screen.wait_for("[x] Rehearse the rollback", deadline=30)
        screen.press("q")
        assert screen.wait() == 0
