"""The examination tells what is wrong, where, and what to do; and changes nothing."""

import asyncio
import base64
import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from gonogo import doctor
from gonogo.doctor import (
    Finding,
    Level,
    certificates,
    clocks,
    clusters,
    configuration,
    endpoints,
    journal,
    repositories,
    signing,
    terminal,
)
from gonogo.doctor.endpoints import HostAnswer, Place
from gonogo.errors import ConfigError
from gonogo.io.config import Auth, Config
from gonogo.io.host.identity_unix import UnixIdentity
from gonogo.io.http.question import Answer
from gonogo.io.journal import DirectoryJournal
from gonogo.plan import Environment, Plan, Probe, Product, SignersFile, Source, Timing, Window
from gonogo.plan.probes import (
    GithubOptions,
    HelmOptions,
    JsonOptions,
    KubernetesOptions,
    PrometheusTable,
    VaultOptions,
)
from gonogo.testing.clock import FakeClock
from gonogo.testing.events import make_draft
from support.servers import CERTIFICATE, Canned, serving

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
QUICK = Timing(timeout=timedelta(seconds=10))


def plan(*urls: str, repo: str = "", auth: str = "", verify: bool = True, window: Window | None = None) -> Plan:
    """One product for each URL."""
    products = tuple(
        Product(
            f"p{number}",
            "1.0.0",
            repo=repo,
            probes=(Probe(JsonOptions(), f"p{number}", "prod", url, auth=auth, timing=QUICK, verify_tls=verify),),
        )
        for number, url in enumerate(urls)
    )
    return Plan(release="r", products=products, environments=(Environment("prod"),), window=window)


def asked(given: Plan, config: Config | None = None) -> tuple[HostAnswer, ...]:
    """Ask its hosts."""
    clock = FakeClock(datetime.now(UTC))
    return asyncio.run(endpoints.ask(endpoints.places(given), config or Config(), clock))


def certified(given: Plan, config: Config, now: datetime = NOW) -> Finding:
    """What is said of its one certificate."""
    (found,) = asyncio.run(certificates.findings(endpoints.places(given), given, config, now))
    return found


def levels(found: Sequence[Finding]) -> list[Level]:
    """Of each line."""
    return [one.level for one in found]


# --- endpoints


def test_every_origin_is_asked_once_without_a_credential() -> None:
    """However many probes and sources it has, by its own question; silence fails, and says what to do."""
    with serving({"/a": Canned(b"x")}) as fixture:
        given = plan(fixture.url("/a"), fixture.url("/b?x=1"), "http://127.0.0.1:1/")
        answers = asked(given)
        found = list(endpoints.findings(answers, given, Config()))
        assert [(one.method, one.path) for one in fixture.asked] == [("GET", "/a")]
    assert levels(found) == [Level.OK, Level.FAIL]
    assert "answers 200 within" in found[0].what
    assert (found[1].what, found[1].remedy) == (
        "connection refused",
        "nothing listens there: check the port, or start the service",
    )


def test_an_endpoint_is_asked_what_its_probe_asks_and_not_for_its_root() -> None:
    """An API whose root is an error, and a health whose 503 is an answer, warn of nothing."""
    health = Canned(b'{"version": "1.17.2", "sealed": true}', status=503)
    with serving({"/v1/sys/health": health, "/": Canned(b"", status=500)}) as fixture:
        probe = Probe(VaultOptions(), "web", "prod", url=fixture.url("/"), auth="token")
        given = Plan("r1", (Environment("prod"),), (Product("web", "1", probes=(probe,)),))
        (found,) = endpoints.findings(asked(given), given, None)
        assert [(one.method, one.path) for one in fixture.asked] == [("GET", "/v1/sys/health")]
        assert not any("authorization" in {name.lower() for name in one.headers} for one in fixture.asked)
    assert found.level is Level.OK
    assert "answers 503 within" in found.what


