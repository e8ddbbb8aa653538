"""The user's own kubeconfig: the address of a cluster by its name, and a token where one stands there plainly.

$KUBECONFIG (several files, the first that knows a name counts), else ~/.kube/config. A client certificate or a
command that makes tokens is not used: for those, run `kubectl proxy` and give its address, or name a credential.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from gonogo.adapters.credentials import Credential, Secret
from gonogo.domain.names import suggest
from gonogo.domain.text import clean
from gonogo.errors import UsageError

_SIZE_LIMIT = 1024 * 1024
_PORTS = {"http": 80, "https": 443}


class Found(Struct, frozen=True):
    """One cluster of a kubeconfig."""

    server: str
    credential: Credential | None = None


def find_cluster(name: str, environ: Mapping[str, str] | None = None) -> Found:
    """The cluster of the context called `name`, else the cluster itself of that name. Raises UsageError."""
    files = list(_files(os.environ if environ is None else environ))
    known: list[str] = []
    for path in files:
        config = _read(path)
        contexts, clusters = _named(config, "contexts", "context"), _named(config, "clusters", "cluster")
        context = contexts.get(name, {})
        cluster = clusters.get(str(context.get("cluster", name)), {})
        if server := cluster.get("server"):
            user = _named(config, "users", "user").get(str(context.get("user", "")), {})
            return Found(str(server), _token(name, str(server), user, path))
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


def _read(path: Path) -> Any:
    import yaml  # 14 ms, and only plans that name a cluster need it

    try:
        with path.open("rb") as file:
            raw = file.read(_SIZE_LIMIT + 1)
        if len(raw) > _SIZE_LIMIT:
            raise UsageError(f"{path} is larger than {_SIZE_LIMIT // 1024} KiB")
        return yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{path} is not YAML") from error


def _named(config: Any, plural: str, key: str) -> dict[str, Mapping[str, Any]]:
    listed = config.get(plural) if isinstance(config, Mapping) else None
    entries = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
    return {str(one.get("name")): one[key] for one in entries if isinstance(one.get(key), Mapping)}


def _token(name: str, server: str, user: Mapping[str, Any], path: Path) -> Credential | None:
    """A token that stands in the kubeconfig, bound to this very server; None where there is none."""
    token = str(user.get("token") or "")
    if not token and (file := str(user.get("tokenFile") or "")):
        try:
            token = (path.parent / file).read_text(encoding="ascii")[:16_384]
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the token file of cluster '{clean(name, 60)}' cannot be read") from error
    token = token.strip()
    if not token or not (token.isascii() and token.isprintable()):
        return None
    parts = urlsplit(server)
    port = parts.port or _PORTS.get(parts.scheme, 443)
    host = f"{parts.hostname or ''}:{port}"
    return Credential(f"kubeconfig {clean(name, 60)}", "Authorization", Secret(f"Bearer {token}"), (host,))
