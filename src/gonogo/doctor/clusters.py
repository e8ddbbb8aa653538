"""Does this account's kubeconfig have what the plan names? Looks only: no cluster is asked, no command run."""

import shutil
from collections.abc import Iterator

from gonogo.doctor.endpoints import GROUP
from gonogo.doctor.finding import Finding, Level
from gonogo.errors import ConfigError, UsageError
from gonogo.io.config.kube_plugin import Plugin
from gonogo.io.config.kubeconfig import Found, find_cluster
from gonogo.io.config.tls import context_for
from gonogo.io.http.door import public_url
from gonogo.io.sharing.keys import HELM, KUBECONFIG, keys_of
from gonogo.plan import Plan
from gonogo.text import clean

LOG_IN = "log in to it, or set KUBECONFIG; without it those cells are unknown here, unless somebody else asks"


def findings(plan: Plan) -> Iterator[Finding]:
    """One line for each cluster and each context the plan names."""
    needs = dict.fromkeys(need for asked in keys_of(plan).values() for need in asked.needs)
    if any(need.startswith(HELM) for need in needs):
        yield _helm()
    for need in needs:
        if need.startswith((KUBECONFIG, HELM)):
            yield _cluster(need.partition(" ")[2])


def _helm() -> Finding:
    program = shutil.which("helm")
    if program is None:
        return Finding(
            GROUP, Level.FAIL, "helm", "is not installed here", "install it, or ask the API: `cluster:`"
        )
    return Finding(GROUP, Level.OK, "helm", program)


def _cluster(name: str) -> Finding:
    subject = f"cluster {clean(name, 60)}" if name else "current cluster"
    try:
        found = find_cluster(name)
    except UsageError as error:
        return Finding(GROUP, Level.FAIL, subject, error.message, error.remedy or LOG_IN)
    where = public_url(found.server).rstrip("/")
    try:
        if found.tls is not None:
            context_for(found.tls)
    except ConfigError as error:
        return Finding(GROUP, Level.FAIL, subject, f"{where}: {error.message}", "correct it in your kubeconfig")
    if found.plugin is not None and not _is_installed(found.plugin):
        command = clean(found.plugin.argv[0], 100)
        what = f"{where}: the command {command} of its `exec` is not installed here"
        return Finding(GROUP, Level.FAIL, subject, what, f"install it, or correct PATH: command -v {command}")
    return Finding(GROUP, Level.OK, subject, f"{where}, {_proof(found)}")


def _is_installed(plugin: Plugin) -> bool:
    """Where it will be looked for: its own variables may say where."""
    return shutil.which(plugin.argv[0], path=dict(plugin.env).get("PATH")) is not None


def _proof(found: Found) -> str:
    if found.credential is not None:
        return "with a token"
    if found.plugin is not None:
        return f"with what the command {clean(found.plugin.argv[0], 100)} gives, which was not run"
    if found.server.lower().startswith("http:"):
        return "without a credential: none is sent over plain http"
    return "with a client certificate" if found.tls and found.tls.certificate else "without a credential"
