"""`helm list` as a process of its own: a stand-in on the path, whose output has Helm's documented form."""

import asyncio
import json
import os
import threading
import time
from pathlib import Path

import pytest

from gonogo.errors import UsageError
from gonogo.facts import Reason, Running, Status
from gonogo.io.http.question import Request
from gonogo.io.plan_file.options import options_of
from gonogo.io.probes import helm
from gonogo.io.probes.interface import NotUnderstood, Outcome, Understood
from gonogo.plan import Probe
from gonogo.plan.probes import HelmOptions
from support.questions import preset_of

RELEASE = {
    "name": "payment-api", "namespace": "pay", "revision": "8",
    "updated": "2026-11-24 21:05:33.123456789 +0100 CET", "status": "deployed",
    "chart": "payment-api-1.9.0", "app_version": "4.5.6",
}  # fmt: skip
"""https://helm.sh/docs/helm/helm_list/, -o json."""


def stand_in(directory: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a `helm` on the path that does this."""
    program = directory / "helm"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}{os.pathsep}/usr/bin:/bin")


def asked(seconds: float = 5.0, **options: str) -> Outcome:
    """What the preset says."""
    given = {"namespace": "pay", **options}
    preset = preset_of(Probe(options_of(HelmOptions, given), "payment-api", "prod"))

    async def fetch(request: Request) -> None:  # never reached
        raise AssertionError(request.url)

    return asyncio.run(preset.ask(fetch, Request("", deadline=seconds)))  # type: ignore[arg-type]  # a fetch that must not be used


def test_helm_is_asked_for_one_release_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its argument list holds the names, an exact filter, and no word of the plan besides."""
    listed = json.dumps([{**RELEASE, "name": "payment-api-2"}, RELEASE])
    stand_in(tmp_path, monkeypatch, f"printf '%s\\n' \"$@\" > {tmp_path}/asked\ncat <<'X'\n{listed}\nX")
    outcome = asked(context="prod")
    assert isinstance(outcome, Understood)
    assert (outcome.versions, outcome.status) == ((Running("4.5.6"),), Status.SUCCEEDED)
    assert str(outcome.updated_at) == "2026-11-24 20:05:33.123456+00:00"
    assert tmp_path.joinpath("asked").read_text().splitlines() == [
        "list", "--all", "--output=json", "--namespace=pay", "--filter=^payment\\-api$", "--kube-context=prod",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("failed", Status.FAILED), ("pending-upgrade", Status.IN_PROGRESS),
        ("pending-rollback", Status.IN_PROGRESS),
        ("uninstalling", Status.IN_PROGRESS), ("uninstalled", Status.NOT_DEPLOYED), ("superseded", Status.UNKNOWN),
        ("a-new-word", Status.UNKNOWN),
    ],
)  # fmt: skip
def test_helms_words_are_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str, expected: Status
) -> None:
    """And one it does not have yet is unknown."""
    stand_in(tmp_path, monkeypatch, f"echo '{json.dumps([{**RELEASE, 'status': status}])}'")
    outcome = asked()
    assert isinstance(outcome, Understood)
    assert outcome.status is expected
    assert status in outcome.message or expected in {Status.IN_PROGRESS, Status.NOT_DEPLOYED}


@pytest.mark.parametrize(
    ("chart", "version"),
    [
        ("payment-api-1.9.0", "1.9.0"),
        ("a-2-1.0.0-rc.1+x", "1.0.0-rc.1+x"),
        ("web-v2.1", "v2.1"),
        ("web", ""),
        ("", ""),
    ],
)
def test_a_charts_version_is_told_from_its_name(chart: str, version: str) -> None:
    """Names have hyphens and numbers too."""
    assert helm.chart_version(chart) == version


@pytest.mark.parametrize(
    ("script", "reason", "detail"),
    [
        ("echo '[]'", Reason.NO_DATA, "Helm has no release 'payment-api' there"),
        ("echo '{}'", Reason.NO_VERSION, "no list"),
        ("echo 'not json'", Reason.NOT_JSON, "line 1"),
        (
            "echo noise; echo 'Error: cluster unreachable' >&2; exit 1",
            Reason.DISCONNECTED,
            "unreachable",
        ),
        ("head -c 3000000 /dev/zero", Reason.TOO_LARGE, "more than 1024 KiB"),
    ],
)
def test_what_goes_wrong_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: Reason, detail: str
) -> None:
    """Nothing of it is a version."""
    stand_in(tmp_path, monkeypatch, script)
    outcome = asked()
    assert isinstance(outcome, NotUnderstood)
    assert outcome.reason is reason
    assert detail in outcome.detail


def test_a_helm_that_hangs_is_ended_with_all_it_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within the time-out, and nothing is left behind."""
    stand_in(tmp_path, monkeypatch, f"echo $$ > {tmp_path}/pid\nsleep 300 & echo $! > {tmp_path}/child\nwait")
    outcome = asked(0.5)
    assert isinstance(outcome, NotUnderstood)
    assert outcome.reason is Reason.TIMEOUT
    for name in ("pid", "child"):
        assert ended(int(tmp_path.joinpath(name).read_text()))


def ended(pid: int) -> bool:
    """Whether a process is gone, or only waits for its parent to notice."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        threading.Event().wait(0.02)
    return False


def test_no_helm_here_says_what_else_can_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API, by address or by cluster."""
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = asked()
    assert isinstance(outcome, NotUnderstood)
    assert outcome.reason is Reason.NOT_SUPPORTED


@pytest.mark.parametrize("key", ["namespace", "release", "context"])
@pytest.mark.parametrize("name", ["--kubeconfig=/tmp/x", "-n", "a b", "$(id)", "a\nb", "ä"])
def test_a_name_can_never_be_an_option(key: str, name: str) -> None:
    """Whatever a hostile plan writes."""
    with pytest.raises(UsageError) as error:
        preset_of(Probe(options_of(HelmOptions, {"namespace": "pay", key: name}), "web", "prod"))
    assert "is no name" in error.value.message
