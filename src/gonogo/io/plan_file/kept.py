"""Plans that were read before: the same bytes, read by the same code, make the same plan.

Reading YAML is a third of what a tick costs. A kept plan is taken only for the very bytes that were read from the
file just now, at the same place, and only while everything that had a hand in reading them is as it was: the code
of gonogo and of its libraries, and the zones the plan names. What cannot be kept exactly is not kept, and plans
with mistakes never are. Decision 0011.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from gonogo import __version__
from gonogo.io.host.own_cache import OwnCache, cache_directory
from gonogo.plan import Plan

_FORM = b"gonogo-plan@2\n"
_DIGEST = hashlib.sha256().digest_size
_FILES = 64
"""Plans, each as it was between two edits."""
_LARGEST = 8 * 1024 * 1024
_STARTING = timedelta(minutes=1)
"""More than what a process needs to load its code, and a file system's clock is late."""


class _Footing(Struct, frozen=True, array_like=True):
    """A file the reading rested on, as the file system told it apart; all 0 when it was not there."""

    path: str
    mtime_ns: int = 0
    ctime_ns: int = 0
    size: int = 0
    inode: int = 0


class _Kept(Struct, frozen=True):
    """The content of one file."""

    rests_on: tuple[_Footing, ...]
    plan: Plan


class KeptPlans:
    """See the module. Nothing depends on it: whatever goes wrong here, the plan is read."""

    def __init__(self, cache: OwnCache, loaded_from: datetime) -> None:
        self._cache = cache
        self._settled = loaded_from
        """Files changed later than this may be other than what this process read of them."""

    @classmethod
    def of(cls, environ: Mapping[str, str], now: datetime) -> "KeptPlans | None":
        """Those in this user's cache; None when there is no home. To be asked for early in a process."""
        directory = cache_directory(environ, "plans")
        if directory is None:
            return None
        return cls(OwnCache(directory, files=_FILES, largest=_LARGEST), now - _STARTING)

    def find(self, sha256: str, file: str, directory: str) -> Plan | None:
        """The plan that bytes of this hash state, read as `file` (its name in messages) from `directory`."""
        try:
            raw = self._cache.read(_name(sha256, file, directory))
        except OSError:
            return None
        start = len(_FORM) + _DIGEST
        body = raw[start:]
        if raw[:start] != _FORM + hashlib.sha256(body).digest():
            return None
        kept = _decoded(body)
        if kept is None or any(_footing(one.path) != one for one in kept.rests_on):
            return None
        return kept.plan

    def keep(self, sha256: str, file: str, directory: str, plan: Plan) -> None:
        """Keep it for next time, if it comes back as it is."""
        footings = tuple(map(_footing, _rests_on(plan)))
        if any(one.ctime_ns >= self._settled.timestamp() * 1e9 for one in footings):
            return
        body = msgspec.msgpack.encode(_Kept(footings, plan))
        again = _decoded(body)
        # repr tells what == does not: a name from an enumeration and the same text are equal
        if again is None or repr(again.plan) != repr(plan):
            return
        content = b"".join((_FORM, hashlib.sha256(body).digest(), body))
        self._cache.write(_name(sha256, file, directory), content)


def _name(sha256: str, file: str, directory: str) -> str:
    """One for everything that decides what a plan says, besides the files it rests on."""
    told = [__version__, sys.version, sys.prefix, os.environ.get("PYTHONTZPATH", ""), sha256, file, directory]
    return f"{hashlib.sha256(msgspec.msgpack.encode(told)).hexdigest()}.plan"


def _decoded(body: bytes) -> _Kept | None:
    try:
        return msgspec.msgpack.decode(body, type=_Kept)
    except (msgspec.DecodeError, ValueError):
        return None


def _rests_on(plan: Plan) -> Iterable[str]:
    """Every file of ours and of libraries that is loaded now, and the files of the plan's zones."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in sys.stdlib_module_names and (path := getattr(module, "__file__", None)):
            yield path
    zones = {one.zone for one in (*plan.freezes, *plan.windows)} | ({plan.window.zone} if plan.window else set())
    if zones:
        from zoneinfo import TZPATH

        # where there is none of them, a library has them, and is loaded
        yield from (f"{root}/{zone}" for root in TZPATH for zone in sorted(zones))


def _footing(path: str) -> _Footing:
    try:
        facts = os.stat(path)  # noqa: PTH116  # a hundred at every start: Path takes four times as long
    except (OSError, ValueError):
        return _Footing(path)
    return _Footing(path, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino)
