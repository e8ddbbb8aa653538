"""The stories of made-up repositories, told as data: pure, and always the same for the same input."""

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from zlib import crc32

from msgspec import Struct
from msgspec.structs import replace

from gonogo.plan import VersionFile
from gonogo.text.names import slug


class Author(Struct, frozen=True):
    """Somebody who commits."""

    name: str
    email: str


CAST = (
    Author("Ana Ruiz", "ana.ruiz@example.com"),
    Author("Ben Okafor", "ben.okafor@example.com"),
    Author("Chloe Martin", "chloe.martin@example.com"),
    Author("Dai Sato", "dai.sato@example.com"),
    Author("Ewa Nowak", "ewa.nowak@example.com"),
    Author("Jonas Bäcker", "jonas.baecker@example.com"),
    Author("dependency-bot", "dependency-bot@example.com"),
)


class Chapter(Struct, frozen=True):
    """The commits from one release to the next."""

    version: str
    """Text of the version released at its end; "" for what has not been released."""
    commits: int = 24
    """At least so many, release commit included; everyday ones fill up what `subjects` leaves."""
    subjects: tuple[str, ...] = ()
    """Messages that must appear, newest last; a body follows after an empty line."""
    features: bool = True
    """Whether everyday commits may bring features; a patch release has none."""
    tagged: bool = True
    paths: tuple[str, ...] = ()
    """By position among `subjects`: the file each changes; where there is none, any."""


class History(Struct, frozen=True):
    """A repository's story."""

    name: str
    chapters: tuple[Chapter, ...]
    nouns: tuple[str, ...] = ("order", "customer", "session", "report", "cache", "queue")
    """What the code is about."""
    tag: str = "v{version}"
    files: tuple[VersionFile, ...] = (VersionFile("VERSION", pattern="{version}"),)
    folder: str = ""
    """Where its code lies in the repository; "" for the top."""
    authors: tuple[Author, ...] = CAST
    branches: tuple[str, ...] = ()
    """Further branches, cut from the last release but one."""
    shared: bool = False
    """One of several stories in one repository: the change log lies in its own folder then."""


class Entry(Struct, frozen=True):
    """One commit of the story."""

    message: str
    author: Author
    files: tuple[tuple[str, str], ...]
    """(path, whole new text)"""
    parents: tuple[int, ...]
    """Positions of earlier entries, the first parent first."""
    pause: int
    """Seconds since the entry before."""
    tag: str = ""
    reverts: int = -1
    """Position of the entry it takes back; its id is put where the message says {oid}."""
    branches: tuple[str, ...] = ()


_FIXES = (
    "handle an empty {noun}",
    "keep the {noun} when a retry succeeds",
    "time out when the {noun} does not answer within 5 s",
    "escape {noun} names in the log",
    "close the {noun} on shutdown",
    "count each {noun} once",
    "do not drop the {noun} on a slow connection",
    "read the {noun} in UTC",
    "accept an unnamed {noun}",
    "keep the order of the {noun} list",
    "answer 404 for a {noun} that is gone",
    "release the lock of the {noun} after an error",
)
_FEATURES = (
    "list each {noun} page by page",
    "export the {noun} as CSV",
    "let operators pause the {noun}",
    "show when the {noun} was last changed",
    "search the {noun} by prefix",
    "add a limit for each {noun}",
    "send the {noun} in batches",
)
_OTHERS = (
    "perf({noun}): read the {noun} index once",
    "docs({noun}): describe the life of the {noun}",
    "test({noun}): cover the {noun} in the autumn clock change",
    "refactor({noun}): give the {noun} a module of its own",
    "chore(deps): update the {noun} client",
    "ci: run the {noun} tests twice a night",
    "build: pin the base image",
)
_PLAIN = (
    "Update {noun} docs",
    "typo",
    "Review comments",
    "Fix flaky {noun} test",
    "more logging around the {noun}",
    "WIP {noun}, do not squash",
    "Make the linter happy",
)


