"""Does this account's kubeconfig have what the plan names? Looks only: no cluster is asked, no command run."""

import shutil
from collections.abc import Iterator

from gonogo.adapters.doctor.endpoints import GROUP
from gonogo.adapters.doctor.finding import Finding, Level
from gonogo.adapters.kubeconfig import Found, find_cluster
from gonogo.adapters.sharing.keys import HELM, KUBECONFIG, keys_of
from gonogo.domain.plan import Plan
from gonogo.domain.text import clean
from gonogo.errors import UsageError

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
    return Finding(GROUP, Level.OK, subject, f"{clean(found.server, 200)}, {_proof(found)}")


def _proof(found: Found) -> str:
    if found.credential is not None:
        return "with a token"
    if found.plugin is not None:
        return f"with what the command {clean(found.plugin.argv[0], 100)} gives, which was not run"
    return "with a client certificate" if found.tls and found.tls.certificate else "without a credential"
