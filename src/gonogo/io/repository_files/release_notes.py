"""The notes of a release, put together from what git said and the template beside the plan."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from msgspec import Struct

from gonogo.changelog import Changes
from gonogo.changelog.notes import Audience, Notes, build
from gonogo.io.repository_files.notes_templates import read_template, template_path
from gonogo.plan import LoadedPlan
from gonogo.view.notes import to_markdown


class Generated(Struct, frozen=True):
    """What the commits say, before anybody has put a hand on it."""

    notes: Notes
    markdown: str
    sha256: str
    """Of the Markdown: a draft was made from other commits when it differs."""


def put_together(loaded: LoadedPlan, changes: Mapping[str, Changes], audience: Audience, day: date) -> Generated:
    """The notes of `audience`. Raises UsageError for a template's mistake, StorageError."""
    notes = build(loaded.plan, changes, audience, day)
    where = str(template_path(loaded.path, audience))
    text = to_markdown(notes, read_template(loaded.path, audience), where)
    return Generated(notes, text, sha256(text.encode()).hexdigest())
