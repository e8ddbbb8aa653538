"""notes and changelog --write: one source, two audiences, nobody's words lost."""

import json
import sys
from pathlib import Path

import pytest

from cli.conftest import Here, Release
from support.repositories import git

_AS = ("-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgSign=false")
HOSTILE = "feat(api)!: # [x](javascript:a) <script> ``` \u202eevil\n\nBREAKING CHANGE: call **v2**\n# now"


@pytest.fixture
def history(release: Release) -> Path:
    """A few more commits than the release has by itself, one of them hostile."""
    web = release.directory / "web"
    git(web, "tag", "-d", "v1.3.0")
    git(web, "checkout", "-q", "-f", "main")
    for subject in ("refactor(db): move tables", HOSTILE, "no convention at all"):
        git(web, *_AS, "commit", "-q", "--allow-empty", "-m", subject)
    release.plan.write_text(
        release.plan.read_text(encoding="utf-8") + "changelog: {internal_scopes: [login]}\n", encoding="utf-8"
    )
    return web


def test_users_are_told_what_they_notice_breaks_first(gonogo: Here, history: Path) -> None:
    """No internal types, no internal scopes, nothing without a convention; a commit's text stays text."""
    out = gonogo("notes", "--for", "external").out
    assert out.splitlines() == [
        "# Autumn train (2026.11)",
        "",
        "## Before you upgrade",
        "",
        "- **web**: # \\[x](javascript:a) \\<script> \\`\\`\\` \ufffdevil",
        "",
        "  call \\*\\*v2\\*\\*",
        "  \\# now",
        "",
        "## web 1.3.0",
        "",
        "### Breaking",
        "",
        "- **api:** # \\[x](javascript:a) \\<script> \\`\\`\\` \ufffdevil",
        "",
        "### Added",
        "",
        "- **basket:** keep it",
        "",
        "## Known issues",
        "",
        "(to be written)",
    ]


def test_inside_everything_is_told_with_commits_and_authors(gonogo: Here, history: Path) -> None:
    """Also what follows no convention."""
    out = gonogo("notes").out
    for text in ("move tables", "focus the field", "no convention at all", "| web | 1.3.0 | v1.2.0 | 1 | none |"):
        assert text in out
    assert git(history, "rev-parse", "HEAD")[:8] in out


