"""The fleet over real HTTP, asked by the standard library's own client."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from gonogo.errors import BusyError
from gonogo.facts import Role, Running, Status
from gonogo.io.plan_file.options import PROBES_BY_USE, options_of
from gonogo.plan import Environment, Plan, Probe, Product, Source, Target
from gonogo.plan.probes import PrometheusTable, TextOptions
from gonogo.simulator.fleet import Fleet, aimed, own_address
from gonogo.simulator.scenario import Fault, Moment, Scenario

BEGAN = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
WEB = Target("web", "staging")


class Hands:
    """A clock that a test turns by hand."""

    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> datetime:
        """The time the hands show."""
        return BEGAN + timedelta(seconds=self.elapsed)


def plan_with(use: str = "auto", *, url: str = "https://web.example.com/version", **options: Any) -> Plan:
    """One product in one environment, with one probe and one source."""
    probe = Probe(options_of(PROBES_BY_USE[use], options), "web", "staging", url, "secret")
    source = Source("prom", PrometheusTable(map={"product": "app"}), "https://prom.example.com", "secret")
    product = Product("web", "9.9.9", probes=(probe,))
    return Plan("r", (Environment("staging"),), (product,), sources=(source,))


@contextmanager
def serving(plan: Plan, *moments: Moment, clock: Hands | None = None) -> Iterator[tuple[Fleet, Plan]]:
    """A fleet that plays `moments` for the plan's one target."""
    with Fleet(Scenario("test", moments={WEB: moments}), clock or Hands(), BEGAN) as fleet:
        fleet.publish(plan)
        yield fleet, aimed(plan, fleet)


def get(url: str, method: str = "GET", timeout: float = 5) -> tuple[int, dict[str, str], bytes]:
    """One request; header names in lower case."""
    parts = urlsplit(url)
    assert parts.hostname
    connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=timeout)
    try:
        connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def asked(plan: Plan, suffix: str = "") -> str:
    """The address of the plan's one probe."""
    return plan.products[0].probes[0].url + suffix


ONE = Moment(-3600, (Running("1.4.0"),))
TWO = Moment(0, (Running("1.5.0", weight=10, role=Role.CANARY), Running("1.4.0", weight=90, role=Role.STABLE)))


def test_it_serves_what_the_scenario_says_and_not_what_the_plan_wants() -> None:
    """The plan wants 9.9.9; 1.4.0 runs."""
    with serving(plan_with(), ONE) as (_fleet, plan):
        status, headers, body = get(asked(plan))
    told = json.loads(body)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert (told["version"], told["status"], told["deployed_at"]) == ("1.4.0", "succeeded", "2026-11-24T19:00:00Z")


def test_credentials_and_real_hosts_are_left_behind() -> None:
    """An aimed plan asks the fleet only, and has no secret to send."""
    with serving(plan_with(url="https://web.example.com/a/version?token=x"), ONE) as (fleet, plan):
        probe, source = plan.products[0].probes[0], plan.sources[0]
        assert probe.url == f"{fleet.origin}/web/staging/a/version"
        assert (probe.auth, source.auth) == ("", "")
        assert source.url.startswith(fleet.origin)


def test_a_listed_split_tells_all_versions_with_shares() -> None:
    """A canary is a list of versions with weights and roles."""
    with serving(plan_with(), TWO) as (_fleet, plan):
        told = json.loads(get(asked(plan))[2])
    assert [(one["version"], one["weight"], one["role"]) for one in told["versions"]] == [
        ("1.5.0", 10, "canary"),
        ("1.4.0", 90, "stable"),
    ]


@pytest.mark.parametrize(
    ("expression", "place"),
    [
        ("build.version", lambda told: told["build"]["version"]),
        ('data."app-version"', lambda told: told["data"]["app-version"]),
        ("items[1].tag", lambda told: told["items"][1]["tag"]),
        ("pods[].{version: tag, weight: percent}", lambda told: told["pods"][0]["tag"]),
        ("[].{version: tag}", lambda told: told[0]["tag"]),
    ],
)
def test_json_puts_the_version_where_the_plan_looks(expression: str, place: Any) -> None:
    """The shape follows the plan's own expression."""
    with serving(plan_with("json", version=expression), ONE) as (_fleet, plan):
        assert place(json.loads(get(asked(plan))[2])) == "1.4.0"