class _Teller:
    """Tells one story, entry by entry. Every choice follows from the name and the number of the entry."""

    def __init__(self, history: History, entries: list[Entry], tip: int) -> None:
        self._history = history
        self.entries = entries
        self.tip = tip
        self._blocks: dict[str, list[tuple[str, str]]] = {}
        self._sections: list[str] = []
        self._chapter: list[str] = []
        self._lately: list[str] = []

    def tell(self, chapter: Chapter) -> None:
        """Everyday commits, the given ones among them, and the release."""
        everyday = max(0, chapter.commits - len(chapter.subjects) - (1 if chapter.version else 0))
        step = everyday // (len(chapter.subjects) + 1)
        self._chapter = []
        for position, subject in enumerate(chapter.subjects):
            self._everyday(step, chapter)
            everyday -= step
            self._commit(subject, path=chapter.paths[position] if position < len(chapter.paths) else "")
        self._everyday(everyday, chapter)
        if chapter.version:
            self._release(chapter)

    def _everyday(self, count: int, chapter: Chapter) -> None:
        end = len(self.entries) + count
        while len(self.entries) < end:
            left = end - len(self.entries)
            turn = self._draw("turn", 24)
            if turn < 3 and left >= 5:
                self._feature_branch(chapter)
            elif turn == 3 and left >= 2:
                self._commit_and_revert(chapter)
            else:
                self._commit(self._subject(chapter))

    def _subject(self, chapter: Chapter) -> str:
        """An everyday subject, where possible one this story has not told lately."""
        for attempt in range(8):
            subject = self._some_subject(chapter, attempt)
            if subject not in self._lately:
                break
        self._lately = [*self._lately[-30:], subject]
        return subject

    def _some_subject(self, chapter: Chapter, attempt: int) -> str:
        noun = self._of(self._history.nouns, attempt)
        kind = self._draw(f"kind{attempt}", 20)
        if kind < 8:
            return f"fix({noun}): {self._of(_FIXES, attempt)}".format(noun=noun)
        if kind < 12 and chapter.features:
            return f"feat({noun}): {self._of(_FEATURES, attempt)}".format(noun=noun)
        if kind < 17:
            return self._of(_OTHERS, attempt).format(noun=noun)
        return self._of(_PLAIN, attempt).format(noun=noun)

    def _feature_branch(self, chapter: Chapter) -> None:
        """A branch of three commits, one commit on the main line meanwhile, and the merge."""
        fork = self.tip
        name = f"{'feature' if chapter.features else 'fix'}/{self._noun()}-{self._draw('ticket', 900) + 100}"
        changed: dict[str, str] = {}
        branch = fork
        for _ in range(3):
            branch = self._commit(self._subject(chapter), after=branch)
            changed.update(self.entries[branch].files)
        self.tip = fork
        self._commit(self._subject(chapter), avoid=frozenset(changed))
        self._add(f"Merge branch '{name}'", tuple(changed.items()), (self.tip, branch))

    def _commit_and_revert(self, chapter: Chapter) -> None:
        position = self._commit(self._subject(chapter))
        subject = self.entries[position].message.partition("\n")[0]
        path = self.entries[position].files[0][0]
        self._blocks[path].pop()
        text = self._text(path)
        body = "This reverts commit {oid}."
        self._add(f'Revert "{subject}"\n\n{body}', ((path, text),), (self.tip,), reverts=position)
        self._chapter.remove(subject)

    def _commit(
        self, message: str, after: int | None = None, avoid: frozenset[str] = frozenset(), path: str = ""
    ) -> int:
        subject = message.partition("\n")[0]
        paths = [f"{self._history.folder}src/{noun}.py" for noun in self._history.nouns]
        free = [path for path in paths if path not in avoid] or paths
        path = path or free[self._draw("path", len(free))]
        self._blocks.setdefault(path, []).append((subject, f"step_{len(self.entries)}"))
        parents = (self.tip if after is None else after,)
        self._chapter.append(subject)
        return self._add(message, ((path, self._text(path)),), tuple(one for one in parents if one >= 0))

    def _release(self, chapter: Chapter) -> None:
        heading = f"## [{chapter.version}]"
        lines = [f"- {subject}" for subject in self._chapter if subject.startswith(("feat", "fix", "perf"))]
        self._sections.insert(0, "\n".join([heading, "", *lines, ""]))
        text = "# Changelog\n\n" + "\n".join(self._sections)
        versions = {one.path: stated_version(one, chapter.version) for one in self._history.files}
        tag = self._history.tag.replace("{version}", chapter.version).replace("{product}", self._history.name)
        home = self._history.folder if self._history.shared else ""
        self._add(
            f"chore(release): {self._history.name} {chapter.version}",
            (*versions.items(), (f"{home}CHANGELOG.md", text)),
            (self.tip,) if self.tip >= 0 else (),
            tag=tag if chapter.tagged else "",
            author=self._history.authors[0],
        )

    def _add(
        self,
        message: str,
        files: tuple[tuple[str, str], ...],
        parents: tuple[int, ...],
        *,
        tag: str = "",
        reverts: int = -1,
        author: Author | None = None,
    ) -> int:
        pause = 2_400 + self._draw("pause", 20 * 3_600)
        who = author or self._who(message)
        if not self.entries:
            files = (*files, ("README.md", f"# {self._history.name}\n"))
        self.entries.append(Entry(message, who, files, parents, pause, tag, reverts))
        self.tip = len(self.entries) - 1
        return self.tip

    def _who(self, message: str) -> Author:
        authors = self._history.authors
        if message.startswith("chore(deps)"):
            return authors[-1]
        people = authors[:-1] or authors
        return people[self._draw("author", len(people))]

    def _text(self, path: str) -> str:
        title = PurePosixPath(path).stem
        head = f'"""{title.capitalize()} of {self._history.name}."""\n'
        blocks = (f'\n\ndef {name}() -> None:\n    """{subject}."""\n' for subject, name in self._blocks[path])
        return head + "".join(blocks)

    def _noun(self) -> str:
        return self._of(self._history.nouns)

    def _of(self, words: Sequence[str], attempt: int = 0) -> str:
        return words[self._draw(f"{words[0]}{attempt}", len(words))]

    def _draw(self, what: str, sides: int) -> int:
        """A number below `sides` that depends on nothing but the story so far."""
        seed = f"{self._history.name}/{len(self.entries)}/{what}"
        return (crc32(seed.encode()) >> 8) % sides


