"""The user's own configuration: is it right? What is wrong with it stops no other look."""

from collections.abc import Iterator

from gonogo.doctor.finding import Finding, Level
from gonogo.errors import ConfigError
from gonogo.io.config import Config
from gonogo.text import clean

GROUP = "configuration"
REMEDY = "correct it first: below, nothing counts that it says of journal, credentials, keys, ca_file and proxy"


def findings(settings: Config | ConfigError) -> Iterator[Finding]:
    """One line; nothing where there is no such file, since nobody needs one."""
    if isinstance(settings, ConfigError):
        remedy = "; ".join(part for part in (settings.remedy, REMEDY) if part)
        yield Finding(GROUP, Level.FAIL, clean(settings.where, 300), settings.message, remedy)
    elif settings.path:
        yield Finding(GROUP, Level.OK, clean(settings.path, 300), "is right")
