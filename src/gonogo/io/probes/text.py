"""`use: text`: the first word of the first line that holds one."""

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Answer
from gonogo.io.probes.contradictions import is_outage, trouble_after
from gonogo.io.probes.document import decoded_text
from gonogo.io.probes.extraction import Transform, transform
from gonogo.io.probes.interface import (
    VERSION_LIMIT,
    NotUnderstood,
    OneRequest,
    Outcome,
    Preset,
    Understood,
    accepted_status,
    looks_like_html,
    no_version,
    version_text,
    web_page,
)
from gonogo.plan import Probe
from gonogo.plan.probes import TextOptions

_LOOKED_AT = 4_096
"""Characters in which the first word must stand."""


def preset(_probe: Probe, options: TextOptions) -> Preset:
    """The preset for one probe. Raises UsageError for a transform that does not exist."""
    change = transform(options.transform)
    return OneRequest(lambda answer: read(answer, change), accepted_status(options), "text/plain, */*;q=0.5")


def read(answer: Answer, transform: Transform) -> Outcome:
    """Take the first word. Pure."""
    text = decoded_text(answer.body)
    if looks_like_html(text):
        return web_page(answer)
    words = text[:_LOOKED_AT].split(maxsplit=1)
    if not words:
        return NotUnderstood(Reason.EMPTY, "the answer is empty")
    if words[0].startswith(("{", "[")):
        return no_version(answer, ("first word",), "the answer is JSON, not text (use: json)")
    if len(words[0]) > VERSION_LIMIT:
        return no_version(answer, ("first word",), f"the first word is longer than {VERSION_LIMIT} characters")
    version = version_text(transform(words[0]))
    if not version:
        return no_version(answer, ("first word",), "nothing is left after the transform")
    if is_outage(version, words[1] if len(words) > 1 else ""):
        return no_version(answer, ("first word",), f"it tells of an error: {text.strip()[:80]}")
    trouble = trouble_after(words[1]) if len(words) > 1 else ""
    status = Status.DEGRADED if trouble else Status.SUCCEEDED
    message = f"behind the version it says: {trouble}" if trouble else ""
    return Understood((Running(version),), status, None, message, "first word", answer.excerpt)
