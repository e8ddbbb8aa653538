"""Cockpits to be looked at byte by byte: a hotfix on a real repository, and a release that waits for decisions.

python -m support.staged_shop hotfix DIRECTORY | deciding
"""

import sys
from pathlib import Path

from gonogo.acts.freezes import FreezeLine
from gonogo.tui.app import run_cockpit
from support.hotfix_world import linear
from support.repositories import git
from tui.evening import Evening
from tui.test_hotfix_wizard import ME, Shop


def _hotfix(directory: Path) -> int:
    """A product whose production runs an older version; one branch will lack its fix."""
    made = linear(directory / "web")
    shop = Shop(made, directory / "state")
    git(made.path, "update-ref", "refs/heads/release/v1.10", made.oids[3])
    git(made.path, "checkout", "--quiet", "--detach")
    # so that "nothing has been recorded" is wrong from the first byte on, however late the first answer comes
    shop.act(FreezeLine("the bill of a customer is wrong"))
    return run_cockpit(shop.wiring(workshop=shop.workshop(), open_session=lambda: shop.session(ME)))


def _deciding() -> int:
    """A release in progress, with reasons against it."""
    stage = Evening()
    stage.start()
    return run_cockpit(stage.wiring())


if __name__ == "__main__":
    sys.exit(_deciding() if sys.argv[1] == "deciding" else _hotfix(Path(sys.argv[2])))
