"""Answers that list several versions: whatever runs beside the planned one must not be lost on the way."""

from typing import Any

import pytest

from gonogo.facts import Role, Running, Status
from gonogo.io.probes.document import VERSIONS_LIMIT, Document, versions_of

PLANNED = {"version": "1.2.3", "replicas": 1}


def read(entries: Any) -> tuple[Running, ...]:
    """The versions of a list without a gap."""
    found = versions_of(Document(entries), entries)
    assert found.gap == ""
    return found.versions


def test_one_straggler_behind_many_of_the_planned_version_is_seen() -> None:
    """However long the list, and instances of the same version are counted together."""
    entries = [*[PLANNED] * 100, {"version": "1.2.2", "replicas": 1}]
    assert read(entries) == (Running("1.2.3", replicas=100), Running("1.2.2", replicas=1))


def test_shares_of_the_same_version_are_added_and_sides_are_kept_apart() -> None:
    """Two backends of one version are one version; where one has no share, the sum is not known."""
    entries = [{"version": "2", "weight": 40}, {"version": "2", "weight": "50"}, {"version": "1", "weight": 10}]
    assert read(entries) == (Running("2", weight=90.0), Running("1", weight=10.0))
    assert read([PLANNED, {"version": "1.2.3"}]) == (Running("1.2.3"),)
    sides = read([{"version": "2", "role": "stable"}, {"version": "2", "role": "preview"}])
    assert [side.role for side in sides] == [Role.STABLE, Role.PREVIEW]


@pytest.mark.parametrize("off", [{"replicas": 0}, {"weight": 0}, {"replicas": "0"}])
def test_what_has_no_replicas_or_no_traffic_does_not_run(off: dict[str, Any]) -> None:
    """As the set of the old version that a finished rollout leaves behind; also when it names no version."""
    assert read([PLANNED, {"version": "1.2.2", **off}]) == (Running("1.2.3", replicas=1),)
    assert read([PLANNED, off]) == (Running("1.2.3", replicas=1),)


@pytest.mark.parametrize("nameless", [None, {"replicas": 4}, {"version": ""}, {"version": {"a": 1}}, True])
def test_an_entry_without_a_version_is_a_gap_and_no_success(nameless: Any) -> None:
    """Something runs there that nobody knows: the rest must not look like the whole."""
    found = versions_of(Document(None), [PLANNED, nameless])
    assert found.versions == (Running("1.2.3", replicas=1),)
    told = "1 of 2 entries name no version"
    assert found.judged(Status.SUCCEEDED, "") == (Status.UNKNOWN, told)
    assert found.judged(Status.FAILED, "broken") == (Status.FAILED, f"broken; {told}")


def test_more_versions_than_a_cell_holds_are_a_gap() -> None:
    """The last one may be the straggler."""
    found = versions_of(Document(None), [f"1.2.3+{number}" for number in range(VERSIONS_LIMIT + 8)])
    assert len(found.versions) == VERSIONS_LIMIT
    assert found.judged(Status.SUCCEEDED, "") == (Status.UNKNOWN, "40 versions, of which 32 are shown")
