"""What a version file states, read as it stands there."""

import pytest

from gonogo.io.repository_files.version_files import NoVersion, stated_in
from gonogo.plan import VersionFile


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", '{"version": 1.10}'),
        ("a.json", '\ufeff{"version": "1.10"}'),
        ("a.toml", "version = 1.10\n"),
        ("a.yaml", "version: 1.10\n"),
    ],
)
def test_a_number_is_the_text_it_is(path: str, text: str) -> None:
    """1.10 without quotes is not 1.1."""
    assert stated_in(text, VersionFile(path, key="version")) == "1.10"


def test_a_truth_is_no_version() -> None:
    """Nor is a list."""
    for text in ('{"version": true}', '{"version": [1]}', '{"version": null}'):
        with pytest.raises(NoVersion):
            stated_in(text, VersionFile("a.json", key="version"))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "1.0">]><project><version>&b;</version></project>',
        "<project><version>1.0</version>",
        "<project><version>1.0</version><version>1.1</version></project>",
        "<project><version><b>1.0</b></version></project>",
        "<project><version> </version></project>",
        "<project><x/></project>",
    ],
)
def test_xml_that_states_no_one_version_is_said(text: str) -> None:
    """Entities, an open element, two of one name, an element of elements, nothing: never a guess."""
    with pytest.raises(NoVersion):
        stated_in(text, VersionFile("pom.xml", key="project/version"))


def test_two_lines_that_fit_are_named_with_what_helps() -> None:
    """A lock file has the same line many times."""
    text = '"a": {\n "version": "1.0.0"\n},\n"b": {\n "version": "2.0.0"\n}\n'
    with pytest.raises(
        NoVersion, match=r"2 places .*, lines 2 \(1.0.0\), 5 \(2.0.0\): name a `key: NAME` instead"
    ):
        stated_in(text, VersionFile("package-lock.json", pattern='"version": "{version}"'))
    with pytest.raises(NoVersion, match=r"6 places or more .*: take more of the line into it"):
        stated_in("version = '1'\n" * 20, VersionFile("build.gradle", pattern="version = '{version}'"))
