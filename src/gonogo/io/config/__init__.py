"""The user's own configuration, $XDG_CONFIG_HOME/gonogo/config.toml: what a plan must not say.

    journal = "/srv/releases"            # directory of the shared journal
    allow_addresses = ["169.254.0.10"]   # link-local or metadata addresses that may be asked after all
    shared_accounts = ["deploy"]         # accounts several people use: such a one approves and decides nothing
    ca_file = "/etc/ssl/corporate.pem"   # authorities that are trusted besides the system's
    proxy = "environment"                # use HTTP_PROXY, HTTPS_PROXY, NO_PROXY; by default they are not
    signing_key = "~/.ssh/id_ed25519"    # signs decisions, where a plan asks for that: a key, or the public half
                                         # ("ssh-ed25519 AAAA...") of one that your ssh-agent holds

    [auth.payments]                      # a plan says `auth: payments`, and no more than that
    hosts = ["pay.example.com", "*.pay.example.com", "pay.example.com:8443"]
    header = "Authorization"             # the default
    scheme = "Bearer"                    # put before the token; none by default
    env = "PAYMENTS_TOKEN"               # or one of:
    # file = "/home/me/.payments-token"  #   a file of mode 0600
    # netrc = "pay.example.com"          #   that machine's login and password in ~/.netrc (or $NETRC)
    # command = ["vault", "print", "token"]   # what this prints; an argument list, never a shell
    # keep = "5m"                        #   how long what it printed is used
    # timeout = "10s"                    #   how long it may take

Secrets stand in an environment variable, in a file only its owner can read, or come from a command; never here
and never in a plan. A secret is bound to hosts here, so that an edited plan cannot send it elsewhere.
"""

import os
import stat
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from gonogo.errors import ConfigError
from gonogo.io.config.credentials import Auth, Credential, Secret, credential_from
from gonogo.io.host.private_files import read_private
from gonogo.text import clean
from gonogo.text.durations import parse_duration

__all__ = ["Auth", "Config", "Credential", "Secret", "config_path", "load_config"]

_SIZE_LIMIT = 256 * 1024
_KEYS = ("journal", "auth", "allow_addresses", "shared_accounts", "ca_file", "proxy", "signing_key")
_AUTH_KEYS = ("hosts", "header", "scheme", "env", "file", "netrc", "command", "keep", "timeout")
_DEFAULTS = Auth("", ())


class Config(Struct, frozen=True):
    """What the user set up on this machine."""

    path: str = ""
    """The file it came from; "" when there is none."""
    journal: str = ""
    auth: Mapping[str, Auth] = {}
    allow_addresses: tuple[str, ...] = ()
    shared_accounts: tuple[str, ...] = ()
    ca_file: str = ""
    """Certificates in PEM form that are trusted besides the system's; "" for none."""
    proxy: str = ""
    """`environment`, or "" for none."""
    signing_key: str = ""
    """What decisions are signed with: path of a key, or a public key whose other half an ssh-agent holds."""

    def credential(self, name: str, environ: Mapping[str, str] | None = None) -> Credential:
        """Read the secret called `name` now, so that a rotated token is picked up.

        Where it comes from a command this waits for it: in an event loop use `credentials.Credentials`.
        Raises ConfigError when it is not defined, not set, or lies in a file that others can read.
        """
        return credential_from(self.where_to_find(name), os.environ if environ is None else environ)

    def where_to_find(self, name: str) -> Auth:
        """The section of `name`. Raises ConfigError when there is none."""
        auth = self.auth.get(name)
        if auth is None:
            raise ConfigError(
                f"credential '{clean(name, 80)}' is not defined",
                where=self.path or "config.toml",
                remedy=_did_you_mean(name, self.auth)
                or f"add a section [auth.{clean(name, 80)}] with hosts and env, file, netrc or command",
            )
        return auth


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
        text = read_private(path, forbidden=stat.S_IWGRP | stat.S_IWOTH, limit=_SIZE_LIMIT)
    except FileNotFoundError:
        return Config()
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", where=str(path)) from error
    import tomllib  # most accounts have no such file

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
        self._known("", data, _KEYS)
        sections = data.get("auth", {})
        if not isinstance(sections, dict):
            raise self._wrong("auth", "a table of credentials, [auth.NAME]")
        return Config(
            path=self._path,
            journal=self._text("", data, "journal"),
            auth={name: self._auth(name, section) for name, section in sections.items()},
            allow_addresses=self._texts("", data, "allow_addresses"),
            shared_accounts=self._texts("", data, "shared_accounts"),
            ca_file=self._text("", data, "ca_file"),
            proxy=self._proxy(data),
            signing_key=self._text("", data, "signing_key"),
        )

    def _proxy(self, data: Mapping[str, Any]) -> str:
        proxy = self._text("", data, "proxy")
        if proxy not in {"", "environment", "none"}:
            raise self._wrong("proxy", "'environment', to use HTTP_PROXY and its like, or 'none'")
        return "" if proxy == "none" else proxy

    def _auth(self, name: str, section: object) -> Auth:
        place = f"auth.{name}"
        if not isinstance(section, dict):
            raise self._wrong(place, "a table with hosts and env, file, netrc or command")
        self._known(place, section, _AUTH_KEYS)
        auth = Auth(
            name=name,
            hosts=self._texts(place, section, "hosts"),
            header=self._text(place, section, "header") or "Authorization",
            scheme=self._text(place, section, "scheme"),
            env=self._text(place, section, "env"),
            file=self._text(place, section, "file"),
            netrc=self._text(place, section, "netrc"),
            command=self._texts(place, section, "command"),
            keep=self._duration(place, section, "keep", _DEFAULTS.keep),
            timeout=self._duration(place, section, "timeout", _DEFAULTS.timeout),
        )
        if not auth.hosts:
            raise self._wrong(f"{place}.hosts", "the hosts this credential may be sent to, at least one")
        if sum(map(bool, (auth.env, auth.file, auth.netrc, auth.command))) != 1:
            raise self._wrong(place, "either env, file, netrc or command, the place of the secret")
        return auth

    def _duration(self, place: str, data: Mapping[str, Any], key: str, default: timedelta) -> timedelta:
        if key not in data:
            return default
        try:
            given = parse_duration(self._text(place, data, key))
        except ValueError as error:
            raise self._wrong(_join(place, key), "a duration such as 10s or 5m") from error
        return given

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
    from difflib import get_close_matches  # only mistakes need it

    close = get_close_matches(name, list(names), 1)
    return f"did you mean '{close[0]}'?" if close else ""
