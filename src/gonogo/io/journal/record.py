"""One event as one line: canonical JSON, chained by hash to the line before it.

    hash = SHA-256(tag + prev + the record without its hash)

The record is checked as bytes: what does not encode again to the very same line is not what gonogo wrote.
"""

import hashlib
import math
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from gonogo.errors import UsageError
from gonogo.events import GONE, SIMULATED, Actor, Draft, Event, EventId
from gonogo.io.host.identity_unix import nameless
from gonogo.text import BLOCK_LIMIT, clean, clean_block
from gonogo.text.userinfo import without_userinfo

FORMAT = 1
"""Newest format of records and of store.json that this version writes and fully understands."""
LINE_LIMIT = 64 * 1024
"""Bytes of a line, its newline included."""
DEPTH_LIMIT = 16
_ACTORS_KEPT = 4_096
_TAG = b"gonogo-event@1\n"
LAST_SEQ = 2**63 - 1
"""Largest number there can be."""

_Name = Annotated[str, Meta(max_length=1_000)]
_Natural = Annotated[int, Meta(ge=0, le=LAST_SEQ)]
_Hash = Annotated[str, Meta(min_length=64, max_length=64)]


class RecordActor(Struct, frozen=True, forbid_unknown_fields=True):
    """The actor as format 1 writes it, pinned here so that a new field of `Actor` breaks no chain."""

    boot_id: _Name
    host: _Name
    login: _Name
    pid: _Natural
    ssh_from: _Name
    sudo: _Name
    tty: _Name
    uid: _Natural
    user: _Name
    via: _Name


_ABSENT_ACTOR = msgspec.structs.asdict(RecordActor("", "", "", 0, "", "", "", 0, "", ""))


class _Body(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A record without its hash: what the hash is made of."""

    actor: msgspec.Raw
    """A `RecordActor`; kept as bytes because the same few actors come again and again."""
    data: dict[str, Any]
    expect: _Natural
    id: _Name
    kind: _Name
    plan_sha256: _Name
    prev: _Hash
    seq: Annotated[int, Meta(ge=1, le=LAST_SEQ)]
    sig: str | UnsetType = UNSET
    """Kept free: signatures stand in the data. A record that has one is not what gonogo wrote."""
    subject: _Name
    ts: _Name
    v: _Natural


class Record(_Body, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line of a journal file."""

    hash: _Hash


class BadRecordError(Exception):
    """The line is not a record gonogo wrote; the message is the reason, in words."""


class NewerRecordError(Exception):
    """The line is a record of a format this version does not know."""


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Record).decode
_decode_actor = msgspec.json.Decoder(RecordActor).decode
_decode_any = msgspec.json.Decoder(dict[str, Any]).decode


class Sealed(NamedTuple):
    """A record and the line, newline included, that it is on disk."""

    record: Record
    line: bytes


def seal(draft: Draft, actor: Actor, at: datetime, seq: int, prev: str) -> Sealed:
    """Write `draft` as record number `seq`, after the record whose hash is `prev`.

    Raises UsageError when it is larger than LINE_LIMIT or holds what JSON cannot.
    """
    if not draft.id or any(clean(name) != name for name in (draft.id, draft.kind, draft.subject)):
        raise UsageError("an event's id, kind and subject are plain words: nothing was recorded")
    if draft.expect >= seq:
        raise UsageError(f"event {seq} cannot follow event {draft.expect}: nothing was recorded")
    body = {
        "actor": msgspec.structs.asdict(_stored_actor(actor)),
        "data": _plain(draft.data),
        "expect": draft.expect,
        "id": draft.id,
        "kind": draft.kind,
        "plan_sha256": draft.plan_sha256,
        "prev": prev,
        "seq": seq,
        "subject": draft.subject,
        "ts": _timestamp(at),
        "v": FORMAT,
    }
    try:
        digest = _digest(prev, _encode(body))
        line = _encode(body | {"hash": digest}) + b"\n"
    except UnicodeEncodeError as error:
        raise UsageError("the text holds half a character (a lone surrogate): nothing was recorded") from error
    if len(line) > LINE_LIMIT:
        raise UsageError(
            f"the event is {len(line)} bytes, more than the {LINE_LIMIT} a record may have: nothing was recorded",
            remedy="shorten the text, or put it in a file and note its place",
        )
    try:
        return Sealed(unseal(line[:-1]), line)
    except BadRecordError as error:
        raise UsageError(f"the event cannot be recorded: {error}") from error


