"""A checklist kept in Markdown: `- [ ]` lines under headings, as a starter plan takes them over.

A heading is a phase, a line with lines below it a group, a link in a line its link, a fenced block below it what
is typed for it, other text below it its description. What cannot be taken is told by its line. The file's text is
a stranger's: bounded, cleaned, and written as quoted text only.
"""

import json
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from gonogo.errors import StorageError, UsageError
from gonogo.io.plan_file.addresses import check_url
from gonogo.io.plan_file.references import item_ids
from gonogo.io.yaml.problems import Place, Problems
from gonogo.text import clean, clean_block

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

USUAL: Final = (
    "RELEASE.md", "RELEASING.md", "RELEASE_CHECKLIST.md", "RELEASE-CHECKLIST.md", "docs/RELEASE.md",
    "docs/RELEASING.md", "docs/release.md", "docs/releasing.md", ".github/ISSUE_TEMPLATE/release*.md",
    ".gitlab/issue_templates/[Rr]elease*.md",
)  # fmt: skip
"""Where repositories keep it, below their top; the first that has such lines is taken."""
_BYTES: Final = 256 * 1024
_ITEMS: Final = 500
_TITLE: Final = 100
"""Characters of a title; the rest of a longer line goes into the description."""
_ID: Final = 32
_PHASE: Final = 60
_TOLD: Final = 20
"""Lines that were not taken are named; of more, their number is."""
_BOX = re.compile(r"\[[ xX]\](?:\s+|$)")


class Step(Struct, frozen=True):
    """One line, and the lines below it."""

    title: str
    line: int
    """In the file, from 1."""
    link: str = ""
    command: str = ""
    description: str = ""
    steps: "tuple[Step, ...]" = ()


class Left(Struct, frozen=True):
    """What was not taken over."""

    line: int
    text: str
    reason: str


class ChecklistFile(Struct, frozen=True):
    """What a file holds, by phase."""

    path: str
    phases: tuple[tuple[str, tuple[Step, ...]], ...] = ()
    """A phase without a name holds what stands above the first heading."""
    left: tuple[Left, ...] = ()

    @property
    def count(self) -> int:
        """Items that can be ticked."""
        return sum(len(step.steps) or 1 for _, steps in self.phases for step in steps)


def find_checklist(top: Path) -> ChecklistFile | None:
    """The first usual file below `top` that holds a checklist; None where none does."""
    for pattern in USUAL:
        for path in sorted(top.glob(pattern))[:5]:
            if path.is_symlink() or not path.is_file():
                continue
            try:
                found = parse_checklist(_read(path), os.path.relpath(path, top))
            except OSError:
                continue  # nobody asked for this file
            if found.phases:
                return found
    return None


def read_checklist(path: Path) -> ChecklistFile:
    """The checklist of a file that somebody named. Raises UsageError where it holds none, StorageError."""
    try:
        text = _read(path)
    except FileNotFoundError as error:
        raise UsageError("there is no such file", where=str(path), remedy="name a Markdown file") from error
    except OSError as error:
        raise StorageError(f"it cannot be read: {error.strerror}", where=str(path)) from error
    found = parse_checklist(text, str(path))
    if not found.phases:
        raise UsageError(
            "it holds no checklist", where=str(path), remedy="write items as `- [ ] What is to be done`"
        )
    return found


def _read(path: Path) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read(_BYTES)


def parse_checklist(text: str, path: str) -> ChecklistFile:
    """The checklist in `text`; without phases where no line of it is an item."""
    from markdown_it import MarkdownIt  # whoever makes no plan does not need it
    from markdown_it.tree import SyntaxTreeNode

    body, before = _without_front_matter(text)
    reader = _Reader(before)
    try:
        tokens = MarkdownIt("commonmark").parse(body)
        reader.read(SyntaxTreeNode(tokens))
    except RecursionError:
        return ChecklistFile(path, (), (Left(1, "", "its lists are nested too deep"),))
    phases = tuple((name, tuple(steps)) for name, steps in reader.phases.items() if steps)
    return ChecklistFile(path, phases, tuple(reader.left) if phases else ())


def _without_front_matter(text: str) -> tuple[str, int]:
    """The text behind the block of keys that an issue template begins with, and how many lines that has."""
    found = re.match(r"---\r?\n.*?\n---\r?\n", text, re.DOTALL)
    return (text[found.end() :], found[0].count("\n")) if found else (text, 0)


