"""Releasing an entry moves one part of the file and keeps every other byte."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from gonogo.changelog.keepachangelog.reading import Origin, read
from gonogo.changelog.keepachangelog.releasing import NotReleased, Release, Released, release

NEW = Release("1.1.0", date(2026, 11, 24), "v1.1.0", "v1.0.0", "### Fixed\n\n- a fix")
FILE = """\
# Changelog

Words of the authors.

## [Unreleased]

### Added

- A thing

## [1.0.0] - 2026-01-02

- First

[Unreleased]: https://example.com/a/b/compare/v1.0.0...HEAD
[1.0.0]: https://example.com/a/b/releases/tag/v1.0.0
"""
AFTER = """\
# Changelog

Words of the authors.

## [Unreleased]

## [1.1.0] - 2026-11-24

### Added

- A thing

## [1.0.0] - 2026-01-02

- First

[Unreleased]: https://example.com/a/b/compare/v1.1.0...HEAD
[1.1.0]: https://example.com/a/b/compare/v1.0.0...v1.1.0
[1.0.0]: https://example.com/a/b/releases/tag/v1.0.0
"""


def done(text: str, new: Release = NEW) -> Released:
    """The release, which must be possible."""
    result = release(text, new)
    assert isinstance(result, Released), result
    return result


def test_unreleased_moves_under_the_version_with_date_and_links() -> None:
    """What people wrote is moved, not rewritten."""
    result = done(FILE)
    assert result.text == AFTER
    assert (result.origin, result.line) == (Origin.WRITTEN, 7)
    assert result.entry == "## [1.1.0] - 2026-11-24\n\n### Added\n\n- A thing\n"


def test_an_empty_unreleased_takes_what_the_commits_say() -> None:
    """Headings without a line under them say nothing."""
    text = FILE.replace("- A thing\n", "")
    result = done(text)
    assert result.origin is Origin.GENERATED
    assert "## [1.1.0] - 2026-11-24\n\n### Fixed\n\n- a fix\n\n## [1.0.0]" in result.text


def test_windows_line_ends_stay() -> None:
    """The whole file has the ends it had."""
    assert done(FILE.replace("\n", "\r\n")).text == AFTER.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("heading", "wanted"),
    [
        ("## 1.0.0 - 2026-01-02", "## 1.1.0 - 2026-11-24"),
        ("## v1.0.0 (2026-01-02)", "## v1.1.0 (2026-11-24)"),
        ("## [v1.0.0] – 2026-01-02", "## [v1.1.0] – 2026-11-24"),
        ("## [1.0.0](https://example.com/x) (2026-01-02)", "## [1.1.0] (2026-11-24)"),
        ("## 1.0.0", "## 1.1.0"),
    ],
)
def test_headings_are_written_as_the_file_writes_them(heading: str, wanted: str) -> None:
    """Brackets, a v, a dash or parentheses: as the newest entry has it."""
    text = FILE.replace("## [1.0.0] - 2026-01-02", heading)
    assert f"\n{wanted}\n" in done(text).text


def test_headings_in_code_and_comments_are_no_headings() -> None:
    """An example of a changelog inside the changelog is left alone."""
    example = "```\n## [Unreleased]\n\n- not this\n```\n\n<!--\n## [Unreleased]\n-->\n\n"
    text = FILE.replace("## [Unreleased]\n", f"{example}## [Unreleased]\n", 1)
    result = done(text)
    assert example in result.text
    assert "- not this" not in result.entry


def test_a_file_without_unreleased_gets_its_entry_before_the_newest() -> None:
    """And no heading that its authors did not want."""
    text = "# Changes\n\n## 1.0.0 - 2026-01-02\n\n- First\n"
    assert done(text).text == (
        "# Changes\n\n## 1.1.0 - 2026-11-24\n\n### Fixed\n\n- a fix\n\n## 1.0.0 - 2026-01-02\n\n- First\n"
    )


def test_a_new_file_is_whole() -> None:
    """No changelog yet is no reason not to begin one."""
    text = done("", replace(NEW, compare_base="https://example.com/a/b/compare/")).text
    assert text.startswith("# Changelog\n\n")
    assert "## [Unreleased]\n\n## [1.1.0] - 2026-11-24\n\n### Fixed\n\n- a fix\n" in text
    assert text.endswith(
        "[Unreleased]: https://example.com/a/b/compare/v1.1.0...HEAD\n"
        "[1.1.0]: https://example.com/a/b/compare/v1.0.0...v1.1.0\n"
    )


def test_an_entry_that_is_there_is_not_written_twice() -> None:
    """The refusal names its line."""
    refused = release(FILE, replace(NEW, version="1.0.0"))
    assert isinstance(refused, NotReleased)
    assert (refused.reason, refused.line) == ("it has an entry for 1.0.0 already", 11)


def test_nothing_to_say_is_no_entry() -> None:
    """An empty entry would look like a release without changes."""
    refused = release(FILE.replace("- A thing\n", ""), replace(NEW, generated=""))
    assert isinstance(refused, NotReleased)
    assert refused.line == 5


def test_a_last_line_without_an_end_gets_one() -> None:
    """Nothing is glued to it."""
    assert (
        done("# C\n\n## [Unreleased]\n\n- x").text == "# C\n\n## [Unreleased]\n\n## [1.1.0] - 2026-11-24\n\n- x\n"
    )


@pytest.mark.parametrize(
    "heading", ["[Unreleased] - ReleaseDate", "[Unreleased] (develop)", "[Unreleased][unreleased]"]
)
def test_what_people_put_behind_unreleased_does_not_hide_it(heading: str) -> None:
    """Else their lines would stay unreleased, and the commits' be entered instead."""
    made = done(f"# C\n\n## {heading}\n\n- by hand\n\n## [1.0.0] - 2026-01-02\n")
    assert made.origin is Origin.WRITTEN
    assert f"## {heading}\n\n## [1.1.0] - 2026-11-24\n\n- by hand\n\n## [1.0.0]" in made.text


