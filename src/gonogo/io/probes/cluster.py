"""Where a Kubernetes API is: the plan's `url:`, or `cluster:`, a name in the user's own kubeconfig."""

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import ConfigError, UsageError
from gonogo.io.http.question import Request
from gonogo.plan import Probe
from gonogo.plan.probes import ClusterOptions


class Cluster(Struct, frozen=True):
    """Where to ask."""

    name: str = ""
    """In the kubeconfig; "" when the plan gives the address itself."""

    @classmethod
    def of(cls, probe: Probe, options: ClusterOptions) -> "Cluster":
        """What a probe says of it. Raises UsageError when that is nothing."""
        if probe.url:
            return cls()
        if not options.cluster:
            raise UsageError(f"`use: {probe.use}` needs `url:` or `cluster:`", where=probe.where)
        return cls(options.cluster)

    def at(self, request: Request) -> Request:
        """The question to this cluster; a credential the plan names goes before the kubeconfig's.

        The kubeconfig is looked at each time, so that a new log-in counts at once. Raises ConfigError when it does
        not have the cluster.
        """
        if not self.name:
            return request
        from gonogo.io.config.kubeconfig import find_cluster  # yaml, only for those who need it

        try:
            found = find_cluster(self.name)
        except UsageError as error:
            raise ConfigError(error.message, remedy=error.remedy) from error
        if request.credential is not None:
            return replace(request, url=found.server, tls=found.tls and found.tls.nameless())
        return replace(request, url=found.server, tls=found.tls, credential=found.credential, plugin=found.plugin)
