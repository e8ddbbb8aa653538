"""One line of what a session published: an answer with the asker's own clocks, or who the asker is.

What is read was written by another account: it is hostile until it has passed `read_answer`.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from math import isfinite
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Missing, Observation, Running, Seen
from gonogo.plan import Target
from gonogo.plan.sampling import LOOKS_LIMIT
from gonogo.text import clean, clean_block

FORMAT = 1
LINE_LIMIT = 512 * 1024
_CELLS = 100
"""Observations in one line; a source of a large plan takes several."""
_VERSIONS = 64
_TEXT, _EXCERPT = 400, 400
_AHEAD = timedelta(seconds=2)
"""How far an answer's time of day may be ahead of ours: two processes read one clock, so hardly at all."""
_AHEAD_STEADY = 0.5
_OLDEST = 24 * 3600.0
"""Seconds after which an answer is nothing but history, which the journal knows better."""


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The first line of a file."""

    v: int
    host: str
    boot: str
    """Steady clocks of two boots have nothing to do with each other."""
    pid: int
    """As the writer says; the kernel's word is asked where it matters."""


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """Every other line."""

    key: str
    """Of the source, see `keys`."""
    steady: float
    """Seconds of the machine's steady clock when the answer was complete."""
    at: datetime
    """The same moment by the asker's clock, UTC."""
    next: float
    """Seconds after which the asker meant to ask again."""
    part: int = 0
    """Number of the line, when an answer needs several."""
    seen: tuple[Seen, ...] = ()
    missing: tuple[Missing, ...] = ()


class Heard(NamedTuple):
    """An answer another session published, as it may be used."""

    key: str
    steady: float
    next: float
    part: int
    observations: tuple[Observation, ...]


class BadLineError(Exception):
    """A line that nobody honest writes, or that is not meant for us."""


_HEADER = msgspec.json.Decoder(Header)
_ANSWER = msgspec.json.Decoder(Answer)


def header_line(header: Header) -> bytes:
    """The first line of a file."""
    return msgspec.json.encode(header) + b"\n"


def read_header(line: bytes) -> Header:
    """Raises BadLineError."""
    try:
        header = _HEADER.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadLineError from error
    if header.v != FORMAT:
        raise BadLineError
    return header


def answer_lines(
    key: str, observations: Sequence[Observation], steady: float, at: datetime, next_in: float, *, excerpts: bool
) -> Iterator[bytes]:
    """An answer as lines. Without `excerpts` the raw text of the endpoint stays with this account."""
    for part, start in enumerate(range(0, len(observations), _CELLS)):
        some = observations[start : start + _CELLS]
        if not excerpts:
            some = [replace(one, excerpt="") for one in some]
        seen = tuple(one for one in some if isinstance(one, Seen))
        missing = tuple(one for one in some if isinstance(one, Missing))
        yield msgspec.json.encode(Answer(key, steady, at, next_in, part, seen, missing)) + b"\n"


def read_answer(
    line: bytes, by: str, wanted: Collection[Target], origin: str, now: datetime, steady: float
) -> Heard:
    """What a line says about the `wanted` cells, harmless and in the words of `by`, the account it belongs to.

    `now` and `steady` are our clocks: what claims to be of later is refused, as what is too old to matter.
    Raises BadLineError.
    """
    try:
        answer = _ANSWER.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadLineError from error
    if not _is_of_now(answer, now, steady):
        raise BadLineError
    told: list[Observation] = [_seen(one, by, answer) for one in answer.seen]
    told += [_missing(one, by, answer) for one in answer.missing]
    if len(told) > _CELLS or any(one.target not in wanted or one.origin != origin for one in told):
        raise BadLineError
    return Heard(answer.key, answer.steady, answer.next, answer.part, tuple(told))


def key_of(line: bytes) -> str:
    """The source a line is about, without reading the rest of it; "" for what is no answer."""
    head = line[:64]
    return head[8:40].decode("ascii", "replace") if head.startswith(b'{"key":"') else ""


def _is_of_now(answer: Answer, now: datetime, steady: float) -> bool:
    numbers = (answer.steady, answer.next)
    if not all(isfinite(number) for number in numbers) or answer.at.utcoffset() != timedelta(0):
        return False
    return (
        answer.at <= now + _AHEAD
        and steady - _OLDEST <= answer.steady <= steady + _AHEAD_STEADY
        and answer.next >= 0
        and 0 <= answer.part < 1_000
    )


def _seen(told: Seen, by: str, answer: Answer) -> Seen:
    if len(told.versions) > _VERSIONS:
        raise BadLineError
    return replace(
        told,
        target=Target(*told.target),
        versions=tuple(_running(one) for one in told.versions),
        polled_at=_not_after(told.polled_at, answer.at),
        source=clean(told.source, _TEXT),
        updated_at=_utc(told.updated_at) if told.updated_at else None,
        message=clean(told.message, _TEXT),
        link=clean(told.link, _TEXT),
        excerpt=clean_block(told.excerpt, _EXCERPT),
        by=by,
        heard=answer.steady,
        looks=_bounded(told.looks),
        in_all=_bounded(told.in_all),
        way=clean(told.way, _TEXT),
        elsewhere=clean(told.elsewhere, _TEXT),
    )


def _missing(told: Missing, by: str, answer: Answer) -> Missing:
    return replace(
        told,
        target=Target(*told.target),
        polled_at=_not_after(told.polled_at, answer.at),
        source=clean(told.source, _TEXT),
        detail=clean(told.detail, _TEXT),
        excerpt=clean_block(told.excerpt, _EXCERPT),
        # how long its source asked to be left alone is the asker's business
        retry_after=None,
        host=clean(told.host, _TEXT),
        by=by,
    )


def _running(told: Running) -> Running:
    weight, replicas = told.weight, told.replicas
    if weight is not None and not 0 <= weight <= 100:
        raise BadLineError
    if replicas is not None and not 0 <= replicas <= 1_000_000:
        raise BadLineError
    return replace(told, version=clean(told.version, 128), revision=clean(told.revision, 128))


def _bounded(looks: int) -> int:
    return min(max(looks, 0), LOOKS_LIMIT)


def _utc(at: datetime) -> datetime:
    if at.utcoffset() != timedelta(0):
        raise BadLineError
    return at


def _not_after(at: datetime, end: datetime) -> datetime:
    if _utc(at) > end:
        raise BadLineError
    return at
