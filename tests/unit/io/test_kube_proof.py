"""How an account proves itself to a cluster of its own kubeconfig: over real TLS, with real commands."""

import asyncio
import base64
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gonogo.errors import ConfigError, UsageError
from gonogo.facts import Missing, Observation, Reason
from gonogo.io.config import Config
from gonogo.io.config.credentials import Credential, Credentials, Secret
from gonogo.io.config.kube_plugin import Plugin, run_plugin
from gonogo.io.config.kubeconfig import find_cluster
from gonogo.io.http.door import Door
from gonogo.io.http.question import Request
from gonogo.io.probes.cluster import Cluster
from gonogo.io.probes.registry import cell_probing
from gonogo.io.sharing.keys import keys_of
from gonogo.io.sharing.opening import Prover
from gonogo.plan import Environment, Plan, Probe, Product
from gonogo.plan.probes import HelmOptions, KubernetesOptions
from gonogo.testing.clock import FakeClock
from support.servers import CERTIFICATE, Canned, Fixture, serving

PROBE = Probe(KubernetesOptions(cluster="prod", namespace="pay"), "web", "prod")
PATH = "/apis/apps/v1/namespaces/pay/deployments/web"
DEPLOYMENT = {
    "kind": "Deployment",
    "metadata": {"generation": 1},
    "spec": {
        "replicas": 1,
        "template": {"metadata": {}, "spec": {"containers": [{"name": "web", "image": "r/web:1.4.0"}]}},
    },
    "status": {
        "observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
    },
}  # fmt: skip
ANSWERS = {PATH: Canned(json.dumps(DEPLOYMENT).encode())}
API = "client.authentication.k8s.io/v1"
PEM = CERTIFICATE.read_text(encoding="ascii")


@pytest.fixture
def kubeconfig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this account's kubeconfig lies; nothing stands in it yet."""
    path = tmp_path / "kubeconfig"
    monkeypatch.setenv("KUBECONFIG", str(path))
    return path


def write(path: Path, server: str, cluster: Mapping[str, Any], user: Mapping[str, Any]) -> None:
    """A kubeconfig with one context, prod."""
    config = {
        "current-context": "prod",
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "me"}}],
        "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
        "users": [{"name": "me", "user": user}],
    }
    path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML


def data(text: str) -> str:
    """As the `-data` keys hold it."""
    return base64.b64encode(text.encode()).decode()


TRUSTED = {"certificate-authority-data": data(PEM)}
"""The cluster's own authority, as the kubeconfig has it."""


def ask(times: int = 1, at_once: int = 1) -> list[Observation]:
    """Ask the cell, as a poller does: with one door and the same credentials."""

    async def asked() -> list[Observation]:
        credentials = Credentials(Config())
        async with Door() as door:
            probings = [cell_probing(PROBE, door, FakeClock(), Config(), credentials) for _ in range(at_once)]
            found = []
            for _ in range(times):
                for (one,) in await asyncio.gather(*(probing.ask() for probing in probings)):
                    found.append(one)
            return found

    return asyncio.run(asked())


def version(observation: Observation) -> str:
    """What was seen to run, or why nothing was."""
    if isinstance(observation, Missing):
        return f"{observation.reason.value}: {observation.detail}"
    return observation.versions[0].version


def authorized(fixture: Fixture) -> list[str]:
    """What was sent as proof, request by request."""
    return [one.headers.get("Authorization", "") for one in fixture.asked]


def test_a_cluster_s_own_authority_vouches_for_it_and_for_nobody_else(kubeconfig: Path) -> None:
    """Nearly every cluster has one of its own; without it the certificate is not trusted."""
    with serving(ANSWERS, tls=True) as fixture:
        write(kubeconfig, fixture.url("").rstrip("/"), {}, {})
        assert "the certificate is not trusted" in version(ask()[0])
        write(kubeconfig, fixture.url("").rstrip("/"), {"certificate-authority-data": data(PEM)}, {})
        assert version(ask()[0]) == "1.4.0"
        write(kubeconfig, fixture.url("").rstrip("/"), {"certificate-authority-data": data("no PEM")}, {})
        assert "its authority holds no certificate" in version(ask()[0])