class _Reader:
    def __init__(self, before: int) -> None:
        self.phases: dict[str, list[Step]] = {}
        self.left: list[Left] = []
        self._before = before
        self._phase = ""
        self._count = 0

    def read(self, root: "SyntaxTreeNode") -> None:
        """Headings and lists of the document, in order."""
        for node in root.children:
            if node.type == "heading":
                self._phase = clean(_words(node), _PHASE).strip()
            elif node.type in {"bullet_list", "ordered_list"}:
                for one in node.children:
                    self._top(one)

    def _top(self, node: "SyntaxTreeNode") -> None:
        step = self._step(node)
        if step is None:
            self._leave(node, "it has no box: `- [ ]`")
            return
        self._count += len(step.steps) or 1
        if self._count > _ITEMS:
            self._leave(node, f"more than {_ITEMS} items")
            return
        self.phases.setdefault(self._phase, []).append(step)

    def _leave(self, node: "SyntaxTreeNode", reason: str) -> None:
        self.left.append(Left(self._line(node), clean(_words(node), 80), reason))

    def _line(self, node: "SyntaxTreeNode") -> int:
        return (node.map[0] if node.map else 0) + 1 + self._before

    def _step(self, node: "SyntaxTreeNode") -> Step | None:
        """The item that a list entry is; None where it has no box."""
        head = next(iter(node.children), None)
        if head is None or head.type != "paragraph" or not _BOX.match(_source(head)):
            return None
        words = " ".join(_BOX.sub("", _words(head)).split())
        title, rest = _cut(clean(words, 2_000))
        texts, commands, steps = [rest] if rest else [], [], []
        for part in node.children[1:]:
            if part.type in {"fence", "code_block"}:
                commands.append(part.content.strip())
            elif part.type in {"bullet_list", "ordered_list"}:
                inside = [self._step(one) for one in part.children]
                steps += [one for one in inside if one is not None]
                texts += [
                    f"- {_words(one)}" for one, made in zip(part.children, inside, strict=True) if made is None
                ]
            else:
                texts.append(_words(part))
        return Step(
            title or f"Line {self._line(node)}",
            self._line(node),
            self._link(head, node),
            clean_block("\n".join(commands), 2_000),
            clean_block("\n".join(texts), 3_000),
            tuple(_flat(steps)),
        )

    def _link(self, head: "SyntaxTreeNode", node: "SyntaxTreeNode") -> str:
        for one in head.walk():
            if one.type == "link" and (target := str(one.attrs.get("href", ""))):
                problems = Problems("", "")
                if len(target) <= 2_000 and check_url(target, Place(1, 1), problems, "a link"):
                    return target
                self._leave(node, "its link cannot be taken: an http or https address without a password")
        return ""


def _flat(steps: Iterable[Step]) -> Iterator[Step]:
    """A group holds items alone: what stands below one of them comes up, under both titles."""
    for step in steps:
        if step.steps:
            yield from (replace(one, title=_cut(f"{step.title}: {one.title}")[0]) for one in step.steps)
        else:
            yield step


def _cut(words: str) -> tuple[str, str]:
    """A title of bearable length, and the whole line where it was longer."""
    if len(words) <= _TITLE:
        return words, ""
    short = words[: _TITLE - 1].rsplit(" ", 1)[0].rstrip(" ,;:-")
    return f"{short}…", words


def _source(node: "SyntaxTreeNode") -> str:
    return node.children[0].content if node.children else ""


def _words(node: "SyntaxTreeNode") -> str:
    """What a person reads of it."""
    if node.type in {"text", "code_inline", "html_inline", "fence", "code_block", "html_block"}:
        return "" if node.type.startswith("html") else node.content
    if node.type in {"softbreak", "hardbreak"}:
        return " "
    between = "" if node.type in {"inline", "paragraph", "strong", "em", "link", "heading"} else " "
    return between.join(filter(None, (_words(one) for one in node.children)))


def checklist_lines(found: ChecklistFile) -> list[str]:
    """The `checklist:` of a plan, and in comments what was not taken."""
    steps = [one for _, tops in found.phases for top in tops for one in (top, *top.steps)]
    names = _unique(item_ids({"title": one.title} for one in steps))
    ids = dict(zip(map(id, steps), names, strict=True))
    lines = [f"checklist:   # from {_shown(found.path)}"]
    plain = len(found.phases) == 1 and not found.phases[0][0]
    for name, tops in found.phases:
        if not plain:
            lines.append(f"  {_quoted(name or 'Checklist')}:")
        for top in tops:
            lines += _step_lines(top, ids, "  " if plain else "    ")
    if found.left:
        lines.append("  # Not taken over:")
        lines += [f"  #   line {one.line}: {_shown(one.text)} ({one.reason})" for one in found.left[:_TOLD]]
        if len(found.left) > _TOLD:
            lines.append(f"  #   and {len(found.left) - _TOLD} more lines")
    return lines


def _unique(names: Iterable[str]) -> list[str]:
    made: list[str] = []
    for index, name in enumerate(names):
        base = _short(name) or f"item-{index + 1}"
        number, unique = 1, base
        while unique in made:
            number += 1
            unique = f"{base}-{number}"
        made.append(unique)
    return made


def _short(name: str) -> str:
    """An id that people type: as many whole words as fit."""
    return name if len(name) <= _ID else name[: _ID + 1].rpartition("-")[0] or name[:_ID]


def _step_lines(step: Step, ids: dict[int, str], indent: str) -> list[str]:
    lines = [f"{indent}- id: {ids[id(step)]}", f"{indent}  title: {_quoted(step.title)}"]
    for key, text in (("link", step.link), ("command", step.command), ("description", step.description)):
        if text:
            lines.append(f"{indent}  {key}: {_quoted(text)}")
    if step.steps:
        lines.append(f"{indent}  items:")
        for one in step.steps:
            lines += _step_lines(one, ids, f"{indent}    ")
    return lines


def _quoted(text: str) -> str:
    """As YAML in double quotes, which JSON is."""
    return json.dumps(text, ensure_ascii=False)


def _shown(text: str) -> str:
    return clean(text, 80)
