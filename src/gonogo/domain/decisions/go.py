"""Go: let the release into an environment, on the very list that was on screen."""

from collections.abc import Sequence

from msgspec import Struct

from gonogo.domain import completion, digest, people, waivers
from gonogo.domain import events as kinds
from gonogo.domain.confirmation import Preview
from gonogo.domain.decisions import slips
from gonogo.domain.decisions.lifecycle import moved, typed
from gonogo.domain.decisions.scene import Answer, Refusal, Scene
from gonogo.domain.decisions.waivers import each_reason
from gonogo.domain.matrix import Cell
from gonogo.domain.readiness import ReasonLine, Verdict, Weight
from gonogo.domain.snapshot import Snapshot
from gonogo.domain.state import GoDecision, Waiver
from gonogo.errors import ExitCode


class Go(Struct, frozen=True):
    """Let the release in; `confirm` is the code of the list that was on screen."""

    environment: str
    confirm: str


Commands = Go

_KEPT = 200
"""Reasons an event keeps."""


def stands(decision: GoDecision, content: digest.Content) -> bool:
    """Whether a go still speaks of what ships: another version needs another go."""
    return not digest.differences(dict(decision.content), content)


class _Line(Struct, frozen=True):
    """One reason by itself, and the waiver that lets it pass."""

    reason: ReasonLine
    waiver: Waiver | None

    @property
    def is_open(self) -> bool:
        """Whether nobody let it pass."""
        return self.waiver is None and self.weight in {Weight.BLOCKER, Weight.UNKNOWN}

    @property
    def weight(self) -> Weight:
        """What it weighs without any waiver."""
        return self.reason.waived.was if self.reason.waived else self.reason.weight

    def __str__(self) -> str:
        name = f"{self.reason.rule} {self.reason.subject}".rstrip()
        said = f"{self.weight.value}  {name}: {self.reason.fact}"
        if self.waiver is None:
            return said
        return f"{said}  [waived by {self.waiver.actor.user} until {self.waiver.until:%Y-%m-%d %H:%M} UTC]"


def preview(scene: Scene, environment: str, snapshot: Snapshot | None = None) -> Preview:
    """What a go would record: the target, every reason and who waived it, bound to what runs and what ships."""
    snapshot = snapshot or scene.snapshot()
    judged = snapshot.verdict(environment)
    assert judged is not None
    lines = _lines(scene, judged)
    left = [one for one in lines if one.is_open]
    content = digest.content_of(scene.plan, scene.inputs.changes)
    products = ", ".join(f"{product.name} {product.version}" for product in scene.plan.products[:12])
    bound = (
        judged.answer.value,
        content.digest,
        scene.loaded.sha256,
        *(_key(one) for one in lines),
        *(_runs(cell) for cell in snapshot.matrix.column(environment)),
    )
    return Preview(
        "go",
        environment,
        typed(scene.plan),
        f"GO for {environment}: {products}",
        tuple(map(str, lines)),
        bound,
        f"{len(left)} of {len(lines)} reasons {'needs' if len(left) == 1 else 'need'} a waiver" if left else "",
    )


def _lines(scene: Scene, judged: Verdict) -> tuple[_Line, ...]:
    standing = waivers.in_force(
        scene.plan, scene.state, scene.now, judged.environment, scene.inputs.shared_accounts
    )
    return tuple(_Line(one, _waiver(standing, one)) for one in each_reason(judged))


def _waiver(standing: Sequence[Waiver], reason: ReasonLine) -> Waiver | None:
    weight = reason.waived.was if reason.waived else reason.weight
    if weight is Weight.WARNING:
        return None
    return waivers.waiver_for(standing, reason.rule, reason.subject, unknown=weight is Weight.UNKNOWN)


def _key(line: _Line) -> str:
    """What must stay for a confirmation to hold; ages and countdowns in a fact may go on."""
    waiver = line.waiver.seq if line.waiver else 0
    return f"{line.reason.rule} {line.reason.subject} {line.weight} {waiver}"