class Actors:
    """The actors seen so far, by the bytes they were written as: each is read, checked and cleaned once.

    `name_of` tells the account name of a uid as this host has it, "" for none: an author is who the kernel says
    owns the file, whatever name the record gives. Without it the recorded names are taken as they are.
    """

    def __init__(self, name_of: Callable[[int], str] | None = None, *, simulated: bool = False) -> None:
        self._known: dict[bytes, Actor] = {}
        self._name_of = name_of
        self._simulated = simulated
        """Whether simulated people may stand in the records: in a rehearsal's, which is one account's alone."""

    def read(self, raw: msgspec.Raw) -> Actor:
        """The actor of a record. Raises BadRecordError."""
        text = bytes(raw)
        actor = self._known.get(text)
        if actor is None:
            if len(self._known) >= _ACTORS_KEPT:
                self._known.clear()
            actor = self._known[text] = self._named(_actor_of(text))
        return actor

    def _named(self, actor: Actor) -> Actor:
        if self._name_of is None or (self._simulated and actor.user.endswith(SIMULATED)):
            return actor
        name = self._name_of(actor.uid)
        if name == actor.user or not name:
            gone = not name and actor.user != nameless(actor.uid)
            return replace(actor, user=actor.user + GONE, recorded=actor.user) if gone else actor
        return replace(actor, user=name, recorded=actor.user or "(none)")


def is_forged(actor: Actor) -> bool:
    """Whether a record gives its author the name of another account than the host does."""
    return bool(actor.recorded) and not actor.user.endswith(GONE) and actor.recorded != nameless(actor.uid)


def unseal(line: bytes) -> Record:
    """Read one line (without its newline) and check it against its own hash.

    Raises BadRecordError, or NewerRecordError for another format.
    """
    if len(line) >= LINE_LIMIT:
        raise BadRecordError("it is longer than a record may be")
    try:
        record = _decode(line)
        unchanged = _encode(record) == line
    except (ValueError, RecursionError) as error:
        if _is_newer(line):
            raise NewerRecordError from error
        raise BadRecordError(f"it is no record ({clean(str(error), 120)})") from error
    if record.v != FORMAT:
        raise NewerRecordError
    # the hash cannot be known to what it is a hash of, so this text stands in the line once
    body = line.replace(b'"hash":"%b",' % record.hash.encode(), b"", 1)
    if not unchanged or _digest(record.prev, body) != record.hash:
        raise BadRecordError("its bytes differ from what its hash was made of")
    if record.sig is not UNSET:
        raise BadRecordError("it holds a signature where this version writes none")
    if line.count(b"[") + line.count(b"{") > DEPTH_LIMIT and _depth(record.data) > DEPTH_LIMIT:
        raise BadRecordError("its data is nested too deep")
    return record


def read_newer(line: bytes) -> Record:
    """What can be understood of a record of a newer format; its hash is not checked. Raises BadRecordError."""
    try:
        fields = _decode_any(line)
        given = fields["actor"]
        actor = {name: given.get(name, _ABSENT_ACTOR[name]) for name in RecordActor.__struct_fields__}
        known = {name: fields[name] for name in Record.__struct_fields__ if name in fields and name != "sig"}
        absent = {"data": {}, "expect": 0, "plan_sha256": "", "subject": ""}
        return _decode(_encode(absent | known | {"actor": actor}))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise BadRecordError("it is of a newer format that cannot be read here") from error


