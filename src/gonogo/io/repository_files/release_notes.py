"""The notes of a release, put together from what git said and the template beside the plan."""

from collections.abc import Mapping
from datetime import date
from hashlib import sha256

from gonogo.changelog import Changes
from gonogo.changelog.notes import Audience, Generated, build
from gonogo.io.repository_files.notes_templates import read_template, template_path
from gonogo.plan import LoadedPlan
from gonogo.view.notes import to_markdown


def put_together(loaded: LoadedPlan, changes: Mapping[str, Changes], audience: Audience, day: date) -> Generated:
    """The notes of `audience`. Raises UsageError for a template's mistake, StorageError."""
    notes = build(loaded.plan, changes, audience, day)
    where = str(template_path(loaded.path, audience))
    text = to_markdown(notes, read_template(loaded.path, audience), where)
    return Generated(notes, text, sha256(text.encode()).hexdigest())
