"""What the door asks again, and how: conditions, certificates by explicit word, proxies on request."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from gonogo.errors import ConfigError
from gonogo.facts import Missing, Observation, Reason, Running, Seen
from gonogo.io.config import Config, Credential, Secret
from gonogo.io.http.door import Door
from gonogo.io.http.proxy import EnvironmentProxies, Proxy
from gonogo.io.http.question import Answer, Failure, Request
from gonogo.io.http.validators import WHOLE_EVERY
from gonogo.io.plan_file.options import PROBES_BY_USE, options_of
from gonogo.io.probes.interface import NotUnderstood, OneRequest, Outcome, Understood
from gonogo.io.probes.registry import cell_probing
from gonogo.plan import Probe
from gonogo.testing.clock import FakeClock
from support.hostile import GOOD, answer
from support.servers import CERTIFICATE, Canned, raw_endpoint, serving

TAGGED = answer(GOOD, 'ETag: "a"')
MODIFIED = "Last-Modified: Sat, 21 Nov 2026 10:00:00 GMT"
DATED = "Date: Sat, 21 Nov 2026 10:00:{:02} GMT"
UNCHANGED = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nX-Now: 1\r\n\r\n'


def through(door: Door, body: Callable[[Door], Awaitable[list[Answer | Failure]]]) -> list[Answer | Failure]:
    """Run `body` with an open door."""

    async def scenario() -> list[Answer | Failure]:
        async with door:
            return await body(door)

    return asyncio.run(scenario())


@contextmanager
def script(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives these answers one after the other, the last for ever; yields URL and questions."""
    asked: list[bytes] = []

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                piece = channel.recv(65_536)
                if not piece:
                    return
                buffer += piece
            question, _, buffer = buffer.partition(b"\r\n\r\n")
            asked.append(question.lower())
            channel.sendall(answers[min(len(asked), len(answers)) - 1])

    with raw_endpoint(behaviour) as port:
        yield f"http://127.0.0.1:{port}/v", asked


def asks(url: str, times: int = 2) -> list[Answer | Failure]:
    """Ask so often, each time content with a 304."""

    async def body(door: Door) -> list[Answer | Failure]:
        return [await door.fetch(Request(url, conditional=True)) for _ in range(times)]

    return through(Door(), body)


def test_an_answer_with_a_tag_is_asked_about_and_a_304_is_the_old_answer_given_now() -> None:
    """Status and body are those we hold; headers that do not describe the body must come with the 304."""
    with script(answer(GOOD, 'ETag: "a"', "X-Old: 1"), UNCHANGED) as (url, asked):
        first, second = asks(url)
    assert isinstance(first, Answer)
    assert isinstance(second, Answer)
    assert not first.unchanged
    assert second.unchanged
    assert (second.status, second.body) == (200, first.body)
    assert (second.values("x-old"), second.values("x-now")) == ((), ("1",))
    assert b"if-none-match" not in asked[0]
    assert b'if-none-match: "a"' in asked[1]


def test_a_question_that_does_not_want_a_304_does_not_get_one() -> None:
    """Whoever reads headers asks in full."""
    with script(TAGGED) as (url, asked):

        async def body(door: Door) -> list[Answer | Failure]:
            return [await door.fetch(Request(url)) for _ in range(2)]

        through(Door(), body)
    assert not any(b"if-none-match" in question for question in asked)


def test_a_304_nobody_asked_for_is_no_answer() -> None:
    """It stays what it is, and no preset accepts it."""
    with script(UNCHANGED) as (url, _):
        (only,) = asks(url, 1)
    assert isinstance(only, Answer)
    assert only.status == 304
    assert not only.unchanged


def test_a_304_for_another_tag_is_thrown_away_and_the_whole_answer_fetched() -> None:
    """A confused cache must not make old content look confirmed."""
    new = answer(b'{"version": "2.0.0"}', 'ETag: "b"')
    with script(TAGGED, UNCHANGED.replace(b'"a"', b'"b"'), new) as (url, asked):
        _, second = asks(url)
    assert isinstance(second, Answer)
    assert (second.unchanged, second.body) == (False, b'{"version": "2.0.0"}')
    assert b"if-none-match" not in asked[2]


def test_one_question_in_ten_is_asked_in_full() -> None:
    """A proxy that says 304 whatever happens is found out."""
    with script(TAGGED, UNCHANGED) as (url, asked):
        asks(url, WHOLE_EVERY + 1)
    assert [b"if-none-match" in question for question in asked] == [False] + [True] * 9 + [False]


@pytest.mark.parametrize(("answered_at", "conditional"), [(1, False), (30, True)])
def test_a_modification_date_counts_only_when_the_clock_is_past_it(answered_at: int, conditional: bool) -> None:
    """Two deployments within the same second have the same date."""
    with script(answer(GOOD, MODIFIED, DATED.format(answered_at))) as (url, asked):
        asks(url)
    assert (b"if-modified-since: sat, 21 nov 2026 10:00:00 gmt" in asked[1]) is conditional


