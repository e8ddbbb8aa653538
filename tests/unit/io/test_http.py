"""The door keeps its promises: one deadline, one origin, no secret where it does not belong, no socket left."""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonogo.facts import Reason
from gonogo.io.config import Credential, Secret
from gonogo.io.http.addresses import Address, Resolver, is_refused
from gonogo.io.http.door import Door, host_of, public_url
from gonogo.io.http.question import Answer, Failure, Request
from support.hostile import GOOD, answer
from support.servers import CERTIFICATE, Canned, raw_endpoint, serving

T = TypeVar("T")


def through(door: Door, body: Callable[[Door], Awaitable[T]]) -> T:
    """Run `body` with an open door."""

    async def scenario() -> T:
        async with door:
            return await body(door)

    return asyncio.run(scenario())


def fetched(url: str, door: Door | None = None, **options: object) -> Answer | Failure:
    """Fetch one URL."""
    request = Request(url, **options)  # type: ignore[arg-type]  # keyword arguments of the struct, checked by it
    return through(door or Door(), lambda opened: opened.fetch(request))


def reason(outcome: Answer | Failure) -> Reason:
    """The reason of a failure."""
    assert isinstance(outcome, Failure), outcome
    return outcome.reason


def trusting() -> ssl.SSLContext:
    """A context that trusts the tests' own certificate."""
    return ssl.create_default_context(cafile=str(CERTIFICATE))


def test_an_answer_carries_status_headers_body_and_a_harmless_url() -> None:
    """Header names are lower case, and what a URL may hide is cut."""
    with serving({"/v": Canned(GOOD, {"X-App": "7", "Content-Type": "Application/JSON; x=y"})}) as fixture:
        outcome = fetched(fixture.url("/v?token=secret"))
    assert isinstance(outcome, Answer)
    assert (outcome.status, outcome.body, outcome.phrase) == (200, GOOD, "OK")
    assert outcome.values("x-APP") == ("7",)
    assert outcome.content_type == "application/json"
    assert outcome.url == fixture.url("/v?…")


def test_a_kept_connection_is_used_again() -> None:
    """A warm sweep opens no connection."""
    with serving({"/": Canned(GOOD)}) as fixture:

        async def body(door: Door) -> int:
            for _ in range(5):
                assert isinstance(await door.fetch(Request(fixture.url())), Answer)
            return door.opened

        assert through(Door(), body) == 1
        assert fixture.connections == 1


def test_a_connection_the_server_closed_meanwhile_is_replaced_without_a_word() -> None:
    """The server may end an idle connection at any time; that is no failure of the endpoint."""

    def one_answer_each(channel: socket.socket, stop: threading.Event) -> None:
        channel.recv(65_536)
        channel.sendall(answer(GOOD))
        channel.recv(1)  # the next question arrives, and the connection ends instead of an answer

    with raw_endpoint(one_answer_each) as port:

        async def body(door: Door) -> list[bool]:
            url = f"http://127.0.0.1:{port}/"
            return [isinstance(await door.fetch(Request(url)), Answer) for _ in range(3)]

        assert through(Door(), body) == [True, True, True]


def test_bytes_nobody_asked_for_are_never_taken_for_the_next_answer() -> None:
    """An answer pushed before the question would be old news shown as new."""
    push, pushed = threading.Event(), threading.Event()

    def pushes(channel: socket.socket, stop: threading.Event) -> None:
        channel.recv(65_536)
        channel.sendall(answer(GOOD))
        push.wait(5)
        channel.sendall(answer(b'{"version": "6.6.6"}'))
        pushed.set()
        channel.recv(65_536)

    with raw_endpoint(pushes) as port:

        async def body(door: Door) -> bytes:
            url = f"http://127.0.0.1:{port}/"
            assert isinstance(await door.fetch(Request(url)), Answer)
            push.set()
            assert pushed.wait(5)  # blocks the loop on purpose: it has not read yet what lies in the socket
            outcome = await door.fetch(Request(url))
            assert isinstance(outcome, Answer | Failure)
            return outcome.body if isinstance(outcome, Answer) else b""

        assert b"6.6.6" not in through(Door(), body)


def test_redirects_are_followed_within_the_origin_only() -> None:
    """Up to three, by relative or absolute place."""
    with serving({"/c": Canned(GOOD)}) as fixture:
        fixture.answers["/a"] = Canned(status=302, headers={"Location": "/b"})
        fixture.answers["/b"] = Canned(status=308, headers={"Location": fixture.url("/c")})
        outcome = fetched(fixture.url("/a"))
        assert isinstance(outcome, Answer)
        assert outcome.url == fixture.url("/c")
        with serving({"/": Canned(GOOD)}) as elsewhere:
            fixture.answers["/away"] = Canned(status=302, headers={"Location": elsewhere.url("/?code=secret")})
            outcome = fetched(fixture.url("/away"))
            assert outcome == Failure(Reason.REDIRECT, f"redirects to {elsewhere.url('')}")
            assert elsewhere.asked == []