@pytest.mark.parametrize(
    ("newest", "entered"),
    [
        ("[1.0.0](https://h.test/a/compare/v0.9...v1.0.0) (2026-01-02)",
         "[1.1.0](https://h.test/a/compare/v1.0.0...v1.1.0) (2026-11-24)"),
        ("[1.0.0](https://h.test/a/compare/v0.9..v1.0.0) - 2026-01-02",
         "[1.1.0](https://h.test/a/compare/v1.0.0..v1.1.0) - 2026-11-24"),
    ],
)  # fmt: skip
def test_a_file_whose_headings_carry_their_links_gets_another_one(newest: str, entered: str) -> None:
    """No link definitions appear at the end of a file that has none."""
    made = done(f"# C\n\n## {newest}\n\n- First\n")
    assert made.text == f"# C\n\n## {entered}\n\n### Fixed\n\n- a fix\n\n## {newest}\n\n- First\n"


def test_an_unreleased_heading_with_a_link_is_compared_from_the_new_tag() -> None:
    """As a link definition would be."""
    made = done("# C\n\n## [Unreleased](https://h.test/compare/v1.0.0...HEAD)\n\n- x\n")
    assert "## [Unreleased](https://h.test/compare/v1.1.0...HEAD)\n\n## [1.1.0]" in made.text


@pytest.mark.parametrize(
    "entry",
    [
        "- Add ```a::b```,\n  ```c::d``` struct",
        "- Add\n\n  ```\n  code\n  ``` ([#1](https://h.test/1))",
        "- Add\n  ```rs\n  code",
        "```\n## [0.1.0] in code\n```",
    ],
)
def test_code_hides_no_heading_that_readers_see(entry: str) -> None:
    """markdown-it is the judge: code in a line is no block, and a block in a list item ends with the item."""
    text = f"# C\n\n## [1.0.0] - 2026-01-02\n\n{entry}\n\n## [0.9.0] - 2025-01-02\n\n- x\n"
    tokens = MarkdownIt("commonmark").parse(text)
    seen = [token.map[0] for token in tokens if token.type == "heading_open" and token.map]
    assert [part.start for part in read(text).parts] == seen


def test_a_link_definition_that_begins_like_a_version_is_none() -> None:
    """`[0.5.0:Thing]` is a name for a page, not the link of a version."""
    links = "[0.5.0:Thing]: https://h.test/compare/a...b\n\n[1.0.0]: https://h.test/compare/v0.9...v1.0.0\n"
    made = done(f"# C\n\n## [1.0.0] - 2026-01-02\n\n- x\n\n{links}")
    assert "\n\n[1.1.0]: https://h.test/compare/v1.0.0...v1.1.0\n[1.0.0]: " in made.text


def test_the_new_link_begins_at_the_release_the_entry_is_counted_from() -> None:
    """Also where the file's own [Unreleased] link was forgotten at the last release."""
    text = "# C\n\n## [Unreleased]\n\n- x\n\n[Unreleased]: https://h.test/compare/v0.1.0...HEAD\n"
    assert done(text).text.endswith("[1.1.0]: https://h.test/compare/v1.0.0...v1.1.0\n")


