"""The use cases: keep up with the journal, take observations in, submit commands, show a snapshot.

Knows no front end and starts nothing: a front end calls it from one thread of its own choice.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from msgspec.structs import replace

from gonogo.acts import BoundToPlan, Refusal, Scene, decide
from gonogo.acts.scene import Accepted, Outcome, Refused
from gonogo.errors import ConfigError, ConflictError, ExitCode, GonogoError
from gonogo.events import STOPPING, Event, EventId
from gonogo.events.lifecycle import JudgedBy
from gonogo.events.state import ReleaseState, replay
from gonogo.facts import Missing, Status
from gonogo.facts.inputs import Inputs
from gonogo.ports import Tail

# only names for the type checker: who ticks neither looks at a matrix nor judges a verdict
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from gonogo.acts import Command
    from gonogo.acts.cells import RecordTransition
    from gonogo.acts.triggers import ClearTrigger, FireTrigger
    from gonogo.changelog import Changes
    from gonogo.events import Actor, Draft
    from gonogo.events.versions import MarkedElsewhere
    from gonogo.facts import Observation
    from gonogo.facts.artifacts import Artifact
    from gonogo.facts.containment import Containment
    from gonogo.facts.evidence import Evidence
    from gonogo.facts.ledger import Ledger
    from gonogo.facts.metric import Reading
    from gonogo.facts.named_files import NamedFiles
    from gonogo.facts.pollers import PolledBy
    from gonogo.facts.version_files import ProductFiles
    from gonogo.plan import LoadedPlan, Target
    from gonogo.ports import Clock, Journal, PlanSource, Signatures
    from gonogo.rules.signing import Prepared
    from gonogo.rules.snapshot import Snapshot

_ATTEMPTS = 3
"""How often something is signed anew that changed under the pen."""
_CONTACT = timedelta(seconds=1)
"""How exactly the last contact with the journal is told; finer would repaint the screen for nothing."""


PREVIEW = EventId("preview")
"""Stands for the id of an event that is only looked at."""


class Session:
    """One person's view of one release.

    Not thread-safe on purpose: the journal is used by one thread only, and what that thread learns reaches others
    as frozen values.
    """

    def __init__(
        self,
        loaded: LoadedPlan,
        journal: Journal,
        clock: Clock,
        actor: Actor,
        new_id: Callable[[], EventId],
        plan_source: PlanSource | None = None,
        steady: Callable[[], float] | None = None,
        signatures: Signatures | None = None,
        skew: Callable[[datetime], timedelta] | None = None,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._new_id = new_id
        self._plan_source = plan_source
        self._steady = steady
        self._signatures = signatures
        """None: nothing is signed here and no signature is asked for, as in a rehearsal."""
        self._skew = skew
        """How far a moment of this session's clock is ahead of the kernel's; None: nobody can tell."""
        self._judged_by = ("", "")
        self._told: dict[Target, tuple[tuple[str, ...], str, tuple[str, ...], Mapping[str, float]]] = {}
        self.actor = actor
        self.inputs = Inputs(loaded, self._empty(), containment={})
        """What is known so far; replaced as a whole with each change."""

    @property
    def loaded(self) -> LoadedPlan:
        """The last good plan."""
        return self.inputs.loaded

    def refresh(self) -> bool:
        """Read what others have written since. Returns whether anything changed.

        A journal that cannot be read is a problem on the screen, not the end of the session.
        """
        before = self.inputs
        self._look_at_clock()
        try:
            self._judge_signatures_anew()
            self._take_in(self._journal.tail())
        except GonogoError as error:
            self.inputs = replace(self.inputs, journal_problems=(str(error),), journal_unread=(str(error),))
            return self.inputs.journal_problems != before.journal_problems
        now = self._clock.now()
        last = self.inputs.journal_read_at
        if last is None or abs(now - last) >= _CONTACT:
            self.inputs = replace(self.inputs, journal_read_at=now)
        return _journal_of(self.inputs) != _journal_of(before)

    def reload_plan(self) -> bool:
        """Take in the plan file when it changed; keep the last good plan when it is broken now.

        Returns whether anything changed.
        """
        if self._plan_source is None or not self._plan_source.changed():
            return False
        try:
            loaded = self._plan_source.load()
        except GonogoError as error:
            self.inputs = replace(self.inputs, plan_problem=str(error))
            return True
        if loaded.plan.release != self.loaded.plan.release:
            problem = f"its release is now '{loaded.plan.release}': leave and open it anew"
            self.inputs = replace(self.inputs, plan_problem=problem)
            return True
        from gonogo.facts.relearning import under  # only where a plan was edited while it is open

        self.inputs = replace(under(loaded, self.inputs), plan_problem="")
        return True

    def submit(self, command: Command) -> Outcome:
        """Judge `command` on the newest events and record it, in one critical section.

        Raises BusyError, StorageError, NotPermittedError or IntegrityError when the journal cannot take it;
        nothing was recorded then.
        """
        new_id = self._new_id()
        for _ in range(_ATTEMPTS):
            outcome = self._transact(command, new_id, self._prepare(command, new_id))
            if outcome is not None:
                return outcome
        raise ConflictError(
            "the release kept changing while this was being signed; nothing was recorded", remedy="look again"
        )

    def _transact(self, command: Command, new_id: EventId, prepared: Prepared | None) -> Outcome | None:
        """Judge and record; None when what would be recorded is not what was signed, and nothing was."""
        refusal: Refusal | None = None
        moved = False

        def judge(tail: Tail) -> Sequence[Draft]:
            nonlocal refusal, moved
            self._take_in(tail)
            verdict = self._plan_moved(command, new_id) or self._by_its_clock(decide(self.scene(new_id), command))
            match verdict:
                case Refusal():
                    refusal = verdict
                    return verdict.record
                case tuple():
                    signed = verdict if prepared is None else self._signed(command, new_id, prepared)
                    moved = signed is None
                    return signed or ()
                case _ as unreachable:
                    assert_never(unreachable)

        written = self._journal.transact(judge)
        self._take_in(Tail(written, ()), keep_alarms=True)
        if moved:
            return None
        return Accepted(written) if refusal is None else Refused(refusal)

    def _by_its_clock(self, answer: tuple[Draft, ...] | Refusal) -> tuple[Draft, ...] | Refusal:
        """What a session with a wrong clock may still record: what lets nothing go."""
        if isinstance(answer, Refusal) or all(draft.kind in STOPPING for draft in answer):
            return answer
        self._look_at_clock()
        if not self.inputs.clock_off:
            return answer
        from gonogo.text.clocks import off

        fact = f"{off(self.inputs.clock_off)}; nothing is decided by it"
        return Refusal(ExitCode.NO_GO, "clock.wrong", fact, "start gonogo again with the host's own time")

    def _look_at_clock(self) -> None:
        if self._skew is None:
            return
        found = self._skew(self._clock.now())
        if abs(found - self.inputs.clock_off) >= _CONTACT:
            self.inputs = replace(self.inputs, clock_off=found)

    def _prepare(self, command: Command, new_id: EventId) -> Prepared | None:
        """What has to be signed, signed; None where the plan asks for no signatures. Raises ConfigError."""
        if self._signatures is None or not self.loaded.plan.sign:
            return None
        from gonogo.rules import signing

        self.refresh()
        scene = self.scene(new_id)
        drafts = decide(scene, command)
        wanted = () if isinstance(drafts, Refusal) else drafts
        signatures = {}
        for draft in wanted:
            if signing.is_wanted(scene.plan, draft.kind):
                payload = signing.payload(scene.plan.release, draft, self.actor)
                signatures[payload] = self._signatures.sign(payload)
                self._must_count(self._signatures, draft, signatures[payload], scene)
        return signing.Prepared(scene.now, scene.steady, signatures)

    def _must_count(self, signatures: Signatures, draft: Draft, signature: str, scene: Scene) -> None:
        """What would count for nothing is not recorded as done. Raises ConfigError."""
        from gonogo.rules import signing

        event = signing.as_event(draft, signature, self.actor, scene.now)
        if flaw := signatures.flaws(scene.plan, [event]).get(event.id, ""):
            raise ConfigError(
                f"what you decide would not count: {flaw.rstrip('.')}; nothing was recorded",
                where=str(scene.plan.allowed_signers or ""),
                remedy="have the line of your key put there, or correct signing_key; gonogo doctor",
            )

    def _signed(self, command: Command, new_id: EventId, prepared: Prepared) -> tuple[Draft, ...] | None:
        """The drafts as of the moment they were signed: accepted now, and worded as they were read then."""
        from gonogo.rules import signing

        scene = replace(self.scene(new_id), now=prepared.now, steady=prepared.steady)
        drafts = decide(scene, command)
        return None if isinstance(drafts, Refusal) else signing.apply(prepared, scene.plan, drafts, self.actor)

    def scene(self, new_id: EventId = PREVIEW) -> Scene:
        """Everything a decision of this moment is judged on; what a dialog previews is judged on the same."""
        return Scene(self.inputs, self.actor, new_id, self._clock.now(), self._steady() if self._steady else None)

    def _plan_moved(self, command: Command, new_id: EventId) -> Refusal | None:
        """A decision speaks of the plan that was on the screen: one edited under it is another plan."""
        if not isinstance(command, BoundToPlan) or self._plan_source is None:
            return None
        if not self._plan_source.changed():
            return None
        from gonogo.acts.on_record import kept

        refusal = Refusal(
            ExitCode.CONFLICT,
            "plan.moved",
            "the plan on disk was edited a moment ago; nothing was recorded",
            "look again, then repeat it",
        )
        return kept(self.scene(new_id), command, refusal)

    def observe(self, observations: Iterable[Observation]) -> tuple[RecordTransition, ...]:
        """Take observations in; returns the transitions that the journal does not know yet.

        What this session told before and another one contradicted since is not told again: two views of one cell,
        from two hosts, would fill the journal by turns. Nor is what another session on this machine observed:
        whoever polls records.
        """
        from gonogo.facts.evidence import NOTHING, absorb

        now, heard = self._clock.now(), self._steady() if self._steady else None
        evidence = dict(self.inputs.evidence)
        touched = []
        for observation in observations:
            before = self._recorded_otherwise(observation)
            evidence[observation.target] = absorb(
                evidence.get(observation.target, NOTHING),
                observation,
                _heard(observation, heard),
                before,
                now,
                me=self.actor.user,
            )
            if not observation.by:
                touched.append(observation.target)
        self.inputs = replace(self.inputs, evidence=evidence)
        return tuple(
            transition
            for target in dict.fromkeys(touched)
            if (transition := self._news(target, evidence[target], now, heard)) is not None
        )

    def observe_anew(self, observations: Iterable[Observation]) -> tuple[RecordTransition, ...]:
        """As `observe`, and nothing known before about those targets counts any more, whoever had asked."""
        anew = tuple(observations)
        asked = {observation.target for observation in anew}
        left = {target: evidence for target, evidence in self.inputs.evidence.items() if target not in asked}
        self.inputs = replace(self.inputs, evidence=left)
        return self.observe(anew)

    @property
    def unconfirmed(self) -> tuple[Target, ...]:
        """Targets of which only one answer says that something has changed: worth asking again."""
        return tuple(
            target
            for target, evidence in self.inputs.evidence.items()
            if any(strand.unconfirmed and not strand.split for strand in evidence.strands)
        )

    @property
    def held_in_doubt(self) -> Mapping[Target, str]:
        """By target: the version that is held there and answers, in too few looks to believe it.

        What is planned is looked at often enough by itself; what is held the plan does not know.
        """
        return {
            target: hold.version
            for target, hold in self.inputs.state.version_holds.items()
            if target in self.inputs.evidence and self._is_in_doubt(target)
        }

    def _is_in_doubt(self, target: Target) -> bool:
        from gonogo import matrix

        evidence, plan, state = self.inputs.evidence[target], self.loaded.plan, self.inputs.state
        cell = matrix.cell_at(
            plan, state, target, evidence, self._clock.now(), self._steady() if self._steady else None
        )
        # beside others it may stand only because the record says so: many looks tell
        return cell is not None and cell.is_doubtful and cell.held in {one.version for one in cell.judged}

    def record(self, transitions: Iterable[RecordTransition]) -> None:
        """Write transitions into the history. Raises as `submit` does."""
        for transition in transitions:
            self.submit(transition)
            self._told[transition.target] = (transition.versions, transition.status, (), transition.shares)

    def learn(self, changes: Changes) -> None:
        """Take in what git says about one product."""
        self.inputs = replace(self.inputs, changes={**self.inputs.changes, changes.product: changes})
        self.unmoved((changes.product,))

    def unmoved(self, products: Iterable[str], ages: Mapping[str, float] | None = None) -> None:
        """Somebody looked, now or as many seconds ago as `ages` says: these histories are still what was read."""
        now, ages = self._clock.now(), ages or {}
        known = {
            name: now - timedelta(seconds=ages.get(name, 0.0)) for name in products if name in self.inputs.changes
        }
        self.inputs = replace(self.inputs, histories_at={**self.inputs.histories_at, **known})

    def doubt_repositories(self) -> None:
        """What git and the files said before does not count any more: they were asked, and did not answer."""
        self.inputs = replace(self.inputs, histories_at={}, files_at={}, ledger=None, artifacts={}, containment={})
        self.inputs = replace(self.inputs, check_files={})

    def measure(self, readings: Iterable[Reading]) -> tuple[FireTrigger | ClearTrigger, ...]:
        """Take numbers in; returns what has to be submitted about the rollback triggers that watch them.

        A trigger that fires asks people; nothing here acts.
        """
        from gonogo.acts.triggers import ClearTrigger, FireTrigger
        from gonogo.facts.metric_series import follow
        from gonogo.rules import triggers

        metrics = dict(self.inputs.metrics)
        newer: defaultdict[str, list[Reading]] = defaultdict(list)
        for reading in readings:
            newer[reading.metric].append(reading)
        for name, told in newer.items():
            metrics[name] = follow(metrics.get(name, ()), *told)
        self.inputs = replace(self.inputs, metrics=metrics)
        found = triggers.due(self.loaded.plan, self.inputs.state, metrics, self._clock.now())
        return tuple(
            FireTrigger(one.trigger, one.observation)
            if isinstance(one, triggers.Fires)
            else ClearTrigger(one.trigger)
            for one in found
        )

    def learn_outside(
        self,
        readings: Iterable[Reading] = (),
        files: Iterable[ProductFiles] = (),
        ledger: Ledger | None = None,
        artifacts: Iterable[Artifact] = (),
        containment: Iterable[Containment] = (),
        check_files: Iterable[NamedFiles] = (),
        bad_elsewhere: MarkedElsewhere | None = None,
    ) -> tuple[FireTrigger | ClearTrigger, ...]:
        """Take in what gates and triggers ask for beyond cells and histories; returns as `measure` does."""
        for found in files:
            self.learn_files(found)
        if ledger is not None:
            self.learn_ledger(ledger)
        self.learn_artifacts(artifacts)
        self.learn_containment(containment)
        self.learn_check_files(check_files)
        if bad_elsewhere is not None:
            self.inputs = replace(self.inputs, bad_elsewhere=bad_elsewhere, marks_at=self._clock.now())
        measured = tuple(readings)
        return self.measure(measured) if measured else ()

    def learn_files(self, found: ProductFiles) -> None:
        """Take in what the version files of one product state."""
        self.inputs = replace(
            self.inputs,
            files={**self.inputs.files, found.product: found},
            files_at={**self.inputs.files_at, found.product: self._clock.now()},
        )

    def learn_ledger(self, ledger: Ledger) -> None:
        """Take in how far the forward-merges have come."""
        self.inputs = replace(self.inputs, ledger=ledger)

    def learn_artifacts(self, found: Iterable[Artifact]) -> None:
        """Take in which earlier versions can still be had."""
        known = {(one.product, one.version): one for one in found}
        self.inputs = replace(self.inputs, artifacts={**self.inputs.artifacts, **known})

    def learn_containment(self, found: Iterable[Containment]) -> None:
        """Take in whether versions contain every change that runs, and every hotfix."""
        known = {(one.product, one.version): one for one in found}
        if known:
            self.inputs = replace(self.inputs, containment={**(self.inputs.containment or {}), **known})

    def learn_check_files(self, found: Iterable[NamedFiles]) -> None:
        """Take in what the files are that the commands of checks name, as of this moment."""
        now = self._clock.now()
        known = {one.item: replace(one, at=now) for one in found}
        if known:
            self.inputs = replace(self.inputs, check_files={**self.inputs.check_files, **known})

    def presence(self, here: tuple[str, ...]) -> bool:
        """Take in who is here; returns whether that changed."""
        changed = here != self.inputs.here
        if changed:
            self.inputs = replace(self.inputs, here=here)
        return changed

    def polled_by(self, pollers: tuple[PolledBy, ...]) -> bool:
        """Take in who asks the endpoints; returns whether that changed."""
        changed = pollers != self.inputs.pollers
        if changed:
            self.inputs = replace(self.inputs, pollers=pollers)
        return changed

    def snapshot(self, now: datetime | None = None, at: datetime | None = None) -> Snapshot:
        """Everything, judged at `now` (UTC); at this moment when not given. `at` as in `snapshot.build`."""
        from gonogo.rules import snapshot

        if now is not None:
            return snapshot.build(self.inputs, now, at=at)
        return snapshot.build(self.inputs, self._clock.now(), self._steady() if self._steady else None, at)

    def close(self) -> None:
        """Give back the journal."""
        self._journal.close()

    def _recorded_otherwise(self, observation: Observation) -> tuple[str, ...]:
        """What the journal recorded last, when a single answer says something else; else nothing."""
        if isinstance(observation, Missing) or len(observation.versions) != 1:
            return ()
        from gonogo.facts.history import same_set

        known = self.inputs.state.deployed(observation.target)
        product = self.loaded.plan.product(observation.target.product)
        if (
            known is None
            or product is None
            or same_set(product, known.versions, (observation.versions[0].version,))
        ):
            return ()
        if len(known.versions) > 1 and known.status == Status.UNKNOWN and known.source != observation.source:
            return ()  # sources disagreed: that the other one said so makes it no sample of this one
        return known.versions

    def _news(
        self, target: Target, evidence: Evidence, now: datetime, steady: float | None
    ) -> RecordTransition | None:
        """The change worth a line of history: firm, not what the journal says last, not told by us before."""
        from gonogo import matrix
        from gonogo.acts.cells import RecordTransition
        from gonogo.facts.history import adds_proof
        from gonogo.facts.pins import revision_of
        from gonogo.matrix import Freshness, Relation, texts_of
        from gonogo.matrix.rollouts import is_step, shares_of

        cell = matrix.cell_at(self.loaded.plan, self.inputs.state, target, evidence, now, steady)
        product = self.loaded.plan.product(target.product)
        if cell is None or cell.freshness is not Freshness.FRESH or cell.awaits or not evidence.settled:
            return None
        if cell.elsewhere or (cell.relation is Relation.UNKNOWN and cell.is_doubtful):
            return None
        assert product is not None  # a cell has a product
        versions = texts_of(cell.judged)
        status = Status.UNKNOWN if cell.relation is Relation.DISAGREE else cell.status
        revisions = tuple(dict.fromkeys(one for running in cell.judged if (one := revision_of(product, running))))
        shares = shares_of(cell)
        known, told = self.inputs.state.deployed(target), self._told.get(target)
        proves = known is not None and adds_proof(product, known, versions, revisions)
        view = (versions, status.value, revisions if proves else (), shares)
        same = known is not None and (tuple(sorted(known.versions)), known.status) == view[:2]
        step = known is not None and same and is_step(product, known, shares, sampled=cell.sampled)
        if same and not proves and not step:
            self._told[target] = view
            return None
        if told is not None and told[:3] == view[:3] and (not step or told == view):
            return None
        return RecordTransition(target, versions, status.value, cell.source, revisions, shares, cell.sampled)

    def _take_in(self, tail: Tail, *, keep_alarms: bool = False) -> None:
        events = self._with_flaws(tail.events)
        state = replay(events, self.inputs.state) if events else self.inputs.state
        self.inputs = replace(self.inputs, state=state)
        if not keep_alarms:
            self.inputs = replace(
                self.inputs,
                journal_problems=tuple(alarm.message for alarm in tail.alarms if not alarm.warning),
                journal_warnings=tuple(alarm.message for alarm in tail.alarms if alarm.warning),
                journal_unread=(),
            )

    def _with_flaws(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """The events, each with why it decides nothing, where the plan asks for signatures."""
        plan = self.loaded.plan
        if self._signatures is None or not plan.sign or not events:
            return events
        flaws = self._signatures.flaws(plan, events)
        return tuple(replace(event, flaw=flaws[event.id]) if event.id in flaws else event for event in events)

    def _judge_signatures_anew(self) -> None:
        """When the plan or its file of signers has changed, everything on record is judged by that."""
        if self._signatures is None:
            return
        plan = self.loaded.plan
        judged_by = (plan.sign, self._signatures.signers(plan))
        if judged_by == self._judged_by:
            return
        self._judged_by = judged_by
        known = tuple(replace(event, flaw=event.doubt) for event in self.inputs.state.events)
        if known:
            self.inputs = replace(self.inputs, state=replay(self._with_flaws(known), self._empty()))

    def _empty(self) -> ReleaseState:
        """The release before the first event. Who writes by hand cannot name rules older than the journal's."""
        return ReleaseState(judged_by=JudgedBy(self._journal.edition))


def _journal_of(inputs: Inputs) -> tuple[object, ...]:
    return inputs.state, inputs.journal_problems, inputs.journal_warnings, inputs.clock_off


def _heard(observation: Observation, now: float | None) -> float | None:
    """When an answer was complete by the steady clock: as its asker read it, and never later than `now`."""
    if now is None or isinstance(observation, Missing) or observation.heard is None:
        return now
    return min(observation.heard, now)