def test_a_client_certificate_is_shown_from_data_and_from_files_beside_the_kubeconfig(kubeconfig: Path) -> None:
    """One connection serves many questions; who shows none is not let in."""
    cluster = {"certificate-authority-data": data(PEM)}
    kubeconfig.with_name("me.pem").write_text(PEM, encoding="ascii")
    with serving(ANSWERS, tls=True, wants_certificate=True) as fixture:
        server = fixture.url("").rstrip("/")
        write(kubeconfig, server, cluster, {})
        assert isinstance(ask()[0], Missing)
        users = (
            {"client-certificate-data": data(PEM), "client-key-data": data(PEM)},
            {"client-certificate": "me.pem", "client-key": "me.pem"},
        )
        for user in users:
            write(kubeconfig, server, cluster, user)
            before = fixture.connections
            assert [version(one) for one in ask(times=3)] == ["1.4.0"] * 3
            assert fixture.connections == before + 1


def test_a_key_that_cannot_be_used_is_said_and_no_password_is_asked_for(kubeconfig: Path) -> None:
    """OpenSSL would ask at the terminal, in the middle of the screen."""
    encrypted = CERTIFICATE.with_name("loopback-encrypted-key.pem")
    with serving(ANSWERS, tls=True, wants_certificate=True) as fixture:
        for key in (encrypted.read_text(encoding="ascii"), "no key"):
            certificate = PEM[PEM.index("-----BEGIN CERT") :]
            user = {"client-certificate-data": data(certificate), "client-key-data": data(key)}
            write(kubeconfig, fixture.url("").rstrip("/"), {"certificate-authority-data": data(PEM)}, user)
            # a reason of this account alone, which must not keep the question from the others
            said = version(ask()[0])
            assert said.startswith("unauthorized: kubeconfig prod: the client certificate cannot be used")


def test_no_certificate_is_shown_to_a_server_that_is_not_checked(kubeconfig: Path) -> None:
    """`verify_tls: false` and a proof of who one is do not go together."""
    user = {"client-certificate-data": data(PEM), "client-key-data": data(PEM)}
    with serving(ANSWERS, tls=True, wants_certificate=True) as fixture:
        write(kubeconfig, fixture.url("").rstrip("/"), {}, user)

        async def asked() -> tuple[Observation, ...]:
            async with Door() as door:
                probe = Probe(PROBE.options, "web", "prod", verify_tls=False)
                return await cell_probing(probe, door, FakeClock(), Config()).ask()

        assert "certificate is not checked" in version(asyncio.run(asked())[0])
        assert fixture.asked == []


def test_a_new_log_in_counts_at_once(kubeconfig: Path) -> None:
    """The token in the file changed, as after a log-in in another window; a refusal is a reason, not a crash."""
    with serving({PATH: Canned(status=401)}, tls=True) as fixture:
        write(kubeconfig, fixture.url("").rstrip("/"), TRUSTED, {"token": "old-token"})

        async def story() -> list[str]:
            async with Door() as door:
                probing = cell_probing(PROBE, door, FakeClock(), Config())
                first = version((await probing.ask())[0])
                fixture.answers = ANSWERS
                write(kubeconfig, fixture.url("").rstrip("/"), TRUSTED, {"token": "new-token-that-is-longer"})
                return [first, version((await probing.ask())[0])]

        first, second = asyncio.run(story())
    assert first.startswith(Reason.UNAUTHORIZED.value)
    assert second == "1.4.0"
    assert authorized(fixture) == ["Bearer old-token", "Bearer new-token-that-is-longer"]


def test_nothing_that_proves_who_one_is_goes_over_plain_http(kubeconfig: Path, tmp_path: Path) -> None:
    """As kubectl has it: whoever listens on the way would have it. The command is not even run."""
    with serving(ANSWERS) as fixture:
        for user in ({"token": "t0ken-of-mine"}, {"exec": program(tmp_path, "{'token': 't0ken-of-mine'}")}):
            write(kubeconfig, fixture.url("").rstrip("/"), {}, user)
            assert version(ask()[0]) == "1.4.0"
    assert authorized(fixture) == ["", ""]
    assert not (tmp_path / "runs").exists()


def test_a_credential_the_plan_names_is_sent_without_the_certificate_beside_it(kubeconfig: Path) -> None:
    """A cluster would go by the certificate, and answer as somebody else than the plan says."""
    user = {"client-certificate-data": data(PEM), "client-key-data": data(PEM)}
    write(kubeconfig, "https://api.example", TRUSTED, user)
    named = Request("", credential=Credential("payments", "Authorization", Secret("t0"), ("api.example",)))
    asked = Cluster("prod").at(named)
    assert asked.credential is named.credential
    assert asked.tls is not None
    assert (asked.tls.authorities, asked.tls.certificate, asked.tls.key.reveal()) == (PEM, "", "")


