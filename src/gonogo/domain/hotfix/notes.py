"""The changelog of a hotfix or a prepared release: the one call between the wizard and `domain.keepachangelog`."""

from collections.abc import Sequence
from datetime import date

from gonogo.domain import keepachangelog
from gonogo.domain.changelog import arrange, escaped
from gonogo.domain.commits import Commit
from gonogo.domain.keepachangelog import NotReleased, Released
from gonogo.domain.plan import ChangelogRules


def generated(commits: Sequence[Commit], rules: ChangelogRules) -> str:
    """What the commits tell, under `###` headings; "" for none."""
    lines: list[str] = []
    for section in arrange(commits, rules):
        lines += [f"### {escaped(section.title)}", "", *(_line(commit) for commit in section.commits), ""]
    return "\n".join(lines).strip("\n")


def _line(commit: Commit) -> str:
    scope = f"**{escaped(commit.scope)}:** " if commit.scope else ""
    return f"- {scope}{escaped(commit.description or '(no subject)')}"


def entered(text: str, version: str, day: date, tag: str, previous_tag: str, entry: str) -> Released | NotReleased:
    """The changelog with what stands under Unreleased, or else `entry`, under a heading of `version`."""
    return keepachangelog.release(text, keepachangelog.Release(version, day, tag, previous_tag, entry))
