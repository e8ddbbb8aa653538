"""Text from outside never becomes a command to the terminal: neither from the plan, nor notes, nor endpoints."""

import re
from pathlib import Path

from support.pty_screen import PtyScreen
from support.release_world import ENVIRONMENTS, PRODUCTS, TITLES, release_world

PAYLOADS = {
    "clipboard": "a\x1b]52;c;ZXZpbA==\x1b\\b",
    "title": "a\x1b]0;owned\x07b",
    "link": "a\x1b]8;;https://evil.test\x1b\\b\x1b]8;;\x1b\\",
    "erase": "a\x1b[2J\x1b[Hb",
    "c1": "a\x9b2Jb\x9d0;owned\x9cb",
    "bidi": "a\u202eGO\u202cb\u2066c\u2069",
    "markup": "fix: [/] x [bold red]y",
    "action": "[@click=app.quit]x[/]",
    "tag": "fix(api): [JIRA-12] x",
}
SEQUENCE = re.compile(r"\x1b(?:\[([<=>?]?)[0-9;:]*([ -/]*)([@-~])|(.))", re.DOTALL)
OWN_OSC = re.compile(rb"\x1b\](?:22;[a-z-]*|52;c;[A-Za-z0-9+/=]*)\x07")
"""Textual's wish for a mouse pointer, and what `y` copies on demand; the only OSC there may be."""


def shapes(raw: bytes) -> set[tuple[str, ...]]:
    """The kinds of sequences in a stream: what follows ESC, without the numbers."""
    return {tuple(match.groups(default="")) for match in SEQUENCE.finditer(raw.decode())}


def tour(screen: PtyScreen) -> bytes:
    """Look at every pane and at the details of what is in them; return all that went to the terminal."""
    screen.wait_for(TITLES[-1])
    for pane in "1234":
        screen.press(pane)
        screen.settle()
        for _ in range(3):
            screen.press("enter")
            screen.settle()
            screen.press("escape")
            screen.settle()
            screen.press("j")
    for view in ("w", "!", "?", "y"):
        screen.press(view)
        screen.settle()
        screen.press("escape")
        screen.settle()
    screen.press("/").type("fix")
    screen.settle()
    screen.press("ctrl+c")
    assert screen.wait() == 0
    return screen.raw


def test_a_payload_never_reaches_the_terminal(tmp_path: Path) -> None:
    """Titles, notes and versions carry them; the terminal sees only sequences the cockpit sends anyway."""
    for name in ("harmless", "hostile"):
        (tmp_path / name).mkdir()
    with release_world(tmp_path / "harmless") as world, world.open() as screen:
        harmless = shapes(tour(screen))
    payloads = tuple(PAYLOADS.values())
    targets = [f"{product}/{environment}" for environment in ENVIRONMENTS for product in PRODUCTS]
    answers = dict(zip(targets, payloads, strict=False))
    # a plan with control characters in it is refused as a whole; a title can carry everything else
    titles = [payload if payload.isprintable() else TITLES[0] for payload in payloads]
    with release_world(tmp_path / "hostile", answers, titles=(*titles, TITLES[-1])) as world:
        for number, payload in enumerate(payloads, 1):
            world.run("note", f"item-{number}", payload)
        with world.open() as screen:
            raw = tour(screen)
    assert shapes(raw) <= harmless
    assert not re.search("[\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", raw.decode())
    assert b"\x1b]52;c;ZXZpbA==" not in raw
    rest = OWN_OSC.sub(b"", raw)
    assert b"\x1b]" not in rest
    assert b"\x07" not in rest


def test_markup_is_text(tmp_path: Path) -> None:
    """Brackets are shown as they are written; they neither style, nor act, nor vanish."""
    titles = tuple(PAYLOADS[name] for name in ("markup", "action", "tag"))
    with release_world(tmp_path, titles=titles) as world, world.open() as screen:
        screen.wait_for(lambda text: all(title in text for title in titles))
