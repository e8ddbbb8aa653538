"""Undo a compression nobody asked for, within bounds.

Not httpx's decoder: it expands a whole chunk before anyone can say stop, and half a megabyte of gzip can be
half a gigabyte.
"""

import zlib

from gonogo.facts import Reason
from gonogo.io.http.wire import BODY_LIMIT, Trouble
from gonogo.text import clean

_MEMBERS_LIMIT = 16
_ZLIB_OR_GZIP = zlib.MAX_WBITS | 32


def decoded(raw: bytes, encoding: str) -> bytes:
    """The body without its encoding; stops at the limit. Raises Trouble."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"} or not raw:
        return raw
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise Trouble(Reason.PROTOCOL, f"encoded as {clean(encoding, 40)}, which was not asked for")
    try:
        return _inflated(raw)
    except zlib.error as error:
        raise Trouble(Reason.PROTOCOL, f"not valid {encoding}") from error


def _inflated(raw: bytes) -> bytes:
    out = b""
    for _ in range(_MEMBERS_LIMIT):
        engine = zlib.decompressobj(_ZLIB_OR_GZIP)
        out += engine.decompress(raw, BODY_LIMIT + 1 - len(out))
        if len(out) > BODY_LIMIT:
            raise Trouble(Reason.TOO_LARGE, f"more than {BODY_LIMIT // 1024} KiB after decompression")
        if not engine.eof:
            raise Trouble(Reason.PROTOCOL, "the compressed answer is cut off")
        raw = engine.unused_data
        if not raw:
            return out
    raise Trouble(Reason.TOO_LARGE, f"more than {_MEMBERS_LIMIT} compressed parts")
