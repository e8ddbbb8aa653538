"""Git for scratch repositories: argument lists, no hooks, nobody's configuration, nothing but local files."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from gonogo.errors import ConfigError, StorageError
from gonogo.text import clean

_SAFE = (
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.fsmonitor=false",
    "-c", "core.pager=cat",
    "-c", "core.autocrlf=false",
    "-c", "protocol.allow=never",
    "-c", "protocol.file.allow=always",
    "-c", "gc.auto=0",
    "-c", "submodule.recurse=false",
    "-c", "init.templateDir=",
    "-c", "commit.gpgSign=false",
    "-c", "advice.detachedHead=false",
)  # fmt: skip
_TIME = 300
"""Seconds for one command: a clone of a large repository copies all of it."""


def command(*args: str) -> list[str]:
    """The argument list of a git call that runs nothing a repository brings along."""
    return ["git", *_SAFE, *args]


def environment(*, own_settings: bool = False, ceiling: str = "") -> Mapping[str, str]:
    """The environment of such a call.

    `own_settings` keeps the person's own git configuration, where they may have listed a repository of
    another account as safe; made-up repositories must not depend on it. Git looks for a repository in
    no folder from `ceiling` upwards.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "LD_", "SSH_"))}
    fixed = {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}
    alone = {} if own_settings else {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return {**kept, **fixed, **alone, **({"GIT_CEILING_DIRECTORIES": ceiling} if ceiling else {})}


def run(*args: str, own_settings: bool = False, ceiling: str = "") -> str:
    """Run git and return what it printed. Raises ConfigError without git, StorageError with git's own words."""
    try:
        finished = subprocess.run(
            command(*args),
            env=environment(own_settings=own_settings, ceiling=ceiling),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIME,
            check=True,
        )
    except FileNotFoundError as error:
        raise no_git() from error
    except subprocess.TimeoutExpired as error:
        raise StorageError(f"git {args[0]} did not end within {_TIME} s") from error
    except subprocess.CalledProcessError as error:
        raise StorageError(f"git {args[0]} failed: {last_words(error.stderr)}") from error
    return finished.stdout.decode("utf-8", "replace")


def no_git() -> ConfigError:
    """Git is not installed here."""
    return ConfigError("git is not installed", remedy="apt install git")


def last_words(stderr: bytes) -> str:
    """The last line git wrote, harmless."""
    lines = stderr[-4_096:].decode("utf-8", "replace").strip().splitlines()
    return clean(lines[-1] if lines else "it gave no reason", 300)


def clone(source: Path, target: Path) -> None:
    """Copy the repository at `source` with all its refs to `target`, which has no way back to it.

    Raises StorageError with git's own words when `source` is no repository this account may read.
    """
    # without a ceiling git would take the repository around a plain folder, which the plan did not name
    ceiling = str(source.resolve().parent)
    asked = ("-C", str(source), "rev-parse", "--absolute-git-dir")
    top = run(*asked, own_settings=True, ceiling=ceiling).strip()
    # a mirror has every branch and tag of the source; without the remote no push can ever reach the source
    run(
        "clone", "-q", "--mirror", "--no-hardlinks", "--template=", "--", top, str(target / ".git"),
        own_settings=True,
    )  # fmt: skip
    run("-C", str(target / ".git"), "config", "--remove-section", "remote.origin")
    run("-C", str(target / ".git"), "config", "core.bare", "false")
    if _head_exists(target):
        run("-C", str(target), "reset", "-q", "--hard")


def _head_exists(repository: Path) -> bool:
    """Whether HEAD names a commit; there is nothing to check out otherwise."""
    try:
        run("-C", str(repository), "rev-parse", "--quiet", "--verify", "HEAD^{commit}")
    except StorageError:
        return False
    return True
