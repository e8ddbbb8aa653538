"""The steps of a piece of work, in order, each with the exact commands of git and its undo.

What is shown is what is run: the executor takes its argument lists from here. `{commit}`, `{tag}` and `{pack}`
stand for objects that do not exist yet when the list is shown.
"""

from enum import StrEnum

from msgspec import Struct

from gonogo.hotfix.preview import Pick
from gonogo.hotfix.work import Kind, Operation, Work


class StepKind(StrEnum):
    """What a step does."""

    WORKSPACE = "workspace"
    BRANCH = "branch"
    PICK = "pick"
    FIX = "fix"
    """Waits until somebody has committed the fix by hand."""
    FILES = "files"
    COMMIT = "commit"
    VERIFY = "verify"
    TEST = "test"
    """Waits until somebody says what was tested."""
    DELIVER = "deliver"
    """The branch appears in the person's repository."""
    REVIEW = "review"
    """Waits for the approvals of the plan."""
    TAG = "tag"
    PUSH = "push"
    """Waits for the version to be typed."""


class Place(StrEnum):
    """Where a command runs."""

    WORKSPACE = "workspace"
    """A repository of our own below the state directory."""
    REPOSITORY = "repository"
    """The person's: only new objects and the announced references are ever written there."""


class GitCommand(Struct, frozen=True):
    """One call of git."""

    place: Place
    argv: tuple[str, ...]
    feed: str = ""
    """What goes to its standard input."""


class Step(Struct, frozen=True):
    """One step."""

    number: int
    """From 1."""
    kind: StepKind
    title: str
    undo: str
    """How it is taken back, in words."""
    commands: tuple[GitCommand, ...] = ()
    pick: int = -1
    """Position among the picks; -1 for other steps."""


WAITING = frozenset({StepKind.FIX, StepKind.TEST, StepKind.REVIEW, StepKind.PUSH})
"""Steps that a person ends."""


def steps_of(work: Work) -> tuple[Step, ...]:
    """The whole list."""
    made: list[Step] = []

    def add(kind: StepKind, title: str, undo: str, *commands: GitCommand, pick: int = -1) -> None:
        made.append(Step(len(made) + 1, kind, title, undo, commands, pick))

    add(
        StepKind.WORKSPACE, "make a workspace of its own, outside your checkout", "remove the workspace",
        _own("init", "--quiet", "--template=", f"--initial-branch={work.branch}",
             f"--object-format={work.object_format}"),
    )  # fmt: skip
    start = work.branch_was or work.base_oid
    add(
        StepKind.BRANCH, f"begin {work.branch} at {work.base_name}", "goes with the workspace",
        _own("checkout", "--quiet", "-B", work.branch, start, "--"),
    )  # fmt: skip
    for position, pick in enumerate(work.picks):
        add(
            StepKind.PICK, f"{_VERBS[work.operation]} {pick.oid[:10]} {pick.subject}", "goes with the workspace",
            _taking(work, pick), pick=position,
        )  # fmt: skip
    if work.by_hand:
        add(StepKind.FIX, "commit the fix by hand in the workspace", "goes with the workspace")
    if work.edits:
        changelog = [work.changelog] if work.changelog and work.entry else []
        paths = dict.fromkeys([*(file.path for file in work.files), *changelog])
        add(
            StepKind.FILES,
            f"write {work.version} into {', '.join(paths)}",
            "goes with the workspace",
            _own("add", "--force", "--", *paths),
        )
        add(
            StepKind.COMMIT, f"commit: {work.message}", "goes with the workspace",
            _own("commit", "--quiet", "--no-verify", "--no-gpg-sign", "--cleanup=verbatim",
                 f"--message={work.message}"),
        )  # fmt: skip
    add(
        StepKind.VERIFY, f"check that {work.base_name}..{work.branch} is exactly this", "nothing to undo",
        _own("rev-list", "--parents", "--reverse", f"{start}..{{commit}}"),
    )  # fmt: skip
    if work.kind is Kind.HOTFIX:
        add(StepKind.TEST, "test it in the workspace", "nothing to undo")
    back = f"put the branch back to {work.branch_was[:12]}" if work.branch_was else "remove the branch"
    add(
        StepKind.DELIVER, f"bring {work.branch} into your repository", f"{back}, if it is still where it was put",
        _own("pack-objects", "--revs", "--local", "--non-empty", "--quiet", "{pack}", feed="{commit}\n^{base}\n"),
        _theirs("update-ref", "-m", "gonogo", "--stdin", feed=f"{_set(work)}\n"),
    )  # fmt: skip
    if work.approvals:
        add(StepKind.REVIEW, f"approvals: {', '.join(work.approvals)}", "nothing to undo")
    if not work.tag:
        return tuple(made)
    add(
        StepKind.TAG, f"{'sign' if work.signed else 'make'} the annotated tag {work.tag} on the commit itself",
        "remove the tag, as long as it was not pushed",
        _own("tag", "-s" if work.signed else "-a", "--cleanup=verbatim", f"--message={work.tag_message}",
             work.tag, "{commit}"),
        _own("pack-objects", "--revs", "--local", "--non-empty", "--quiet", "{pack}", feed="{tag}\n^{commit}\n"),
        _theirs("update-ref", "-m", "gonogo", "--stdin", feed=f"create refs/tags/{work.tag} {{tag}}\n"),
    )  # fmt: skip
    if work.remote:
        add(
            StepKind.PUSH, f"push branch and tag to {work.remote}", "a pushed tag is never removed or moved",
            push_command(work, work.branch_was),
        )  # fmt: skip
    return tuple(made)


