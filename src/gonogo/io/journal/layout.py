"""Where a journal lies, what it is made of, whose it must be.

<root>/<release>/           shared: root:<group> 3770 (3775 with read-only observers); alone: 0700, its user's
  store.json                what journal this is; never changed
  .lock                     never written; who holds its kernel lock may append
  <uid>-<random>.jsonl      the events of one account, only ever appended to

Or many releases in one directory that root prepared once, 3770 as well:

<root>/store.json           names no release; the genesis of each release follows from its name
       .lock                one for all
       <release>.<uid>-<random>.jsonl
"""

import hashlib
import os
import pwd
import re
import shlex
import stat
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import msgspec
from msgspec import Struct

from gonogo.errors import ConfigError, GonogoError, NotPermittedError, StorageError
from gonogo.events.edition import FIRST, RULES
from gonogo.io.host.atomic import make_private_directory, sync_directory, write_atomically
from gonogo.io.host.identity_unix import account_name
from gonogo.io.journal.record import FORMAT
from gonogo.ports import OnDisk
from gonogo.text import clean

STORE = "store.json"
LOCK = ".lock"
SOLO, SHARED = "solo", "shared"
_SHARED_MODE = 0o3770
_OBSERVED_MODE = 0o3775
"""Shared, and readable by accounts outside the group."""
ANY = "*"
"""Release that the store.json of a directory for all releases names: no release is written so in a file name."""
_FILE = re.compile(r"(0|[1-9][0-9]{0,9})-[0-9a-f]{4,64}\.jsonl")
_OF_RELEASE = re.compile(r"(.+)\.(?:0|[1-9][0-9]{0,9})-[0-9a-f]{4,64}\.jsonl", re.DOTALL)
_STORE_LIMIT = 64 * 1024
_NAME_LIMIT = 200
_REMOTE = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "gfs2", "ocfs2"}


class Store(Struct, frozen=True):
    """What store.json says: which journal this is."""

    format: int
    release: str
    created: str
    mode: str
    """solo | shared"""
    genesis: str
    """Hash that the first record follows."""
    rules: int = FIRST
    """Edition of the rules of the program that made it: what is recorded here is judged by no older one."""
    earlier: Mapping[str, int] = {}
    """In a directory for all releases: those that were there before the edition was raised, each with its own."""


def default_root() -> Path:
    """Where journals of people who work alone lie: `$XDG_STATE_HOME/gonogo/journals`."""
    return state_home() / "journals"


