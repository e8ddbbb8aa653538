"""Mark a version bad; keep a version in place after a rollback."""

from gonogo import events as kinds
from gonogo.acts import slips
from gonogo.acts.command import Command, Kept
from gonogo.acts.scene import Answer, Refusal, Scene
from gonogo.errors import ExitCode
from gonogo.plan import Target
from gonogo.text import clean


class MarkBad(Command, frozen=True):
    """Nobody ships this version any more."""

    product: str
    version: str
    reason: str
    kept = Kept("mark-bad", "version:{product}/{version}")

    def judge(self, scene: Scene) -> Answer:
        """Anybody may warn."""
        return _no_product(scene, self.product) or _mark(scene, self)


class ClearBad(Command, frozen=True):
    """The mark was a mistake."""

    product: str
    version: str
    reason: str
    kept = Kept("mark-bad --withdraw", "version:{product}/{version}")

    def judge(self, scene: Scene) -> Answer:
        """Taking a warning back needs a person."""
        return _no_product(scene, self.product) or _clear(scene, self)


class HoldVersion(Command, frozen=True):
    """What runs there stays there, as after a rollback."""

    product: str
    environment: str
    version: str
    reason: str
    kept = Kept("hold", "cell:{product}/{environment}")

    def judge(self, scene: Scene) -> Answer:
        """Keeping things as they are is for everybody."""
        return _no_product(scene, self.product) or _hold(scene, self)


class ReleaseVersion(Command, frozen=True):
    """It need not stay any longer."""

    product: str
    environment: str
    reason: str = ""
    kept = Kept("resume", "cell:{product}/{environment}")

    def judge(self, scene: Scene) -> Answer:
        """Letting it change again needs a person."""
        return _no_product(scene, self.product) or _release(scene, self)


def _no_product(scene: Scene, name: str) -> Refusal | None:
    if scene.plan.product(name) is not None:
        return None
    known = [one.name for one in scene.plan.products]
    return slips.unknown_name("product.unknown", "product", name, known)


def _mark(scene: Scene, command: MarkBad) -> Answer:
    version = command.version.strip()
    if not version or clean(version, 128) != version or " " in version:
        return Refusal(ExitCode.USAGE, "version.form", f"'{clean(version, 80)}' is no version")
    typed = f"gonogo mark-bad {command.product} {version} --reason '...'"
    if refusal := slips.need_reason("mark-bad.reason", "marking a version bad", command.reason, typed):
        return refusal
    known = scene.state.bad.get((command.product, version))
    if known is not None:
        if known.actor.uid == scene.actor.uid:
            return ()
        what = f"{command.product} {version} was marked bad"
        return slips.lost("version.bad", what, known.actor, known.at, scene.now)
    data = {"reason": clean(command.reason.strip())}
    return (scene.draft(kinds.VERSION_MARKED_BAD, f"version:{command.product}/{version}", data),)


def _clear(scene: Scene, command: ClearBad) -> Answer:
    if refusal := slips.no_person(scene, "taking a warning back"):
        return refusal
    known = scene.state.bad.get((command.product, command.version))
    if known is None:
        what = f"{command.product} {clean(command.version, 80)} is not marked bad"
        return Refusal(ExitCode.NO_GO, "version.not-bad", what)
    typed = f"gonogo mark-bad {command.product} {command.version} --withdraw --reason '...'"
    if refusal := slips.need_reason("mark-bad.reason", "taking a warning back", command.reason, typed):
        return refusal
    data = {"reason": clean(command.reason.strip()), "was": known.reason}
    subject = f"version:{command.product}/{command.version}"
    return (scene.draft(kinds.VERSION_CLEARED, subject, data, expect=known.seq),)


def _hold(scene: Scene, command: HoldVersion) -> Answer:
    target = Target(command.product, command.environment)
    if refusal := slips.over(scene) or _no_environment(scene, command.environment):
        return refusal
    typed = f"gonogo hold --product {target.product} --env {target.environment} --reason '...'"
    if refusal := slips.need_reason("hold.reason", "a version hold", command.reason, typed):
        return refusal
    known = scene.state.version_holds.get(target)
    if known is not None:
        if known.actor.uid == scene.actor.uid and known.version == command.version:
            return ()
        what = f"{target.product} is held at {known.version} in {target.environment}, put there"
        return slips.lost("version.held", what, known.actor, known.at, scene.now)
    data = {"version": clean(command.version, 128), "reason": clean(command.reason.strip())}
    return (scene.draft(kinds.VERSION_HELD, f"cell:{target.product}/{target.environment}", data),)


def _release(scene: Scene, command: ReleaseVersion) -> Answer:
    target = Target(command.product, command.environment)
    if refusal := slips.over(scene) or _no_environment(scene, command.environment):
        return refusal
    if refusal := slips.no_person(scene, "releasing a held version"):
        return refusal
    known = scene.state.version_holds.get(target)
    if known is None:
        what = f"{target.product} is not held in {target.environment}"
        return Refusal(ExitCode.NO_GO, "version.not-held", what)
    data = {"version": known.version, "reason": clean(command.reason.strip())}
    subject = f"cell:{target.product}/{target.environment}"
    return (scene.draft(kinds.VERSION_RELEASED, subject, data, expect=known.seq),)


def _no_environment(scene: Scene, name: str) -> Refusal | None:
    if scene.plan.environment(name) is not None:
        return None
    known = [one.name for one in scene.plan.environments]
    return slips.unknown_name("environment.unknown", "environment", name, known)
