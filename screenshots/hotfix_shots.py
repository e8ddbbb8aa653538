"""The pictures of the hotfix wizard: one hotfix of the demo, from its first step to the ledger."""

import sys
from collections.abc import Callable, Collection
from pathlib import Path

from textual.pilot import Pilot

from gonogo.tui.app import CockpitApp

HERE = Path(__file__).parent
WAIT = "five seconds go by"
RESOLVE = "somebody resolves what conflicts"
_KEYS = {" ": "space", ".": "full_stop", ":": "colon"}
HOTFIX: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("", ("2", "down"), "payment-api"),
    ("hotfix-1-broken-80x24", ("h",), "in prod-eu, prod-us"),
    ("hotfix-2-from-80x24", ("enter",), "annotated"),
    ("hotfix-3-fixes-80x24", ("enter", "space", "down", "space", "up"), "2 picked"),
    ("hotfix-4-preview-80x24", ("enter",), "conflict"),
    ("hotfix-5-conflict-80x24", ("d",), "CONFLICT"),
    ("hotfix-5-do-80x24", (RESOLVE, "space", "c"), "TEST IT"),
    ("", ("t", "type make test: 312 passed"), "312 passed"),
    ("hotfix-6-approve-80x24", ("enter",), "[6 approve]"),
    ("", (WAIT,), "given"),
    ("hotfix-7-push-80x24", ("c",), "[7 push]"),
    ("", ("p",), "Type 4.5.4"),
    ("hotfix-8-carry-80x24", (WAIT, "type 4.5.4", "enter"), "pushed to origin"),
    ("merges-80x24", ("m",), "missing"),
    ("carry-80x24", ("down", "down", "enter"), "clean"),
    ("", ("escape", "escape", "escape", "2", "up"), "PRODUCTION"),
    ("way-back-80x24", ("b",), "commits would be taken away"),
)
"""Name ("" for no picture), keys since the one before, and what must be on the screen by then."""
NAMES = frozenset(name for name, _, _ in HOTFIX if name)


async def shoot(app: CockpitApp, pilot: Pilot[None], wait: Callable[[], object], wanted: Collection[str]) -> None:
    """Make those of them that are wanted; none named means all. `wait` lets five seconds go by for everybody."""
    for name, keys, text in HOTFIX:
        for key in keys:
            if key == WAIT:
                wait()
            elif key == RESOLVE:
                _resolve(app)
            elif key.startswith("type "):
                await pilot.press(*(_KEYS.get(letter, letter) for letter in key[5:]))
            else:
                await pilot.press(key)
            await pilot.pause(0.1)
        await _shows(app, pilot, text)
        if name and (not wanted or name in wanted):
            (HERE / f"{name}.svg").write_text(app.export_screenshot(title="gonogo"), encoding="utf-8")
            sys.stdout.write(f"{name}.svg\n")


def _resolve(app: CockpitApp) -> None:
    """Take both sides of every conflict, in the workspace."""
    assert app.snapshot is not None
    for known in app.snapshot.state.hotfixes.values():
        for path in known.conflicts:
            file = Path(known.folder) / "tree" / path
            lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = (one for one in lines if not one.startswith(("<<<<<<<", "=======", ">>>>>>>")))
            file.write_text("".join(kept), encoding="utf-8")


async def _shows(app: CockpitApp, pilot: Pilot[None], text: str) -> None:
    """Wait until the screen shows it. Raises AssertionError with the screen."""
    for _ in range(400):
        seen = "\n".join(strip.text for strip in app.screen._compositor.render_strips())  # noqa: SLF001  as tests do
        if text in seen:
            await pilot.pause(0.3)  # what git says about it comes a moment later
            return
        await pilot.pause(0.05)
    raise AssertionError(f"'{text}' did not come:\n{seen}")
