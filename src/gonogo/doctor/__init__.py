"""Is this machine set up for this plan? Asks and looks, and changes nothing."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from gonogo.doctor import (
    certificates,
    clocks,
    clusters,
    configuration,
    endpoints,
    journal,
    repositories,
    samples,
    signing,
    terminal,
)
from gonogo.doctor.finding import Finding, Level
from gonogo.errors import ConfigError
from gonogo.io.config import Config
from gonogo.io.host.identity_unix import account_name
from gonogo.plan import Plan
from gonogo.ports import Clock

__all__ = ["Finding", "Level", "examine"]


def examine(
    plan: Plan,
    settings: Config | ConfigError,
    clock: Clock,
    *,
    directory: Path | None,
    journal_origin: str,
    environ: Mapping[str, str],
    screen: TextIO | None,
) -> tuple[Finding, ...]:
    """Every group, one after the other; the network all at once, each host within its time-out.

    `settings` is the user's configuration, or what is wrong with it. `directory` is that of the release's journal,
    None where only the configuration could say; `journal_origin` is who said so (`default`: nobody).
    """
    config = settings if isinstance(settings, Config) else None
    answers, certified = asyncio.run(_network(plan, config or Config(), clock))
    return (
        *configuration.findings(settings),
        *endpoints.findings(answers, plan, config),
        *samples.findings(plan),
        *clusters.findings(plan),
        *certified,
        *clocks.findings(answers, directory, clock.now()),
        *(journal.findings(directory, journal_origin) if directory is not None else ()),
        *repositories.findings(plan),
        *signing.findings(plan, config, account_name(os.getuid())),
        *terminal.findings(environ, screen),
    )


async def _network(
    plan: Plan, config: Config, clock: Clock
) -> tuple[tuple[endpoints.HostAnswer, ...], tuple[Finding, ...]]:
    asked = endpoints.places(plan)
    return await asyncio.gather(
        endpoints.ask(asked, config, clock), certificates.findings(asked, plan, config, clock.now())
    )
