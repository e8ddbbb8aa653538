"""What a preset takes, from the values a plan writes: by the type of each field."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, get_type_hints

from msgspec.structs import replace

from gonogo.plan.kinds import name_of
from gonogo.plan.probes import PROBES, SOURCES, Options, ProbeOptions, SourceOptions

Kind = TypeVar("Kind", bound=Options)
PROBES_BY_USE: Final[Mapping[str, type[ProbeOptions]]] = {name_of(kind): kind for kind in PROBES}
SOURCES_BY_USE: Final[Mapping[str, type[SourceOptions]]] = {name_of(kind): kind for kind in SOURCES}


def options_of(kind: type[Kind], said: Mapping[str, Any]) -> Kind:
    """What is written, as the preset takes it. Keys that it does not take were told as mistakes before."""
    readers = _READERS[kind]
    given = {key: readers[key](value) for key, value in said.items() if key in readers and value is not None}
    return kind(**given)


def filled(options: Kind, fill: Callable[[str], str]) -> Kind:
    """With the placeholders of all texts filled in."""
    values = {key: _filled(getattr(options, key), fill) for key in options.__struct_fields__}
    return replace(options, **values)


def _filled(value: object, fill: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, Mapping):
        return {key: _filled(one, fill) for key, one in value.items()}
    return tuple(_filled(one, fill) for one in value) if isinstance(value, tuple) else value


def _several(value: Any) -> tuple[str, ...]:
    """One or several, as several."""
    many = value if isinstance(value, list) else [value] if value else []
    return tuple(str(one) for one in many)


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(int(text) for text in _several(value) if text.isdecimal())


def _words(value: Any) -> Mapping[str, str]:
    """What is no mapping stands under no word: who reads the option refuses it, and nobody takes it for unsaid."""
    if isinstance(value, Mapping):
        return {str(key): str(one) for key, one in value.items()}
    return {"": str(value)} if value and str(value).lower() != "null" else {}


_BY_TYPE: Final[Mapping[Any, Callable[[Any], object]]] = {
    str: str,
    str | None: str,
    tuple[str, ...]: _several,
    tuple[int, ...] | None: _numbers,
    Mapping[str, str]: _words,
}
_READERS: Final[Mapping[type[Options], Mapping[str, Callable[[Any], object]]]] = {
    kind: {key: _BY_TYPE[get_type_hints(kind)[key]] for key in kind.__struct_fields__}
    for kind in (*PROBES, *SOURCES)
}
"""A field of a type that nothing reads fails here, at import."""
