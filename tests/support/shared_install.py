"""gonogo as other unix accounts run it: an environment everybody may read, and accounts to run it as.

    def test_two_people(shared_python: SharedPython, accounts: Accounts) -> None:
        first, second = accounts.names[:2]
        done = as_user(first, [shared_python.gonogo, "tick", "smoke"], umask=0o077)
        assert done.returncode == 0

The source tree may lie in a home that others cannot enter, and so may the environment the tests run in;
therefore both are copied.
"""

import fcntl
import grp
import importlib.metadata
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement

import gonogo

_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw").removeprefix("gw")
"""Number of this process among those that share one run of the tests; "" where it is the only one."""
GROUP = f"gonogo-{chr(ord('a') + int(_WORKER)) if _WORKER else 't'}"
NAMES = tuple(f"{GROUP}{number}" for number in range(1, 5))
_IN_USE = Path(f"/run/lock/{GROUP}-accounts")
"""Two sessions never have the same accounts at once; workers of one run have accounts of their own."""
_ADMIN = Path("/run/lock/gonogo-test-accounts")
"""Held while accounts are made or removed: the system's own tools give up when two of them meet."""
_NOBODY = 65534
_ADMIN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Argument = str | os.PathLike[str]


class NoSharedPythonError(Exception):
    """No interpreter of this version can be run by other accounts; the message says what was tried."""


class SharedPython(NamedTuple):
    """An environment with gonogo and its run-time dependencies, readable for all, writable for its maker only."""

    root: Path
    python: Path
    """Interpreter that imports gonogo; also as `-I`."""
    gonogo: Path
    """The command, as a script."""


class Accounts(NamedTuple):
    """Four throw-away unix accounts with homes of their own in one group of theirs."""

    names: tuple[str, ...]
    group: str
    gid: int

    def uid(self, name: str) -> int:
        """Number of the account."""
        return pwd.getpwnam(name).pw_uid

    def home(self, name: str) -> Path:
        """Home directory, mode 0700."""
        return Path(pwd.getpwnam(name).pw_dir)


