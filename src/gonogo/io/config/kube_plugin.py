"""`exec` of a kubeconfig: the command that gives this account its token, as kubectl runs it.

Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins and
https://kubernetes.io/docs/reference/config-api/client-authentication.v1/ (shape-tested). It stands in the
account's own kubeconfig, never in a plan. It gets no terminal and ten seconds, and else what kubectl gives it.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from gonogo.errors import ConfigError
from gonogo.io.config.credentials import Credential, Issued, Secret
from gonogo.io.config.tls import Tls
from gonogo.io.config.token_command import printed_by

TIMEOUT = timedelta(seconds=10)
_EARLY = timedelta(seconds=60)
"""So long before it expires a token is made anew: an answer may take its time, and clocks differ."""
_KEEP = timedelta(hours=1)
"""How long one is used that does not say when it expires; a 401 has it made anew before."""
_KEEP_LEAST = 30.0
"""Seconds: one that says it expires at once is not made for each question."""


class Plugin(Struct, frozen=True):
    """One such command."""

    name: str
    """`kubeconfig prod`, for what is said of it."""
    argv: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    api: str
    """`client.authentication.k8s.io/v1`, the form of question and answer."""
    cluster: str
    """JSON, what the command is told of the cluster; "" for nothing."""
    host: str
    """Host and port, the only ones the token may be sent to."""

    def __repr__(self) -> str:
        # words and variables may hold secrets
        return f"Plugin({self.name!r}, {self.argv[0]!r}, ***)"


def run_plugin(plugin: Plugin, environ: Mapping[str, str], now: float) -> Issued:
    """What it gives; `now` is in monotonic seconds. Blocks. Raises ConfigError."""
    spec: dict[str, Any] = {"interactive": False}
    if plugin.cluster:
        spec["cluster"] = json.loads(plugin.cluster)
    asked = json.dumps({"kind": "ExecCredential", "apiVersion": plugin.api, "spec": spec})
    given = {**environ, **dict(plugin.env), "KUBERNETES_EXEC_INFO": asked}
    printed = printed_by(plugin.argv, given, TIMEOUT.total_seconds(), plugin.name)
    status = _status(printed, plugin)
    token = _text(status, "token", plugin)
    certificate, key = _text(status, "clientCertificateData", plugin), _text(status, "clientKeyData", plugin)
    if not token and not certificate:
        raise _wrong(plugin, "gave neither a token nor a certificate")
    if token and not (token.isascii() and token.isprintable()):
        raise _wrong(plugin, "gave a token with characters a header cannot carry")
    return Issued(
        Credential(
            plugin.name, "Authorization", Secret(f"Bearer {token}"), (plugin.host,), Secret(token), renewable=True
        )
        if token
        else None,
        now,
        now + _seconds(status, plugin),
        Tls(certificate=certificate, key=Secret(key), whose=plugin.name) if certificate else None,
    )


def _status(printed: bytes, plugin: Plugin) -> Mapping[str, Any]:
    try:
        found = json.loads(printed)
    except (ValueError, RecursionError) as error:
        raise _wrong(plugin, "gave no JSON") from error
    status = found.get("status") if isinstance(found, dict) and found.get("kind") == "ExecCredential" else None
    if not isinstance(status, dict):
        raise _wrong(plugin, "gave no ExecCredential with a status")
    return status


def _text(status: Mapping[str, Any], key: str, plugin: Plugin) -> str:
    value = status.get(key) or ""
    if not isinstance(value, str):
        raise _wrong(plugin, f"gave {key} that is no text")
    return value.strip()


def _seconds(status: Mapping[str, Any], plugin: Plugin) -> float:
    """How long it is used."""
    text = _text(status, "expirationTimestamp", plugin)
    if not text:
        return _KEEP.total_seconds()
    try:
        expires = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong(plugin, "gave an expirationTimestamp that is no time") from error
    left = expires.replace(tzinfo=expires.tzinfo or UTC) - datetime.now(UTC) - _EARLY
    return max(_KEEP_LEAST, left.total_seconds())


def _wrong(plugin: Plugin, what: str) -> ConfigError:
    return ConfigError(
        f"{plugin.name}: the command of its `exec` {what}", remedy="run it by hand, or: kubectl version"
    )
