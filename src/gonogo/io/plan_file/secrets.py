"""Secrets have no place in a plan: it is shared, printed and copied. The obvious ones are refused."""

import re
from collections.abc import Iterator
from typing import Any

from gonogo.io.plan_file.addresses import SECRET_NAME
from gonogo.io.yaml.nodes import Document, Path
from gonogo.io.yaml.problems import Mistake, Place, Problems
from gonogo.text import clean

_MARKS = {
    "ghp_": (r"ghp_[A-Za-z0-9]{20}", "a GitHub token"),
    "github_pat_": (r"github_pat_[A-Za-z0-9_]{20}", "a GitHub token"),
    "glpat-": (r"glpat-[A-Za-z0-9_-]{16}", "a GitLab token"),
    "xox": (r"xox[abprs]-[A-Za-z0-9-]{10}", "a Slack token"),
    "AKIA": (r"AKIA[0-9A-Z]{16}", "an AWS access key"),
    "PRIVATE KEY-----": (r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----", "a private key"),
    "Bearer ": (r"Bearer [A-Za-z0-9._~+/-]{16}", "a bearer token"),
    "Basic ": (r"Basic [A-Za-z0-9+/]{16,}={0,2}", "a basic credential"),
}
"""A literal that is quickly looked for, what must follow it, and what it is."""


def find_secrets(document: Document, text: str, problems: Problems) -> None:
    """Record keys that are called like a secret and have a scalar, and text that looks like one."""
    if any(SECRET_NAME.search(key) for key in document.keys):
        for path in _secret_keys(document.value, ()):
            problems.add(Mistake.SECRET_KEY, document.key(path), key=clean(str(path[-1]), 60))
    for mark, (pattern, kind) in _MARKS.items():
        if mark in text:
            for found in re.finditer(pattern, text):
                problems.add(Mistake.SECRET_TEXT, _place(text, found.start()), kind=kind)


_PASSWORD = re.compile(r"://[^\s/:@{}$<]{0,100}:(?![$<{*])[^\s/@\"'<>]{1,1000}@")


def find_passwords(text: str, problems: Problems) -> None:
    """Record URLs with a password wherever they stand, but in lines that were found to hold a secret before.

    A variable of a shell (`https://ci:$TOKEN@host`) and a placeholder are none.
    """
    if "://" not in text or "@" not in text:
        return
    for found in _PASSWORD.finditer(text):
        place = _place(text, found.start())
        if not problems.is_hidden(place):
            problems.add(Mistake.SECRET_TEXT, place, kind="a URL with a password")


def _secret_keys(value: Any, path: Path) -> Iterator[Path]:
    """Paths of such keys; depth is bounded by the guard, width by its count of nodes."""
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(part, str) and SECRET_NAME.search(key):
                yield (*path, key)
            else:
                yield from _secret_keys(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _secret_keys(part, (*path, index))


def _place(text: str, at: int) -> Place:
    lines = re.split("\r\n|\n|\r", text[:at])
    return Place(len(lines), len(lines[-1]) + 1)
