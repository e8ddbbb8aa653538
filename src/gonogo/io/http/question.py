"""One question to one server, and what came back."""

from typing import TYPE_CHECKING

from msgspec import Struct

from gonogo.facts import Reason
from gonogo.text import clean

if TYPE_CHECKING:
    from gonogo.io.config import Credential
    from gonogo.io.config.kube_plugin import Plugin
    from gonogo.io.config.tls import Tls


DETAIL_LIMIT = 200


EXCERPT_LIMIT = 400
"""Bytes of an answer that are shown."""
_BEYOND = 1_000
"""Bytes read behind them: the `@` that tells a password may stand there."""


def excerpt_of(body: bytes) -> str:
    """The first bytes of an answer as one harmless line."""
    return clean(body[: EXCERPT_LIMIT + _BEYOND].decode("utf-8", "replace"), EXCERPT_LIMIT + _BEYOND)[
        :EXCERPT_LIMIT
    ]


class Request(Struct, frozen=True):
    """One question to one URL, redirects within its origin included."""

    url: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    deadline: float = 5.0
    """Seconds for the whole call: name look-up, connection, TLS, every redirect and the last byte."""
    credential: "Credential | None" = None
    """Sent to its own hosts only, whatever the URL says."""
    verify: bool = True
    """Whether the certificate is checked; only an explicit key of the plan says no."""
    follow: bool = True
    """Whether a redirect leads on; otherwise it is the answer."""
    conditional: bool = False
    """Whether a 304 will do. Only for whoever reads nothing but the body: headers are not kept."""
    tls: "Tls | None" = None
    """What this one server needs besides what the system trusts; None for nothing."""
    whole_within: float | None = None
    """Seconds for which a 304 may stand on one whole answer; None for no bound but every tenth question."""
    apart: bool = False
    """On a connection of its own: a balancer gives it to a backend anew."""
    once: bool = False
    """Nobody will ask this again: nothing of it is kept."""
    plugin: "Plugin | None" = None
    """The command that gives the credential; `Asking` runs it, the door never sees it."""


class Answer(Struct, frozen=True):
    """What came back, whole, decoded and within bounds. Nothing about it is trusted."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in the order they came; a name may come twice."""
    body: bytes
    url: str
    """Where it came from in the end, without userinfo, query and fragment."""
    elapsed: float
    """Seconds from the question to the last byte."""
    phrase: str = ""
    """`Service Unavailable`, as the server put it, cleaned."""
    unchanged: bool = False
    """The server said just now that this, which we hold from earlier, is still what it has (304)."""
    age: float = 0.0
    """Seconds since it came whole; more than 0 for a 304 only. What its headers tell is in `age`."""

    def values(self, name: str) -> tuple[str, ...]:
        """All values of the header `name`, whose letter case does not matter."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key == wanted)

    @property
    def content_type(self) -> str:
        """The media type in lower case without parameters; "" when none was sent."""
        return next(iter(self.values("content-type")), "").partition(";")[0].strip().lower()

    @property
    def excerpt(self) -> str:
        """The first bytes, harmless, for the details pane."""
        return excerpt_of(self.body)


class Failure(Struct, frozen=True):
    """No answer, and why, in one cleaned sentence without secrets."""

    reason: Reason
    detail: str = ""
