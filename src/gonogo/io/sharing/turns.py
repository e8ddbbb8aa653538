"""Whose turn it is to ask a source, and what the others have answered meanwhile.

For each source one session holds the lease and asks at the plan's pace; the others take in what it publishes. When
an answer is due and does not come they try the lease: it is free if its holder has died. When two intervals have
gone by and the lease is still held, its holder is stopped or hangs: then one substitute, chosen by a second lease,
asks instead. Whoever finds somebody else's newer answer when its own turn comes gives its leases back.

What another account answers is asked by this session, too, now and then (`own_questions`): shortly before it is
due, so that the question takes the place of the other one.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from gonogo.facts import Missing, Observation, Reason
from gonogo.facts.pollers import PolledBy
from gonogo.io.sharing.keys import Asked
from gonogo.io.sharing.lease import Leases, Rank
from gonogo.io.sharing.others import Line, Others
from gonogo.io.sharing.own_questions import OwnQuestions
from gonogo.io.sharing.processes import holders_of, is_stopped
from gonogo.io.sharing.publication import Publication
from gonogo.io.sharing.record import BadLineError, Heard, answer_lines, key_of, read_answer
from gonogo.plan import Target
from gonogo.ports import Clock, Paced, Probing

LOOK = 0.25
"""Seconds between two looks at what the others wrote."""
_WHO = 2.0
"""Seconds between two looks at who they are."""
_GRACE, _LONGER_GRACE = 0.25, 0.5
"""Seconds an answer may be late before the lease is tried: it has to be written and read. Whoever holds no lease
waits a little longer, so that one session soon has all of those that a dead one has left."""
_NAPS = (0.1, 1.0)
"""Least and most seconds between two tries."""
_LONGEST = 20 * 60.0
"""Seconds that a session may announce to leave a failing source alone; the poller's own longest wait, and more."""
_LATE = 1.5
"""Intervals that a session may announce until its next question while its source answers."""
_REST = 1.3
"""Intervals, at least, for which a session whose credential was turned down leaves the lease to others."""


class Newest(Struct, frozen=True):
    """The newest answer of a source that anybody on this machine has had."""

    steady: float
    next: float
    """Seconds after which its asker meant to ask again."""
    session: str = ""
    """File of the session that asked; "" for this one."""
    part: int = 0
    failed: bool = False
    """It was no answer, and `next` is how long to leave the source alone."""
    carried: bool = False
    """It was had for an earlier edition of the plan, and nobody has said since who asks."""


class Memory:
    """What a session knows of its sources beyond one edition of the plan.

    Whoever edits the plan saves it often; that is no reason to ask a source sooner than it wants to be asked.
    """

    def __init__(self) -> None:
        self._newest: Mapping[str, Newest] = {}

    def hand_on(self, asked: Iterable[Asked], newest: Mapping[str, Newest]) -> dict[str, Newest]:
        """What was known of those sources; from now on `newest` is what is known."""
        before, self._newest = self._newest, newest
        return {one.key: _carried(before[one.key], one.pace) for one in asked if one.key in before}


def _carried(newest: Newest, pace: float) -> Newest:
    """Only a source that fails is left alone for longer than the plan says now."""
    return replace(newest, next=newest.next if newest.failed else min(newest.next, pace), carried=True)