def program(tmp_path: Path, status: str) -> dict[str, Any]:
    """An `exec` whose command counts its runs; `status` is Python, {runs} the count."""
    runs = tmp_path / "runs"
    text = (
        "import json, os\n"
        f"open({str(runs)!r}, 'a').write('x')\n"
        f"runs = os.path.getsize({str(runs)!r})\n"
        "info = json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        f"print(json.dumps({{'kind': 'ExecCredential', 'apiVersion': info['apiVersion'], 'status': {status}}}))\n"
    )
    return {
        "apiVersion": API,
        "command": sys.executable,
        "args": ["-c", text],
        "env": [{"name": "WHO", "value": "me"}],
    }


def test_the_command_of_the_kubeconfig_gives_the_token_once_for_all_who_ask(
    kubeconfig: Path, tmp_path: Path
) -> None:
    """As kubectl does on EKS, GKE and AKS; twelve cells of one cluster start one command."""
    user = {"exec": program(tmp_path, "{'token': f'{os.environ[\"WHO\"]}-{runs}'}")}
    with serving(ANSWERS, tls=True) as fixture:
        write(kubeconfig, fixture.url("").rstrip("/"), TRUSTED, user)
        assert [version(one) for one in ask(times=2, at_once=12)] == ["1.4.0"] * 24
    assert set(authorized(fixture)) == {"Bearer me-1"}


def test_a_command_may_give_a_certificate_instead_of_a_token(kubeconfig: Path, tmp_path: Path) -> None:
    """It is shown to that cluster only, beside the cluster's own authority."""
    user = {"exec": program(tmp_path, f"{{'clientCertificateData': {PEM!r}, 'clientKeyData': {PEM!r}}}")}
    with serving(ANSWERS, tls=True, wants_certificate=True) as fixture:
        write(kubeconfig, fixture.url("").rstrip("/"), {"certificate-authority-data": data(PEM)}, user)
        assert version(ask()[0]) == "1.4.0"


def test_a_certificate_that_is_turned_down_is_made_anew_and_not_in_a_storm(
    kubeconfig: Path, tmp_path: Path
) -> None:
    """Like a token: once for all cells, asked once more with it, and not again within half a minute."""
    user = {"exec": program(tmp_path, f"{{'clientCertificateData': {PEM!r}, 'clientKeyData': {PEM!r}}}")}
    runs, now = tmp_path / "runs", [0.0]

    async def story(fixture: Fixture) -> list[tuple[int, int]]:
        credentials = Credentials(Config(), lambda: now[0])
        found = []
        async with Door() as door:
            cells = [cell_probing(PROBE, door, FakeClock(), Config(), credentials) for _ in range(6)]
            for now[0] in (0.0, 40.0, 50.0):
                await asyncio.gather(*(one.ask() for one in cells))
                found.append((len(runs.read_text()), len(fixture.asked)))
        return found

    with serving({PATH: Canned(status=401)}, tls=True, wants_certificate=True) as fixture:
        write(kubeconfig, fixture.url("").rstrip("/"), TRUSTED, user)
        assert asyncio.run(story(fixture)) == [(1, 6), (2, 18), (2, 24)]


def plugin(argv: tuple[str, ...] = ("true",), cluster: str = "") -> Plugin:
    """One by hand."""
    return Plugin("kubeconfig prod", argv, (), API, cluster, "127.0.0.1:1")


@pytest.mark.parametrize(
    ("expires", "kept"),
    [("", 3600.0), ("2001-01-01T00:00:00Z", 30.0), (timedelta(minutes=11), 600.0)],
)
def test_a_token_is_made_anew_a_minute_before_it_expires(expires: str | timedelta, kept: float) -> None:
    """Not for each question when it is old already, and after an hour where nobody says."""
    at = (datetime.now(UTC) + expires).isoformat() if isinstance(expires, timedelta) else expires
    printed = json.dumps({"kind": "ExecCredential", "status": {"token": "t0", "expirationTimestamp": at}})
    issued = run_plugin(plugin(("echo", printed)), {"PATH": "/usr/bin:/bin"}, 100.0)
    assert issued.made == 100.0
    assert kept - 30 <= issued.until - 100.0 <= kept