def test_an_edited_draft_stays_and_says_when_commits_came_after(
    gonogo: Here, history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """$EDITOR writes, the journal keeps, and newer commits are told."""
    editor = tmp_path / "editor.py"
    editor.write_text("import sys; p = sys.argv[-1]; open(p, 'a').write('\\nWritten by hand.\\n')")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {editor}")
    kept = gonogo("notes", "edit", "--for", "external")
    assert (kept.code, kept.out.startswith("the external notes are kept as #1, ")) == (0, True)
    shown = gonogo("notes", "--for", "external")
    assert "Written by hand." in shown.out
    assert "have changed" not in shown.err
    git(history, *_AS, "commit", "-q", "--allow-empty", "-m", "feat: one more")
    assert "the commits have changed since" in gonogo("notes", "--for", "external").err
    assert "one more" in gonogo("notes", "--for", "external", "--generated").out
    assert gonogo("notes", "edit", "--for", "external", "--discard").code == 0
    assert "Written by hand." not in gonogo("notes", "--for", "external").out
    assert "edited the notes: external" in gonogo("log").out


def test_a_failing_editor_loses_nothing(gonogo: Here, history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is named, and nothing is recorded."""
    monkeypatch.setenv("VISUAL", "false")
    failed = gonogo("notes", "edit")
    assert failed.code == 1
    path = failed.err.split("gonogo: ", 1)[1].split(":", 1)[0]
    assert "web 1.3.0" in Path(path).read_text(encoding="utf-8")
    assert gonogo("log").out.count("edited") == 0


def test_a_template_beside_the_plan_is_used_and_its_mistakes_are_told(
    gonogo: Here, release: Release, history: Path
) -> None:
    """`$` fields only: a template runs nothing."""
    template = release.directory / ".gonogo" / "notes-external.md"
    template.parent.mkdir()
    template.write_text("${name} costs $$0\n\n${products}\n")
    assert gonogo("notes", "--for", "external").out.startswith("Autumn train costs $0\n\n## web 1.3.0\n")
    template.write_text("${nothing}")
    refused = gonogo("notes", "--for", "external")
    assert refused.code == 2
    assert "notes-external.md: the template asks for ${nothing}, which there is not" in refused.err


def test_notes_as_text_and_json(gonogo: Here, history: Path) -> None:
    """Text escapes nothing, JSON has every field."""
    assert "  - basket: keep it\n" in gonogo("notes", "--for", "external", "--format", "text").out
    facts = json.loads(gonogo("notes", "--json").out)
    assert facts["products"][0]["groups"][0]["title"] == "Breaking"


def test_the_entry_is_shown_then_written_and_every_other_byte_stays(gonogo: Here, history: Path) -> None:
    """[Unreleased] moves under the version, with compare links from the remote, without its password."""
    git(history, "remote", "add", "origin", "https://me:secret@git.example.com/shop/web.git")
    file = history / "CHANGELOG.md"
    file.write_bytes(b"# Changes\r\n\r\n## [Unreleased]\r\n\r\n- By hand\r\n")
    shown = gonogo("changelog", "web", "--entry")
    assert "- By hand" in shown.out
    assert file.read_bytes().count(b"1.3.0") == 0
    written = gonogo("changelog", "web", "--write")
    assert (written.code, written.out.split()[0]) == (0, "written:")
    text = file.read_bytes().decode()
    assert text.startswith("# Changes\r\n\r\n## [Unreleased]\r\n\r\n## [1.3.0] - 20")
    assert "https://git.example.com/shop/web/compare/v1.2.0...v1.3.0\r\n" in text
    assert "secret" not in text
    again = gonogo("changelog", "web", "--write")
    assert (again.code, ":5:1: it has an entry for 1.3.0 already" in again.err) == (3, True)


def test_an_entry_made_from_commits_lists_what_follows_no_convention(gonogo: Here, history: Path) -> None:
    """What does not parse is listed, never dropped; the house's own types are not for this file."""
    assert gonogo("changelog", "web", "--write").code == 0
    text = (history / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "no convention at all" in text
    assert "move tables" not in text
    assert text.count("\n## [1.3.0]") == 1


def test_a_product_without_anything_to_enter_hides_no_other(gonogo: Here, history: Path, release: Release) -> None:
    """The entries there are are shown; the refusal names its product, and the exit code tells of it."""
    text = release.plan.read_text(encoding="utf-8")
    quiet = "products:\n  quiet: {version: 1.0.1, repo: web, paths: [none], tag: 'v{version}'}\n"
    release.plan.write_text(text.replace("products:\n", quiet), encoding="utf-8")
    shown = gonogo("changelog", "--entry")
    assert (shown.code, "## [1.3.0]" in shown.out) == (3, True)
    assert "quiet: " in shown.err
    entries = gonogo("changelog", "--entry", "--json").facts["entries"]
    assert {one["product"]: one["refused"] is None for one in entries} == {"quiet": False, "web": True}
    assert "there is nothing to enter" in shown.err


def test_one_commit_is_shown_whole(gonogo: Here, history: Path) -> None:
    """By as much of its id as is needed; with its files in JSON; what does not ship is refused."""
    oid = git(history, "rev-parse", "HEAD~1")
    shown = gonogo("changelog", "--commit", oid[:8])
    assert (shown.code, "BREAKING CHANGE: call **v2**" in shown.out) == (0, True)
    facts = json.loads(gonogo("changelog", "web", "--commit", oid, "--json").out)
    assert (facts["oid"], facts["files"], facts["readable"]) == (oid, [], True)
    refused = gonogo("changelog", "--commit", "f" * 40)
    assert (refused.code, "no commit that ships has the id" in refused.err) == (2, True)


def test_json_names_what_is_called_out(gonogo: Here, history: Path) -> None:
    """Breaks without upgrade notes by id, the declared migration beside the touched paths."""
    git(history, *_AS, "commit", "-q", "--allow-empty", "-m", "feat!: no word on it")
    [web] = json.loads(gonogo("changelog", "web", "--json").out)["products"]
    assert web["without_upgrade"] == [git(history, "rev-parse", "HEAD")]
    assert (web["migration"], web["migrations"]) == ("none", [])
    assert "1 breaking change does not say how to upgrade" in gonogo("changelog", "web").out


def test_what_people_wrote_is_told_first_by_notes_preview_and_prepare(gonogo: Here, release: Release) -> None:
    """The file names a removal: all of them say it, and the version that it asks for."""
    web = release.directory / "web"
    git(web, "tag", "-d", "v1.3.0")
    git(web, "checkout", "-q", "-f", "main")
    (web / "CHANGELOG.md").write_text(
        "# Changelog\n\n## [Unreleased]\n\n### Removed\n\n- the v1 API\n\n"
        "## [1.2.0] - 2026-01-01\n\n### Added\n\n- x\n",
        encoding="utf-8",
    )
    git(web, "add", "CHANGELOG.md")
    git(web, *_AS, "commit", "-q", "-m", "chore: write down what goes")

    for audience in ("external", "internal"):
        assert "### Removed\n\n- the v1 API" in gonogo("notes", "--for", audience).out
    assert "- the v1 API" in gonogo("notes", "--for", "external", "--format", "text").out
    assert "feat" not in gonogo("notes", "--for", "external").out
    assert "- the v1 API" in gonogo("changelog", "web", "--entry").out
    for name, value in (("user.name", "Ana"), ("user.email", "ana@b.example")):
        git(web, "config", name, value)
    prepared = gonogo("prepare", "web").out
    assert "- the v1 API" in prepared
    assert "keep it" not in prepared.partition("entry")[2].partition("to do it")[0]
    found = gonogo("next-version", "web", "--json").facts["products"][0]
    assert found["next_version"] == "2.0.0"
    assert found["contradiction"] == "planned 1.3.0, but CHANGELOG.md (under Removed) asks for 2.0.0"


def test_a_version_that_is_marked_bad_is_never_proposed(gonogo: Here, release: Release) -> None:
    """Its number is used up, tagged or not."""
    text = release.plan.read_text(encoding="utf-8").replace("account: ", "shared: false, account: ", 1)
    release.plan.write_text(text.replace("version: 1.3.0", "version: 1.4.0"), encoding="utf-8")
    git(release.directory / "web", "tag", "-d", "v1.3.0")
    assert gonogo("next-version", "web").out == "1.3.0\n"
    assert gonogo("mark-bad", "web", "1.3.0", "--reason", "it lost orders").code == 0

    assert gonogo("next-version", "web").out == "1.4.0\n"
