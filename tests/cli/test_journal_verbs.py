"""journal init, verify, path: where it lies, whether it is intact, how several accounts get one."""

import os
from pathlib import Path

import pytest

from cli.conftest import Here, Release


def only_file(directory: Path) -> Path:
    """The one file of events."""
    (found,) = directory.glob("*.jsonl")
    return found


def test_path_is_the_bare_directory(gonogo: Here) -> None:
    """So that a script can use it."""
    found = gonogo("journal", "path")

    assert found.code == 0
    assert found.out == f"{os.environ['XDG_STATE_HOME']}/gonogo/journals/2026.11\n"
    assert gonogo("journal", "path", "--json").facts["origin"] == "default"


def test_the_flag_wins_over_the_environment_over_the_configuration(
    gonogo: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And each says that it was it."""
    config = Path(os.environ["XDG_CONFIG_HOME"]) / "gonogo" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('journal = "/srv/config"\n', encoding="utf-8")
    config.chmod(0o600)

    assert gonogo("journal", "path", "--json").facts["directory"] == "/srv/config/2026.11"
    monkeypatch.setenv("GONOGO_JOURNAL", "/srv/env")
    assert gonogo("journal", "path", "--json").facts["directory"] == "/srv/env/2026.11"
    found = gonogo("--journal", "/srv/flag", "journal", "path", "--json").facts
    assert (found["directory"], found["origin"]) == ("/srv/flag/2026.11", "--journal")


def test_a_directory_that_is_named_must_hold_a_journal(gonogo: Here, tmp_path: Path) -> None:
    """Otherwise a slip in its name would start a journal that nobody else reads."""
    refused = gonogo("tick", "tests", "--journal", str(tmp_path / "typo"))

    assert refused.code == 78
    assert "gonogo journal init --shared" in refused.err
    assert not (tmp_path / "typo").exists()


def test_an_intact_journal_is_said_to_be_so(gonogo: Here) -> None:
    """Exit 0, and which one was looked at."""
    gonogo("tick", "tests")

    found = gonogo("journal", "verify")

    assert (found.code, found.out.startswith("intact: ")) == (0, True)


def test_a_changed_record_is_found(gonogo: Here) -> None:
    """By verify (6), by the verdict (NO-GO), and by whoever wants to write (6)."""
    gonogo("tick", "tests")
    gonogo("note", "tests", "fine")
    file = only_file(Path(gonogo("journal", "path").out.strip()))
    file.write_bytes(file.read_bytes().replace(b"fine", b"fins"))

    found = gonogo("journal", "verify")
    facts = gonogo("journal", "verify", "--json").facts

    assert found.code == 6
    assert facts["intact"] is False
    assert facts["alarms"][0]["seq"] == 2
    assert gonogo("tick", "announce-window").code == 6
    assert gonogo("status").code == 3
    assert "warning: " in gonogo("log").err


def test_whoever_is_not_root_is_told_what_root_must_run(
    gonogo: Here, release: Release, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not permitted, with the whole command."""
    monkeypatch.setattr(os, "geteuid", lambda: 1234)

    refused = gonogo("journal", "init", "--shared", str(tmp_path / "shared"), "--group", "release")

    assert refused.code == 77
    assert f"sudo gonogo journal init --shared {tmp_path}/shared --group release --plan " in refused.err


@pytest.mark.needs("root")
def test_root_makes_a_shared_journal(gonogo: Here, tmp_path: Path) -> None:
    """Everything is said; doing it again changes nothing; then it is written like any other."""
    shared = tmp_path / "shared"

    made = gonogo("journal", "init", "--shared", str(shared), "--group", "root")
    again = gonogo("journal", "init", "--shared", str(shared), "--group", "root")

    assert (made.code, again.code) == (0, 0), made.err
    assert made.out.endswith(f"export GONOGO_JOURNAL={shared}\n")
    assert again.out.startswith("it is there already, and right\n")
    assert gonogo("tick", "tests", "--journal", str(shared)).out.startswith("tests is ticked by ")
    assert gonogo("journal", "verify", "--journal", str(shared)).code == 0
