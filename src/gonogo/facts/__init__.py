"""What a probe brought back: an answer with its time, or why there is none."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from gonogo.plan import Target


class Status(StrEnum):
    """How a deployment stands. Health and version are judged apart: a wrong version can be healthy."""

    SUCCEEDED = "succeeded"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    DEGRADED = "degraded"
    PAUSED = "paused"
    NOT_DEPLOYED = "not_deployed"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"


class Role(StrEnum):
    """The part a version plays in a rollout."""

    STABLE = "stable"
    CANARY = "canary"
    PREVIEW = "preview"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why there is no usable answer; each has one sentence in `view.reasons`."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNRESOLVED = "unresolved"
    DISCONNECTED = "disconnected"
    TLS = "tls"
    PROTOCOL = "protocol"
    """The bytes were not HTTP, or lied about their length."""
    REDIRECT = "redirect"
    HTTP_STATUS = "http_status"
    UNAUTHORIZED = "unauthorized"
    TOO_LARGE = "too_large"
    HTML = "html"
    """A page for people, most often a log-in page, where data was expected."""
    NOT_JSON = "not_json"
    EMPTY = "empty"
    NO_VERSION = "no_version"
    """The answer was read, and no version stands where one was expected."""
    NO_DATA = "no_data"
    """The source answered, and it says nothing about this; that is never "nothing is wrong"."""
    REFUSED_ADDRESS = "refused_address"
    """An address gonogo does not ask, such as a cloud's metadata service."""
    NOT_SUPPORTED = "not_supported"
    """The plan names a preset this version cannot ask yet."""


CONNECTION = frozenset(
    {Reason.TIMEOUT, Reason.REFUSED, Reason.UNRESOLVED, Reason.DISCONNECTED, Reason.TLS, Reason.PROTOCOL}
)
"""Reasons that speak of the way to a host, and not of one answer of it."""


class Running(Struct, frozen=True):
    """One version that answers in a cell, with its share."""

    version: str
    """The text as the source gave it, cleaned."""
    revision: str = ""
    weight: float | None = None
    """Per cent of the traffic, 0-100; None when the source does not say."""
    replicas: int | None = None
    role: Role = Role.UNKNOWN


class Seen(Struct, frozen=True):
    """A source answered."""

    target: Target
    versions: tuple[Running, ...]
    """Empty only with status not_deployed."""
    status: Status
    polled_at: datetime
    """UTC, when the answer was complete."""
    source: str
    """Where it comes from, as people would name it: preset and URL without secrets."""
    updated_at: datetime | None = None
    """UTC, when the source says it changed; None when it does not say."""
    message: str = ""
    link: str = ""
    excerpt: str = ""
    """The first bytes of the raw answer, cleaned, for the details pane."""
    origin: str = ""
    """Id of the source in the plan that filled this cell among others; "" for the cell's own probe."""
    by: str = ""
    """Account whose session asked, when it was another session than the one that holds this; else ""."""
    heard: float | None = None
    """Seconds of this machine's steady clock when the answer was complete; None: whoever takes it in says."""
    looks: int = 0
    """How many looks said this, each on a connection of its own; 0 for a source whose word is no sample."""
    in_all: int = 0
    """Looks in a row that said this to whoever asked, these included: others did not hear the earlier ones."""
    way: str = ""
    """How the answer came, when that matters: the URL that answered in the end, what caches wrote on it."""
    elsewhere: str = ""
    """What the endpoint says it is, when that is another cell of the plan: `dev`; else ""."""


class Missing(Struct, frozen=True):
    """No usable answer, and why."""

    target: Target
    reason: Reason
    polled_at: datetime
    """UTC, when the attempt ended."""
    source: str
    detail: str = ""
    """One cleaned line, such as `503 Service Unavailable` or `no answer within 5 s`."""
    excerpt: str = ""
    retry_after: timedelta | None = None
    """How long the source asks to be left alone, counted from `polled_at`; None when it does not."""
    origin: str = ""
    """As in `Seen`."""
    host: str = ""
    """Host and port that were asked; "" when nothing was asked or nobody says."""
    by: str = ""
    """As in `Seen`."""


Observation = Seen | Missing
