"""The user's own configuration, $XDG_CONFIG_HOME/gonogo/config.toml: what a plan must not say.

    journal = "/srv/releases"            # directory of the shared journal
    allow_addresses = ["169.254.0.10"]   # link-local or metadata addresses that may be asked after all

    [auth.payments]                      # a plan says `auth: payments`, and no more than that
    hosts = ["pay.example.com", "*.pay.example.com", "pay.example.com:8443"]
    header = "Authorization"             # the default
    scheme = "Bearer"                    # put before the token; none by default
    env = "PAYMENTS_TOKEN"               # or  file = "/home/me/.payments-token"  (mode 0600)

Secrets stand in an environment variable or in a file only its owner can read, never here and never in
a plan. A secret is bound to hosts here, so that an edited plan cannot send it elsewhere.
"""

import difflib
import os
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from gonogo.domain.text import clean
from gonogo.errors import ConfigError

_SIZE_LIMIT = 256 * 1024
_TOKEN_LIMIT = 16 * 1024


class Secret:
    """A value that does not print itself: neither by str, repr, format nor in a traceback's locals."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def __repr__(self) -> str:
        return "Secret(***)"

    def reveal(self) -> str:
        """The value itself, for the one place that sends it."""
        return self.__value


class Credential(Struct, frozen=True):
    """A secret that is ready to be sent, and the only hosts it may be sent to."""

    name: str
    header: str
    value: Secret
    hosts: tuple[str, ...]

    def is_for(self, host: str, port: int) -> bool:
        """Whether `host` is listed: by name, by name and port, or below a listed `*.domain`."""
        return any(_host_matches(listed.lower(), host.lower(), port) for listed in self.hosts)


def _host_matches(listed: str, host: str, port: int) -> bool:
    name, colon, listed_port = listed.rpartition(":")
    if colon and listed_port.isdecimal() and not (name.count(":") and not name.endswith("]")):
        if int(listed_port) != port:
            return False
        listed = name
    listed = listed.strip("[]")
    return host.endswith(listed[1:]) if listed.startswith("*.") else host == listed


class Auth(Struct, frozen=True):
    """Where a credential comes from; exactly one of `env` and `file` is set."""

    name: str
    hosts: tuple[str, ...]
    header: str = "Authorization"
    scheme: str = ""
    env: str = ""
    file: str = ""


class Config(Struct, frozen=True):
    """What the user set up on this machine."""

    path: str = ""
    """The file it came from; "" when there is none."""
    journal: str = ""
    auth: Mapping[str, Auth] = {}
    allow_addresses: tuple[str, ...] = ()

    def credential(self, name: str, environ: Mapping[str, str] | None = None) -> Credential:
        """Read the secret called `name` now, so that a rotated token is picked up.

        Raises ConfigError when it is not defined, not set, or lies in a file that others can read.
        """
        auth = self.auth.get(name)
        if auth is None:
            raise ConfigError(
                f"credential '{clean(name, 80)}' is not defined",
                where=self.path or "config.toml",
                remedy=_did_you_mean(name, self.auth)
                or f"add a section [auth.{clean(name, 80)}] with hosts and env or file",
            )
        token = (
            _from_environment(auth, os.environ if environ is None else environ) if auth.env else _from_file(auth)
        )
        value = f"{auth.scheme} {token}" if auth.scheme else token
        return Credential(auth.name, auth.header, Secret(value), auth.hosts)


def config_path(environ: Mapping[str, str]) -> Path:
    """$XDG_CONFIG_HOME/gonogo/config.toml, by default below ~/.config."""
    base = environ.get("XDG_CONFIG_HOME", "")
    root = Path(base) if base.startswith("/") else Path(environ.get("HOME", "~")).expanduser() / ".config"
    return root / "gonogo" / "config.toml"


def load_config(path: Path | None = None) -> Config:
    """Read the configuration; an absent file is an empty one.

    Raises ConfigError for a file that is wrong, or that others could have written.
    """
    path = path or config_path(os.environ)
    try:
        text = _read_private(path, forbidden=stat.S_IWGRP | stat.S_IWOTH, limit=_SIZE_LIMIT)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=str(path)) from error
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"not TOML: {clean(str(error), 200)}", where=str(path)) from error
    return _Reader(str(path)).config(data)


class _Reader:
    """Turns the parsed file into a `Config`, or says which key is wrong."""

    def __init__(self, path: str) -> None:
        self._path = path

    def config(self, data: Mapping[str, Any]) -> Config:
        self._known("", data, ("journal", "auth", "allow_addresses"))
        sections = data.get("auth", {})
        if not isinstance(sections, dict):
            raise self._wrong("auth", "a table of credentials, [auth.NAME]")
        return Config(
            path=self._path,
            journal=self._text("", data, "journal"),
            auth={name: self._auth(name, section) for name, section in sections.items()},
            allow_addresses=self._texts("", data, "allow_addresses"),
        )

    def _auth(self, name: str, section: object) -> Auth:
        place = f"auth.{name}"
        if not isinstance(section, dict):
            raise self._wrong(place, "a table with hosts and env or file")
        self._known(place, section, ("hosts", "header", "scheme", "env", "file"))
        auth = Auth(
            name=name,
            hosts=self._texts(place, section, "hosts"),
            header=self._text(place, section, "header") or "Authorization",
            scheme=self._text(place, section, "scheme"),
            env=self._text(place, section, "env"),
            file=self._text(place, section, "file"),
        )
        if not auth.hosts:
            raise self._wrong(f"{place}.hosts", "the hosts this credential may be sent to, at least one")
        if bool(auth.env) == bool(auth.file):
            raise self._wrong(place, "either env or file, the place of the secret")
        return auth

    def _text(self, place: str, data: Mapping[str, Any], key: str) -> str:
        value = data.get(key, "")
        if not isinstance(value, str) or not value.isprintable():
            raise self._wrong(_join(place, key), "one line of text")
        return value

    def _texts(self, place: str, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
        value = data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(text, str) and text for text in value):
            raise self._wrong(_join(place, key), "a list of texts")
        return tuple(value)

    def _known(self, place: str, data: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        for key in data:
            if key not in keys:
                # never the value: somebody may have put the token itself here
                raise ConfigError(
                    f"unknown key '{clean(_join(place, key), 80)}'",
                    where=self._path,
                    remedy=_did_you_mean(key, keys) or f"known here: {', '.join(keys)}",
                )

    def _wrong(self, place: str, wanted: str) -> ConfigError:
        return ConfigError(f"'{clean(place, 80)}' must be {wanted}", where=self._path)


def _join(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(names), 1)
    return f"did you mean '{close[0]}'?" if close else ""


def _from_environment(auth: Auth, environ: Mapping[str, str]) -> str:
    token = environ.get(auth.env, "")
    return _usable(token, auth, f"environment variable {clean(auth.env, 80)}")


def _from_file(auth: Auth) -> str:
    path = Path(auth.file).expanduser()
    where = f"file {clean(auth.file, 200)}"
    try:
        token = _read_private(path, forbidden=stat.S_IRWXG | stat.S_IRWXO, limit=_TOKEN_LIMIT)
    except OSError as error:
        raise ConfigError(f"credential '{auth.name}': {where}: {error.strerror}") from error
    return _usable(token, auth, where)


def _usable(token: str, auth: Auth, where: str) -> str:
    token = token.strip()
    if not token:
        raise ConfigError(f"credential '{auth.name}': {where} is empty or not set")
    if not (token.isascii() and token.isprintable()):
        raise ConfigError(f"credential '{auth.name}': {where} holds characters a header cannot carry")
    return token


def _read_private(path: Path, *, forbidden: int, limit: int) -> str:
    """Read a small regular file of ours (or root's) that has none of the `forbidden` mode bits.

    Mode and owner are asked of the open descriptor, so that nothing can be exchanged in between.
    Raises ConfigError, or OSError when it cannot be opened.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        _check_private(os.fstat(descriptor), path, forbidden)
        raw = os.read(descriptor, limit + 1)
    finally:
        os.close(descriptor)
    if len(raw) > limit:
        raise ConfigError(f"larger than {limit // 1024} KiB", where=str(path))
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ConfigError("not UTF-8", where=str(path)) from error


def _check_private(facts: os.stat_result, path: Path, forbidden: int) -> None:
    where = clean(str(path), 300)
    if not stat.S_ISREG(facts.st_mode):
        raise ConfigError("not a regular file", where=where)
    if facts.st_uid not in {os.geteuid(), 0}:
        raise ConfigError("belongs to somebody else", where=where, remedy="it must be yours, or root's")
    if facts.st_mode & forbidden:
        readable = forbidden & stat.S_IRGRP
        what, mode = ("read or written", "600") if readable else ("written", "go-w")
        raise ConfigError(f"can be {what} by others", where=where, remedy=f"chmod {mode} {where}")