def test_what_forbids_keeping_is_not_kept() -> None:
    """no-store, and a body too large to be worth it."""
    for control, body in (("no-store, private", GOOD), ("private", b" " * 300_000)):
        with script(answer(body, 'ETag: "a"', f"Cache-Control: {control}")) as (url, asked):
            asks(url)
        assert b"if-none-match" not in asked[1]


def test_a_preset_does_not_read_again_what_is_unchanged() -> None:
    """And goes back to asking in full when the version stood in a header, which a 304 may leave out."""
    read: list[bool] = []

    def reader(place: str) -> Callable[[Answer], Outcome]:
        def body(given: Answer) -> Outcome:
            read.append(given.unchanged)
            return Understood((Running("1"),), place=place)

        return body

    for place, expected, conditional in (("version", [False], True), ("header X", [False, False], False)):
        read.clear()
        with script(TAGGED, UNCHANGED if conditional else TAGGED) as (url, asked):
            outcomes = asyncio.run(_outcomes(OneRequest(reader(place), frozenset({200})), url))
        assert all(isinstance(outcome, Understood) for outcome in outcomes)
        assert read == expected
        assert (b"if-none-match" in asked[1]) is conditional


async def _outcomes(preset: OneRequest, url: str) -> list[Outcome]:
    async with Door() as door:
        return [await preset.ask(door.fetch, Request(url)) for _ in range(2)]


# --- certificates


def test_verification_is_off_only_for_the_request_that_says_so() -> None:
    """On the same host, at the same time, over connections of its own."""
    with serving({"/": Canned(GOOD)}, tls=True) as fixture:

        async def body(door: Door) -> list[Answer | Failure]:
            return [
                await door.fetch(Request(fixture.url(), verify=verify)) for verify in (False, True, False, True)
            ]

        outcomes = through(Door(), body)
    assert [isinstance(outcome, Answer) for outcome in outcomes] == [True, False, True, False]


def test_a_credential_is_never_sent_to_a_host_that_is_not_checked() -> None:
    """Whoever stands in between would have it."""
    bound = Credential("pay", "Authorization", Secret("Bearer s3cret"), ("127.0.0.1",))
    with serving({"/": Canned(GOOD)}, tls=True) as fixture:

        async def body(door: Door) -> list[Answer | Failure]:
            return [await door.fetch(Request(fixture.url(), credential=bound, verify=False))]

        (outcome,) = through(Door(), body)
        assert fixture.asked == []
    assert isinstance(outcome, Failure)
    assert outcome.reason is Reason.TLS


def test_an_authority_of_ones_own_is_trusted_besides_the_systems(tmp_path: Path) -> None:
    """`ca_file` in the configuration; a file that is none says so in the cell."""
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    with serving({"/": Canned(GOOD)}, tls=True) as fixture:

        async def body(door: Door) -> list[Answer | Failure]:
            return [await door.fetch(Request(fixture.url()))]

        (good,) = through(Door.of(Config(ca_file=str(CERTIFICATE))), body)
        (bad,) = through(Door.of(Config(ca_file=str(broken))), body)
    assert isinstance(good, Answer)
    assert isinstance(bad, Failure)
    assert "ca_file" in bad.detail


# --- answers that repeat the secret


def test_an_answer_that_repeats_the_secret_has_it_taken_out() -> None:
    """In body, headers and phrase, also when only the token without its scheme is repeated."""
    bound = Credential("pay", "Authorization", Secret("Bearer s3cret/x"), ("127.0.0.1",))
    body_of_it = b'{"a":"s3cret\\/x","b":"s3cret/x s3cret%2Fx"}'
    with script(answer(body_of_it, "X-Echo: Bearer s3cret/x", status="401 No s3cret/x")) as (url, _):

        async def body(door: Door) -> list[Answer | Failure]:
            return [await door.fetch(Request(url, credential=bound))]

        (outcome,) = through(Door(), body)
    assert isinstance(outcome, Answer)
    assert "s3cret" not in repr(outcome)
    assert outcome.status == 401


# --- proxies