_LINES = st.sampled_from(
    [
        "# Changelog", "## [Unreleased]", "## [1.0.0] - 2026-01-02", "## 0.9", "### Added", "- x", "", "text",
        "```", "<!--", "-->", "[Unreleased]: https://e.test/compare/v1...HEAD", "[1.0.0]: https://e.test/x",
        "\ufeff## [Unreleased]", "a\u2028b\x0cc", "## [Unreleased](https://e.test)", "    ## code",
    ]
)  # fmt: skip


@given(st.lists(_LINES, max_size=25), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_other_byte_stays(lines: list[str], newline: str, ended: bool) -> None:
    """Taken apart a file is whole again; released, it has every line it had, but for the [Unreleased] link."""
    text = newline.join(lines) + (newline if ended else "")
    document = read(text)
    assert "".join(document.lines) == text
    result = release(text, NEW)
    if isinstance(result, NotReleased):
        return
    links = {document.lines[one.at].strip() for one in document.references}
    before = [one for one in text.splitlines() if one.strip() and one.strip() not in links]
    after = result.text.splitlines()
    left = iter(after)
    assert all(one in left for one in before), "every line is still there, in its order"
    assert text == "" or len(after) - len(text.splitlines()) <= len(result.entry.splitlines()) + 12


@pytest.mark.parametrize("planned", ["v1.1.0", "1.1.0", "1.1"])
@pytest.mark.parametrize("there", ["[1.1.0]", "v1.1.0", "1.1", "[1.1.0](https://h/compare/v1.0.0...v1.1.0)"])
def test_a_version_in_another_spelling_is_there_already(planned: str, there: str) -> None:
    """`v1.1` and `1.1.0` are one version: it is not entered a second time."""
    found = release(
        f"# Changelog\n\n## [Unreleased]\n- x\n\n## {there} - 2020-01-01\n- y\n", replace(NEW, version=planned)
    )
    assert isinstance(found, NotReleased)
    assert (found.line, "has an entry" in found.reason) == (6, True)


def test_a_v_is_written_once() -> None:
    """The plan says `v1.1.0`, the file's headings have a `v` or none: its own way counts."""
    for newest, wanted in (("v1.0.0", "## v1.1.0 "), ("[1.0.0]", "## [1.1.0] ")):
        found = release(f"# Changelog\n\n## {newest} - 2020-01-01\n- y\n", replace(NEW, version="v1.1.0"))
        assert isinstance(found, Released)
        assert found.entry.startswith(wanted)


def test_patch_releases_a_level_below_are_releases() -> None:
    """standard-version writes `###` for them; the new entry stands above all, on the level of the others."""
    text = (
        "# Changelog\n\n### [1.0.1](https://h/compare/v1.0.0...v1.0.1) (2020-01-02)\n\n### Bug Fixes\n\n* y\n\n"
        "## [1.0.0](https://h/compare/v0.9.0...v1.0.0) (2020-01-01)\n\n* z\n"
    )
    found = release(text, NEW)
    assert isinstance(found, Released)
    assert (found.line, found.entry.splitlines()[0]) == (
        3,
        "## [1.1.0](https://h/compare/v1.0.0...v1.1.0) (2026-11-24)",
    )


def test_releases_on_the_first_level_get_another_one() -> None:
    """As old changelogs of Angular have them."""
    found = release("# 1.0.0 (2020-01-01)\n\n* y\n", NEW)
    assert isinstance(found, Released)
    assert found.entry.startswith("# 1.1.0 (2026-11-24)\n")


@pytest.mark.parametrize(
    "text",
    [
        "Changelog\n=========\n\nWinter release\n--------------\n\n- x\n",
        "# Changelog\n\n## Python 3.11 is required\n\n- y\n",
        "## web@1.0.0\n\n- y\n",
    ],
)
def test_a_file_whose_headings_name_no_version_is_left_alone(text: str) -> None:
    """Where its entry belongs is not guessed: at the end it would be the oldest."""
    found = release(text, NEW)
    assert isinstance(found, NotReleased)
    assert "there is no place to enter it" in found.reason
    assert "## [Unreleased]" in found.remedy


def test_a_title_and_a_sentence_are_no_obstacle() -> None:
    """A file that waits for its first entry."""
    assert isinstance(release("# Changelog\n\nAll notable changes.\n", NEW), Released)


def test_a_file_whose_versions_are_all_on_the_third_level() -> None:
    """What people wrote there is the entry, on that level."""
    found = done("# News\n\n## web\n\n### Unreleased\n\n- x\n\n### 1.0.0 - 2026-01-02\n\n- y\n")
    assert (found.origin, found.entry) == (Origin.WRITTEN, "### 1.1.0 - 2026-11-24\n\n- x\n")
    assert "### Unreleased\n\n### 1.1.0" in found.text
