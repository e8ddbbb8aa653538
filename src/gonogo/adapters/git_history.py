"""History as changes: which tag a product comes from, what was committed since, read as git prints it.

One `git log` is parsed while it runs; tags are listed by name and never opened one by one (11,815 of them
cost 6 ms by name and 38 s by object). GitPython is not imported: see `git_door`. All of this is synchronous
and meant for a worker thread.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec import Struct

from gonogo.adapters.git_door import (
    AbandonedError,
    GitDoor,
    GitError,
    UnknownRevisionError,
    check_ref,
    is_object_id,
)
from gonogo.domain.changelog import Base, Changes, ProductChanges, Range, Tag, Unreadable, build
from gonogo.domain.commits import Commit, parse_commit
from gonogo.domain.plan import ChangelogRules, Product, SchemeName
from gonogo.domain.text import clean
from gonogo.domain.version import Version, compare, parse
from gonogo.errors import UsageError

_FORMAT = "%H%x00%P%x00%at%x00%an%x00%B"
_FIELDS = 5
_FIELD_LIMIT = 1024 * 1024
"""Bytes of one message; the rest of a longer one is dropped while it streams by."""
_FIRST_TRIES = 3
"""Tags asked one by one whether the target contains them; past that one walk answers for all."""
_HEX = frozenset("0123456789abcdef")

Progress = Callable[[ProductChanges], None]


class TagRef(Struct, frozen=True):
    """A release tag of a product."""

    name: str
    version: Version

    @property
    def ref(self) -> str:
        """The full name, which nothing can take for an option or a branch."""
        return f"refs/tags/{self.name}"


class Found(Struct, frozen=True):
    """What a name leads to."""

    name: str
    """As people say it, such as `v1.2.3` or `release/v1.2`."""
    oid: str


def changes(
    product: Product,
    rules: ChangelogRules,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
) -> Changes:
    """Read what `product` ships. Never raises for what a repository holds or lacks.

    `progress` gets what is there so far, marked incomplete: after the first piece and then each time the
    number of commits has doubled, so that a long history costs no more than twice its arranging. Once
    `cancelled` says yes, what was read so far comes back, marked incomplete.
    """
    try:
        history = History(product.repo)
        found = history.survey(product)
        return _collect(history, product, found, rules, cancelled, progress)
    except (GitError, UsageError) as error:
        where = f" ({clean(error.where, 200)})" if error.where else ""
        return Unreadable(product.name, f"{error.message}{where}", error.remedy)


def _collect(
    history: "History",
    product: Product,
    found: Range,
    rules: ChangelogRules,
    cancelled: Callable[[], bool],
    progress: Progress | None,
) -> ProductChanges:
    commits: list[Commit] = []
    complete, told = True, 0

    def arranged(whole: bool) -> ProductChanges:
        return build(product.name, commits, found, rules, product.version, product.scheme, complete=whole)

    try:
        for batch in history.read_range(found.base.oid, found.target_oid, product.paths, cancelled):
            commits += batch
            if progress is not None and batch and len(commits) >= 2 * told:
                told = len(commits)
                progress(arranged(False))
    except AbandonedError:
        complete = False
    return arranged(complete)


def fingerprint(repo: str) -> str:
    """Changes when a reference of `repo` moves; by a few `stat` calls, without running git.

    git replaces a reference by renaming a lock file onto it, so each move shows in the time of its folder.
    """
    git_dir, common = _layout(Path(repo))
    marks = [_stamp(git_dir / "HEAD"), *(_stamp(common / name) for name in ("packed-refs", "shallow"))]
    for folder, _, _ in os.walk(common / "refs"):
        marks.append(_stamp(Path(folder)))
    return " ".join(marks)


def _stamp(path: Path) -> str:
    try:
        seen = path.stat()
    except OSError:
        return "-"
    return f"{seen.st_ino:x}.{seen.st_mtime_ns:x}.{seen.st_size:x}"


def _layout(repo: Path) -> tuple[Path, Path]:
    """The git directory of a clone, a worktree or a bare repository, and the one that holds its references."""
    git_dir = repo / ".git"
    if git_dir.is_file():
        git_dir = repo / _first_line(git_dir).removeprefix("gitdir:").strip()
    elif not git_dir.is_dir():
        git_dir = repo
    common = _first_line(git_dir / "commondir")
    return git_dir, git_dir / common if common else git_dir


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="surrogateescape") as file:
            return file.readline(4096).strip()
    except OSError:
        return ""


class History:
    """One repository, read only."""

    def __init__(self, repo: str) -> None:
        self._repo = repo
        self._git = GitDoor(repo)

    def survey(self, product: Product) -> Range:
        """Find target, base and tag of `product`. Raises GitError, UsageError."""
        tag, target = self._tag_and_target(product)
        base, problems = self.find_base(product, target.oid, tag)
        if self.is_shallow():
            problems += ("the clone is shallow, so commits are missing: git fetch --unshallow --tags",)
        if tag.oid and tag.oid != target.oid:
            problems += (f"{target.name} is not the commit that {tag.name} marks",)
        pinned = product.revision.lower()
        return Range(
            base=base,
            target=target.name,
            target_oid=target.oid,
            tag=tag,
            pin_mismatch=bool(pinned and tag.oid and not tag.oid.startswith(pinned)),
            shallow=self.is_shallow(),
            problems=problems,
        )

    def is_shallow(self) -> bool:
        """Whether history was cut off when the clone was made."""
        return (_layout(Path(self._repo))[1] / "shallow").exists()

    def _tag_and_target(self, product: Product) -> tuple[Tag, Found]:
        """The planned version's tag, and what ships; one call for all names in question."""
        tag_ref = f"refs/tags/{check_ref(product.tag_name)}"
        names = _possible_refs(product.target) if product.target else ["HEAD"]
        asked = [tag_ref, *(f"{name}^{{commit}}" for name in (tag_ref, *names))]
        kinds = self._look_up(asked)
        tag = Tag(product.tag_name, kinds[1][1], annotated=kinds[0][0] == "tag")
        if tag.oid and not product.target:
            return tag, Found(tag.name, tag.oid)
        oid = next((oid for _, oid in kinds[2:] if oid), "")
        if oid:
            return tag, Found(product.target or "HEAD", oid)
        if product.target:
            raise UnknownRevisionError(
                f"there is no tag, branch or commit '{clean(product.target, 80)}'",
                where=self._repo,
                remedy="git fetch --tags, or correct `target:` in the plan",
            )
        raise UnknownRevisionError(
            "the repository has no commits yet", where=self._repo, remedy="commit something"
        )

    def _look_up(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """(type, object id) of each name; ("", "") for what does not exist."""
        feed = "".join(f"{name}\n" for name in names).encode()
        answer = self._git.run(["cat-file", "--batch-check=%(objecttype) %(objectname)"], feed=feed)
        found = []
        for line in answer.decode("utf-8", "replace").splitlines():
            kind, _, oid = line.partition(" ")
            found.append((kind, oid) if is_object_id(oid) else ("", ""))
        return found

    def resolve(self, name: str) -> Found:
        """The commit that a tag, a branch or a commit id leads to, in this order. Raises GitError, UsageError."""
        for kind, oid in self._look_up([f"{ref}^{{commit}}" for ref in _possible_refs(name)]):
            if kind == "commit":
                return Found(name, oid)
        raise UnknownRevisionError(f"there is no tag, branch or commit '{clean(name, 80)}'", where=self._repo)

    def tags(self, product: Product) -> tuple[TagRef, ...]:
        """The release tags of `product`, newest version first; those of other products are left out."""
        prefix, suffix = _tag_pattern(product)
        # %(refname), not %(refname:short): the short form is 12 times slower, for it looks for ambiguities
        listed = self._git.run(["for-each-ref", "--format=%(refname)", f"refs/tags/{prefix}*"])
        return _ordered(_release_tags(listed, prefix, suffix, product))

    def find_base(self, product: Product, target_oid: str, tag: Tag) -> tuple[Base, tuple[str, ...]]:
        """The release that `target_oid` comes from, and what is odd about it.

        The plan's `previous` when its tag is part of the target; else the newest release tag by version
        order that is. A final version is compared with the last final one, a pre-release with anything.
        """
        if product.scheme is SchemeName.OPAQUE:
            return self._nearest(product, target_oid, tag), ()
        known = self.tags(product)
        if not known:
            return Base(), self._no_tag_fits(product)
        notes: list[str] = []
        stated = self._stated(product, known, target_oid, notes) if product.previous else None
        doubts: list[str] = []
        newest = self._newest_contained(
            _candidates(known, product, tagged=bool(tag.oid)), product, target_oid, doubts
        )
        if stated is None:
            return (self._base(newest) if newest else Base()), (*notes, *doubts)
        if newest is not None and compare(newest.version, stated.version) == 1:
            notes.append(f"{newest.name} came after {stated.name}, which the plan names as previous")
        return self._base(stated), tuple(notes)

    def _stated(
        self, product: Product, known: Iterable[TagRef], target_oid: str, problems: list[str]
    ) -> TagRef | None:
        previous = parse(product.previous, product.scheme, product.name)
        if not isinstance(previous, Version):
            return None
        tag = next((one for one in known if compare(one.version, previous) == 0), None)
        if tag is None:
            problems.append(f"the plan's previous version {previous} has no tag")
        elif not self._contains(target_oid, tag.ref):
            problems.append(f"{tag.name}, the plan's previous version, is not part of the target's history")
            return None
        return tag

    def _newest_contained(
        self, candidates: Sequence[TagRef], product: Product, target_oid: str, problems: list[str]
    ) -> TagRef | None:
        """The newest candidate that is part of the target; newer ones outside it are told, not used."""
        planned = parse(product.version, product.scheme, product.name)
        above = [tag for tag in candidates if isinstance(planned, Version) and compare(tag.version, planned) == 1]
        below = [tag for tag in candidates if tag not in set(above)] if above else candidates
        if any(self._contains(target_oid, tag.ref) for tag in above[-_FIRST_TRIES:]):
            # the target is already past the planned version: the walk finds the newest of them
            return self._newest_by_walk(above, product, target_oid)
        outside: list[str] = []
        found = None
        for tag in islice(below, _FIRST_TRIES):
            if self._contains(target_oid, tag.ref):
                found = tag
                break
            outside.append(tag.name)
        if found is None and len(below) > _FIRST_TRIES:
            found = self._newest_by_walk(below, product, target_oid)
        if outside:
            instead = f"counted from {found.name}" if found else "counted from the first commit"
            verb = "is" if len(outside) == 1 else "are"
            problems.append(
                f"{', '.join(outside)} {verb} not part of the target's history (another branch, "
                f"or a squash-merged release): {instead}"
            )
        return found

    def _newest_by_walk(self, tags: Iterable[TagRef], product: Product, target_oid: str) -> TagRef | None:
        prefix, suffix = _tag_pattern(product)
        arguments = ["for-each-ref", "--format=%(refname)", f"--merged={target_oid}", f"refs/tags/{prefix}*"]
        contained = {tag.name for tag in _release_tags(self._git.run(arguments), prefix, suffix, product)}
        return next((tag for tag in tags if tag.name in contained), None)

    def _contains(self, target_oid: str, ref: str) -> bool:
        try:
            return self._git.succeeds(["merge-base", "--is-ancestor", ref, target_oid])
        except UnknownRevisionError:
            return False  # a tag that leads to no commit is part of no history

    def _base(self, tag: TagRef) -> Base:
        [(_, oid)] = self._look_up([f"{tag.ref}^{{commit}}"])
        return Base(tag.name, oid, tag.version.number)

    def _nearest(self, product: Product, target_oid: str, tag: Tag) -> Base:
        """Without an order of versions: the plan's previous one, else the tag fewest commits away.

        Which tag is near is a matter of history, not of text.
        """
        if product.previous:
            name = product.tag.replace("{version}", product.previous).replace("{product}", product.name)
            [(_, oid)] = self._look_up([f"refs/tags/{check_ref(name)}^{{commit}}"])
            if oid and self._contains(target_oid, oid):
                return Base(name, oid, product.previous)
        prefix, suffix = _tag_pattern(product)
        other = [f"--exclude={tag.name}"] if tag.oid else []
        arguments = ["describe", "--tags", "--abbrev=0", f"--match={prefix}*{suffix}", *other, target_oid]
        try:
            name = self._git.run(arguments).decode("utf-8", "replace").strip()
        except UnknownRevisionError:
            return Base()
        [(_, oid)] = self._look_up([f"refs/tags/{check_ref(name)}^{{commit}}"])
        return Base(name, oid, name.removeprefix(prefix).removesuffix(suffix))

    def _no_tag_fits(self, product: Product) -> tuple[str, ...]:
        """A repository with tags of which none is ours is more often a wrong pattern than a first release."""
        if not self._git.run(["for-each-ref", "--format=%(refname)", "--count=1", "refs/tags/"]):
            return ()
        pattern = "{version}".join(_tag_pattern(product))
        return (f"no tag of this repository reads {pattern}; `tag:` in the plan names the pattern",)

    def read_range(
        self,
        base_oid: str,
        target_oid: str,
        paths: Sequence[str] = (),
        cancelled: Callable[[], bool] | None = None,
    ) -> Iterator[tuple[Commit, ...]]:
        """Yield the commits of `target_oid` that are not part of `base_oid`, newest first, as git prints them.

        A set difference, not a span of dates: what was merged late is in. Bodies are left out (`commit`
        reads one whole). Raises GitError, AbandonedError.
        """
        arguments = ["log", "-z", "--no-decorate", "--no-notes", f"--format={_FORMAT}"]
        if paths:
            arguments.append("--full-history")  # a commit and its revert on one side branch are both told
        arguments += [_full(target_oid), *([f"^{_full(base_oid)}"] if base_oid else []), "--", *paths]
        for records in _records(self._git.stream(arguments, cancelled=cancelled)):
            yield tuple(_commit(*record, with_body=False) for record in records)

    def commit(self, oid: str) -> Commit:
        """One commit with its whole message. Raises GitError."""
        arguments = ["log", "-z", "-1", "--no-decorate", "--no-notes", f"--format={_FORMAT}", _full(oid), "--"]
        for records in _records(iter([self._git.run(arguments)])):
            for record in records:
                return _commit(*record, with_body=True)
        raise UnknownRevisionError(f"there is no commit {clean(oid, 64)}", where=self._repo)


def _full(oid: str) -> str:
    if not is_object_id(oid):
        raise UnknownRevisionError(f"'{clean(oid, 80)}' is no object id")
    return oid


def _possible_refs(name: str) -> list[str]:
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


def _tag_pattern(product: Product) -> tuple[str, str]:
    """What stands before and after the version in the product's tags. Raises UsageError."""
    pattern = product.tag.replace("{product}", product.name)
    check_ref(pattern.replace("{version}", "0"))
    prefix, _, suffix = pattern.partition("{version}")
    return prefix, suffix


def _release_tags(listed: bytes, prefix: str, suffix: str, product: Product) -> Iterator[TagRef]:
    start, end = len("refs/tags/") + len(prefix), -len(suffix) or None
    for ref in listed.decode("utf-8", "replace").splitlines():
        if ref.endswith(suffix):
            # a prefix of another product does not parse: its releases are not ours
            version = parse(ref[start:end], product.scheme, product.name)
            if isinstance(version, Version):
                yield TagRef(ref[len("refs/tags/") :], version)


def _ordered(tags: Iterable[TagRef]) -> tuple[TagRef, ...]:
    """Newest first; of two tags of one version the one with more fields: `v2` often moves, `v2.0.0` does not."""
    return tuple(
        sorted(tags, key=lambda tag: (tag.version.key or ((), ()), tag.version.number.count(".")), reverse=True)
    )


def _candidates(known: Sequence[TagRef], product: Product, *, tagged: bool) -> list[TagRef]:
    """The tags a base may be chosen from, newest first.

    Never the planned version itself; nothing newer once it is tagged, for then an old release is looked at;
    no pre-release for a final version, whose notes tell everything since the last final one.
    """
    planned = parse(product.version, product.scheme, product.name)
    if not isinstance(planned, Version) or planned.key is None:
        return [tag for tag in known if tag.version.key is not None]
    allowed = {-1} if tagged else {-1, 1}
    return [
        tag
        for tag in known
        if compare(tag.version, planned) in allowed and (planned.prerelease or not tag.version.prerelease)
    ]


def _records(chunks: Iterator[bytes]) -> Iterator[list[list[bytes]]]:
    """Whole records of `_FIELDS` fields, as many as each chunk completes."""
    rest, skipping = b"", False
    for chunk in chunks:
        if skipping:
            end = chunk.find(b"\0")
            if end < 0:
                continue
            chunk, skipping = chunk[end:], False
        parts = (rest + chunk).split(b"\0")
        whole = (len(parts) - 1) // _FIELDS * _FIELDS
        yield [parts[at : at + _FIELDS] for at in range(0, whole, _FIELDS)]
        if len(parts[-1]) > _FIELD_LIMIT:
            parts[-1], skipping = parts[-1][:_FIELD_LIMIT], True
        rest = b"\0".join(parts[whole:])


def _commit(oid: bytes, parents: bytes, at: bytes, author: bytes, message: bytes, *, with_body: bool) -> Commit:
    return parse_commit(
        message,
        oid=oid.decode("ascii"),
        author=author,
        authored=int(at) if at.lstrip(b"-").isdigit() else None,
        parents=parents.count(b" ") + 1 if parents else 0,
        with_body=with_body,
    )
