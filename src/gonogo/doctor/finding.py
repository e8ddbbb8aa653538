"""What an examination finds: one line, whether it is well, and what to do."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """It works, and will surprise somebody."""
    FAIL = "fail"
    """Something gonogo needs does not work."""


class Finding(Struct, frozen=True):
    """One line of the examination."""

    group: str
    """configuration, endpoints, certificates, clock, journal, git, signing or terminal."""
    level: Level
    subject: str
    what: str
    remedy: str = ""
    """What to do; "" when nothing is."""
