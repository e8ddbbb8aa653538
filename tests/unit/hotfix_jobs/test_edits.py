"""Stating another version: one place changes, every other byte stays."""

import pytest

from gonogo.hotfix_jobs.edits import CannotEdit, Edited, state_version
from gonogo.plan import SchemeName, VersionFile

CASES = [
    ("a.toml", "project.version", '# 1.2.3\n[project]\nversion = "1.2.3"  # now\ndeps = ["x==1.2.3"]\n'),
    ("a.toml", "tool.poetry.version", '[tool.poetry]\nname="1.2.3"\nversion = "1.2.3"\n'),
    ("p.json", "version", '{\n\t"name": "1.2.3",\n\t"version": "1.2.3",\n\t"x": {"version": "1.2.3"}\n}\n'),
    ("p.json", "x.version", '{"version": "1.2.3", "x": {"version": "1.2.3"}}'),
    ("Chart.yaml", "appVersion", "version: 1.2.3 # chart\nappVersion: '1.2.3'\nname: web\n"),
    ("Chart.yaml", "version", "appVersion: '1.2.3'\nversion: 1.2.3\r\nname: web\n"),
    (
        "pom.xml",
        "project/version",
        (
            "<project xmlns='http://m/4'>\n<!-- 1.2.3 --><parent><version>1.2.3</version></parent>"
            "<version>1.2.3</version>\n<a>1.2.3</a></project>\n"
        ),
    ),
    (
        "web.csproj",
        "Project/PropertyGroup/Version",
        (
            "<Project Sdk='1.2.3'><PropertyGroup><A>1.2.3</A></PropertyGroup>"
            "<PropertyGroup><Version>1.2.3</Version></PropertyGroup></Project>"
        ),
    ),
]


@pytest.mark.parametrize(("path", "key", "text"), CASES)
def test_only_the_value_at_the_key_changes(path: str, key: str, text: str) -> None:
    """Comments, order, other keys with the same value, line ends: all as before."""
    edited = state_version(text, VersionFile(path, key), "1.2.4", SchemeName.SEMVER)
    assert isinstance(edited, Edited)
    assert (edited.before, edited.after) == ("1.2.3", "1.2.4")
    assert len(edited.text) == len(text)
    assert sum(a != b for a, b in zip(edited.text, text, strict=True)) == 1


def test_pattern_changes_its_place_only() -> None:
    """The rest of the line is part of the pattern."""
    file = VersionFile("a.py", pattern='__version__ = "{version}"')
    edited = state_version('x = "1.2.3"\n__version__ = "1.2.3"\n', file, "1.2.4", SchemeName.SEMVER)
    assert isinstance(edited, Edited)
    assert edited.text == 'x = "1.2.3"\n__version__ = "1.2.4"\n'


def test_leading_v_stays() -> None:
    """Whoever writes v1.2.3 gets v1.2.4."""
    edited = state_version('{"version": "v1.2.3"}', VersionFile("p.json", "version"), "1.2.4", SchemeName.SEMVER)
    assert isinstance(edited, Edited)
    assert edited.text == '{"version": "v1.2.4"}'


@pytest.mark.parametrize("text", ["{}", "[1", '{"version": {"a": 1}}', ""])
def test_what_cannot_be_changed_is_said(text: str) -> None:
    """Missing, broken, or no version."""
    found = state_version(text, VersionFile("p.json", "version"), "1.2.4", SchemeName.SEMVER)
    assert isinstance(found, CannotEdit)
    assert found.reason


def test_a_pattern_that_fits_twice_changes_nothing() -> None:
    """Else the parent's version would be written over; the lines are told, and what to name instead."""
    text = "<project>\n<parent>\n<version>77</version>\n</parent>\n<version>1.2.3</version>\n</project>\n"
    file = VersionFile("pom.xml", pattern="<version>{version}</version>")
    found = state_version(text, file, "1.2.4", SchemeName.SEMVER)
    assert isinstance(found, CannotEdit)
    assert (
        found.reason
        == "has 2 places where the pattern fits, lines 3 (77), 5 (1.2.3): name a `key: project/version` instead"
    )
    keyed = state_version(text, VersionFile("pom.xml", key="project/version"), "1.2.4", SchemeName.SEMVER)
    assert isinstance(keyed, Edited)
    assert keyed.text == text.replace("1.2.3", "1.2.4")
