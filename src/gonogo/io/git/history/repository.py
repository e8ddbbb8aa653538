"""One repository, read only: names, tags, and commits as git prints them."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from gonogo.commits import Commit
from gonogo.io.git.door import GitDoor, UnknownRevisionError, check_ref, is_object_id
from gonogo.io.git.history.records import LOG, reader, records
from gonogo.io.git.history.tags import Known, TagRef, known_tags
from gonogo.plan import ChangelogRules, MergePolicy, Product
from gonogo.text import clean

_HEX = frozenset("0123456789abcdef")
_AS_USUAL = ChangelogRules()
_PLAIN = ("100644", "100755")
"""Modes of files that are no links."""
TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes of a changelog that is read."""


class Found(Struct, frozen=True):
    """What a name leads to."""

    name: str
    """As people say it, such as `v1.2.3` or `release/v1.2`."""
    oid: str


class Repository:
    """git in one clone. Every method raises GitError for what git refuses."""

    def __init__(self, repo: str) -> None:
        self.path = repo
        self.git = GitDoor(repo)

    def look_up(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """(type, object id) of each name; ("", "") for what does not exist."""
        feed = "".join(f"{name}\n" for name in names).encode()
        answer = self.git.run(["cat-file", "--batch-check=%(objecttype) %(objectname)"], feed=feed)
        found = []
        for line in answer.decode("utf-8", "replace").splitlines():
            kind, _, oid = line.partition(" ")
            found.append((kind, oid) if is_object_id(oid) else ("", ""))
        return found

    def resolve(self, name: str) -> Found:
        """The commit that a tag, a branch or a commit id leads to, in this order. Raises UsageError too."""
        for kind, oid in self.look_up([f"{ref}^{{commit}}" for ref in possible_refs(name)]):
            if kind == "commit":
                return Found(name, oid)
        raise UnknownRevisionError(f"there is no tag, branch or commit '{clean(name, 80)}'", where=self.path)

    def tags(self, product: Product) -> tuple[TagRef, ...]:
        """The release tags of `product`, newest version first; those of other products are left out."""
        return self.known_tags(product).releases

    def known_tags(self, product: Product) -> Known:
        """The release tags of `product`, and those that begin like one and cannot be read."""
        return known_tags(self.git, product)

    def contains(self, target_oid: str, name: str) -> bool:
        """Whether `name`, a full reference or object id, is part of the target's history."""
        try:
            return self.git.succeeds(["merge-base", "--is-ancestor", name, target_oid])
        except UnknownRevisionError:
            return False  # a tag that leads to no commit is part of no history

    def merge_base(self, name: str, target_oid: str) -> str:
        """Where the histories of `name`, a full reference or object id, and the target part; "" for nowhere."""
        try:
            said = self.git.run(["merge-base", name, full(target_oid)], accept=(0, 1))
        except UnknownRevisionError:
            return ""  # a tag that leads to no commit parts from no history
        return said.decode("ascii", "replace").strip()

    def count(self, start: str, end_oid: str, paths: Sequence[str] = ()) -> int:
        """How many commits `end_oid` has that `start` has not; "" for the first commit."""
        excluded = [f"^{start}"] if start else []
        return int(self.git.run(["rev-list", "--count", full(end_oid), *excluded, "--", *paths]))

    def read_range(
        self,
        base_oid: str,
        target_oid: str,
        paths: Sequence[str] = (),
        cancelled: Callable[[], bool] | None = None,
        rules: ChangelogRules = _AS_USUAL,
    ) -> Iterator[tuple[Commit, ...]]:
        """Yield the commits of `target_oid` that are not part of `base_oid`, newest first, as git prints them.

        A set difference, not a span of dates: what was merged late is in. Bodies are left out (`commit`
        reads one whole). Raises AbandonedError.
        """
        arguments = [*LOG, *walk_options(paths, rules), full(target_oid)]
        arguments += [*([f"^{full(base_oid)}"] if base_oid else []), "--", *paths]
        read = reader(rules)
        for found in records(self.git.stream(arguments, cancelled=cancelled)):
            yield tuple(map(read, found))

    def commit(self, oid: str, rules: ChangelogRules = _AS_USUAL) -> Commit:
        """One commit with its whole message."""
        read = reader(rules, with_body=True)
        for found in records(iter([self.git.run([*LOG, "-1", full(oid), "--"])])):
            for record in found:
                return read(record)
        raise UnknownRevisionError(f"there is no commit {clean(oid, 64)}", where=self.path)

    def text_at(self, oid: str, path: str) -> str:
        """A plain UTF-8 file of a commit; "" where there is none, or one that is no text of a usual size."""
        if not path or not oid:
            return ""
        listed = self.git.run(["ls-tree", "-z", "--full-tree", "--long", full(oid), "--", path])
        if not listed:
            return ""
        mode, kind, blob, size = listed.partition(b"\t")[0].decode().split()
        if kind != "blob" or mode not in _PLAIN or int(size) > TEXT_LIMIT:
            return ""
        return self.git.run(["cat-file", "blob", blob]).decode("utf-8", "replace")


def walk_options(paths: Sequence[str], rules: ChangelogRules) -> list[str]:
    """How a walk treats side branches."""
    if rules.merges is MergePolicy.FIRST_PARENT:
        return ["--first-parent"]
    # a commit and its revert on one side branch are both told
    return ["--full-history"] if paths else []


def full(oid: str) -> str:
    """Return `oid` if it is a full object id. Raises UnknownRevisionError."""
    if not is_object_id(oid):
        raise UnknownRevisionError(f"'{clean(oid, 80)}' is no object id")
    return oid


def possible_refs(name: str) -> list[str]:
    """What a name may stand for, in the order it is tried; only full names, so that nothing is ambiguous."""
    check_ref(name)
    if name == "HEAD":
        return ["HEAD"]
    if name.startswith("refs/"):
        return [name]
    refs = [f"refs/{kind}/{name}" for kind in ("tags", "heads", "remotes", "remotes/origin")]
    if 7 <= len(name) <= 64 and set(name.lower()) <= _HEX:
        refs.append(name)
    return refs
