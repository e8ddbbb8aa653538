"""One question of the plan asked once, shown step by step."""

from msgspec import Struct

from gonogo.facts import Observation


class Exchange(Struct, frozen=True):
    """One request and what came of it."""

    method: str
    url: str
    """As it may be shown."""
    credential: str
    """Name of the credential that was offered; "" for none."""
    status: int | None = None
    """None when no answer came."""
    phrase: str = ""
    elapsed: float = 0.0
    """Seconds."""
    size: int = 0
    """Bytes of the body, decoded."""
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""
    """Its beginning, cleaned."""
    failure: str = ""
    """Why no answer came: `timeout: no whole answer within 5 s`."""
    answered_by: str = ""
    """Where redirects led, as it may be shown; "" when what was asked answered itself."""


class Trial(Struct, frozen=True):
    """One question of the plan, asked once."""

    name: str
    """`web/production`, or `source prom`."""
    origin: str
    """Id of the source; "" for a cell's own probe."""
    use: str
    where: str
    """`release.yaml:12:5`."""
    options: tuple[tuple[str, str], ...]
    """What the plan gives the preset."""
    exchanges: tuple[Exchange, ...]
    observations: tuple[Observation, ...]
    strangers: tuple[str, ...] = ()
    """What a source's answer speaks of and the plan does not have."""