def test_text_header_and_head() -> None:
    """Plain text by GET; a header by HEAD without a body."""
    with serving(plan_with("text"), ONE) as (_fleet, plan):
        assert get(asked(plan))[2] == b"1.4.0\n"
    with serving(plan_with("header", header="X-Build"), ONE) as (_fleet, plan):
        status, headers, body = get(asked(plan), "HEAD")
    assert (status, headers["x-build"], body) == (200, "1.4.0", b"")


def test_spring_tells_version_and_health_apart() -> None:
    """A wrong version can be healthy and a right one down."""
    failed = Moment(0, (Running("1.4.0"),), Status.FAILED)
    with serving(plan_with("spring-info", url="https://web.example.com/actuator"), failed) as (_fleet, plan):
        info = json.loads(get(asked(plan, "/info"))[2])
        status, _headers, body = get(asked(plan, "/health"))
    assert info["build"]["version"] == "1.4.0"
    assert (status, json.loads(body)) == (503, {"status": "DOWN"})


def test_prometheus_answers_for_all_cells_at_once() -> None:
    """One query, one series for each version, under the plan's own labels."""
    with serving(plan_with(), TWO) as (_fleet, plan):
        told = json.loads(get(plan.sources[0].url + "/api/v1/query?query=app_build_info")[2])
    series = told["data"]["result"]
    assert [(one["metric"]["app"], one["metric"]["version"], one["value"][1]) for one in series] == [
        ("web", "1.5.0", "10"),
        ("web", "1.4.0", "90"),
    ]


def test_kubernetes_and_argocd_have_their_documented_shape() -> None:
    """The named container's image carries the version."""
    with serving(plan_with("kubernetes", deployment="web", container="app"), ONE) as (_fleet, plan):
        told = json.loads(get(asked(plan))[2])
    (container,) = told["spec"]["template"]["spec"]["containers"]
    assert (told["kind"], container["name"]) == ("Deployment", "app")
    assert container["image"].endswith(":1.4.0")
    with serving(plan_with("argocd", app="web-eu", image="example/web"), ONE) as (_fleet, plan):
        told = json.loads(get(asked(plan))[2])
    assert told["status"]["summary"]["images"] == ["example/web:1.4.0"]


def test_nothing_deployed_is_404() -> None:
    """What runs nothing names no version."""
    with serving(plan_with(), Moment(0)) as (fleet, plan):
        assert get(asked(plan))[0] == 404
        assert get(fleet.origin + "/other/staging/version")[0] == 404
        assert get(fleet.origin + "/-/source/none/x")[0] == 404


def test_an_unavailable_target_and_a_login_page() -> None:
    """503 with a text; 200 with a page for people."""
    with serving(plan_with(), Moment(0, ONE.versions, fault=Fault.UNAVAILABLE)) as (_fleet, plan):
        assert get(asked(plan))[0] == 503
    with serving(plan_with(), Moment(0, ONE.versions, fault=Fault.LOGIN_PAGE)) as (_fleet, plan):
        status, _headers, body = get(asked(plan))
    assert status == 200
    assert body.startswith(b"<!doctype html>")


def test_a_slow_answer_comes_late_and_is_right() -> None:
    """The delay is real time."""
    with serving(plan_with("text"), Moment(0, ONE.versions, fault=Fault.SLOW, delay=0.3)) as (_fleet, plan):
        start = time.monotonic()
        assert get(asked(plan))[2] == b"1.4.0\n"
    assert time.monotonic() - start >= 0.3


def test_a_hanging_target_says_nothing_and_the_fleet_still_ends() -> None:
    """The client's own patience ends it; other targets do not wait."""
    with serving(plan_with(), Moment(0, ONE.versions, fault=Fault.HANG)) as (fleet, plan):
        with pytest.raises(TimeoutError):
            get(asked(plan), timeout=0.2)
        port = urlsplit(fleet.origin).port
        held = socket.create_connection(("127.0.0.1", port), timeout=5)
        held.sendall(b"GET /web/staging/version HTTP/1.1\r\n\r\n")
        assert get(fleet.origin + "/other/x/y")[0] == 404
    assert held.recv(1) == b""
    held.close()


