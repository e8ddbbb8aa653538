"""`use: health-json`: the lapsed draft "Health Check Response Format for HTTP APIs", read loosely.

`releaseId` is the build and is preferred; `version` is that of the interface. Words: pass, ok, up; warn; fail,
error, down. A service that fails answers with an error status and still says which release it is, so 503 is read.
"""

from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Answer
from gonogo.io.probes.auto import judged
from gonogo.io.probes.contradictions import checked
from gonogo.io.probes.document import parse
from gonogo.io.probes.extraction import Transform, transform
from gonogo.io.probes.interface import (
    NotUnderstood,
    OneRequest,
    Outcome,
    Preset,
    Understood,
    accepted_status,
    no_version,
)
from gonogo.io.probes.reading import at
from gonogo.plan import Probe
from gonogo.plan.probes import HealthJsonOptions
from gonogo.text import clean

_PLACES = ("releaseId", "version")
_ACCEPT = "application/health+json, application/json;q=0.9, */*;q=0.5"


def preset(_probe: Probe, options: HealthJsonOptions) -> Preset:
    """The preset for one probe. Raises UsageError for a transform that does not exist."""
    change = transform(options.transform)
    accepted = accepted_status(options) | {503}
    return OneRequest(lambda answer: read(answer, change), accepted, _ACCEPT)


def read(answer: Answer, transform: Transform) -> Outcome:
    """Release and health. Pure."""
    document = parse(answer)
    word = "" if isinstance(document, NotUnderstood) else document.word(at(document.value, "status"))
    if answer.status == 503 and not word:
        # not the service's own words: a proxy in front of it says that nobody is there
        detail = clean(f"503 {answer.phrase}".strip(), 200)
        return NotUnderstood(Reason.HTTP_STATUS, detail, answer.excerpt)
    if isinstance(document, NotUnderstood):
        return document
    place = next((one for one in _PLACES if document.text(at(document.value, one), transform)), "")
    if not place:
        return no_version(answer, _PLACES)
    status, message = judged(word, "status") if word else (Status.UNKNOWN, "it does not say its status")
    output = at(document.value, "output")
    if status is not Status.SUCCEEDED and not message and isinstance(output, str):
        message = clean(output, 200)
    running = Running(document.text(at(document.value, place), transform))
    return checked(Understood((running,), status, None, message, place, answer.excerpt), document)
