"""Doing a piece of work step by step: recorded before, done, recorded after; and going on wherever it was killed.

Whether an interrupted step took effect is read from the repositories, not guessed: a pick from the commit that
carries its trailer, a delivery from the reference. What did not take effect is brought back to the commit before
it and done again. Names and dates are pinned in the plan, so that doing it again makes the very same objects.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from gonogo.errors import ConflictError, GonogoError, IntegrityError, RefusedError, StorageError
from gonogo.events.hotfixes import Hotfix, HotfixStatus
from gonogo.hotfix.outcome import Finished, Given, Outcome, Stopped
from gonogo.hotfix.preview import Pick
from gonogo.hotfix.steps import WAITING, Step, StepKind, steps_of
from gonogo.hotfix.typed import typed
from gonogo.hotfix.work import Kind, Work
from gonogo.hotfix_jobs import delivery, picking
from gonogo.hotfix_jobs.bench import Bench
from gonogo.hotfix_jobs.discovery import Found, discover
from gonogo.hotfix_jobs.gates import Gates
from gonogo.hotfix_jobs.recorder import Recorder
from gonogo.hotfix_jobs.tree_edits import contents
from gonogo.hotfix_jobs.trial import conflicting_hunks
from gonogo.hotfix_jobs.verify import verify
from gonogo.hotfix_jobs.workspace import Workspace
from gonogo.io.git.door import GitDoor, GitError, Manner
from gonogo.text import clean

_LITTLE = 256 * 1024
"""Bytes below which a disk counts as full: git and the journal need some for every step."""


class Effect(Struct, frozen=True):
    """What a step led to."""

    commit: str = ""
    tag_object: str = ""


class Executor:
    """One piece of work, while the caller holds the lock of its bench."""

    def __init__(
        self, bench: Bench, work: Work, recorder: Recorder, *, git: str = "git", inherits: tuple[int, ...] = ()
    ) -> None:
        self._bench = bench
        self._work = work
        self._recorder = recorder
        self._found: Found = discover(work.repo)
        self.space = Workspace(
            bench.tree, work.identity, work.started_at, git=git, log=bench.log, inherits=inherits
        )
        signature = {
            "GIT_COMMITTER_NAME": work.identity.name,
            "GIT_COMMITTER_EMAIL": work.identity.email,
            "GIT_COMMITTER_DATE": f"@{work.started_at} +0000",
        }
        self._repository = GitDoor(
            work.repo, git=git, manner=Manner(environment=signature, inherits=inherits), log=bench.log
        )
        self._gates = Gates(bench, work, recorder, self.space, self._found)
        self._do: Mapping[StepKind, Callable[[Step], Effect | picking.Stopped]] = {
            StepKind.WORKSPACE: self._workspace,
            StepKind.BRANCH: self._branch,
            StepKind.PICK: self._pick,
            StepKind.FILES: self._files,
            StepKind.COMMIT: self._commit,
            StepKind.VERIFY: self._verify,
            StepKind.DELIVER: self._deliver,
            StepKind.TAG: self._tag,
        }

    def run(self, given: Given) -> Outcome:
        """Go on until it is done, or a person is needed. Raises GonogoError; `continue` goes on from there."""
        if self._bench.aborting:
            raise RefusedError(
                "an abort was begun", remedy=typed(self._work.kind.value, "abort", self._work.product)
            )
        for step in steps_of(self._work):
            if self._recorder.known().is_done(step.number):
                continue
            try:
                outcome = self._gates.wait(step, given) if step.kind in WAITING else self._step(step, given)
            except (GitError, StorageError) as error:
                raise self._with_ways_on(step, error) from error
            if outcome is not None:
                return outcome
        return self._finish()

    def _with_ways_on(self, step: Step, error: GonogoError) -> GonogoError:
        """The same, with what to do next; git says of a full disk only that it could not write."""
        kind, product = self._work.kind.value, self._work.product
        ways = " or ".join(typed(kind, act, product) for act in ("continue", "abort"))
        remedy = error.remedy or f"nothing is lost: {ways}"
        message = f"step {step.number}, {step.title}: {error.message}"
        for place in (str(self._bench.folder), self._found.common_dir):
            if _is_full(place):
                return StorageError(f"the disk is full; {message}", where=place, remedy=f"make room, then {ways}")
        return type(error)(message, where=error.where, remedy=remedy)

    def _finish(self) -> Finished:
        known = self._recorder.known()
        # the workspace goes first: what is recorded as finished leaves nothing behind
        self.space.remove()
        self._recorder.finish()
        self._bench.clear()
        return Finished(known.commit, known.tag_object, known.pushed_to)

    def _step(self, step: Step, given: Given) -> Outcome | None:
        known = self._recorder.known()
        effect: Effect | picking.Stopped | None
        if known.status is HotfixStatus.STOPPED:
            effect, found = self._resolved(step, known, given), False
        elif step.number in known.steps:
            effect = self._found_done(step)
            found = effect is not None
            if effect is None:
                self._recover(step)
                effect = self._do[step.kind](step)
        else:
            self._recorder.begin(step)
            effect, found = self._do[step.kind](step), False
        if isinstance(effect, picking.Stopped):
            self._recorder.stop(step, effect)
            return Stopped(step, effect.pick, effect.conflicts, str(self._bench.tree))
        self._recorder.end(step, effect.commit, effect.tag_object, found=found)
        return None

    # What each step does -------------------------------------------------------------------------------------

    def _workspace(self, step: Step) -> Effect:
        self.space.prepare()
        self.space.door.run(step.commands[0].argv)
        self.space.borrow(self._found)
        return Effect()

    def _branch(self, step: Step) -> Effect:
        self.space.door.run(step.commands[0].argv)
        return Effect(self.space.head())

    def _pick(self, step: Step) -> Effect | picking.Stopped:
        made = picking.do_pick(self.space, step.commands[0].argv, self._work.picks[step.pick])
        return made if isinstance(made, picking.Stopped) else Effect(made)

    def _files(self, step: Step) -> Effect:
        head = self._recorder.known().head(step.number)
        files, told = contents(self.space.door, f"{head}^{{tree}}", self._work)
        problems = [f"{one.path}: {one.problem}" for one in told if one.problem]
        if problems:
            raise RefusedError(
                f"not every file can be changed: {'; '.join(problems[:5])}", where=str(self.space.path),
                remedy=typed(self._work.kind.value, "abort", self._work.product),
            )  # fmt: skip
        for file in files:
            _write(self.space.path, file.path, file.content)
        if files:
            self.space.door.run(step.commands[0].argv)
        return Effect()

    def _commit(self, step: Step) -> Effect:
        self.space.authoring.run(step.commands[0].argv)
        return Effect(self.space.head())

    def _verify(self, step: Step) -> Effect:
        known = self._recorder.known()
        by_hand = [one.pick for one in known.resolutions]
        verify(self.space, self._work, known.head(step.number), by_hand)
        return Effect()

    def _deliver(self, step: Step) -> Effect:
        commit = self._recorder.known().head(step.number)
        self._not_checked_out()
        pack, refs = step.commands
        names = {"{commit}": commit, "{base}": self._work.base_oid}
        delivery.put_objects(self.space, self._bench, self._found, pack.argv, _filled(pack.feed, names))
        lines = _filled(refs.feed, names).splitlines()
        delivery.change_refs(self._repository, self._found, lines, [f"refs/heads/{self._work.branch}"])
        return Effect(commit)

    def _not_checked_out(self) -> None:
        folder = discover(self._work.repo).checked_out.get(f"refs/heads/{self._work.branch}")
        if folder:
            raise ConflictError(
                f"{self._work.branch} is checked out: it is not moved behind anybody's back",
                where=clean(folder, 200),
                remedy="check out something else there, then continue",
            )

    def _tag(self, step: Step) -> Effect:
        commit = self._recorder.known().head(step.number)
        make, pack, refs = step.commands
        tag = self._own_tag(commit)
        if not tag:
            names = {"{commit}": commit}
            door = self.space.signing() if self._work.signed else self.space.authoring
            door.run([_filled(word, names) if word == "{commit}" else word for word in make.argv])
            tag = self._own_tag(commit)
        names = {"{commit}": commit, "{tag}": tag}
        delivery.put_objects(self.space, self._bench, self._found, pack.argv, _filled(pack.feed, names))
        lines = _filled(refs.feed, names).splitlines()
        delivery.change_refs(self._repository, self._found, lines, [f"refs/tags/{self._work.tag}"])
        return Effect(commit, tag)

    def _own_tag(self, commit: str) -> str:
        """The tag object in the workspace; "" when there is none, or one that leads elsewhere."""
        self.space.unlock()
        ref = f"refs/tags/{self._work.tag}"
        if self._resolve(self.space.door, f"{ref}^{{commit}}") != commit:
            return ""
        return self._resolve(self.space.door, ref)

    # What an interrupted step left ---------------------------------------------------------------------------

    def _found_done(self, step: Step) -> Effect | None:
        known = self._recorder.known()
        before = known.head(step.number)
        if step.kind is StepKind.PICK:
            made = picking.took_effect(self.space, before, self._work.picks[step.pick])
            return Effect(made) if made and not self._dirty() else None
        if step.kind is StepKind.COMMIT:
            made = self._committed(before)
            return Effect(made) if made else None
        if step.kind is StepKind.DELIVER:
            there = self._resolve(self._repository, f"refs/heads/{self._work.branch}")
            return Effect(before) if there == before else None
        if step.kind is StepKind.TAG:
            there = self._resolve(self._repository, f"refs/tags/{self._work.tag}")
            mine = self._own_tag(before)
            return Effect(before, there) if there and there == mine else None
        return None  # cheap and the same every time: done again

    def _dirty(self) -> bool:
        """Whether git was killed between the commit and the last of its files."""
        return bool(self.space.door.run(["status", "--porcelain", "-z", "--untracked-files=no"]))

    def _committed(self, before: str) -> str:
        head = self.space.head()
        if not head or head == before:
            return ""
        parents = self.space.door.run(["rev-list", "--parents", "-1", head]).decode().split()[1:]
        return head if parents == [before] else ""

    def _recover(self, step: Step) -> None:
        """Bring the workspace to where it was before the step."""
        steps = steps_of(self._work)
        if step.kind is StepKind.BRANCH:
            self._workspace(steps[0])
        elif step.kind in {StepKind.PICK, StepKind.FILES, StepKind.COMMIT}:
            picking.recover(self.space, self._recorder.known().head(step.number))
        else:
            self.space.unlock()
        if step.kind is StepKind.COMMIT:
            self._files(next(one for one in steps if one.kind is StepKind.FILES))

    def _resolve(self, door: GitDoor, name: str) -> str:
        argv = ["rev-parse", "--verify", "--quiet", "--end-of-options", name]
        return door.run(argv, accept=(0, 1)).decode().strip()

    # What a person resolved -----------------------------------------------------------------------------------

    @property
    def _continue(self) -> str:
        return typed(self._work.kind.value, "continue", self._work.product)

    def _without(self, pick: Pick) -> str:
        """What to do when nothing of a pick is to be kept."""
        abort = typed(self._work.kind.value, "abort", self._work.product)
        if self._work.kind is Kind.CARRY:
            said = f"gonogo merges equal {pick.oid[:8]} {self._work.branch} --reason TEXT"
            return f"keep what the fix needs, or say that the branch has it otherwise: {abort}, then {said}"
        return f"keep what the fix needs, or leave that commit out: {abort}, then plan it anew"

    def _resolved(self, step: Step, known: Hotfix, given: Given) -> Effect:
        pick = self._work.picks[step.pick]
        before = known.head(step.number)
        done = [one for one in known.resolutions if one.step == step.number]
        if done and {one.path for one in done} >= set(known.conflicts):
            # confirmed before, and killed before it was committed
            ours = tuple(one.path for one in done if one.how == "ours")
            resolution = picking.Resolution(tuple(one.path for one in done if one.how != "ours"), ours)
        else:
            resolution = picking.Resolution(given.resolved, given.ours)
            picking.check_named(known.conflicts, resolution, self._continue)
            picking.check_no_markers(self.space, resolution)
            picking.check_something_left(self.space, pick, before, resolution, self._without(pick))
            self._recorder.resolve(step, pick, self._counted(known, resolution))
        return Effect(picking.commit_resolution(self.space, pick, before, resolution))

    def _counted(self, known: Hotfix, resolution: picking.Resolution) -> tuple[tuple[str, str, int], ...]:
        """Every file with the number of its hunks that git could not join by itself."""
        pick = self._work.picks[steps_of(self._work)[known.next_step - 1].pick]
        counts = conflicting_hunks(self.space, known.head(known.next_step), pick)
        return tuple(
            (path, "ours" if path in resolution.ours else "edited", counts.get(path, 1))
            for path in known.conflicts
        )


def _is_full(place: str) -> bool:
    free = shutil.disk_usage(place).free if Path(place).exists() else _LITTLE
    return free < _LITTLE


def _filled(text: str, names: Mapping[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(name, value)
    return text


def _write(tree: Path, path: str, content: bytes) -> None:
    """Write a file of the workspace; never through a link that a hostile tree put there. Raises StorageError."""
    target = tree / path
    if not target.resolve().is_relative_to(tree.resolve()) or target.is_symlink():
        raise IntegrityError(f"{clean(path, 200)} leads out of the workspace", where=str(tree))
    try:
        target.write_bytes(content)
    except OSError as error:
        raise StorageError(f"cannot be written: {error.strerror}", where=str(target)) from error