def test_a_dropped_connection_ends_without_a_byte() -> None:
    """The client sees a disconnection, not an answer."""
    with (
        serving(plan_with(), Moment(0, ONE.versions, fault=Fault.DISCONNECTED)) as (_fleet, plan),
        pytest.raises(http.client.RemoteDisconnected),
    ):
        get(asked(plan))


def test_refused_means_that_nobody_listens_until_somebody_does() -> None:
    """The target has a port of its own; the others stay reachable."""
    clock = Hands()
    gone = Moment(10, ONE.versions, fault=Fault.REFUSED)
    with serving(plan_with("text"), ONE, gone, Moment(20, ONE.versions), clock=clock) as (fleet, plan):
        assert not asked(plan).startswith(fleet.origin + "/")
        _until(lambda: _listens(asked(plan)))
        assert get(asked(plan))[2] == b"1.4.0\n"
        clock.elapsed = 10
        _until(lambda: not _listens(asked(plan)))
        assert get(fleet.origin + "/x/y/z")[0] == 404
        clock.elapsed = 20
        _until(lambda: _listens(asked(plan)))


def _listens(url: str) -> bool:
    parts = urlsplit(url)
    try:
        socket.create_connection(("127.0.0.1", parts.port or 0), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_bytes_that_are_no_http_hurt_nobody() -> None:
    """Garbage ends its own connection only."""
    with serving(plan_with("text"), ONE) as (fleet, plan):
        for garbage in (
            b"\x16\x03\x01\x00\r\n\r\n",
            b"GET\r\n\r\n",
            b"A" * 40_000,
            b"GET / X\r\nContent-Length: -1\r\n\r\n",
        ):
            with socket.create_connection(("127.0.0.1", urlsplit(fleet.origin).port), timeout=5) as one:
                one.sendall(garbage)
                one.shutdown(socket.SHUT_WR)
                assert _all_of(one) == b""
        assert get(asked(plan))[2] == b"1.4.0\n"
        assert get(asked(plan), "DELETE")[0] == 405


def _all_of(one: socket.socket) -> bytes:
    try:
        return one.recv(1024)
    except ConnectionResetError:
        return b""


def test_nothing_is_left_when_it_ends() -> None:
    """No thread, and nobody listens."""
    before = threading.active_count()
    with serving(plan_with(), ONE) as (_fleet, plan):
        assert threading.active_count() == before + 1
    assert threading.active_count() == before
    assert not _listens(asked(plan))


def test_many_ask_at_once() -> None:
    """A hundred questions side by side are all answered."""
    answers: list[bytes] = []
    with serving(plan_with("text"), ONE) as (_fleet, plan):
        threads = [threading.Thread(target=lambda: answers.append(get(asked(plan))[2])) for _ in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [b"1.4.0\n"] * 100


def test_a_plan_that_names_this_machine_is_served_at_its_own_address() -> None:
    """What the plan says stays true without a change, while the fleet runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}/staging/version"
    plan = plan_with("text", url=url)
    with Fleet(Scenario("test", moments={WEB: (ONE,)}), Hands(), BEGAN, own_ports=(port,)) as fleet:
        fleet.publish(plan)
        assert get(url)[2] == b"1.4.0\n"
        assert get(f"http://127.0.0.1:{port}/other/version")[0] == 404
        with pytest.raises(BusyError, match="the fleet cannot listen"):
            Fleet(Scenario("test"), Hands(), BEGAN, own_ports=(port,)).__enter__()


def test_own_addresses_are_plain_http_on_this_machine() -> None:
    """Nothing else is ever listened at."""
    assert own_address("http://127.0.0.1:8765/a/version") == (8765, "/a/version")
    assert own_address("http://localhost:8765") == (8765, "/")
    for other in ("https://127.0.0.1:1/x", "http://127.0.0.1/x", "http://example.com:80/", "http://[::1", ""):
        assert own_address(other) is None


def test_a_product_name_is_one_step_of_the_path() -> None:
    """Slashes and blanks in names do not open another path."""
    target = Target("team/web ui", "prod eu")
    probe = Probe(TextOptions(), *target, "https://x.example.com/v")
    plan = Plan("r", (Environment("prod eu"),), (Product("team/web ui", "1", probes=(probe,)),))
    with Fleet(Scenario("test", moments={target: (ONE,)}), Hands(), BEGAN) as fleet:
        fleet.publish(plan)
        assert get(fleet.url(target, "/v"))[2] == b"1.4.0\n"