def number_in(line: bytes) -> int:
    """Sequence number a damaged line claims; 0 when it claims none."""
    try:
        number = _decode_any(line).get("seq")
    except (ValueError, RecursionError):
        return 0
    return number if isinstance(number, int) and 0 < number <= LAST_SEQ else 0


def is_harmless(text: bytes) -> bool:
    """Whether no record in `text` can hold anything a terminal would obey: the common case, found out fast."""
    return text.isascii() and b"\\" not in text and b"\x7f" not in text


def event_of(record: Record, actor: Actor, *, harmless: bool = False) -> Event:
    """The record as a domain value; its text is cleaned unless it is known to be harmless.

    Raises BadRecordError when its time is none.
    """
    if harmless:
        name, data = _as_is, record.data
    else:
        name, data = clean, _clean_data(record.data)
    return Event(
        seq=record.seq,
        id=EventId(name(record.id)),
        at=time_of(record),
        actor=actor,
        # the same few words in every event: kept once, a quarter of the memory of a long trail
        kind=sys.intern(name(record.kind)),
        subject=sys.intern(name(record.subject)),
        data=data,
        expect=record.expect,
        plan_sha256=sys.intern(name(record.plan_sha256)),
        hash=record.hash,
    )


def time_of(record: Record) -> datetime:
    """When its author's clock said it was written, UTC. Raises BadRecordError."""
    try:
        at = datetime.fromisoformat(record.ts)
    except ValueError as error:
        raise BadRecordError("its time is none") from error
    if at.tzinfo is not UTC:
        raise BadRecordError("its time is not in UTC")
    return at


def _digest(prev: str, body: bytes) -> str:
    return hashlib.sha256(_TAG + prev.encode() + body).hexdigest()


def _timestamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stored_actor(actor: Actor) -> RecordActor:
    return RecordActor(**{name: getattr(actor, name) for name in RecordActor.__struct_fields__})


def _actor_of(text: bytes) -> Actor:
    try:
        stored = _decode_actor(text)
    except ValueError as error:
        raise BadRecordError(f"its actor is none ({clean(str(error), 120)})") from error
    if _encode(stored) != text:
        raise BadRecordError("its actor is not written as gonogo writes one")
    fields: dict[str, Any] = msgspec.structs.asdict(stored)
    fields |= {name: clean(value) for name, value in fields.items() if isinstance(value, str)}
    return Actor(**fields)


def _as_is(text: str) -> str:
    return text


def _plain(value: object, depth: int = 0) -> Any:
    """`value` as JSON can carry it there and back unchanged. Raises UsageError."""
    if depth > DEPTH_LIMIT:
        raise UsageError(f"the event's data is nested deeper than {DEPTH_LIMIT}: nothing was recorded")
    match value:
        case bool() | str() | None:
            return value
        case int() if -LAST_SEQ <= value <= LAST_SEQ:
            return int(value)
        case float() if math.isfinite(value):
            return value
        case list() | tuple():
            return [_plain(one, depth + 1) for one in value]
        case Mapping() if all(isinstance(key, str) for key in value):
            return {key: _plain(one, depth + 1) for key, one in value.items()}
        case _:
            raise UsageError(f"the event's data holds a {type(value).__name__} that a record cannot carry")


def _clean_data(value: Any) -> Any:
    match value:
        case str():
            plain = value.isascii() and value.isprintable()
            return without_userinfo(value) if plain else clean_block(value, BLOCK_LIMIT)
        case list():
            return [_clean_data(one) for one in value]
        case dict():
            return {clean(key): _clean_data(one) for key, one in value.items()}
        case _:
            return value


def _depth(value: object) -> int:
    match value:
        case list():
            return 1 + max(map(_depth, value), default=0)
        case dict():
            return 1 + max(map(_depth, value.values()), default=0)
        case _:
            return 0


def _is_newer(line: bytes) -> bool:
    try:
        version = _decode_any(line).get("v")
    except (ValueError, RecursionError):
        return False
    return isinstance(version, int) and version > FORMAT