def test_https_is_never_left_for_http() -> None:
    """A downgrade is a redirect to another origin."""
    with serving({}, tls=True) as fixture:
        plain = fixture.url("/x").replace("https", "http")
        fixture.answers["/"] = Canned(status=301, headers={"Location": plain})
        outcome = fetched(fixture.url(), Door(trust=trusting))
    assert reason(outcome) is Reason.REDIRECT


def test_http_may_become_https_on_the_same_host_but_not_with_a_credential() -> None:
    """The common redirect of a load balancer is followed; a token is not sent where it was not sent first."""
    with serving({"/": Canned(GOOD)}, tls=True) as safe, serving({}) as plain:
        plain.answers["/"] = Canned(status=301, headers={"Location": safe.url("/")})
        assert isinstance(fetched(plain.url(), Door(trust=trusting)), Answer)
        bound = Credential("c", "Authorization", Secret("Bearer s3cret"), ("127.0.0.1",))
        assert reason(fetched(plain.url(), Door(trust=trusting), credential=bound)) is Reason.REDIRECT


def test_a_credential_is_sent_to_its_hosts_and_to_no_other() -> None:
    """An edited plan cannot send it elsewhere; the refusal names the host and not the secret."""
    with serving({"/": Canned(GOOD)}) as fixture:
        bound = Credential("pay", "X-Api-Key", Secret("s3cret"), ("127.0.0.1",))
        assert isinstance(fetched(fixture.url(), credential=bound), Answer)
        assert fixture.asked[-1].headers["X-Api-Key"] == "s3cret"
        elsewhere = Credential("pay", "X-Api-Key", Secret("s3cret"), ("pay.example.com",))
        outcome = fetched(fixture.url(), credential=elsewhere)
    assert reason(outcome) is Reason.UNAUTHORIZED
    assert isinstance(outcome, Failure)
    assert "127.0.0.1" in outcome.detail
    assert "s3cret" not in repr((outcome, elsewhere))
    assert len(fixture.asked) == 1


def test_nothing_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, and no netrc."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with serving({"/": Canned(GOOD)}) as fixture:
        assert isinstance(fetched(fixture.url()), Answer)


def test_cookies_are_not_kept() -> None:
    """What one endpoint sets does not travel to the next question."""
    with serving({"/": Canned(GOOD, {"Set-Cookie": "session=1"})}) as fixture:

        async def body(door: Door) -> None:
            for _ in range(2):
                await door.fetch(Request(fixture.url()))

        through(Door(), body)
    assert all("Cookie" not in asked.headers for asked in fixture.asked)


def test_an_untrusted_certificate_is_named() -> None:
    """And a trusted one works, over a kept connection too."""
    with serving({"/": Canned(GOOD)}, tls=True) as fixture:
        outcome = fetched(fixture.url())
        assert reason(outcome) is Reason.TLS
        assert isinstance(outcome, Failure)
        assert "self-signed" in outcome.detail

        async def body(door: Door) -> int:
            for _ in range(3):
                assert isinstance(await door.fetch(Request(fixture.url())), Answer)
            return door.opened

        assert through(Door(trust=trusting), body) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1/", Reason.REFUSED),
        ("http://nosuch.invalid/", Reason.UNRESOLVED),
        ("http://a..b/", Reason.UNRESOLVED),
        ("http://[::1", Reason.REFUSED_ADDRESS),
        ("ftp://example.com/", Reason.REFUSED_ADDRESS),
        ("file:///etc/passwd", Reason.REFUSED_ADDRESS),
        ("http:///nohost", Reason.REFUSED_ADDRESS),
        ("http://user:s3cret@example.com/", Reason.REFUSED_ADDRESS),
        ("http://169.254.169.254/latest/meta-data", Reason.REFUSED_ADDRESS),
        ("http://2852039166/", Reason.REFUSED_ADDRESS),
        ("http://[::ffff:169.254.169.254]/", Reason.REFUSED_ADDRESS),
        ("http://[fe80::1]/", Reason.REFUSED_ADDRESS),
        ("http://[fd00:ec2::254]/", Reason.REFUSED_ADDRESS),
        ("http://[64:ff9b::a9fe:a9fe]/", Reason.REFUSED_ADDRESS),
    ],
)
def test_what_is_not_asked_says_why(url: str, expected: Reason) -> None:
    """Each without a request, a trace back or a secret."""
    outcome = fetched(url)
    assert reason(outcome) is expected
    assert "s3cret" not in repr(outcome)