def state_home() -> Path:
    """This user's own state: `$XDG_STATE_HOME/gonogo`, by default below ~/.local/state."""
    base = os.environ.get("XDG_STATE_HOME", "")
    if base.startswith("/"):
        return Path(base) / "gonogo"
    return Path(os.environ.get("HOME") or pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "state" / "gonogo"


def release_directory(root: Path, release: str) -> Path:
    """The directory of one release: its name, with what a path cannot carry written as %XX."""
    name = re.sub(r"^\.|[^\w .+,@=-]", _percent, release, flags=re.ASCII)
    if not name or len(name) > _NAME_LIMIT:
        raise ConfigError(f"release name '{clean(release, 80)}' cannot name a directory: it is empty or too long")
    return root / name


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogatepass"))


class Found(Struct, frozen=True):
    """Where the journal of a release lies."""

    directory: Path
    store: Store
    prefix: str = ""
    """What the names of its files begin with, where the directory is for all releases; "" in one of its own."""


def find(directory: Path, release: str | None = None) -> Found | None:
    """The journal of the release whose own `directory` would be this one: there, or with others in the one above.

    Raises as `read_store`.
    """
    common = read_store(directory.parent)
    # in a directory for all releases any member can make one of this name: only root's own is a journal there
    if common is None or common.release != ANY or common.mode != SHARED or _is_roots(directory):
        store = read_store(directory, release)
        return Found(directory, store) if store else None
    genesis = hashlib.sha256(f"{common.genesis}\n{directory.name}".encode()).hexdigest()
    name = release or unquote(directory.name)
    rules = common.earlier.get(directory.name, common.rules)
    own = Store(common.format, name, common.created, SHARED, genesis, rules)
    return Found(directory.parent, own, f"{directory.name}.")


def place_of(directory: Path) -> OnDisk:
    """Where the journal truly lies whose own `directory` would be this one; that one when nobody can tell."""
    try:
        found = find(directory)
    except GonogoError:
        return OnDisk(directory)
    if found is None:
        return OnDisk(directory)
    return OnDisk(found.directory, f"{found.prefix}*.jsonl" if found.prefix else "")


def _is_roots(directory: Path) -> bool:
    try:
        facts = directory.lstat()
    except OSError:
        return False
    return facts.st_uid == 0 and stat.S_ISDIR(facts.st_mode)


def owner_named(name: str, prefix: str = "") -> int | None:
    """User id that the name of a journal file claims; None for a name that is no journal file's."""
    match = _FILE.fullmatch(name.removeprefix(prefix)) if name.startswith(prefix) else None
    return int(match[1]) if match else None


def new_file_name(uid: int, prefix: str = "") -> str:
    """A name nobody has used."""
    return f"{prefix}{uid}-{os.urandom(6).hex()}.jsonl"


def file_mode(directory: Path, store: Store) -> int:
    """Mode of a new journal file: its writer's alone, or also the group's to read, or the observers' too."""
    if store.mode != SHARED:
        return 0o600
    try:
        return 0o644 if directory.stat().st_mode & stat.S_IROTH else 0o640
    except OSError:
        return 0o640  # gone or closed to us: the append will say so


def read_store(directory: Path, release: str | None = None) -> Store | None:
    """What journal lies in `directory`; None when there is none.

    Raises ConfigError (not a journal, or another release's), NotPermittedError, StorageError.
    """
    path = directory / STORE
    try:
        raw = _read_small(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as error:
        raise NotPermittedError(
            "this account may not read the journal",
            where=str(path),
            remedy=f"ask an administrator to put {account_name(os.getuid())} into the journal's group",
        ) from error
    except OSError as error:
        raise StorageError(f"the journal cannot be read: {error.strerror}", where=str(path)) from error
    try:
        store = msgspec.json.decode(raw, type=Store)
    except (ValueError, RecursionError) as error:
        raise ConfigError("is not what gonogo wrote there", where=str(path)) from error
    if release is not None and store.release != release:
        message = f"is the journal of release '{clean(store.release, 80)}', not of '{clean(release, 80)}'"
        raise ConfigError(message, where=str(directory))
    return store


def create_solo(directory: Path, release: str, now: datetime) -> Store:
    """Make the journal of a person who works alone, or return the one somebody else's start just made.

    Raises NotPermittedError, StorageError, ConfigError.
    """
    try:
        make_private_directory(directory)
        _open_lock_file(directory, 0o600)
    except PermissionError as error:
        raise NotPermittedError(f"cannot make a journal: {error.strerror}", where=str(directory)) from error
    except OSError as error:
        raise StorageError(f"cannot make a journal: {error.strerror}", where=str(directory)) from error
    _write_store(directory, Store(FORMAT, release, _seconds(now), SOLO, os.urandom(32).hex(), RULES))
    store = read_store(directory, release)
    if store is None:
        raise StorageError("the journal just made is gone", where=str(directory))
    return store


def init_shared(
    directory: Path, group: str, release: str, now: datetime, *, plan: str = "release.yaml"
) -> list[str]:
    """Make the shared journal of `release` below `directory` for the members of `group`; root only.

    Doing it again changes nothing. What is wrong is put right where nobody could have misused it.
    Returns what was done, a sentence each.

    Raises NotPermittedError with the command root must run, ConfigError when it cannot be made safe.
    """
    if os.geteuid() != 0:
        command = ["sudo", "gonogo", "journal", "init", "--shared", os.path.abspath(directory)]  # noqa: PTH100  # must not resolve links
        words = shlex.join([*command, "--group", group, "--plan", plan])
        raise NotPermittedError("only root can make a journal that its users cannot rewrite", remedy=words)
    gid = _group_id(group)
    target = release_directory(directory, release)
    refuse_remote(directory)
    try:
        return [
            *_make_root(directory),
            *_make_directory(target, gid, group),
            *_make_store(target, release, now),
            *_make_lock(target, gid, group),
        ]
    except OSError as error:
        raise StorageError(f"cannot be made: {error.strerror}", where=str(target)) from error


def init_all(directory: Path, group: str, now: datetime) -> list[str]:
    """Make `directory` one that holds the journals of all releases, for the members of `group`; root only.

    A new release then needs no root. As `init_shared` otherwise.
    """
    if os.geteuid() != 0:
        command = ["sudo", "gonogo", "journal", "init", "--shared", os.path.abspath(directory)]  # noqa: PTH100  # must not resolve links
        words = shlex.join([*command, "--group", group, "--all-releases"])
        raise NotPermittedError("only root can make a journal that its users cannot rewrite", remedy=words)
    gid = _group_id(group)
    refuse_remote(directory)
    try:
        return [
            *_make_root(directory.parent),
            *_make_directory(directory, gid, group),
            *_make_store(directory, ANY, now),
            *_make_lock(directory, gid, group),
        ]
    except OSError as error:
        raise StorageError(f"cannot be made: {error.strerror}", where=str(directory)) from error


def inspect(directory: Path) -> tuple[str, ...]:
    """What is wrong with owner and mode of a journal's directory and lock, a sentence each."""
    try:
        facts = directory.lstat()
    except OSError as error:
        return (f"{directory}: {error.strerror}",)
    if not stat.S_ISDIR(facts.st_mode):
        return (f"{directory} is not a directory",)
    try:
        store = read_store(directory)
    except GonogoError as error:
        return (str(error),)
    if store is None:
        return (f"{directory} has no {STORE}",)
    if store.mode == SHARED:
        return (*_shared_faults(directory, facts), *_file_faults(directory, facts))
    return _solo_faults(directory, facts)


def refuse_remote(path: Path, mounts: str | None = None) -> None:
    """Raise ConfigError when `path` lies on a network or user-space file system.

    Locks and owners mean little there. `mounts` is the text of /proc/self/mountinfo.
    """
    kind = filesystem_of(path, mounts)
    if kind in _REMOTE or kind.partition(".")[0] in {"fuse", "fuseblk"}:
        raise ConfigError(
            f"a shared journal cannot lie on {kind}: it keeps neither locks nor owners apart as the kernel does",
            where=str(path),
            remedy="choose a directory on a local disk of the host that everybody logs in to",
        )


def filesystem_of(path: Path, mounts: str | None = None) -> str:
    """Type of the file system `path` lies (or would lie) on; "" when it cannot be told."""
    if mounts is None:
        try:
            mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    place = os.path.realpath(path)
    best, kind = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields = left.split(" ")
        if len(fields) < 5 or not right:
            continue
        point = _unescape(fields[4])
        # the later of two mounts on the same point is the one that is seen
        if len(point) >= best and (place == point or place.startswith(point.rstrip("/") + "/")):
            best, kind = len(point), right.split(" ")[0]
    return kind


def _unescape(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)


def _read_small(path: Path) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        return file.read(_STORE_LIMIT)


def _seconds(now: datetime) -> str:
    return now.isoformat(timespec="seconds").replace("+00:00", "Z")


def _open_lock_file(directory: Path, mode: int) -> None:
    try:
        descriptor = os.open(
            directory / LOCK, os.O_RDONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode
        )
    except FileExistsError:
        return
    os.fchmod(descriptor, mode)
    os.close(descriptor)


def _write_store(directory: Path, store: Store) -> None:
    """Two first starts at the same moment must agree on one genesis: the link that comes first stays."""
    temporary = directory / f".{STORE}.{os.urandom(6).hex()}"
    write_atomically(temporary, msgspec.json.format(msgspec.json.encode(store)) + b"\n", mode=0o644)
    try:
        os.link(temporary, directory / STORE)
    except FileExistsError:
        pass
    except OSError as error:
        raise StorageError(f"cannot make a journal: {error.strerror}", where=str(directory)) from error
    finally:
        temporary.unlink(missing_ok=True)
    sync_directory(directory)


def _group_id(group: str) -> int:
    import grp

    try:
        return grp.getgrnam(group).gr_gid
    except KeyError as error:
        raise ConfigError(
            f"there is no group '{clean(group, 80)}'", remedy=f"sudo groupadd {shlex.quote(group)}"
        ) from error


def _make_root(directory: Path) -> list[str]:
    made = not directory.exists()
    if made:
        directory.mkdir(mode=0o755, parents=True)
        directory.chmod(0o755)
    weak = _exchangeable(directory)
    if weak is not None:
        name = shlex.quote(str(weak))
        raise ConfigError(
            "could be exchanged by others than root: a journal below it would prove nothing",
            where=str(weak),
            remedy=f"sudo chown root {name} && sudo chmod 755 {name}",
        )
    return [f"made {directory} (root, 755)"] if made else []


def _exchangeable(directory: Path) -> Path | None:
    """The first of `directory` and those above it in which somebody but root could put another in its place."""
    place = Path(os.path.realpath(directory))
    for one in (place, *place.parents):
        facts = one.stat()
        if facts.st_uid != 0 or (facts.st_mode & 0o022 and not facts.st_mode & stat.S_ISVTX):
            return one
    return None


def _make_directory(target: Path, gid: int, group: str) -> list[str]:
    wanted = f"(root:{group}, {_SHARED_MODE:o})"
    try:
        facts = target.lstat()
    except FileNotFoundError:
        target.mkdir(mode=0o700)
        _own(target, gid, _SHARED_MODE)
        sync_directory(target.parent)
        return [f"made {target} {wanted}"]
    if not stat.S_ISDIR(facts.st_mode):
        raise ConfigError("is in the way: not a directory", where=str(target))
    if facts.st_uid != 0 and any(target.iterdir()):
        raise ConfigError(
            f"belongs to {account_name(facts.st_uid)}, who could have changed what is in it: it is left as it is",
            where=str(target),
            remedy="move it away and run this again",
        )
    mode = stat.S_IMODE(facts.st_mode)
    if (facts.st_uid, facts.st_gid) == (0, gid) and mode in {_SHARED_MODE, _OBSERVED_MODE}:
        return []
    _own(target, gid, _OBSERVED_MODE if mode == 0o775 else _SHARED_MODE)
    return [f"put {target} right {wanted}: it was {account_name(facts.st_uid)}, {mode:o}"]


def _own(path: Path, gid: int, mode: int) -> None:
    os.chown(path, 0, gid, follow_symlinks=False)
    path.chmod(mode)


def _make_store(target: Path, release: str, now: datetime) -> list[str]:
    store = read_store(target, release)
    if store is None:
        _write_store(target, Store(FORMAT, release, _seconds(now), SHARED, os.urandom(32).hex(), RULES))
        whose = "all releases" if release == ANY else f"release {clean(release, 80)}"
        return [f"made {target / STORE} for {whose}"]
    if store.mode != SHARED:
        raise ConfigError("is the journal of somebody who works alone", where=str(target))
    return _raise_edition(target, store)


def _raise_edition(target: Path, store: Store) -> list[str]:
    """A directory of an older program is judged by today's rules from now on; what has events stays as it is.

    They may be an older program's. In a directory for all releases, those that come later are not held back by it.
    """
    if store.rules >= RULES:
        return []
    path = target / STORE
    with os.scandir(target) as entries:
        names = [entry.name for entry in entries if entry.name.endswith(".jsonl")]
    if names and store.release != ANY:
        return [f"left {path} at rules {store.rules}: it holds events that an older program may have recorded"]
    releases = sorted({match[1] for name in names if (match := _OF_RELEASE.fullmatch(name))} - {*store.earlier})
    raised = Store(
        store.format, store.release, store.created, store.mode, store.genesis, RULES,
        {**store.earlier, **dict.fromkeys(releases, store.rules)},
    )  # fmt: skip
    written = msgspec.json.format(msgspec.json.encode(raised)) + b"\n"
    if len(written) > _STORE_LIMIT:
        return [f"left {path} at rules {store.rules}: it holds more releases than it has room to name"]
    write_atomically(path, written, mode=0o644)
    done = [f"raised {path} from rules {store.rules} to rules {RULES}"]
    if releases:
        shown = ", ".join(clean(unquote(one), 80) for one in releases[:20])
        more = f" and {len(releases) - 20} more" if len(releases) > 20 else ""
        done.append(f"left at rules {store.rules}, since an older program may have recorded in it: {shown}{more}")
    return done


def _make_lock(target: Path, gid: int, group: str) -> list[str]:
    path = target / LOCK
    done = []
    if not path.is_symlink() and not path.exists():
        _open_lock_file(target, 0o660)
        done.append(f"made {path} (root:{group}, 660)")
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
        raise ConfigError("is in the way: not a plain file", where=str(path))
    if (facts.st_uid, facts.st_gid, stat.S_IMODE(facts.st_mode)) != (0, gid, 0o660):
        _own(path, gid, 0o660)
        done = done or [f"put {path} right (root:{group}, 660)"]
    return done


def _shared_faults(directory: Path, facts: os.stat_result) -> tuple[str, ...]:
    mode, owner = stat.S_IMODE(facts.st_mode), account_name(facts.st_uid)
    fix = f"sudo chmod {_SHARED_MODE:o} {shlex.quote(str(directory))}"
    faults = []
    weak = _exchangeable(directory.parent)
    if weak is not None:
        faults.append(f"{weak} could be exchanged by others than root, and the journal with it")
    if facts.st_uid != 0:
        part = " who takes part and" if _takes_part(directory, facts) else ""
        faults.append(f"{directory} belongs to {owner},{part} can remove the files of others: it must be root's")
    if not mode & stat.S_ISVTX:
        faults.append(f"{directory} has no sticky bit: members can remove each other's files; {fix}")
    if not mode & stat.S_ISGID:
        faults.append(f"{directory} has no set-group-ID bit: new files are not the group's; {fix}")
    if mode & stat.S_IWOTH:
        faults.append(f"{directory} is writable for everybody; {fix}")
    if mode & 0o770 != 0o770:
        faults.append(f"{directory} has mode {mode:o}: its group cannot work in it; {fix}")
    return tuple(faults)


def _takes_part(directory: Path, facts: os.stat_result) -> bool:
    """Whether the directory's owner has a file in it or is a member of its group."""
    import grp

    try:
        with os.scandir(directory) as entries:
            if any(owner_named(entry.name) == facts.st_uid for entry in entries):
                return True
    except OSError:
        return False
    try:
        members = grp.getgrgid(facts.st_gid).gr_mem
        return pwd.getpwuid(facts.st_uid).pw_name in members or pwd.getpwuid(facts.st_uid).pw_gid == facts.st_gid
    except KeyError:
        return False


def _file_faults(directory: Path, parent: os.stat_result) -> tuple[str, ...]:
    faults = []
    for path, wanted in ((directory / STORE, 0o644), (directory / LOCK, 0o660)):
        try:
            facts = path.lstat()
        except OSError as error:
            faults.append(f"{path}: {error.strerror}; run gonogo journal init as root")
            continue
        mode = stat.S_IMODE(facts.st_mode)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid != 0 or mode & 0o002:
            faults.append(f"{path} could be exchanged or written by others than root")
        elif mode & wanted != wanted or (path.name == LOCK and facts.st_gid != parent.st_gid):
            faults.append(f"{path} must have mode {wanted:o} and the directory's group, for all members to work")
    return tuple(faults)


def _solo_faults(directory: Path, facts: os.stat_result) -> tuple[str, ...]:
    if facts.st_mode & 0o022:
        return (f"{directory} is writable for others: chmod 700 {shlex.quote(str(directory))}",)
    path = directory / STORE
    try:
        store = path.lstat()
    except OSError as error:
        return (f"{path}: {error.strerror}",)
    if store.st_uid not in {0, facts.st_uid} or store.st_mode & 0o022:
        return (f"{path} could be exchanged or written by others than {account_name(facts.st_uid)}",)
    return ()
