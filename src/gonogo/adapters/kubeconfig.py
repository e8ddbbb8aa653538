"""The user's own kubeconfig: where a cluster is, who vouches for it, and how this account proves itself there.

$KUBECONFIG (several files, the first that knows a name counts), else ~/.kube/config. Used are tokens, token files,
client certificates and the commands of `exec`; all of them go to that cluster's server and nowhere else. Not used:
user name and password, `auth-provider`, `insecure-skip-tls-verify`, `proxy-url`, `tls-server-name`.
"""

import base64
import binascii
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from gonogo.adapters.credentials import Credential, Secret
from gonogo.adapters.kube_plugin import Plugin
from gonogo.adapters.tls import Tls
from gonogo.domain.names import suggest
from gonogo.domain.text import clean
from gonogo.errors import UsageError

_SIZE_LIMIT = 1024 * 1024
_PORTS = {"http": 80, "https": 443}
_APIS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


class Found(Struct, frozen=True):
    """One cluster of a kubeconfig."""

    server: str
    credential: Credential | None = None
    tls: Tls | None = None
    plugin: Plugin | None = None


def find_cluster(name: str, environ: Mapping[str, str] | None = None) -> Found:
    """The cluster of the context called `name`, else the cluster itself of that name; "" for the current context.

    Raises UsageError.
    """
    files = list(_files(os.environ if environ is None else environ))
    known: list[str] = []
    for path in files:
        config = _read(path)
        wanted = name or str(config.get("current-context") or "") if isinstance(config, Mapping) else name
        contexts, clusters = _named(config, "contexts", "context"), _named(config, "clusters", "cluster")
        context = contexts.get(wanted, {})
        cluster = clusters.get(str(context.get("cluster", wanted)), {})
        if server := cluster.get("server"):
            user = _named(config, "users", "user").get(str(context.get("user", "")), {})
            return _Entry(wanted, str(server), cluster, user, path).found()
        known += [*contexts, *clusters]
    if not known:
        where = ", ".join(f"{path} names no cluster" for path in files) or "you have no kubeconfig"
        raise UsageError(f"cluster '{clean(name, 60)}': {clean(where, 200)}")
    near = suggest(name, known)
    hint = f", did you mean '{clean(near, 60)}'?" if near else ""
    raise UsageError(f"your kubeconfig has no context or cluster '{clean(name, 60)}'{hint}")


def _files(environ: Mapping[str, str]) -> Iterator[Path]:
    named = [part for part in environ.get("KUBECONFIG", "").split(os.pathsep) if part]
    home = environ.get("HOME", "")
    for text in named or ([f"{home}/.kube/config"] if home else []):
        path = Path(text)
        if path.is_file():
            yield path


_read_before: dict[Path, tuple[tuple[int, int, int], Any]] = {}
"""By file: its inode, size and time of change, and what stood in it. Every question looks; parsing takes 15 ms."""


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            facts = os.fstat(file.fileno())
            stamp = (facts.st_ino, facts.st_size, facts.st_mtime_ns)
            known = _read_before.get(path)
            if known is not None and known[0] == stamp:
                return known[1]
            raw = file.read(_SIZE_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(raw) > _SIZE_LIMIT:
        raise UsageError(f"{path} is larger than {_SIZE_LIMIT // 1024} KiB")
    import yaml  # 14 ms, and only plans that name a cluster need it

    try:
        found = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{path} is not YAML") from error
    _read_before[path] = (stamp, found)
    return found


def _named(config: Any, plural: str, key: str) -> dict[str, Mapping[str, Any]]:
    listed = config.get(plural) if isinstance(config, Mapping) else None
    entries = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return {str(one.get("name")): one[key] for one in entries if isinstance(one.get(key), Mapping)}


class _Entry:
    """A cluster and a user of one file, put together."""

    def __init__(
        self, name: str, server: str, cluster: Mapping[str, Any], user: Mapping[str, Any], path: Path
    ) -> None:
        self._name = f"kubeconfig {clean(name, 60)}"
        self._server = server
        self._cluster = cluster
        self._user = user
        self._folder = path.parent
        parts = urlsplit(server)
        self._host = f"{parts.hostname or ''}:{parts.port or _PORTS.get(parts.scheme, 443)}"

    def found(self) -> Found:
        """All of it. Raises UsageError for what is there and cannot be read."""
        token = self._token()
        return Found(
            self._server,
            Credential(self._name, "Authorization", Secret(f"Bearer {token}"), (self._host,)) if token else None,
            self._tls(),
            None if token else self._plugin(),
        )

    def _token(self) -> str:
        """One that stands there plainly, or in a file; "" where there is none."""
        token = str(self._user.get("token") or "")
        if not token and (file := str(self._user.get("tokenFile") or "")):
            token = self._file("token file", file)[:16_384]
        token = token.strip()
        return token if token.isascii() and token.isprintable() else ""

    def _tls(self) -> Tls | None:
        made = Tls(
            self._pem(self._cluster, "certificate-authority"),
            self._pem(self._user, "client-certificate"),
            Secret(self._pem(self._user, "client-key")),
            self._name,
        )
        return made if made.authorities or made.certificate else None

    def _pem(self, entry: Mapping[str, Any], key: str) -> str:
        """What `KEY-data` holds, or the file `KEY` names; "" where there is neither."""
        if data := entry.get(f"{key}-data"):
            try:
                return base64.b64decode(str(data), validate=True).decode("ascii")
            except (binascii.Error, ValueError) as error:
                raise UsageError(f"{self._name}: `{key}-data` is no PEM in base64") from error
        file = str(entry.get(key) or "")
        return self._file(f"`{key}`", file) if file else ""

    def _file(self, what: str, name: str) -> str:
        """A relative name is below the folder of the kubeconfig."""
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(_SIZE_LIMIT).decode("ascii")
        except (OSError, ValueError) as error:
            raise UsageError(f"{self._name}: the {what} cannot be read") from error

    def _plugin(self) -> Plugin | None:
        given = self._user.get("exec")
        if not isinstance(given, Mapping) or not given.get("command"):
            return None
        api = str(given.get("apiVersion") or "")
        if api not in _APIS:
            raise UsageError(f"{self._name}: `exec` speaks '{clean(api, 60)}', known are {' and '.join(_APIS)}")
        if given.get("interactiveMode") == "Always":
            raise UsageError(
                f"{self._name}: the command of its `exec` wants a terminal", remedy="name a credential by `auth:`"
            )
        command = str(given["command"])
        if os.sep in command:
            command = str(self._folder / command)
        words = given.get("args")
        env = given.get("env")
        pairs = [one for one in env if isinstance(one, Mapping)] if isinstance(env, list) else []
        return Plugin(
            self._name,
            (command, *(str(one) for one in (words if isinstance(words, list) else ()))),
            tuple((str(one.get("name")), str(one.get("value") or "")) for one in pairs if one.get("name")),
            api,
            self._told() if given.get("provideClusterInfo") else "",
            self._host,
        )

    def _told(self) -> str:
        about: dict[str, Any] = {"server": self._server}
        if authorities := self._pem(self._cluster, "certificate-authority"):
            about["certificate-authority-data"] = base64.b64encode(authorities.encode()).decode()
        return json.dumps(about)
