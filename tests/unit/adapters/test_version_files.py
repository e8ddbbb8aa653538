"""What a version file states, read as it stands there."""

import pytest

from gonogo.adapters.version_files import NoVersion, stated_in
from gonogo.domain.plan import VersionFile


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
