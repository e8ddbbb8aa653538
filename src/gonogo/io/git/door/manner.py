"""What git may do and know: configuration and environment of every call."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_SAFE_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "core.askPass=",
    "core.sshCommand=false",
    "core.editor=false",
    "core.quotePath=false",
    "credential.helper=",
    "diff.external=",
    "protocol.ext.allow=never",
    "protocol.file.allow=user",
    "log.showSignature=false",
    "log.decorate=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "color.ui=false",
    "column.ui=never",
    "i18n.logOutputEncoding=UTF-8",
)

_KEPT_ENVIRONMENT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SUDO_UID")
"""All that git learns of ours. GIT_* could point it at other repositories and programs, LD_* at other code.
SUDO_UID is how git itself accepts the repositories of the person behind sudo."""

_SET_ENVIRONMENT = {
    "LC_ALL": "C",  # its errors are read below, in English
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # what ships is the commit itself, not what a local replacement shows
    "GIT_GRAFT_FILE": "/dev/null/none",  # nor what an old `info/grafts` says of its parents
    "GIT_ALLOW_PROTOCOL": "none",  # reading never talks to anybody, also where git ignores the line before
    "GIT_FLUSH": "0",  # into a pipe it would write each commit by itself: 64,000 writes, and as many wake-ups here
    "GIT_PAGER": "cat",
    "GIT_EDITOR": "false",
    "GIT_ASKPASS": "false",
}


_REACHING_CONFIG = frozenset({"core.askPass", "core.sshCommand", "credential.helper"})
"""What a person set up to reach a remote, and what reading therefore switches off."""

_REACHING_ENVIRONMENT = ("SSH_AUTH_SOCK", "KRB5CCNAME", "XDG_RUNTIME_DIR")


class Manner(NamedTuple):
    """What differs from reading a repository. The default is reading."""

    reaches: bool = False
    """Whether git may talk to remotes, with the person's own ssh and credential helpers, and never by a prompt."""
    own_config_only: bool = False
    """Leave out the configuration of the person and of the host: for repositories of our own."""
    environment: Mapping[str, str] = {}
    """Further variables: names and dates of a commit."""
    config: Sequence[str] = ()
    """Further `key=value`, which win over all others."""
    inherits: tuple[int, ...] = ()
    """Descriptors git keeps open while it runs, so that a lock outlives a killed gonogo as long as its git."""


READING = Manner()


def settings(manner: Manner) -> list[str]:
    """The options that set its configuration, for the front of its argument list."""
    left_out = _REACHING_CONFIG if manner.reaches else frozenset()
    chosen = [one for one in _SAFE_CONFIG if one.partition("=")[0] not in left_out]
    return [word for setting in (*chosen, *manner.config) for word in ("-c", setting)]


def environment(manner: Manner, repo: str) -> dict[str, str]:
    """Everything it learns of ours."""
    fixed = dict(_SET_ENVIRONMENT)
    names = (*_KEPT_ENVIRONMENT, *(_REACHING_ENVIRONMENT if manner.reaches else ()))
    kept = {name: os.environ[name] for name in names if name in os.environ}
    if manner.reaches:
        fixed["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"  # never ext, which is a command line
        fixed["SSH_ASKPASS"] = "false"
    if manner.own_config_only:
        fixed |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_ATTR_NOSYSTEM": "1"}
    fixed |= manner.environment
    # the path the plan names is the repository: without a ceiling git would take the one around a plain folder
    return kept | fixed | {"GIT_CEILING_DIRECTORIES": str(Path(repo).resolve().parent)}
