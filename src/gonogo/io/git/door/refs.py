"""Names of references and objects: what may be handed to git at all."""

import re

from gonogo.errors import UsageError
from gonogo.text import clean

_FORBIDDEN_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
_OBJECT_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def is_object_id(text: str) -> bool:
    """Whether `text` is a full object id (SHA-1 or SHA-256)."""
    return _OBJECT_ID.fullmatch(text) is not None


def check_ref(name: str) -> str:
    """Return `name` if it may stand in a reference by the rules of git-check-ref-format, and is no option.

    Raises UsageError. Names git itself accepts from remotes, such as `--output=x`, are refused here.
    """
    wrong = _wrong_with_ref(name)
    if wrong:
        raise UsageError(f"'{clean(name, 80)}' is no usable name of a tag, branch or commit: {wrong}")
    return name


def _wrong_with_ref(name: str) -> str:
    if not name or len(name) > 250:
        return "it is empty or longer than 250 characters"
    if name.startswith("-"):
        return "it begins with '-', like an option"
    if name == "@" or _FORBIDDEN_IN_REF.search(name) or not name.isprintable():
        return "git allows no blanks, control characters, '..', '@{' or any of ~^:?*[\\ in it"
    parts = name.split("/")
    if any(not part or part.startswith(".") or part.endswith(".lock") for part in parts) or name.endswith("."):
        return "no part of it may be empty, begin or end with '.', or end in '.lock'"
    return ""