def test_the_command_is_told_what_it_may_ask_for_and_which_cluster_it_is() -> None:
    """The form of the API, no terminal, and the cluster where the kubeconfig says so."""
    text = (
        "import os, json; info = json.loads(os.environ['KUBERNETES_EXEC_INFO']);"
        " print(json.dumps({'kind': 'ExecCredential', 'status': {'token': json.dumps(info['spec'])}}))"
    )
    told = plugin((sys.executable, "-c", text), cluster='{"server": "https://a"}')
    issued = run_plugin(told, {}, 0.0)
    assert issued.credential is not None
    sent = issued.credential.value.reveal().removeprefix("Bearer ")
    assert json.loads(sent) == {"interactive": False, "cluster": {"server": "https://a"}}
    assert "server" not in repr(issued)


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("hello", "gave no JSON"),
        ("[" * 100_000, "KiB of output"),
        ("{}", "gave no ExecCredential with a status"),
        ('{"kind": "ExecCredential", "status": {}}', "gave neither a token nor a certificate"),
        ('{"kind": "ExecCredential", "status": {"token": 7}}', "gave token that is no text"),
        ('{"kind": "ExecCredential", "status": {"token": "a\\nb"}}', "characters a header cannot carry"),
        (
            '{"kind": "ExecCredential", "status": {"token": "t", "expirationTimestamp": "soon"}}',
            "an expirationTimestamp that is no time",
        ),
    ],
)
def test_what_a_command_gives_instead_is_said_without_quoting_it(printed: str, said: str) -> None:
    """It may be half a secret."""
    with pytest.raises(ConfigError) as error:
        run_plugin(plugin((sys.executable, "-c", f"print({printed!r})")), {}, 0.0)
    assert said in error.value.message
    assert printed not in str(error.value)


def test_a_command_that_fails_is_the_reason_of_the_cell(kubeconfig: Path) -> None:
    """With what to do; nothing is asked without its token."""
    with serving(ANSWERS, tls=True) as fixture:
        given = {"apiVersion": API, "command": sys.executable, "args": ["-c", "raise SystemExit(3)"]}
        write(kubeconfig, fixture.url("").rstrip("/"), TRUSTED, {"exec": given})
        (found,) = ask()
        assert isinstance(found, Missing)
        assert found.reason is Reason.UNAUTHORIZED
        assert "failed with exit code 3; run it by hand" in found.detail
        assert fixture.asked == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1", "command": "x"}, "`exec` speaks"),
        ({"apiVersion": API, "command": "x", "interactiveMode": "Always"}, "wants a terminal"),
    ],
)
def test_a_command_we_cannot_speak_with_is_refused(kubeconfig: Path, given: dict[str, str], said: str) -> None:
    """Before it is run, and in the cell that needs it."""
    write(kubeconfig, "https://api.example", {}, {"exec": given})
    with pytest.raises(UsageError, match=said):
        find_cluster("prod")
    assert said in version(ask()[0])


def test_a_command_with_a_path_of_its_own_lies_below_the_kubeconfig(kubeconfig: Path) -> None:
    """As kubectl reads it: not below wherever somebody happens to stand."""
    write(kubeconfig, "https://api.example", {}, {"exec": {"apiVersion": API, "command": "./bin/token"}})
    found = find_cluster("prod")
    assert found.plugin is not None
    assert found.plugin.argv == (str(kubeconfig.parent / "bin/token"),)


def test_who_does_not_have_the_cluster_sees_that_access_is_missing(kubeconfig: Path) -> None:
    """Not that the plan asks for what cannot be asked: it is this account that has to log in."""
    assert version(ask()[0]) == "unauthorized: cluster 'prod': you have no kubeconfig"
    write(kubeconfig, "https://a:99999", {}, {})
    assert version(ask()[0]) == "unauthorized: kubeconfig prod: its `server` is no URL of http or https"


def test_who_does_not_have_the_cluster_asks_for_nobody(kubeconfig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one account without it would make all others see its own failure instead of the cell."""
    write(kubeconfig, "https://api.example", {}, {})
    helm = Probe(HelmOptions(namespace="pay"), "api", "prod")
    products = (Product("web", "1.0.0", probes=(PROBE,)), Product("api", "1.0.0", probes=(helm,)))
    needs = {name: one.needs for name, one in keys_of(Plan("r", (Environment("prod"),), products)).items()}
    assert needs == {"web/prod": ("kubeconfig prod",), "api/prod": ("helm ",)}
    monkeypatch.setenv("PATH", "")
    prove = Prover(Config())
    assert [prove("kubeconfig prod"), prove("kubeconfig dev"), prove("helm "), prove("nothing")] == [
        True,
        False,
        False,
        False,
    ]