def _runs(cell: Cell) -> str:
    running = ",".join(sorted(one.version for one in cell.versions))
    return f"{cell.target.product} {running} {cell.status} {cell.relation}"


def decide(scene: Scene, command: Commands) -> Answer:
    """One decision, recorded with the list of that moment."""
    if scene.plan.environment(command.environment) is None:
        known = [environment.name for environment in scene.plan.environments]
        return slips.unknown_name("environment.unknown", "environment", command.environment, known)
    if refusal := slips.not_running(scene, "a go") or slips.undecided(scene, "a go") or _not_driving(scene):
        return refusal
    content = digest.content_of(scene.plan, scene.inputs.changes)
    last = scene.state.go(command.environment)
    if last is not None and stands(last, content):
        if last.actor.uid == scene.actor.uid:
            return ()
        return slips.lost("go.decided", f"go for {command.environment} was given", last.actor, last.at, scene.now)
    snapshot = scene.snapshot()
    judged = snapshot.verdict(command.environment)
    assert judged is not None
    shown = preview(scene, command.environment, snapshot)
    if refusal := _refused(scene, judged, shown):
        return slips.refused_on_record(scene, refusal, "go", f"go:{command.environment}")
    if command.confirm != shown.code:
        return moved(scene, "go", shown, f"gonogo go {command.environment} --confirm {shown.code}")
    lines = _lines(scene, judged)
    data = {
        "answer": judged.answer.value,
        "confirmed": shown.code,
        "digest": content.digest,
        "content": dict(digest.recorded(content.texts)),
        "reasons": [_named(one) for one in lines[:_KEPT]],
        "left_out": max(0, len(lines) - _KEPT),
    }
    return (scene.draft(kinds.GO_DECIDED, f"go:{command.environment}", data, expect=last.seq if last else 0),)


def _named(line: _Line) -> dict[str, object]:
    return {
        "rule": line.reason.rule,
        "subject": line.reason.subject,
        "weight": line.weight.value,
        "fact": line.reason.fact[:200],
        "waiver": line.waiver.seq if line.waiver else 0,
    }


def _not_driving(scene: Scene) -> Refusal | None:
    """While somebody drives, go is theirs to say."""
    baton = scene.state.baton
    if baton is None or baton.driver == scene.actor.user:
        return None
    return Refusal(
        ExitCode.NOT_PERMITTED,
        "go.driver",
        f"{people.named(scene.plan, baton.driver)} drives, and go is theirs to say",
        "gonogo drive --note '...'    takes the baton",
    )


def _refused(scene: Scene, judged: Verdict, shown: Preview) -> Refusal | None:
    if scene.state.held is not None:
        held = scene.state.held
        return Refusal(
            ExitCode.NO_GO,
            "release.held",
            f"the release is on hold by {held.actor.user}: {held.reason}",
            "gonogo resume",
        )
    if bad := completion.bad_versions(scene.plan, scene.state):
        return Refusal(ExitCode.NO_GO, "version.bad", bad[0], "put another version into the plan", bad)
    if amended := completion.amended(scene.loaded, scene.state):
        return Refusal(ExitCode.NO_GO, "plan.amended", amended, "gonogo amend show")
    left = [one for one in _lines(scene, judged) if one.is_open]
    if not left:
        return None
    blocked = any(one.weight is Weight.BLOCKER for one in left)
    first = left[0].reason
    name = f"{first.rule}:{first.subject}" if first.subject else first.rule
    return Refusal(
        ExitCode.NO_GO if blocked else ExitCode.UNKNOWN,
        "go.blocked" if blocked else "go.unknown",
        f"{'NO-GO' if blocked else 'UNKNOWN'} for {judged.environment}: {shown.refused}",
        first.remedy
        if first.rule in waivers.NEVER
        else f"gonogo waive {name} --env {judged.environment} --reason '...' --until 2h",
        tuple(map(str, left)),
    )
