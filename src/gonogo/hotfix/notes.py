"""The changelog of a hotfix or a prepared release: what the wizard enters."""

from collections.abc import Sequence
from datetime import date

from gonogo.changelog import arrange
from gonogo.changelog.keepachangelog.releasing import NotReleased, Release, Released, release
from gonogo.commits import Commit
from gonogo.plan import ChangelogRules
from gonogo.text import markdown


def generated(commits: Sequence[Commit], rules: ChangelogRules) -> str:
    """What the commits tell, under `###` headings; "" for none."""
    lines: list[str] = []
    for section in arrange(commits, rules):
        lines += [f"### {markdown.line(section.title)}", "", *(_line(commit) for commit in section.commits), ""]
    return "\n".join(lines).strip("\n")


def _line(commit: Commit) -> str:
    said = commit.description or "(no subject)"
    if not commit.scope:
        return f"- {markdown.line(said)}"
    return f"- **{markdown.inside(commit.scope)}:** {markdown.inside(said)}"


def entered(
    text: str, version: str, day: date, tag: str, previous_tag: str, entry: str, file: str
) -> Released | NotReleased:
    """The changelog with what stands under Unreleased, or else `entry`, under a heading of `version`."""
    return release(text, Release(version, day, tag, previous_tag, entry, file=file))
