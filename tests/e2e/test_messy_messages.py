"""A thousand messy messages through screen, command line and file: no crash, no escape, no broken document."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from wcwidth import wcswidth

from gonogo.changelog import ProductChanges
from gonogo.io.git.history import changes
from gonogo.plan import ChangelogRules, Product
from gonogo.text.tones import line_text
from gonogo.tui.lines import cut, fill, width, wrap
from gonogo.view.changelog import commit_line
from support.messy import messy_messages
from support.pty_screen import PtyScreen, gonogo
from support.repositories import CommitSpec, make_repository

pytestmark = pytest.mark.needs("git")

COUNT = 1_000
HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""What no line of output may hold: controls, bidirectional controls, line separators, lone surrogates."""
PEACEFUL = {"text", "text_special", "code_inline", "softbreak", "strong_open", "strong_close", "s_open", "s_close"}


class Messy(NamedTuple):
    """A plan on such a repository."""

    plan: Path
    repo: Path


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Messy:
    """Two products, of which one has all the commits."""
    directory = tmp_path_factory.mktemp("messy")
    specs: list[CommitSpec | str | bytes] = ["feat: begin", *messy_messages(COUNT)]
    made = make_repository(directory / "web", specs, tags={"v1.0.0": 0})
    plan = directory / "release.yaml"
    plan.write_text(
        "release: messy\nenvironments: [staging, production]\n"
        "products:\n  web: {version: 2.0.0, previous: 1.0.0, repo: web}\nchecklist: [First thing]\n"
    )
    return Messy(plan, made.path)


@pytest.fixture(scope="module")
def history(messy: Messy) -> ProductChanges:
    """What git says of it."""
    found = changes(Product("web", "2.0.0", "1.0.0", repo=str(messy.repo)), ChangelogRules())
    assert isinstance(found, ProductChanges)
    assert found.count == COUNT
    return found