def test_a_host_that_wants_a_credential_the_plan_does_not_name_is_told() -> None:
    """And a server error, which is an answer all the same."""
    for status, level in ((401, Level.WARN), (503, Level.WARN), (404, Level.OK)):
        with serving({"/a": Canned(b"", status=status)}) as fixture:
            given = plan(fixture.url("/a"))
            (found,) = endpoints.findings(asked(given), given, Config())
        assert (found.level, str(status) in found.what) == (level, True)


def test_a_credential_is_looked_for_and_never_shown() -> None:
    """A command is named and not run."""
    given = plan("http://127.0.0.1:1/", auth="pay")
    places = {
        "missing": Config(),
        "env": Config(auth={"pay": Auth("pay", ("h",), env="NO_SUCH_VARIABLE")}),
        "command": Config(auth={"pay": Auth("pay", ("127.0.0.1",), command=("false", "s3cret"))}),
    }
    found = {name: list(endpoints.findings((), given, config))[-1] for name, config in places.items()}
    assert {name: one.level for name, one in found.items()} == {
        "missing": Level.FAIL,
        "env": Level.FAIL,
        "command": Level.OK,
    }
    assert "s3cret" not in repr(found)


def test_a_credential_must_be_bound_to_where_the_plan_sends_it() -> None:
    """Else it is never sent, and no cell behind it is ever known; each of its hosts counts."""
    given = plan("http://127.0.0.1:1/", "http://localhost:1/", auth="pay")

    def said(*hosts: str) -> Finding:
        config = Config(auth={"pay": Auth("pay", hosts, command=("false",))})
        return list(endpoints.findings((), given, config))[-1]

    assert said("127.0.0.1", "localhost:1").level is Level.OK
    assert (said("127.0.0.1", "pay.test").level, said("127.0.0.1", "pay.test").what) == (
        Level.FAIL,
        "is not bound to http://localhost:1, where the plan wants it sent: it is not",
    )


def test_presets_that_know_where_to_ask_are_endpoints_too() -> None:
    """A plan need not name the address of a public forge for it to be looked at."""
    probe = Probe(GithubOptions(repo="example/web"), "web", "prod")
    given = Plan("r", (Environment("prod"),), (Product("web", "1.0.0", probes=(probe,)),))
    assert [place.origin for place in endpoints.places(given)] == ["https://api.github.com"]


def test_sources_are_endpoints_too() -> None:
    """Each origin once, and what one of them leaves unchecked counts for it."""
    source = Source("prom", PrometheusTable(), "https://a.example/x", verify_tls=False)
    given = plan("https://a.example/v", "http://[::1")
    (place,) = endpoints.places(
        Plan("r", environments=given.environments, products=given.products, sources=(source,))
    )
    assert (place.origin, place.url, place.verify) == ("https://a.example", "https://a.example/v", False)


# --- certificates


def test_a_certificate_is_trusted_or_not_and_ends_some_day() -> None:
    """Untrusted fails; trusted tells its end, and warns when that is near or before the end of the window."""
    with serving({}, tls=True) as fixture:
        given = plan(fixture.url("/"))
        trusting = Config(ca_file=str(CERTIFICATE))
        assert certified(given, Config()).level is Level.FAIL
        assert "self-signed" in certified(given, Config()).what
        assert certified(given, trusting).level is Level.OK
        assert "trusted until 2126-10-28 07:30 UTC" in certified(given, trusting).what
        late = datetime(2126, 10, 20, tzinfo=UTC)
        assert certified(given, trusting, late).level is Level.WARN
        window = Window(late, late + timedelta(days=30))
        assert certified(plan(fixture.url("/"), window=window), trusting, late).level is Level.FAIL
        assert certified(plan(fixture.url("/"), verify=False), trusting).level is Level.WARN


def test_what_cannot_be_seen_is_no_proof() -> None:
    """No connection, a broken ca_file, a plan without https."""
    assert certified(plan("https://127.0.0.1:1/"), Config()).level is Level.WARN
    assert certified(plan("https://127.0.0.1:1/"), Config(ca_file="/nowhere")).level is Level.FAIL
    assert asyncio.run(certificates.findings((), plan("http://a.example/"), Config(), NOW)) == ()


# --- clocks


