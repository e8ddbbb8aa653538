"""The plan of a hotfix, or of a release being prepared: everything pinned, so that doing it twice is the same."""

from enum import StrEnum

from msgspec import Struct

from gonogo.hotfix.preview import Pick
from gonogo.plan import SchemeName, VersionFile
from gonogo.rules.digest import code_of


class Kind(StrEnum):
    """What is made."""

    HOTFIX = "hotfix"
    PREPARE = "prepare"
    CARRY = "merges"
    """A fix carried to another branch. As with the others, the word is the verb that goes on with it."""


class Operation(StrEnum):
    """What git does to bring a commit to a branch, as people call it."""

    PICK = "cherry-pick"
    MERGE = "merge"
    FORWARD = "fast-forward"
    """The branch is moved to the commit itself: it had nothing that the commit's history lacks."""


class Identity(Struct, frozen=True):
    """Whose name the commits and the tag carry. A text, as git wants it: who acted is the journal's to say."""

    name: str
    email: str


class Work(Struct, frozen=True):
    """One hotfix of one product: what it starts from, what goes in, what comes out."""

    kind: Kind
    release: str
    """Id of the release whose journal it is recorded in."""
    product: str
    repo: str
    """Absolute path of the person's repository."""
    scheme: SchemeName
    version: str
    """The version it makes."""
    base_version: str
    base_name: str
    """The tag it starts from, or the branch where there is none."""
    base_oid: str
    branch: str
    """Without refs/heads/; `tag` likewise."""
    tag: str
    started_at: int
    """Seconds since 1970: the date of every commit and tag, so that a repeated step makes the same object."""
    identity: Identity
    base_tag: str = ""
    """The tag of the version before; "" when there is none."""
    picks: tuple[Pick, ...] = ()
    by_hand: bool = False
    """gitflow: the fix is committed by hand on an empty branch."""
    files: tuple[VersionFile, ...] = ()
    changelog: str = ""
    """Path of the changelog; "" when the repository has none."""
    entry: str = ""
    """The changelog entry, Markdown."""
    message: str = ""
    """Of the release commit."""
    tag_message: str = ""
    signed: bool = False
    branch_was: str = ""
    """The commit the branch is at before; "" when it does not exist yet."""
    approvals: tuple[str, ...] = ()
    """Approvals of the plan that must be given before the tag."""
    remote: str = ""
    """Name of the remote a push would go to; "" when there is none."""
    trees: tuple[str, ...] = ()
    """The tree after each pick, as the preview found it; "" where that depends on a resolution."""
    result_tree: str = ""
    """The tree of the tag; "" when it depends on a resolution."""
    object_format: str = "sha1"
    merges: bool = False
    """Whether what is carried is merged, as gitflow does, instead of picked."""
    forwards: bool = False
    """Whether the branch is moved forward to what is carried; `merges` is False then."""

    @property
    def id(self) -> str:
        """Names it in the journal: `hotfix:web/1.2.4`."""
        return f"{self.kind.value}:{self.product}/{self.version}"

    @property
    def operation(self) -> Operation:
        """What is done to bring the picks to the branch."""
        if self.forwards:
            return Operation.FORWARD
        return Operation.MERGE if self.merges else Operation.PICK

    @property
    def code(self) -> str:
        """What a person repeats to start it: another list of effects has another code, another moment has not."""
        return code_of(
            [
                self.id, self.repo, self.base_name, self.base_oid, self.branch, self.branch_was, self.tag,
                self.entry, self.message, self.remote, self.result_tree, str(self.signed), str(self.by_hand),
                str(self.merges),
                *(["forwards"] if self.forwards else []),
                *(one.oid for one in self.picks), *self.trees, *self.approvals,
                *(f"{file.path}:{file.key}:{file.pattern}" for file in self.files),
            ]
        )  # fmt: skip

    @property
    def edits(self) -> bool:
        """Whether there is a release commit: without version files and changelog there is nothing to put in it."""
        return bool(self.files or (self.changelog and self.entry))
