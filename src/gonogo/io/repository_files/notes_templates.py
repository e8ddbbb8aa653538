"""Templates of the release notes, beside the plan: `.gonogo/notes-internal.md` and `.gonogo/notes-external.md`."""

from pathlib import Path

from gonogo.changelog.notes import Audience
from gonogo.errors import StorageError, UsageError

DIRECTORY = ".gonogo"
SIZE_LIMIT = 64 * 1024


def template_path(plan_path: str, audience: Audience) -> Path:
    """Where the template of an audience is looked for."""
    return Path(plan_path).absolute().parent / DIRECTORY / f"notes-{audience.value}.md"


def read_template(plan_path: str, audience: Audience) -> str:
    """The template, or "" when there is none. Raises StorageError, UsageError when it is too large."""
    path = template_path(plan_path, audience)
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StorageError(f"cannot be read: {error.strerror}", where=str(path)) from error
    if len(content) > SIZE_LIMIT:
        raise UsageError(f"is larger than {SIZE_LIMIT} bytes", where=str(path), remedy="shorten it")
    return content.decode("utf-8", "replace")