def told(*ahead: float) -> list[HostAnswer]:
    """Hosts whose clocks are so many seconds ahead."""
    made = []
    for number, seconds in enumerate(ahead):
        date = format_datetime((NOW + timedelta(seconds=seconds)).astimezone(UTC), usegmt=True)
        answer = Answer(200, (("date", date),), b"", "", 0.0)
        made.append(HostAnswer(Place(f"http://h{number}", "", timedelta(1), True, ()), answer, NOW))
    return made


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        ((0, 1, 0), ["this host ok"]),
        ((0, 90, 0), ["this host ok", "http://h1 warn"]),
        ((90, 91, 90), ["this host fail"]),
        ((90, 91, 90, 0), ["this host fail"]),
        ((90,), ["this host ok", "http://h0 warn"]),
        ((), ["this host warn"]),
    ],
)
def test_a_clock_that_differs_from_the_others_is_the_wrong_one(
    ahead: tuple[float, ...], expected: list[str], tmp_path: Path
) -> None:
    """One host against us is its fault; most of three and more against us is ours."""
    found = clocks.findings(told(*ahead), tmp_path, NOW)
    assert [f"{one.subject} {one.level}" for one in found] == expected


def recorded(root: Path, clock: FakeClock) -> Path:
    """A journal of one record."""
    book = DirectoryJournal.open(root, "r", UnixIdentity(), clock, "cli", shared=False, state_dir=root / "state")
    book.transact(lambda _: [make_draft("0" * 32)])
    book.close()
    return root / "r"


def test_a_record_from_the_future_is_told(tmp_path: Path) -> None:
    """It was written under another clock, or ours is wrong now."""
    directory = recorded(tmp_path, FakeClock(NOW))
    for now, level in ((NOW + timedelta(hours=1), Level.OK), (NOW - timedelta(minutes=3), Level.FAIL)):
        *_, found = clocks.findings(told(0), directory, now)
        assert (found.subject, found.level) == ("journal", level)


# --- journal


def test_a_journal_is_intact_absent_or_open_to_others(tmp_path: Path) -> None:
    """A missing one is well where one works alone, and a fault where somebody named it."""
    absent = tmp_path / "none"
    assert levels(list(journal.findings(absent, "default"))) == [Level.OK]
    (named,) = journal.findings(absent, "GONOGO_JOURNAL")
    assert (named.level, "GONOGO_JOURNAL" in named.what) == (Level.FAIL, True)
    directory = recorded(tmp_path, FakeClock(NOW))
    assert levels(list(journal.findings(directory, "default"))) == [Level.OK]
    directory.chmod(0o777)
    assert Level.FAIL in levels(list(journal.findings(directory, "default")))


# --- git


def repository(path: Path) -> Path:
    """One commit."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(path)], check=True)
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    subprocess.run(["git", "-C", str(path), *identity, "commit", "-q", "--allow-empty", "-m", "x"], check=True)
    return path


def test_a_repository_is_whole_shallow_or_none(tmp_path: Path) -> None:
    """Each with the command that helps."""
    whole = repository(tmp_path / "whole")
    shallow = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{whole}", str(shallow)], check=True)
    for path, level, remedy in (
        (whole, Level.OK, ""),
        (shallow, Level.WARN, "fetch --unshallow --tags"),
        (tmp_path, Level.FAIL, ""),
    ):
        git, found = repositories.findings(plan("http://a.example/", repo=str(path)))
        assert (git.level, found.level) == (Level.OK, level)
        assert remedy in found.remedy


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_repository_of_another_account_is_told_with_gits_own_remedy(tmp_path: Path) -> None:
    """The configuration of a stranger's repository could run anything."""
    path = repository(tmp_path / "theirs")
    for place in (path, path / ".git"):
        os.chown(place, 65534, 65534)
    _, found = repositories.findings(plan("http://a.example/", repo=str(path)))
    assert found.level is Level.FAIL
    assert "git config --global --add safe.directory" in found.remedy


# --- terminal