class SharedTurns:
    """See `ports.Turns`. Lives in the event loop of the poller and blocks for local files only."""

    def __init__(
        self,
        asked: Mapping[str, Asked],
        targets: Mapping[str, Sequence[Target]],
        others: Others,
        publication: Publication | None,
        leases: Leases | None,
        sink: Callable[[tuple[Observation, ...]], None],
        clock: Clock,
        steady: Callable[[], float],
        can_prove: Callable[[str], bool],
        me: tuple[str, int],
        rng: random.Random,
        memory: Memory | None = None,
        production: frozenset[str] = frozenset(),
    ) -> None:
        """`asked` and `targets` are by a question's name.

        Without leases and publication nothing is held or passed on, only taken in. `can_prove` says whether this
        session has what `Asked.needs` names. `me` is this session's account and process. `production` names the
        environments whose sources are compared first.
        """
        self._asked = asked
        self._names = {one.key: name for name, one in asked.items()}
        self._targets = {name: frozenset(those) for name, those in targets.items()}
        self._others = others
        self._publication = publication
        self._leases = leases
        self._sink = sink
        self._clock = clock
        self._steady = steady
        self._can_prove = can_prove
        self._me = me
        self._rng = rng
        self._newest: dict[str, Newest] = {}
        if memory is not None:
            self._newest.update(memory.hand_on(asked.values(), self._newest))
        self._own = OwnQuestions(asked.values(), self._about(production), rng)
        self._held: dict[str, Rank] = {}
        self._missed: dict[str, float] = {}
        """By key: since when a lease is held under which nobody has ever answered."""
        self._hopeless: dict[str, float] = {}
        """By key: when to ask without any lease, since those who hold them are all silent."""
        self._resting: dict[str, float] = {}
        """By key: until when others come first, since our credential was turned down."""
        self._looked_at = float("-inf")
        self._asked_who_at = float("-inf")
        self._stopped: frozenset[str] = frozenset()
        """Files of sessions whose processes do not go on."""
        self.pollers: tuple[PolledBy, ...] = ()
        """Who asks; a frozen value that any thread may read."""

    async def listen(self) -> None:
        """Take in what the others observe, until cancelled."""
        while True:
            self._look()
            self._see_who()
            await asyncio.sleep(LOOK)

    def look(self) -> None:
        """Take in now what there is, and who is there."""
        self._look()
        self._see_who()

    def _about(self, environments: frozenset[str]) -> list[str]:
        """Keys of the sources that speak of one of these environments."""
        found = {
            name for name, those in self._targets.items() if {one.environment for one in those} & environments
        }
        return [one.key for name, one in self._asked.items() if name in found]

    def _choose(self) -> None:
        """Choose what to compare; what this account cannot ask stays with those who can."""
        for key in self._own.choose(self._steady()):
            if not self._may(self._asked[self._names[key]]):
                self._own.drop(key)

    def wait(self, probing: Probing, *, wanted: bool) -> float:
        """See `ports.Turns.wait`."""
        asked = self._asked.get(probing.name)
        if asked is None:
            return 0.0
        if self._steady() - self._looked_at > 2 * LOOK:
            self._look()  # this process slept, or was stopped: first what the others saw meanwhile
        now, newest = self._steady(), self._newest.get(asked.key)
        may = self._may(asked)
        if newest is not None and (newest.session or newest.carried):
            self._give_back(asked.key)
            if wanted and may and now - newest.steady >= _floor(probing):
                return 0.0
            self._choose()
            due = newest.steady + newest.next
            own = self._own.left(asked.key, now, due)
            if own == 0.0:
                return 0.0
            left = due + self._grace - now
            if left > 0:
                # whatever was announced, look in time whether it is to be compared
                return min(left, asked.pace / 2, left if own is None else own)
        if asked.key in self._held:
            self._upgrade(asked.key)
            return 0.0
        patience = self._patience(asked, newest)
        if not may:
            return _nap(asked.pace) if newest is not None and now < newest.steady + patience else 0.0
        return 0.0 if self._may_ask(asked.key, now, newest, patience) else _nap(asked.pace)

    def _may(self, asked: Asked) -> bool:
        """Whether this account has what it takes to ask."""
        return all(self._can_prove(one) for one in asked.needs)

    @property
    def _grace(self) -> float:
        return _GRACE if self._held else _LONGER_GRACE

    def _patience(self, asked: Asked, newest: Newest | None) -> float:
        """Seconds after an answer in which the next one must come, or somebody else asks."""
        patience = max(2 * asked.pace, newest.next + asked.pace if newest is not None else 0.0)
        if newest is not None and newest.session in self._stopped:
            return patience
        # a question that hangs is no silence of its asker
        return max(patience, asked.pace + asked.timeout)

    def asked(self, probing: Probing, observations: Sequence[Observation], next_in: float) -> None:
        """See `ports.Turns.asked`."""
        asked = self._asked.get(probing.name)
        if asked is None or not self._may(asked):
            return  # nobody was asked, and nobody else is told
        steady = self._steady()
        compared = self._own.is_chosen(asked.key)
        self._own.answered(asked.key, observations, steady)
        if compared and _is_failure(observations) and asked.key not in self._held:
            return  # that this session got no answer does not speak for the account that holds the lease
        self._newest[asked.key] = Newest(steady, next_in, failed=_is_failure(observations))
        told = self._publish(asked, observations, steady, next_in)
        if not told:
            self._give_back(asked.key)
        if asked.needs and all(_is_turned_down(one) for one in observations):
            self._give_back(asked.key)
            self._resting[asked.key] = steady + max(_REST * asked.pace, next_in) + 2 * _LONGER_GRACE

    def close(self) -> None:
        """Give back every lease, and take away what was published."""
        if self._leases is not None:
            self._leases.close()
        if self._publication is not None:
            self._publication.close()

    def _publish(self, asked: Asked, observations: Sequence[Observation], steady: float, next_in: float) -> bool:
        if self._publication is None:
            return False
        # what a credential opened is not for those who do not have it, but for what was read out of it
        lines = answer_lines(asked.key, observations, steady, self._clock.now(), next_in, excerpts=not asked.needs)
        return self._publication.publish(asked.key, list(lines))

    def _may_ask(self, key: str, now: float, newest: Newest | None, patience: float) -> bool:
        """Whether nobody else is about to: the lease is ours, or its holder has been silent for too long."""
        if self._leases is None:
            return newest is None or not newest.session or now >= newest.steady + patience
        if now < self._resting.get(key, now):
            return False
        if self._take(key, Rank.POLLER):
            return True
        silent_at = newest.steady if newest is not None else self._missed.setdefault(key, now)
        if now < silent_at + patience + self._grace:
            return False
        if self._take(key, Rank.SUBSTITUTE):
            return True
        # both are held and nobody answers: whoever comes first by chance is seen by the others
        return now >= self._hopeless.setdefault(key, now + patience * (1 + self._rng.random()))

    def _take(self, key: str, rank: Rank) -> bool:
        if self._leases is None or not self._leases.take(key, rank):
            return False
        self._held[key] = rank
        return True

    def _upgrade(self, key: str) -> None:
        """A substitute becomes the poller as soon as that lease is free."""
        if self._held[key] is Rank.SUBSTITUTE and self._leases is not None and self._take(key, Rank.POLLER):
            self._leases.give_back(key, Rank.SUBSTITUTE)

    def _give_back(self, key: str) -> None:
        rank = self._held.pop(key, None)
        if rank is not None and self._leases is not None:
            self._leases.give_back(key, rank)

    def _look(self) -> None:
        """Take in every new answer of the others, in the order in which they were had."""
        self._looked_at = steady = self._steady()
        now = self._clock.now()
        own = self._publication.path if self._publication is not None else None
        found: list[tuple[Heard, Line]] = []
        for line in self._others.look(own, self._is_ours):
            try:
                found.append((self._read(line, now, steady), line))
            except BadLineError:
                continue
        found.sort(key=lambda one: (one[0].steady, one[0].part))
        self._sink_all(found)

    def _is_ours(self, line: bytes) -> bool:
        return key_of(line) in self._names

    def _read(self, line: Line, now: datetime, steady: float) -> Heard:
        name = self._names[key_of(line.text)]
        wanted, origin = self._targets.get(name, frozenset()), self._asked[name].origin
        return read_answer(line.text, line.account, wanted, origin, now, steady)

    def _sink_all(self, found: Sequence[tuple[Heard, Line]]) -> None:
        told: list[Observation] = []
        for heard, line in found:
            before = self._newest.get(heard.key)
            if before is not None and (heard.steady, heard.part) <= (before.steady, before.part):
                continue
            self._newest[heard.key] = Newest(
                heard.steady, self._bounded(heard), line.session, heard.part, _is_failure(heard.observations)
            )
            self._hopeless.pop(heard.key, None)
            if line.account == self._me[0]:
                self._own.answered(heard.key, heard.observations, heard.steady, more=heard.part > 0)
            else:
                self._own.told(heard.key, heard.observations, more=heard.part > 0)
            told.extend(heard.observations)
        if told:
            self._sink(tuple(told))

    def _bounded(self, heard: Heard) -> float:
        """The announced wait, as far as it is believed: only a failing source may be left alone for long."""
        asked = self._asked[self._names[heard.key]]
        soonest = asked.pace / 2  # or somebody could make everybody else ask all the time
        failing = _is_failure(heard.observations)
        if all(_is_turned_down(one) for one in heard.observations):
            return min(max(heard.next, soonest), asked.pace)  # our credential may still be good
        return min(max(heard.next, soonest), _LONGEST if failing else _LATE * asked.pace)

    def _see_who(self) -> None:
        if self.pollers and self._steady() - self._asked_who_at < _WHO:
            return
        self._asked_who_at = self._steady()
        counts = Counter(newest.session for newest in self._newest.values())
        found, still = [], set()
        for file, holder in holders_of(self._others.directory, self._others.files.values()):
            stopped = is_stopped(holder)
            if stopped:
                still.add(file.name)
            if counts[file.name] or stopped:
                found.append(PolledBy(file.account, holder.pid, False, counts[file.name], stopped))
        self._stopped = frozenset(still)
        if counts[""]:
            found.append(PolledBy(self._me[0], self._me[1], True, counts[""]))
        self.pollers = tuple(sorted(found, key=lambda one: (one.stopped, -one.sources, one.account, one.pid)))


def _floor(probing: Probing) -> float:
    floor = probing.floor if isinstance(probing, Paced) else timedelta(seconds=2)
    return floor.total_seconds()


def _nap(every: float) -> float:
    least, most = _NAPS
    return min(max(every / 10, least), most)


def _is_failure(observations: Iterable[Observation]) -> bool:
    return all(isinstance(one, Missing) for one in observations)


def _is_turned_down(observation: Observation) -> bool:
    return isinstance(observation, Missing) and observation.reason is Reason.UNAUTHORIZED
