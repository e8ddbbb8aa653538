"""What a verb loads, counted by modules and not by time."""

import json
import subprocess
import sys
from datetime import timedelta

import pytest

from cli.conftest import Release
from gonogo import wiring
from gonogo.cli.context import Options

HEAVY = (
    "textual",
    "rich",
    "httpx",
    "httpcore",
    "h11",
    "git",
    "jsonschema",
    "asyncio",
    "subprocess",
    "importlib.metadata",
)


def loaded_by(*argv: str) -> set[str]:
    """The modules of a fresh process after one command line."""
    program = (
        "import sys, json\n"
        "from gonogo.__main__ import main\n"
        f"sys.argv = ['gonogo', *{list(argv)!r}]\n"
        "code = main()\n"
        "print('\\n' + json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("argv", [("tick", "tests"), ("tick",), ("log",), ("undo",), ("--version",), ("check",)])
def test_a_tick_loads_nothing_heavy(release: Release, argv: tuple[str, ...]) -> None:
    """No screen, no network, no git, no event loop, no schema."""
    assert loaded_by(*argv).isdisjoint(HEAVY)


@pytest.mark.parametrize("argv", [("status", "--json"), ("matrix",), ("changelog",)])
def test_a_look_loads_no_screen(release: Release, argv: tuple[str, ...]) -> None:
    """The command line never pays for Textual, nor for GitPython. (httpx loads rich where it finds it.)"""
    assert loaded_by(*argv).isdisjoint({"textual", "git", "jsonschema"})


READS_A_PLAN = ("yaml", "gonogo.io.plan_file.parsing", "gonogo.io.plan_file.shape")


@pytest.mark.parametrize(
    ("argv", "ours"), [(("tick", "tests"), 86), (("log",), 90), (("changelog",), 102), (("status", "--json"), 284)]
)
def test_a_known_plan_is_not_read_again(
    release: Release, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], ours: int
) -> None:
    """Neither YAML nor what judges it is loaded for it, and of ours no more than the verb needs.

    The numbers are a bound on creeping growth: each module of ours costs a fifth of a millisecond.
    """
    # code that was changed a moment ago is not vouched for; a fresh checkout is older than no process
    monkeypatch.setattr("gonogo.io.plan_file.kept._STARTING", timedelta(days=-36500))
    wiring.load_plan(Options())

    found = loaded_by(*argv)

    assert found.isdisjoint({*READS_A_PLAN, "tomllib", "difflib"})
    assert len([name for name in found if name.partition(".")[0] == "gonogo"]) <= ours


@pytest.mark.parametrize("argv", [("--version",), ("--help",), ("tik",)])
def test_help_and_version_load_almost_nothing(argv: tuple[str, ...]) -> None:
    """msgspec alone costs three times what Python does."""
    assert loaded_by(*argv).isdisjoint({"msgspec", "argparse", "yaml", "gonogo.plan", "gonogo.engine.session"})


def test_help_loads_no_command(release: Release) -> None:
    """All verbs are listed from the table."""
    found = loaded_by("--help")

    assert not {name for name in found if name.startswith("gonogo.cli.commands.")}
    assert found.isdisjoint({"yaml", *HEAVY})