def test_a_terminal_is_measured_and_a_dumb_one_told() -> None:
    """On a real pseudo-terminal, and where there is none."""
    master, slave = os.openpty()
    with open(slave, "w", encoding="utf-8") as screen:
        found = {}
        for columns, rows in ((40, 10), (80, 24), (120, 40), (200, 50)):
            subprocess.run(["stty", "-F", os.ttyname(slave), "cols", str(columns), "rows", str(rows)], check=True)
            found[columns] = next(iter(terminal.findings({"TERM": "xterm"}, screen)))
    os.close(master)
    assert [one.level for one in found.values()] == [Level.FAIL, Level.OK, Level.OK, Level.OK]
    assert [one.what.partition(" shows ")[2] for one in found.values()][1:] == [
        "one pane at a time",
        "two panes at a time",
        "all panes at a time",
    ]
    dumb = {one.subject: one.level for one in terminal.findings({"TERM": "dumb"}, io.StringIO())}
    assert dumb["TERM"] is Level.WARN
    ascii_only = {one.subject: one for one in terminal.findings({}, io.TextIOWrapper(io.BytesIO(), "ascii"))}
    assert ascii_only["encoding"].level is Level.WARN


# --- all of it


def test_the_whole_examination_changes_nothing(tmp_path: Path) -> None:
    """Not a file more, not a byte different."""
    path = repository(tmp_path / "repo")
    directory = recorded(tmp_path / "journals", FakeClock(datetime.now(UTC)))

    def files() -> dict[str, bytes]:
        return {str(file): file.read_bytes() for file in sorted(tmp_path.rglob("*")) if file.is_file()}

    before = files()
    with serving({"/": Canned(b"x")}) as fixture:
        found = doctor.examine(
            plan(fixture.url("/"), repo=str(path)),
            Config(),
            FakeClock(datetime.now(UTC)),
            directory=directory,
            journal_origin="default",
            environ={"TERM": "xterm-256color"},
            screen=None,
        )
    assert files() == before
    assert {one.group for one in found} == {"endpoints", "clock", "journal", "git", "terminal"}
    assert Level.FAIL not in levels(found)


