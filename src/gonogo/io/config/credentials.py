"""Credentials: from the place the user's configuration names to a header that is ready to be sent.

The places: an environment variable, a file only its owner can read, an entry of netrc, the output of a command.
No text made here holds a secret, whatever goes wrong with it.
"""

import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from gonogo.errors import ConfigError
from gonogo.io.host.private_files import check_private, read_private
from gonogo.text import clean

if TYPE_CHECKING:
    import asyncio

    from gonogo.io.config import Config
    from gonogo.io.config.kube_plugin import Plugin
    from gonogo.io.config.tls import Tls

_TOKEN_LIMIT = 16 * 1024
_NOT_AGAIN = 30.0
"""Seconds before a command is run again because its token was turned down."""
_FAILED_FOR = 2.0
"""Seconds, at least, before a command that failed is run again: who waits for his turn is told the same meanwhile.
As long as it took where that is longer: one that hangs must not run all the time."""
_TOO_SHORT = 4
"""Characters below which a secret is not looked for in answers: it would be found everywhere."""


class Secret:
    """A value that does not print itself: neither by str, repr, format nor in a traceback's locals."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__value

    def __hash__(self) -> int:
        return hash(self.__value)

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self.__value


class Credential(Struct, frozen=True):
    """A secret that is ready to be sent, and the only hosts it may be sent to."""

    name: str
    header: str
    value: Secret
    """What stands in the header, scheme included."""
    hosts: tuple[str, ...]
    bare: Secret = Secret("")
    """The secret alone, as it stood in its place; "" when `value` is all there is."""
    renewable: bool = False
    """Whether a command made it, which may make another one."""

    def is_for(self, host: str, port: int) -> bool:
        """Whether it may be sent to `host`."""
        return is_bound(self.hosts, host, port)

    def spellings(self) -> Iterator[str]:
        """How an answer might repeat the secret: whole, alone, encoded for a URL or for JSON; longest first."""
        value = self.value.reveal()
        for text in (value, value.rpartition(" ")[2], self.bare.reveal()):
            if len(text) >= _TOO_SHORT:
                yield from dict.fromkeys((text, quote(text, safe=""), text.replace("/", "\\/")))


def is_bound(hosts: Iterable[str], host: str, port: int) -> bool:
    """Whether `host` is among `hosts`: by name, by name and port, or below a listed `*.domain`."""
    return any(_host_matches(listed.lower(), host.lower(), port) for listed in hosts)


def _host_matches(listed: str, host: str, port: int) -> bool:
    name, colon, listed_port = listed.rpartition(":")
    if colon and listed_port.isdecimal() and not (name.count(":") and not name.endswith("]")):
        if int(listed_port) != port:
            return False
        listed = name
    listed = listed.strip("[]")
    return host.endswith(listed[1:]) if listed.startswith("*.") else host == listed


class Auth(Struct, frozen=True):
    """Where a credential comes from; exactly one of `env`, `file`, `netrc` and `command` is set."""

    name: str
    hosts: tuple[str, ...]
    header: str = "Authorization"
    scheme: str = ""
    env: str = ""
    file: str = ""
    netrc: str = ""
    """Name of the machine whose login and password are taken."""
    command: tuple[str, ...] = ()
    keep: timedelta = timedelta(minutes=5)
    """How long the output of `command` is used."""
    timeout: timedelta = timedelta(seconds=10)
    """How long `command` may take."""


def credential_from(auth: Auth, environ: Mapping[str, str]) -> Credential:
    """Read the secret now. Raises ConfigError when it is not there, or where others could read it."""
    scheme = auth.scheme
    if auth.env:
        secret = _usable(environ.get(auth.env, ""), auth, f"environment variable {clean(auth.env, 80)}")
        token = secret
    elif auth.file:
        secret = token = _from_file(auth)
    elif auth.command:
        secret = token = _from_command(auth, environ)
    else:
        login, secret = _from_netrc(auth, environ)
        import base64

        token = secret if scheme else base64.b64encode(f"{login}:{secret}".encode()).decode()
        scheme = scheme or "Basic"
    value = f"{scheme} {token}" if scheme else token
    return Credential(auth.name, auth.header, Secret(value), auth.hosts, Secret(secret), bool(auth.command))


def _from_file(auth: Auth) -> str:
    path = Path(auth.file).expanduser()
    where = f"file {clean(auth.file, 200)}"
    try:
        token = read_private(path, forbidden=stat.S_IRWXG | stat.S_IRWXO, limit=_TOKEN_LIMIT)
    except OSError as error:
        raise ConfigError(f"credential '{auth.name}': {where}: {error.strerror}") from error
    except ConfigError as error:
        raise _refused(auth, where, error) from error
    return _usable(token, auth, where)


def _refused(auth: Auth, where: str, error: ConfigError) -> ConfigError:
    """The same, said of the credential: it is told where nobody sees which file it is about."""
    return ConfigError(f"credential '{auth.name}': {where}: {error.message}", remedy=error.remedy)


def _from_netrc(auth: Auth, environ: Mapping[str, str]) -> tuple[str, str]:
    """Login and password of the machine the configuration names."""
    path = Path(environ.get("NETRC") or "~/.netrc").expanduser()
    where = f"{clean(str(path), 200)}, machine {clean(auth.netrc, 80)}"
    try:
        found = _machine(path, auth.netrc)
    except OSError as error:
        raise ConfigError(f"credential '{auth.name}': {where}: {error.strerror}") from error
    except ConfigError as error:
        raise _refused(auth, where, error) from error
    if found is None:
        raise ConfigError(f"credential '{auth.name}': {where}: not a valid netrc file")
    login, password = found
    return login, _usable(password, auth, where)


def _machine(path: Path, name: str) -> tuple[str, str] | None:
    """Login and password, "" when the machine is not there; None for what is no netrc file. Raises OSError."""
    import netrc  # only for those who use one

    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        check_private(os.fstat(descriptor), path, stat.S_IRWXG | stat.S_IRWXO)
        # by descriptor: what was checked is what is read
        found = netrc.netrc(f"/proc/self/fd/{descriptor}").authenticators(name)
    except (netrc.NetrcParseError, UnicodeDecodeError):
        # a value and no exception: the parser's would quote the word it stumbled over, which may be the password
        return None
    finally:
        os.close(descriptor)
    login, _, password = found or ("", "", "")
    return login or "", password or ""


def _from_command(auth: Auth, environ: Mapping[str, str]) -> str:
    """The first line of what the command prints."""
    from gonogo.io.config.token_command import printed_by  # with all that starts processes

    whose = f"credential '{auth.name}'"
    printed = printed_by(auth.command, environ, auth.timeout.total_seconds(), whose)
    line = printed.decode("utf-8", "replace").partition("\n")[0]
    return _usable(line, auth, f"command {clean(auth.command[0], 200)}")


def _usable(token: str, auth: Auth, where: str) -> str:
    token = token.strip()
    if not token:
        raise ConfigError(f"credential '{auth.name}': {where} is empty or not set")
    if not (token.isascii() and token.isprintable()):
        raise ConfigError(f"credential '{auth.name}': {where} holds characters a header cannot carry")
    return token


class Issued(Struct, frozen=True):
    """What a command gave: a credential, a certificate to show, or both."""

    credential: Credential | None
    made: float
    """When, in monotonic seconds; `until` likewise: when it is to be made anew."""
    until: float
    tls: "Tls | None" = None


Tokens = dict["Auth | Plugin", Issued]
"""What commands gave, for those who ask again and again."""


class Credentials:
    """The credentials of one session, for an event loop: commands run in a thread, and not for each question."""

    def __init__(
        self,
        config: "Config",
        monotonic: Callable[[], float] = time.monotonic,
        kept: Tokens | None = None,
    ) -> None:
        """`kept` is what earlier ones had from their commands, for those who ask again and again."""
        self._config = config
        self._monotonic = monotonic
        self._kept: Tokens = {} if kept is None else kept
        self._running: dict[Auth | Plugin, asyncio.Future[Issued]] = {}
        self._failed: dict[Auth | Plugin, tuple[ConfigError, float]] = {}
        """What was wrong, and until when that is said without another run."""

    async def get(self, name: str) -> Credential:
        """The credential called `name`. Raises ConfigError as `Config.credential` does."""
        auth = self._config.where_to_find(name)
        if not auth.command:
            return self._config.credential(name)

        def made() -> Issued:
            now = self._monotonic()
            return Issued(self._config.credential(name), now, now + auth.keep.total_seconds())

        issued = await self._issued(auth, made)
        assert issued.credential is not None
        return issued.credential

    async def of_plugin(self, plugin: "Plugin") -> Issued:
        """What a kubeconfig's command gives. Raises ConfigError."""
        from gonogo.io.config.kube_plugin import run_plugin

        return await self._issued(plugin, lambda: run_plugin(plugin, os.environ, self._monotonic()))

    async def _issued(self, source: "Auth | Plugin", make: Callable[[], Issued]) -> Issued:
        import asyncio  # whoever ticks reads the configuration too, and runs no loop

        kept = self._kept.get(source)
        if kept is not None and self._monotonic() < kept.until:
            return kept
        failed = self._failed.get(source)
        if failed is not None and self._monotonic() < failed[1]:
            raise failed[0].with_traceback(None)
        # one run for all who wait, also where it fails: twelve cells with the same credential must not start
        # twelve commands, nor wait for twelve time-outs one after the other
        running = self._running.get(source)
        if running is None:
            began = self._monotonic()
            running = self._running[source] = asyncio.ensure_future(asyncio.to_thread(make))
            running.add_done_callback(lambda done: self._made(source, began, done))
        return await asyncio.shield(running)

    def _made(self, source: "Auth | Plugin", began: float, done: "asyncio.Future[Issued]") -> None:
        self._running.pop(source, None)
        self._failed.pop(source, None)
        if done.cancelled():
            return
        error, now = done.exception(), self._monotonic()
        if error is None:
            self._kept[source] = done.result()
        elif isinstance(error, ConfigError):
            self._failed[source] = (error, now + max(_FAILED_FOR, now - began))

    def turned_down(self, refused: "Credential | Issued") -> bool:
        """The endpoint did not accept it (401); returns whether another one may be had at once.

        A command is run again, but not again and again.
        """
        if isinstance(refused, Credential) and not refused.renewable:
            return False
        # a list: other threads have theirs made meanwhile
        for source, kept in list(self._kept.items()):
            if kept is refused or kept.credential is refused:
                if self._monotonic() - kept.made < _NOT_AGAIN:
                    return False
                self._kept.pop(source, None)
        return True  # also where somebody else who was turned down has it renewed already