def narrate(histories: Sequence[History]) -> tuple[Entry, ...]:
    """Tell the stories of one repository, their latest chapters at the same time. Pure."""
    entries: list[Entry] = []
    tip = -1
    tellers = [(history, _Teller(history, entries, tip)) for history in histories]
    longest = max(len(history.chapters) for history in histories)
    for number in range(longest):
        for history, teller in tellers:
            chapter = number - (longest - len(history.chapters))
            if chapter < 0:
                continue
            teller.tip = tip
            teller.tell(history.chapters[chapter])
            tip = teller.tip
            if chapter == _last_but_one(history):
                entries[tip] = replace(entries[tip], branches=history.branches)
    return tuple(entries)


def _last_but_one(history: History) -> int:
    """Position of the chapter that ends in the last release but one; -1 when there are not two."""
    released = [number for number, chapter in enumerate(history.chapters) if chapter.version]
    return released[-2] if len(released) > 1 else -1


def stated_version(file: VersionFile, version: str) -> str:
    """The text of a file that states `version` at the key or in the pattern the plan names."""
    if file.pattern or not file.key:
        return (file.pattern or "{version}").replace("{version}", version) + "\n"
    *tables, key = file.key.split(".")
    suffix = PurePosixPath(file.path).suffix
    if suffix == ".json":
        value: object = version
        for name in reversed([*tables, key]):
            value = {name: value}
        return json.dumps(value, indent=2) + "\n"
    if suffix == ".toml":
        table = f"[{'.'.join(tables)}]\n" if tables else ""
        return f"{table}{key} = {json.dumps(version)}\n"
    lines = [f"{'  ' * depth}{name}:" for depth, name in enumerate(tables)]
    return "\n".join([*lines, f"{'  ' * len(tables)}{key}: {json.dumps(version)}"]) + "\n"


def everyday_chapters(versions: Iterable[str], planned: str) -> tuple[Chapter, ...]:
    """A chapter for each version, oldest first; the one of `planned` contains what its number promises."""
    chapters: list[Chapter] = []
    before = ""
    for version in versions:
        features = _numbers(version)[:2] != _numbers(before)[:2]
        breaking = bool(before) and _numbers(version)[:1] != _numbers(before)[:1]
        promised: list[str] = []
        if version == planned and features:
            promised.append("feat(api): answer with the build's revision")
        if breaking:
            promised.append(
                "feat(api)!: drop the first version of the interface\n\n"
                "BREAKING CHANGE: clients of /v1 must ask /v2, which names its fields in full."
            )
        chapters.append(Chapter(version, subjects=tuple(promised), features=features or not before))
        before = version
    return tuple(chapters)


def _numbers(version: str) -> list[str]:
    return slug(version).replace("v", "").split("-")