@contextmanager
def proxy() -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that tunnels for CONNECT, and answers everything else itself; yields its port and what it saw."""
    seen: list[bytes] = []

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += channel.recv(65_536)
        seen.append(head)
        method, target, _ = head.split(b"\r\n")[0].split(b" ")
        if method != b"CONNECT":
            channel.sendall(answer(GOOD))
            return
        name, _, port = target.decode().rpartition(":")
        with socket.create_connection((name, int(port))) as other:
            channel.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            back = threading.Thread(target=_copy, args=(other, channel), daemon=True)
            back.start()
            _copy(channel, other)
            back.join(5)

    with raw_endpoint(behaviour) as port:
        yield port, seen


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


def test_a_proxy_is_asked_in_full_for_http_and_tunnels_for_https() -> None:
    """The password of the proxy goes to the proxy only, and the certificate is the endpoint's."""
    bound = Credential("pay", "X-Api-Key", Secret("s3cret"), ("127.0.0.1",))
    with proxy() as (port, seen), serving({"/x": Canned(GOOD)}, tls=True) as fixture:
        place = f"127.0.0.1:{port}"
        proxies = EnvironmentProxies({"HTTPS_PROXY": f"http://u:p%40ss@{place}", "http_proxy": place})

        async def body(door: Door) -> list[Answer | Failure]:
            return [
                await door.fetch(Request("http://nowhere.example/x?y=1")),
                await door.fetch(Request(fixture.url("/x"), credential=bound)),
                await door.fetch(Request(fixture.url("/x"), credential=bound)),
                await door.fetch(Request("http://169.254.169.254/x")),
            ]

        plain, first, again, metadata = through(Door(trust=_trusting, proxies=proxies), body)
        asked = [one.headers for one in fixture.asked]
    assert isinstance(plain, Answer)
    assert seen[0].startswith(b"GET http://nowhere.example/x?y=1 HTTP/1.1\r\n")
    assert isinstance(first, Answer), first
    assert isinstance(again, Answer)
    assert len(seen) == 2, "the tunnel is kept"
    assert b"proxy-authorization: basic dtpwqhnz" in seen[1].lower()
    assert b"s3cret" not in seen[1]
    assert all("Proxy-Authorization" not in headers and headers["X-Api-Key"] == "s3cret" for headers in asked)
    assert isinstance(metadata, Failure)
    assert metadata.reason is Reason.REFUSED_ADDRESS


def _trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def test_a_proxy_that_refuses_is_named() -> None:
    """With its status code, so that it is not taken for the endpoint's."""
    with script(b"HTTP/1.1 407 Auth\r\nContent-Length: 0\r\n\r\n") as (url, _):
        port = int(url.rpartition(":")[2].partition("/")[0])

        async def body(door: Door) -> list[Answer | Failure]:
            return [await door.fetch(Request("https://127.0.0.1:1/"))]

        (outcome,) = through(Door(proxies=lambda origin: Proxy("127.0.0.1", port)), body)
    assert outcome == Failure(Reason.DISCONNECTED, "the proxy 127.0.0.1 says 407 instead of connecting")


@pytest.mark.parametrize(
    ("environ", "origin", "expected"),
    [
        ({}, ("http", "a.example", 80), None),
        ({"HTTP_PROXY": "http://p:3128"}, ("http", "a.example", 80), ("p", 3128)),
        ({"HTTP_PROXY": "http://p:3128"}, ("https", "a.example", 443), None),
        ({"all_proxy": "p:1"}, ("https", "a.example", 443), ("p", 1)),
        ({"all_proxy": "p:1", "no_proxy": "x, .example"}, ("https", "a.example", 443), None),
        ({"all_proxy": "p:1", "no_proxy": "a.example:8443"}, ("https", "a.example", 443), ("p", 1)),
        ({"all_proxy": "p:1", "no_proxy": "*"}, ("https", "a.example", 443), None),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, ("http", "a.example", 80), None),
    ],
)
def test_the_environment_is_read_as_others_read_it(
    environ: Mapping[str, str], origin: tuple[str, str, int], expected: tuple[str, int] | None
) -> None:
    """By scheme, for all, and the exceptions."""
    found = EnvironmentProxies(environ)(origin)
    assert (found[:2] if found else None) == expected


def test_a_proxy_that_cannot_be_used_is_an_error_without_its_password() -> None:
    """SOCKS is none."""
    with pytest.raises(ConfigError) as caught:
        EnvironmentProxies({"ALL_PROXY": "socks5://user:s3cret@p:1080"})
    assert "s3cret" not in str(caught.value)
    assert "http://HOST:PORT" in str(caught.value)


def test_not_understood_is_asked_in_full_next_time() -> None:
    """What could not be read is worth no 304."""
    preset = OneRequest(lambda given: NotUnderstood(Reason.EMPTY, "empty"), frozenset({200}))
    with script(TAGGED) as (url, asked):
        asyncio.run(_outcomes(preset, url))
    assert not any(b"if-none-match" in question for question in asked)


def test_every_common_preset_passes_on_what_the_plan_says_of_certificates() -> None:
    """Also the one that asks by HEAD."""
    with serving({"/": Canned(GOOD, {"X-App-Version": "1.2.3"})}, tls=True) as fixture:
        for use, options in (("auto", {}), ("json", {}), ("header", {"header": "X-App-Version"})):
            for verify in (True, False):
                probe = Probe(
                    options_of(PROBES_BY_USE[use], options), "web", "prod", fixture.url(), verify_tls=verify
                )
                assert isinstance(asyncio.run(_observed(probe)), Missing if verify else Seen), use


async def _observed(probe: Probe) -> Observation:
    async with Door() as door:
        (observation,) = await cell_probing(probe, door, FakeClock(), Config()).ask()
        return observation
