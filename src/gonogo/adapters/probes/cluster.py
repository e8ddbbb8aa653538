"""Where a Kubernetes API is: the plan's `url:`, or `cluster:`, a name in the user's own kubeconfig."""

from msgspec import Struct
from msgspec.structs import replace

from gonogo.adapters.credentials import Credential
from gonogo.adapters.probes.interface import Request
from gonogo.domain.plan import Probe
from gonogo.errors import UsageError


class Cluster(Struct, frozen=True):
    """An address, and the credential the kubeconfig has for it."""

    url: str = ""
    """"" when the plan gives the address itself."""
    credential: Credential | None = None

    @classmethod
    def of(cls, probe: Probe) -> "Cluster":
        """What a probe's `cluster:` means on this machine. Raises UsageError."""
        name = str(probe.options.get("cluster") or "")
        if probe.url:
            return cls()
        if not name:
            raise UsageError(f"`use: {probe.use}` needs `url:` or `cluster:`", where=probe.where)
        from gonogo.adapters.kubeconfig import find_cluster  # yaml, only for those who need it

        found = find_cluster(name)
        return cls(found.server, found.credential)

    def at(self, request: Request) -> Request:
        """The question to this cluster; a credential the plan names goes before the kubeconfig's."""
        if not self.url:
            return request
        return replace(request, url=self.url, credential=request.credential or self.credential)
