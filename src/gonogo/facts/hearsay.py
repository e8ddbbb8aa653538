"""What other accounts say about a target, compared with what this account has observed itself.

Sessions on one machine pass their answers on. An account can publish a false one, so each session asks a few
sources itself and compares. The account's own answer wins:

- an own answer that differs from the last one of another account puts that source in doubt;
- in doubt, an answer of another account that differs from the own one is contested and does not count;
- the doubt ends when an own answer agrees with what the other account said last.
"""

from datetime import datetime

from msgspec import Struct

from gonogo.facts import Missing, Observation, Reason, Seen

PATIENCE = 2
"""Own questions in a row without an answer that contradict an account which says that it gets one."""
_CANNOT_LOOK = frozenset({Reason.UNAUTHORIZED, Reason.REFUSED_ADDRESS, Reason.NOT_SUPPORTED})
"""Reasons that speak of this account's means, and not of the endpoint."""


class Contest(Struct, frozen=True):
    """Two accounts observe different things at one source."""

    by: str
    """The other account, as the kernel names the owner of what it published."""
    theirs: str
    """Versions and state in the other account's answer."""
    ours: str
    """The same in this account's own answer, or why there is none."""
    at: datetime
    """UTC, when this account asked last."""


class Hearsay(Struct, frozen=True):
    """The newest own answer of one source, and what another account has said since."""

    own: Observation | None = None
    failures: int = 0
    """Own questions in a row without an answer."""
    told: Seen | None = None
    """The newest answer of another account, if it came after the own one."""
    doubted: bool = False

    @property
    def contest(self) -> Contest | None:
        """What the two accounts say, when the other one's answer does not count."""
        if not self.doubted or self.told is None or self.own is None or not differ(self.own, self.told):
            return None
        return Contest(self.told.by, words(self.told), words(self.own), self.own.polled_at)

    def with_own(self, observation: Observation, split: tuple[str, ...]) -> "Hearsay":
        """This account has asked itself. `split`: versions that are known to share the target."""
        if isinstance(observation, Seen):
            return Hearsay(observation, doubted=self._is_doubted(observation, split))
        if observation.reason in _CANNOT_LOOK:
            return self
        failures = self.failures + 1
        if failures < PATIENCE:
            return Hearsay(self.own, failures, self.told, self.doubted)
        return Hearsay(observation, failures, doubted=self._is_doubted(observation, split))

    def with_told(self, seen: Seen, split: tuple[str, ...]) -> "Hearsay":
        """Another account has published an answer; one of a known split contradicts nothing."""
        doubted = self.doubted and not _share(split, self.own, seen)
        return Hearsay(self.own, self.failures, seen, doubted)

    def _is_doubted(self, own: Observation, split: tuple[str, ...]) -> bool:
        if self.told is None:
            return self.doubted  # nothing was said since that could agree
        return differ(own, self.told) and not _share(split, own, self.told)


def differ(own: Observation, told: Seen) -> bool:
    """Whether two answers name other versions, commits, states or places; their shares and counts may vary."""
    return isinstance(own, Missing) or _said(own) != _said(told)


def words(observation: Observation) -> str:
    """`1.3.0`, `1.3.0 (failed)`, `no answer: timeout`."""
    if isinstance(observation, Missing):
        return f"no answer: {observation.detail or observation.reason.replace('_', ' ')}"
    versions = " + ".join(running.version for running in observation.versions) or "nothing"
    place = f" of {observation.elsewhere}" if observation.elsewhere else ""
    state = "" if observation.status == "succeeded" else f" ({observation.status.replace('_', ' ')})"
    return f"{versions}{place}{state}"


def _said(seen: Seen) -> tuple[object, ...]:
    running = frozenset((one.version, one.revision) for one in seen.versions)
    return running, seen.status, seen.elsewhere


def _share(split: tuple[str, ...], own: Observation | None, told: Seen) -> bool:
    """Whether both are samples of a split that is known."""
    if not split or not isinstance(own, Seen):
        return False
    return all(running.version in split for running in (*own.versions, *told.versions))
