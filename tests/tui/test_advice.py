"""What the cockpit advises is a key of the cockpit, where there is one."""

import pytest

from gonogo.tui.advice import at_screen


@pytest.mark.parametrize(
    ("advice", "here"),
    [
        ("gonogo start", "press : and type 'start'"),
        ("gonogo go production", "press o (go) for production"),
        ("gonogo go production --late --reason '...'", "press o (go) for production"),
        ("gonogo tick smoke-eu", "press Space (tick) for smoke-eu"),
        ("gonogo check run smoke    or  gonogo skip smoke --reason '...'",
         "press x (check) for smoke    or  press s (skip) for smoke"),
        ("gonogo waive item.open:qa --env prod --reason '...' --until 2h    by Ana Ruiz (aruiz)",
         "press w (why), then v (waive) for item.open:qa    by Ana Ruiz (aruiz)"),
        ("gonogo break-glass confirm production", "press : and type 'confirm glass' for production"),
        ("gonogo break-glass production RULE --reason '...'", "press : and type 'break-glass' for production"),
        ("ask Ben: gonogo drive --to ana", "ask Ben: press : and type 'hand over' for ana"),
        ("gonogo log    tells how it ended", "press 4 (trail)    tells how it ended"),
        ("gonogo why    then repeat it", "press w (why)    then repeat it"),
        ("gonogo amend show    then accept the edit, or undo it",
         "press : and type 'amend'    then accept the edit, or undo it"),
        ("compare with ben (gonogo matrix web eu); gonogo status asks by itself",
         "compare with ben (press 2 (matrix) for web); gonogo status asks by itself"),
        ("gonogo journal verify", "gonogo journal verify"),
        ("in a shell: gonogo hotfix plan PRODUCT", "in a shell: gonogo hotfix plan PRODUCT"),
        ("gonogo merges carry FIX main", "gonogo merges carry FIX main"),
        ("deploy web 1.4.0 to production", "deploy web 1.4.0 to production"),
        ("", ""),
    ],
)  # fmt: skip
def test_commands_become_keys_and_the_rest_stays(advice: str, here: str) -> None:
    """A command of the shell that has no key is still advice."""
    assert at_screen(advice) == here