def test_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    """A name is resolved once for each connection; what it resolves to later does not matter."""
    with serving({"/": Canned(GOOD)}) as fixture:
        port = int(fixture.url("").rpartition(":")[2])
        calls: list[str] = []

        async def rebinding(host: str, port: int) -> tuple[Address, ...]:
            calls.append(host)
            ip = "127.0.0.1" if len(calls) == 1 else "169.254.169.254"
            return (Address(2, (ip, port)),)

        async def body(door: Door) -> list[Answer | Failure]:
            first = await door.fetch(Request(f"http://rebind.example:{port}/"))
            again = await door.fetch(Request(f"http://rebind.example:{port}/"))
            other = await door.fetch(Request(f"http://other.example:{port}/"))
            return [first, again, other]

        first, again, other = through(Door(resolve=rebinding), body)
    assert isinstance(first, Answer)
    assert isinstance(again, Answer)
    assert calls == ["rebind.example", "other.example"]
    assert reason(other) is Reason.REFUSED_ADDRESS


def test_a_listed_address_may_be_asked() -> None:
    """The user's own configuration can allow what is refused by default."""
    metadata = Address(2, ("169.254.169.254", 80))
    assert is_refused(metadata, ())
    assert not is_refused(metadata, ("169.254.169.254",))


def test_the_next_address_of_a_name_is_tried() -> None:
    """localhost is often ::1 first, where nothing listens."""
    with serving({"/": Canned(GOOD)}) as fixture:

        async def two(host: str, port: int) -> tuple[Address, ...]:
            return Address(2, ("127.0.0.1", 1)), Address(2, ("127.0.0.1", port))

        url = fixture.url().replace("127.0.0.1", "two.example")
        assert isinstance(fetched(url, Door(resolve=two)), Answer)


def test_a_dead_name_server_ends_with_the_deadline_and_holds_up_nobody() -> None:
    """The look-up that hangs is in a thread nobody waits for."""

    async def hangs(host: str, port: int) -> tuple[Address, ...]:
        await asyncio.Event().wait()
        raise AssertionError

    outcome = fetched("http://slow.example/", Door(resolve=hangs), deadline=0.1)
    assert outcome == Failure(Reason.TIMEOUT, "no whole answer within 0.1 s, looking up the name")


def test_one_name_is_looked_up_once_for_all_who_wait() -> None:
    """And numbers are not looked up at all."""

    async def scenario() -> None:
        resolver = Resolver()
        first, second = await asyncio.gather(resolver("localhost", 80), resolver("localhost", 80))
        assert first == second
        assert await resolver("127.0.0.1", 80) == (Address(2, ("127.0.0.1", 80)),)

    asyncio.run(scenario())


def test_cancelling_a_call_leaves_neither_task_nor_socket() -> None:
    """Warnings are errors here: an unclosed transport would fail the test."""

    def never(channel: socket.socket, stop: threading.Event) -> None:
        stop.wait(10)

    with raw_endpoint(never) as port:

        async def body(door: Door) -> None:
            calls = [
                asyncio.create_task(door.fetch(Request(f"{scheme}://127.0.0.1:{port}/", deadline=30)))
                for scheme in ("http", "https")
            ]
            async with asyncio.timeout(10):
                while door.opened < 1:  # noqa: ASYNC110  # a state of the subject, which has no event for it
                    await asyncio.sleep(0)
            for call in calls:
                call.cancel()
            await asyncio.gather(*calls, return_exceptions=True)
            assert asyncio.all_tasks() == {asyncio.current_task()}

        through(Door(), body)


def test_no_log_line_holds_a_url(caplog: pytest.LogCaptureFixture) -> None:
    """httpx would log each one, query and all, as soon as somebody turns logging on."""
    caplog.set_level(logging.DEBUG)
    with serving({"/": Canned(GOOD)}) as fixture:
        fetched(fixture.url("/?token=s3cret"))
    assert "s3cret" not in caplog.text


def test_what_may_be_shown_of_a_url() -> None:
    """Scheme, host, port and path; a mark where a query was."""
    assert public_url("https://u:p@h.example:8443/a/b?x=1#f") == "https://h.example:8443/a/b?…"
    assert public_url("http://[::1]:80/") == "http://[::1]/"
    assert public_url("http://[::1") == "an invalid URL"
    assert host_of("https://h.example/x") == "h.example:443"
    assert host_of("http://[::1") == ""


@settings(deadline=None, max_examples=150)
@given(st.one_of(st.text(max_size=60), st.text(max_size=40).map("http://127.0.0.1:1/".__add__)))
def test_no_text_in_place_of_a_url_raises(url: str) -> None:
    """A URL comes from a plan, and a redirect from anybody."""

    async def nowhere(host: str, port: int) -> tuple[Address, ...]:
        return ()

    outcome = fetched(url, Door(resolve=nowhere), deadline=2.0)
    assert isinstance(outcome, Failure)


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
def test_no_bytes_in_place_of_an_answer_raise(noise: bytes) -> None:
    """Whatever follows a status line, or stands in its place."""

    def behaviour(channel: socket.socket, stop: threading.Event) -> None:
        channel.recv(65_536)
        start = b"" if len(noise) % 2 else b"HTTP/1.1 200 OK\r\n"
        channel.sendall(start + noise)

    with raw_endpoint(behaviour) as port:
        outcome = fetched(f"http://127.0.0.1:{port}/", deadline=5.0)
    assert isinstance(outcome, Answer | Failure)