def said(messy: Messy, *arguments: str) -> str:
    """What gonogo prints; it ends well, whatever the commits say."""
    verb, *options = arguments
    done = subprocess.run(
        [*gonogo(verb, "--plan", messy.plan), *options],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not HARMFUL.search(done.stderr.decode())
    return done.stdout.decode()


def items(tokens: list[Token]) -> Iterator[int]:
    """How deep each list item stands."""
    yield from (token.level for token in tokens if token.type == "list_item_open")


def headings(tokens: list[Token]) -> list[tuple[str, str]]:
    """The headings of a document: level and text."""
    pairs = pairwise(tokens)
    return [(token.tag, after.content) for token, after in pairs if token.type == "heading_open"]


def inline_kinds(tokens: list[Token]) -> set[str]:
    """Everything that stands inside of lines."""
    return {child.type for token in tokens for child in token.children or ()}


def test_no_commit_is_dropped(history: ProductChanges) -> None:
    """Each one is in a section, whatever it says."""
    oids = {commit.oid for section in history.sections for commit in section.commits}
    assert len(oids) == COUNT


@pytest.mark.parametrize(
    "arguments",
    [
        ("changelog",),
        ("changelog", "--all"),
        ("changelog", "--entry"),
        ("notes",),
        ("notes", "--format", "text"),
        ("notes", "--for", "external"),
        ("notes", "--for", "external", "--format", "text"),
    ],
    ids=" ".join,
)
def test_the_command_line_prints_nothing_a_terminal_obeys(messy: Messy, arguments: tuple[str, ...]) -> None:
    """Whatever it prints is text, and a line has an end."""
    out = said(messy, *arguments)
    assert not HARMFUL.search(out)
    assert len(out.splitlines()) == out.count("\n") > 5


@pytest.mark.parametrize("arguments", [("changelog", "--json"), ("notes", "--json")], ids=" ".join)
def test_json_holds_every_commit_and_nothing_a_terminal_obeys(messy: Messy, arguments: tuple[str, ...]) -> None:
    """It is JSON, and so may be printed as it is."""
    out = said(messy, *arguments)
    assert not HARMFUL.search(out)
    [product] = json.loads(out)["products"]
    if "sections" in product:
        oids = {commit["oid"] for section in product["sections"] for commit in section["commits"]}
        assert len(oids) == product["count"] == COUNT


@pytest.mark.parametrize("dialect", ["commonmark", "gfm-like"])
@pytest.mark.parametrize("audience", ["internal", "external"])
def test_the_structure_of_the_notes_is_ours_alone(
    messy: Messy, history: ProductChanges, audience: str, dialect: str
) -> None:
    """No commit makes a heading, a list, a link, code, a table or HTML; each has its one list item."""
    tokens = parsed(said(messy, "notes", "--for", audience), dialect)
    facts = json.loads(said(messy, "notes", "--for", audience, "--json"))
    [product] = facts["products"]
    titles = [group["title"] for group in product["groups"]]
    upgrades = [("h2", "Before you upgrade")] if audience == "external" else []
    places = [("h2", place) for place in facts["places"]]
    assert headings(tokens) == [
        ("h1", "messy"), *upgrades, ("h2", "web 2.0.0"), *(("h3", title) for title in titles), *places,
    ]  # fmt: skip
    told = sum(len(group["entries"]) for group in product["groups"])
    breaks = len(history.breaking) if audience == "external" else 0
    listed = list(items(tokens))
    assert set(listed) == {1}
    assert (len(listed), told, breaks) == (told + breaks, told, breaks)
    assert inline_kinds(tokens) <= PEACEFUL
    assert not {token.type for token in tokens} & {"fence", "code_block", "html_block", "hr", "blockquote_open"}


def parsed(text: str, dialect: str) -> list[Token]:
    """A document, by the rules of CommonMark or of forges."""
    reader = MarkdownIt(dialect)
    return (reader.enable(["table", "strikethrough"]) if dialect == "commonmark" else reader).parse(text)


def test_the_written_file_is_ours_around_what_was_there(messy: Messy, history: ProductChanges) -> None:
    """One more version, with a line for each commit it tells; every other byte stays, and it reads back."""
    before = "# Changelog\r\n\r\n## [Unreleased]\r\n\r\n## [1.0.0] - 2026-01-01\r\n\r\n- begun\r\n"
    file = messy.repo / "CHANGELOG.md"
    file.write_bytes(before.encode())
    said(messy, "changelog", "web", "--write")
    after = file.read_bytes().decode()
    begin, end = "# Changelog\r\n\r\n## [Unreleased]\r\n\r\n", "## [1.0.0] - 2026-01-01\r\n\r\n- begun\r\n"
    assert (after.startswith(begin), after.endswith(end)) == (True, True)
    assert not HARMFUL.search(after.replace("\r\n", "\n"))
    tokens = parsed(after, "gfm-like")
    found = headings(tokens)
    assert [text.partition(" - ")[0] for tag, text in found if tag == "h2"] == [
        "[Unreleased]",
        "[2.0.0]",
        "[1.0.0]",
    ]
    titles = {section.title for section in history.sections}
    assert {text for tag, text in found if tag == "h3"} <= titles
    assert set(items(tokens)) == {1}
    assert inline_kinds(tokens) <= PEACEFUL


def test_lines_are_as_wide_as_terminals_draw_them(history: ProductChanges) -> None:
    """Columns counted here are the columns of wcwidth, cut, filled or wrapped."""
    for section in history.sections:
        for commit in section.commits:
            line = commit_line(commit, author=True)
            assert width(line) == wcswidth(line_text(line)), ascii(line_text(line))
            assert wcswidth(line_text(cut(line, 57))) <= 57
            assert wcswidth(line_text(fill(line, 57))) == 57
            assert all(wcswidth(line_text(part)) <= 40 for part in wrap(line, 40, 2))


SEQUENCE = re.compile(r"\x1b(?:\[([<=>?]?)[0-9;:]*([ -/]*)([@-~])|(.))", re.DOTALL)
OWN_OSC = re.compile(rb"\x1b\](?:22;[a-z-]*|52;c;[A-Za-z0-9+/=]*)\x07")
"""Textual's wish for a mouse pointer, and what `y` copies on demand; the only OSC there may be."""


def shapes(raw: bytes) -> set[tuple[str, ...]]:
    """The kinds of sequences in a stream: what follows ESC, without the numbers."""
    return {tuple(match.groups(default="")) for match in SEQUENCE.finditer(raw.decode())}


def tour(plan: Path, wanted: str, pages: int) -> bytes:
    """Through the changes, into commits, notes and the entry; returns what went to the terminal."""
    with PtyScreen(gonogo("open", plan), size=(100, 30)) as screen:
        screen.press("3")
        screen.wait_for(wanted)
        for page in range(pages):
            screen.press("pagedown")
            screen.settle()
            if page % 5 == 0:
                screen.press("enter").wait_for("commit    ")
                screen.settle()
                screen.press("pagedown")
                screen.settle()
                screen.press("escape")
                screen.settle()
        for keys, seen in (("y", "OSC 52"), ("e", "as the commits say"), ("p", "to write it into the file")):
            screen.press(keys).wait_for(seen)
            screen.press("pagedown")
            screen.settle()
            screen.press("escape")  # and nothing right behind it, which would make another key of the two
            screen.settle()
        screen.press("/").type("evil")
        screen.settle()
        screen.press("ctrl+c")
        assert screen.wait() == 0
        return screen.raw


def test_the_screen_sends_only_sequences_it_sends_anyway(messy: Messy, tmp_path: Path) -> None:
    """The same tour over peaceful commits says which those are."""
    make_repository(
        tmp_path / "web", ["feat: begin", *(f"feat: thing {at}" for at in range(300))], tags={"v1.0.0": 0}
    )
    plan = tmp_path / "release.yaml"
    plan.write_text(messy.plan.read_text())
    calm = shapes(tour(plan, "300 commits", 6))
    (messy.repo / "CHANGELOG.md").unlink(missing_ok=True)
    raw = tour(messy.plan, f"{COUNT} commits", 20)
    assert shapes(raw) <= calm
    assert not re.search("[\x80-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", raw.decode())
    rest = OWN_OSC.sub(b"", raw)
    assert b"\x1b]" not in rest
    assert b"\x07" not in rest
