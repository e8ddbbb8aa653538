"""The user's own kubeconfig: where a cluster is, who vouches for it, and how this account proves itself there.

$KUBECONFIG (several files, the first that knows a name counts), else ~/.kube/config. Used are tokens, token files,
client certificates and the commands of `exec`; all of them go to that cluster's server and nowhere else, and, as
with kubectl, to none that is asked over plain http. Not used: user name and password, `auth-provider`,
`insecure-skip-tls-verify`, `proxy-url`, `tls-server-name`.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from gonogo.errors import UsageError
from gonogo.io.config.credentials import Credential, Secret
from gonogo.io.config.kube_plugin import Plugin
from gonogo.io.config.kubeconfig_files import SIZE_LIMIT, Entry, Kubeconfig, read_files, read_plain, text
from gonogo.io.config.tls import Tls
from gonogo.text import clean
from gonogo.text.names import suggest

_TOKEN_LIMIT = 16 * 1024
_COMPARED = 500
"""Names compared with one that is not there."""
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
    config = read_files(os.environ if environ is None else environ)
    wanted = name or config.current
    context = config.contexts.get(wanted)
    cluster_name = text(context.given, "cluster") if context is not None else wanted
    cluster = config.clusters.get(cluster_name)
    if cluster is None:
        raise UsageError(_absent(wanted, cluster_name if context is not None else None, config))
    user = config.users.get(text(context.given, "user")) if context is not None else None
    return _Account(wanted, cluster, user or Entry({}, cluster.folder)).found()


def _absent(name: str, cluster: str | None, config: Kubeconfig) -> str:
    """Why there is no such cluster; `cluster` is what the context says, None where there is no such context."""
    shown = clean(name, 60)
    if not config.files:
        return f"cluster '{shown}': you have no kubeconfig"
    known = [*config.contexts, *config.clusters]
    if not known:
        where = ", ".join(f"{path} names no cluster" for path in config.files)
        return f"cluster '{shown}': {clean(where, 200)}"
    if not name:
        return "your kubeconfig names no current context"
    if cluster is not None:
        if not cluster:
            return f"context '{shown}' of your kubeconfig names no cluster"
        return f"context '{shown}' of your kubeconfig is of cluster '{clean(cluster, 60)}', which it does not have"
    near = suggest(name, islice(known, _COMPARED))
    hint = f", did you mean '{clean(near, 60)}'?" if near else ""
    return f"your kubeconfig has no context or cluster '{shown}'{hint}"


class _Account:
    """A cluster and a user, put together."""

    def __init__(self, name: str, cluster: Entry, user: Entry) -> None:
        """Raises UsageError for a server that nobody can ask."""
        self._name = f"kubeconfig {clean(name, 60)}"
        self._cluster = cluster
        self._user = user
        self._server = text(cluster.given, "server")
        self._scheme, self._host = self._place()

    def _place(self) -> tuple[str, str]:
        """Scheme, and host and port as a credential is bound to them. Nothing of the server is quoted."""
        wrong = UsageError(f"{self._name}: its `server` is no URL of http or https")
        if not self._server.isascii() or not self._server.isprintable():
            raise wrong
        try:
            parts = urlsplit(self._server)
            port = parts.port or _PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise wrong from None
        if not parts.hostname or " " in self._server:
            raise wrong
        if "@" in parts.netloc:
            raise UsageError(f"{self._name}: its `server` holds a user name or password, which are not used")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return parts.scheme, f"{host}:{port}"

    def found(self) -> Found:
        """All of it. Raises UsageError for what is there and cannot be read."""
        if self._scheme == "http":
            return Found(self._server)
        token = self._token()
        return Found(
            self._server,
            Credential(self._name, "Authorization", Secret(f"Bearer {token}"), (self._host,)) if token else None,
            self._tls(),
            None if token else self._plugin(),
        )

    def _token(self) -> str:
        """One in a file, which may have been made anew, or one that stands there plainly; "" without either."""
        token, file = text(self._user.given, "token"), text(self._user.given, "tokenFile")
        if file:
            try:
                token = self._file("token file", self._user, file, _TOKEN_LIMIT)
            except UsageError:
                if not token:
                    raise
        token = token.strip()
        if not (token.isascii() and token.isprintable()):
            raise UsageError(f"{self._name}: its token holds characters a header cannot carry")
        return token

    def _tls(self) -> Tls | None:
        made = Tls(
            self._pem(self._cluster, "certificate-authority"),
            self._pem(self._user, "client-certificate"),
            Secret(self._pem(self._user, "client-key")),
            self._name,
        )
        return made if made.authorities or made.certificate else None

    def _pem(self, entry: Entry, key: str) -> str:
        """What `KEY-data` holds, or the file `KEY` names; "" where there is neither."""
        if data := text(entry.given, f"{key}-data"):
            try:
                # written over several lines it is the same; what is not ASCII is a remark
                raw = base64.b64decode("".join(data.split()), validate=True)
            except (binascii.Error, ValueError):
                raise UsageError(f"{self._name}: `{key}-data` is no PEM in base64") from None
            return raw.decode("ascii", "ignore")
        file = text(entry.given, key)
        return self._file(f"`{key}`", entry, file, SIZE_LIMIT) if file else ""

    def _file(self, what: str, entry: Entry, name: str, limit: int) -> str:
        """A relative name is below the folder of the kubeconfig."""
        try:
            raw = read_plain(entry.folder / name, limit + 1)
        except (OSError, ValueError) as error:
            why = f": {error.strerror}" if isinstance(error, OSError) else ""
            raise UsageError(f"{self._name}: the {what} cannot be read{why}") from error
        if len(raw) > limit:
            raise UsageError(f"{self._name}: the {what} is larger than {limit // 1024} KiB")
        return raw.decode("ascii", "ignore" if limit == SIZE_LIMIT else "replace")

    def _plugin(self) -> Plugin | None:
        given = self._user.given.get("exec")
        command = text(given, "command") if isinstance(given, dict) else ""
        if not isinstance(given, dict) or not command:
            return None
        api = text(given, "apiVersion")
        if api not in _APIS:
            raise UsageError(f"{self._name}: `exec` speaks '{clean(api, 60)}', known are {' and '.join(_APIS)}")
        if text(given, "interactiveMode") == "Always":
            raise UsageError(
                f"{self._name}: the command of its `exec` wants a terminal", remedy="name a credential by `auth:`"
            )
        if os.sep in command:
            command = str(self._user.folder / command)
        return Plugin(
            self._name,
            (command, *self._words(given)),
            self._variables(given),
            api,
            self._told() if text(given, "provideClusterInfo").lower() == "true" else "",
            self._host,
        )

    def _words(self, given: Mapping[str, Any]) -> list[str]:
        words = given.get("args") or []
        if not isinstance(words, list) or not all(isinstance(one, str) for one in words):
            raise UsageError(f"{self._name}: the `args` of its `exec` are no list of texts")
        return words

    def _variables(self, given: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        env = given.get("env") or []
        if not isinstance(env, list) or not all(isinstance(one, dict) and text(one, "name") for one in env):
            raise UsageError(f"{self._name}: the `env` of its `exec` is no list of names and values")
        return tuple((text(one, "name"), text(one, "value")) for one in env)

    def _told(self) -> str:
        about: dict[str, Any] = {"server": self._server}
        if authorities := self._pem(self._cluster, "certificate-authority"):
            about["certificate-authority-data"] = base64.b64encode(authorities.encode()).decode()
        return json.dumps(about)