@contextmanager
def open_directory() -> Iterator[Path]:
    """A directory that every account may enter: pytest's own are closed anew by each other run on this machine."""
    with tempfile.TemporaryDirectory(prefix="gonogo-open-", dir="/tmp", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def shared_install() -> Iterator[SharedPython]:
    """Build the environment below /tmp; it is removed at the end. Raises NoSharedPythonError."""
    root = Path(tempfile.mkdtemp(prefix="gonogo-shared-", dir="/tmp"))
    try:
        root.chmod(0o755)
        yield _build(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def unix_accounts() -> Iterator[Accounts]:
    """Create the accounts, or take over an earlier run's; the last session to end removes them. Needs root."""
    with _IN_USE.open("w") as in_use:
        fcntl.flock(in_use, fcntl.LOCK_EX)
        with _ADMIN.open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            _make_accounts()
        fcntl.flock(in_use, fcntl.LOCK_SH)
        try:
            yield Accounts(NAMES, GROUP, grp.getgrnam(GROUP).gr_gid)
        finally:
            _remove_unless_used(in_use.fileno())


def popen_as(
    user: str,
    argv: Sequence[Argument],
    *,
    umask: int = 0o022,
    env: Mapping[str, str] | None = None,
    **options: Any,
) -> "subprocess.Popen[Any]":
    """Start `argv` as `user` with the environment of a fresh log-in, `env` laid over it. Needs root."""
    account = pwd.getpwnam(user)
    settings: dict[str, Any] = {"cwd": "/", "stdin": subprocess.DEVNULL} | options
    return subprocess.Popen(
        [os.fspath(argument) for argument in argv],
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=os.getgrouplist(user, account.pw_gid),
        umask=umask,
        env=_login_environment(account) | dict(env or {}),
        **settings,
    )


def as_user(
    user: str,
    argv: Sequence[Argument],
    *,
    umask: int = 0o022,
    env: Mapping[str, str] | None = None,
    timeout: float = 60,
    **options: Any,
) -> "subprocess.CompletedProcess[str]":
    """Run `argv` as `user` to its end and return what it wrote, as text."""
    with popen_as(
        user, argv, umask=umask, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    ) as child:
        try:
            out, err = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            raise
    return subprocess.CompletedProcess(child.args, child.returncode, out, err)


def _login_environment(account: pwd.struct_passwd) -> dict[str, str]:
    return {
        "HOME": account.pw_dir,
        "USER": account.pw_name,
        "LOGNAME": account.pw_name,
        "SHELL": account.pw_shell,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
    }


def _build(root: Path) -> SharedPython:
    environment = root / "env"
    subprocess.run(
        [_interpreter(), "-m", "venv", "--without-pip", "--symlinks", environment], check=True, umask=0o022
    )
    packages = environment / "lib" / f"python{_version()}" / "site-packages"
    for distribution in _closure("gonogo"):
        _copy_distribution(distribution, packages)
    source = Path(gonogo.__file__).parent
    shutil.copytree(source, packages / "gonogo", ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    python = environment / "bin" / "python"
    # others cannot write byte code there, and would compile at every start
    subprocess.run([python, "-m", "compileall", "-q", packages / "gonogo"], check=True, umask=0o022)
    command = environment / "bin" / "gonogo"
    command.write_text(f"#!{python}\nimport sys\nfrom gonogo.__main__ import main\nsys.exit(main())\n")
    command.chmod(0o755)
    _open_for_reading(environment)
    return SharedPython(root, python, command)


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _interpreter() -> str:
    """The tests' own base interpreter where others may run it, else the system's of the same version."""
    base = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    candidates = dict.fromkeys([base, "/usr/bin/python3", f"/usr/bin/python{_version()}"])
    for candidate in candidates:
        if _others_can_run(candidate):
            return candidate
    raise NoSharedPythonError(f"no python {_version()} that other accounts can run among {', '.join(candidates)}")


def _others_can_run(python: str) -> bool:
    question = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
    other: dict[str, Any] = {}
    if os.geteuid() == 0:
        other = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}
    try:
        answer: subprocess.CompletedProcess[str] = subprocess.run(
            [python, "-I", "-c", question], check=False, capture_output=True, text=True, cwd="/", **other
        )
    except OSError:
        return False
    return answer.stdout.strip() == _version()


def _closure(name: str) -> list[importlib.metadata.Distribution]:
    """The distribution and everything it needs at run time, extras left out."""
    found: dict[str, importlib.metadata.Distribution] = {}
    wanted = [name]
    while wanted:
        key = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
        if key in found:
            continue
        found[key] = importlib.metadata.distribution(key)
        for line in found[key].requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
    return list(found.values())


def _copy_distribution(distribution: importlib.metadata.Distribution, packages: Path) -> None:
    """Whole top-level entries, byte code included; scripts and what an editable install points to are left out."""
    base = Path(str(distribution.locate_file("")))
    tops = {file.parts[0] for file in distribution.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for top in sorted(tops):
        source = base / top
        if source.is_dir():
            shutil.copytree(source, packages / top, dirs_exist_ok=True)
        elif source.suffix == ".pth":
            continue
        elif source.exists():
            shutil.copy2(source, packages / top)


def _open_for_reading(root: Path) -> None:
    for directory, _, names in os.walk(root):
        Path(directory).chmod(0o755)
        for name in names:
            path = Path(directory, name)
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o111 else 0o644)


def _make_accounts() -> None:
    _admin("groupadd", "--force", GROUP)
    for name in NAMES:
        try:
            pwd.getpwnam(name)
        except KeyError:
            # password "*": no log-in by password, yet not locked, so that sshd takes a key
            _admin("useradd", "--create-home", "-k", "/dev/null", "-g", GROUP, "-s", "/bin/bash", "-p", "*", name)
            Path(pwd.getpwnam(name).pw_dir).chmod(0o700)


def _remove_unless_used(in_use: int) -> None:
    try:
        fcntl.flock(in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another test session still works with them
    with _ADMIN.open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        for name in NAMES:
            _admin("userdel", "--force", "--remove", name, check=False)
        _admin("groupdel", GROUP, check=False)


def _admin(*argv: str, check: bool = True) -> None:
    done = subprocess.run(
        argv, check=False, capture_output=True, text=True, env={"PATH": _ADMIN_PATH, "LANG": "C"}, umask=0o022
    )
    if check and done.returncode:
        raise AssertionError(f"{' '.join(argv)}: {done.stderr.strip()}")