def test_clusters_are_looked_for_in_the_own_kubeconfig_and_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which server, with what proof; one that is not there, and a helm that is not installed, before the night."""
    users: tuple[dict[str, Any], ...] = (
        {"token": "t0ken-of-mine"},
        {"client-certificate": "c", "client-key": "c"},
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": sys.executable}},
        {},
        {"client-certificate-data": base64.b64encode(b"no PEM").decode()},
        {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "aws"}},
        {"token": "t0ken-of-mine"},
    )
    config = {
        "current-context": "c3",
        "contexts": [
            {"name": f"c{at}", "context": {"cluster": "p" if at == 6 else "c", "user": f"u{at}"}}
            for at, _ in enumerate(users)
        ],
        "clusters": [
            {"name": "c", "cluster": {"server": "https://api.example"}},
            {"name": "p", "cluster": {"server": "http://plain.example"}},
        ],
        "users": [{"name": f"u{at}", "user": user} for at, user in enumerate(users)],
    }
    path = tmp_path / "kubeconfig"
    path.write_text(json.dumps(config), encoding="utf-8")
    path.with_name("c").write_text(CERTIFICATE.read_text(encoding="ascii"), encoding="ascii")
    monkeypatch.setenv("KUBECONFIG", str(path))
    monkeypatch.setenv("PATH", "")
    names = ("c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7")
    probes = [Probe(KubernetesOptions(cluster=name), "web", name) for name in names]
    probes.append(Probe(HelmOptions(), "web", "h"))
    environments = tuple(Environment(one.environment) for one in probes)
    given = Plan("r", environments, (Product("web", "1.0.0", probes=tuple(probes)),))
    assert list(endpoints.findings((), given, Config())) == []
    found = list(clusters.findings(given))
    unusable = "the client certificate cannot be used: it and its key are in PEM form, and the key not encrypted"
    assert [(one.level, one.subject, one.what) for one in found] == [
        (Level.FAIL, "helm", "is not installed here"),
        (Level.OK, "cluster c0", "https://api.example, with a token"),
        (Level.OK, "cluster c1", "https://api.example, with a client certificate"),
        (
            Level.OK,
            "cluster c2",
            f"https://api.example, with what the command {sys.executable} gives, which was not run",
        ),
        (Level.OK, "cluster c3", "https://api.example, without a credential"),
        (Level.FAIL, "cluster c4", f"https://api.example: {unusable}"),
        (Level.FAIL, "cluster c5", "https://api.example: the command aws of its `exec` is not installed here"),
        (Level.OK, "cluster c6", "http://plain.example, without a credential: none is sent over plain http"),
        (Level.FAIL, "cluster c7", "your kubeconfig has no context or cluster 'c7', did you mean 'c'?"),
        (Level.OK, "current cluster", "https://api.example, without a credential"),
    ]


def test_a_wrong_configuration_is_one_finding_and_stops_no_other_look(tmp_path: Path) -> None:
    """What is wrong and what was not looked at for it; nothing is claimed of journal, credentials and keys."""
    path = repository(tmp_path / "repo")
    signers = tmp_path / "signers"
    signers.write_text("ana ssh-ed25519 AAAA\n", encoding="ascii")
    wrong = ConfigError("unknown key 'journl'", where="/home/ana/config.toml", remedy="did you mean 'journal'?")
    with serving({"/": Canned(b"x")}) as fixture:
        given = plan(fixture.url("/"), repo=str(path), auth="payments")
        found = doctor.examine(
            replace(given, sign="decisions", allowed_signers=SignersFile(str(signers))),
            wrong,
            FakeClock(datetime.now(UTC)),
            directory=None,
            journal_origin="",
            environ={"TERM": "xterm-256color"},
            screen=None,
        )
    first = found[0]
    assert (first.group, first.level, first.subject) == ("configuration", Level.FAIL, "/home/ana/config.toml")
    assert first.what == "unknown key 'journl'"
    assert first.remedy.startswith("did you mean 'journal'?; ")
    assert {one.group for one in found} == {"configuration", "endpoints", "clock", "git", "signing", "terminal"}
    assert not [one for one in found if "credential" in one.subject or "your key" in one.subject]


def test_a_right_configuration_is_said_to_be_right_and_none_is_not_missed() -> None:
    """Nobody needs one."""
    assert levels(list(configuration.findings(Config(path="/home/ana/config.toml")))) == [Level.OK]
    assert list(configuration.findings(Config())) == []


def test_who_cannot_sign_is_told_before_the_night(tmp_path: Path) -> None:
    """No key, a key that is gone, a list that names somebody else or cannot be read: each with what to do."""
    signers, key = tmp_path / "signers", tmp_path / "key"
    given = replace(plan(), sign="decisions", allowed_signers=SignersFile(str(signers)))

    assert [one.level for one in signing.findings(given, Config(), "ana")] == [Level.FAIL, Level.FAIL]
    signers.write_text("# who\nben ssh-ed25519 AAAA\n", encoding="ascii")
    found = list(signing.findings(given, Config(signing_key=str(key)), "ana"))
    assert [one.level for one in found] == [Level.FAIL, Level.WARN]
    assert "names no key of ana" in found[1].what
    signers.write_text("ben,ana ssh-ed25519 AAAA\n", encoding="ascii")
    key.touch()
    assert levels(list(signing.findings(given, Config(signing_key=str(key)), "ana"))) == [Level.OK, Level.OK]
    assert list(signing.findings(plan(), Config(), "ana")) == []


def test_probes_that_ask_one_of_several_are_told_with_the_key_that_would_do() -> None:
    """Unless the plan says how many answer, or asks each of them."""
    from gonogo.doctor import samples

    (found,) = samples.findings(plan("http://127.0.0.1:1/"))
    assert found.level is Level.OK
    assert "a decision takes 29 looks" in found.what
    assert "`instances: 1`" in found.remedy
    given = plan("http://127.0.0.1:1/")
    products = tuple(
        replace(one, probes=tuple(replace(probe, instances=1) for probe in one.probes)) for one in given.products
    )
    assert list(samples.findings(replace(given, products=products))) == []