_VERBS = {Operation.PICK: "pick", Operation.MERGE: "merge", Operation.FORWARD: "fast-forward to"}


def _taking(work: Work, pick: Pick) -> GitCommand:
    if work.forwards:
        return _own("merge", "--ff-only", "--no-verify", "--quiet", pick.oid)
    if work.merges:
        message = f"--message={merge_message(work, pick)}"
        return _own("merge", "--no-ff", "--no-verify", "--no-gpg-sign", "--quiet", message, pick.oid)
    parent = ("-m", str(pick.mainline_parent)) if pick.mainline_parent else ()
    return _own("cherry-pick", "-x", *parent, pick.oid)


def merge_message(work: Work, pick: Pick) -> str:
    """What the merge of a fix says."""
    return f"Merge {pick.oid[:10]} into {work.branch}\n\n{pick.subject}\n"


def push_command(work: Work, expected: str) -> GitCommand:
    """Branch and tag in one go, each only if the remote is as expected; never over what is there.

    `expected` is where the remote's branch must be, "" for nowhere. The tag must not exist.
    """
    branch, tag = f"refs/heads/{work.branch}", f"refs/tags/{work.tag}"
    return _own(
        "push", "--atomic", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no",
        f"--force-with-lease={branch}:{expected}", f"--force-with-lease={tag}:", "--", "{url}",
        f"{{commit}}:{branch}", f"{{tag}}:{tag}",
    )  # fmt: skip


def _own(*argv: str, feed: str = "") -> GitCommand:
    return GitCommand(Place.WORKSPACE, argv, feed)


def _theirs(*argv: str, feed: str = "") -> GitCommand:
    return GitCommand(Place.REPOSITORY, argv, feed)


def _set(work: Work) -> str:
    ref = f"refs/heads/{work.branch}"
    return f"update {ref} {{commit}} {work.branch_was}" if work.branch_was else f"create {ref} {{commit}}"


def title_of(work: Work) -> str:
    """What it is, in one line."""
    if work.kind is Kind.CARRY:
        return f"carry {work.picks[0].oid[:10]} of {work.product} {work.base_version} to {work.branch}"
    verb = "hotfix" if work.kind is Kind.HOTFIX else "prepare"
    return f"{verb} {work.product} {work.base_version} -> {work.version}"
