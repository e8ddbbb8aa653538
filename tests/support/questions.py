"""What the preset of a question makes of it, as the registry asks it."""

from importlib import import_module
from typing import cast

from gonogo.io.probes.catalogue import PRESETS
from gonogo.io.probes.interface import Preset
from gonogo.io.probes.table import MatrixPreset
from gonogo.plan import Probe, Source


def preset_of(probe: Probe) -> Preset:
    """The preset of one probe."""
    return cast("Preset", import_module(PRESETS[probe.use].module).preset(probe, probe.options))


def table_of(source: Source) -> MatrixPreset:
    """The preset of one source."""
    return cast("MatrixPreset", import_module(PRESETS[source.use].module).source(source, source.options))
