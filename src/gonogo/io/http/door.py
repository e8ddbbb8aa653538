"""The one HTTP door: httpx's client on a transport of our own. Nothing else imports httpx.

Its parts: `transport` (connections by origin), `wire` (one connection, every byte bounded),
`validators` (conditional questions), `decoding`, `proxy`.

What holds for every call, whatever the endpoint does:

- one deadline over everything, one mebibyte of body after decoding, 64 KiB of headers;
- http and https only, and no address of a cloud's metadata service; what is checked is what is connected;
- at most three redirects and only within the origin; no credential leaves the hosts it is bound to;
- no netrc, no proxy of the environment unless the user's configuration asks for it; no cookie is kept;
- caches on the way are told not to answer by themselves (`Cache-Control: no-cache`);
- certificates are checked unless the request says otherwise, and a request with a credential cannot;
- every failure is a value with a reason; no text holds userinfo, query or a secret, and an answer that
  repeats the secret it was asked with has it taken out.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Collection
from functools import partial
from types import TracebackType
from typing import Self

import h11
import httpx
from msgspec.structs import replace

from gonogo import __version__
from gonogo.errors import ConfigError
from gonogo.facts import Reason
from gonogo.io.config import Config
from gonogo.io.config.credentials import Credential
from gonogo.io.config.tls import Tls, adapted, only_by
from gonogo.io.http.addresses import Resolve, Resolver
from gonogo.io.http.decoding import decoded
from gonogo.io.http.proxy import EnvironmentProxies, Origin, Proxy
from gonogo.io.http.question import DETAIL_LIMIT, Answer, Failure, Request
from gonogo.io.http.transport import PORTS, RAW, Call, Transport, call, origin_of
from gonogo.io.http.validators import Validators, key_of
from gonogo.io.http.wire import RawAnswer, Trouble
from gonogo.text import clean

REDIRECT_LIMIT = 3
_QUESTIONS_LIMIT = 4_096
_REDIRECTS = {301, 302, 303, 307, 308}

# httpx logs each URL, query and all, at INFO; a --debug log must not hold what a URL may hold
logging.getLogger("httpx").disabled = True


def system_trust(ca_file: str = "") -> ssl.SSLContext:
    """What this machine trusts ($SSL_CERT_FILE included), or certifi's list where it has none, and `ca_file`.

    Raises ConfigError when `ca_file` cannot be used.
    """
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if paths.cafile is None and paths.capath is None:
        import certifi  # 300 KB of certificates, only for machines without their own

        context.load_verify_locations(certifi.where())
    if ca_file:
        _add_authority(context, ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _add_authority(context: ssl.SSLContext, ca_file: str) -> None:
    try:
        context.load_verify_locations(ca_file)
    except (OSError, ssl.SSLError) as error:
        why = "holds no certificate in PEM form" if isinstance(error, ssl.SSLError) else error.strerror
        raise ConfigError(
            f"ca_file {why}", where=clean(ca_file, 300), remedy="it is set in your config.toml"
        ) from error


def _unchecked() -> ssl.SSLContext:
    """For what the plan says is not to be checked."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["http/1.1"])
    return context


def _spoken(trust: Callable[[], ssl.SSLContext], verify: bool, tls: Tls | None) -> ssl.SSLContext:
    """How to speak TLS. Raises ConfigError for a certificate that cannot be used."""
    if tls is None or not verify:
        return trust() if verify else _unchecked()
    context = only_by(tls.authorities, tls.whose) if tls.authorities else trust()
    context.set_alpn_protocols(["http/1.1"])
    return adapted(context, tls)


def public_url(url: str) -> str:
    """`url` as it may be shown: without userinfo, query and fragment; what was cut leaves a mark."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL:
        return "an invalid URL"
    # `user:password@host` has the scheme `user` and no host
    return _public(parsed) if parsed.host or not parsed.scheme else "an invalid URL"


def _public(url: httpx.URL) -> str:
    query = "?…" if url.query else ""
    return clean(f"{_origin_text(origin_of(url))}{url.path}{query}", 300)


def host_of(url: str) -> str:
    """Host and port, the unit of politeness; "" for what is no URL."""
    try:
        _, host, port = origin_of(httpx.URL(url))
    except httpx.InvalidURL:
        return ""
    return f"{host}:{port}" if host else ""


def origin_text(url: str) -> str:
    """`https://pay.example.com` of any URL there; "" for what is no URL with a host."""
    try:
        origin = origin_of(httpx.URL(url))
    except httpx.InvalidURL:
        return ""
    return _origin_text(origin) if origin[1] else ""


def _origin_text(origin: Origin) -> str:
    scheme, host, port = origin
    name = f"[{host}]" if ":" in host else host
    return f"{scheme}://{name}" + ("" if port == PORTS.get(scheme) else f":{port}")


class _NoCookies(httpx.Cookies):
    """Keeps none. httpx would parse the headers of every answer for them."""

    def extract_cookies(self, response: httpx.Response) -> None:
        """Leave them where they are."""


class _Client(httpx.AsyncClient):
    """httpx's client without a memory."""

    _none = _NoCookies()

    @property
    def cookies(self) -> httpx.Cookies:
        """Always empty."""
        return self._none

    @cookies.setter
    def cookies(self, cookies: object) -> None:
        """Nothing is kept."""


class Door:
    """Fetches URLs. An async context manager; owned by the event loop it was entered in."""

    def __init__(
        self,
        *,
        allow_addresses: Collection[str] = (),
        resolve: Resolve | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
        proxies: Callable[[Origin], Proxy | None] | None = None,
    ) -> None:
        self._transport = Transport(resolve or Resolver(), allow_addresses, partial(_spoken, trust), proxies)
        self._questions: dict[tuple[str, str, tuple[tuple[str, str], ...]], httpx.Request] = {}
        self._validators = Validators()
        self._client = _Client(
            transport=self._transport,
            trust_env=False,
            follow_redirects=False,
            timeout=None,  # one deadline over the whole call replaces httpx's per-read time-outs
            headers={
                "user-agent": f"gonogo/{__version__}",
                "accept-encoding": "identity",
                "cache-control": "no-cache",
            },
        )

    @classmethod
    def of(cls, config: Config) -> Self:
        """The door as the user's configuration wants it. Raises ConfigError for a proxy that cannot be used."""
        return cls(
            allow_addresses=config.allow_addresses,
            trust=partial(system_trust, config.ca_file),
            proxies=EnvironmentProxies() if config.proxy else None,
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    @property
    def opened(self) -> int:
        """Connections opened so far."""
        return self._transport.opened

    async def fetch(self, request: Request) -> Answer | Failure:
        """Ask, and return what came or why nothing did. Raises nothing for what an endpoint does."""
        current = Call()
        call.set(current)
        try:
            async with asyncio.timeout(request.deadline):
                return await self._follow(request, current)
        except TimeoutError:
            return Failure(Reason.TIMEOUT, f"no whole answer within {request.deadline:.3g} s, {current.stage}")
        except Trouble as trouble:
            return Failure(trouble.reason, clean(trouble.detail, DETAIL_LIMIT))
        except ConfigError as error:
            # what this account has of its own for the server must not stand for what others would see
            own = request.tls is not None and error.where == request.tls.whose
            reason = Reason.UNAUTHORIZED if own else Reason.TLS
            return Failure(reason, clean(f"{error.where}: {error.message}", DETAIL_LIMIT))
        except httpx.InvalidURL:
            return Failure(Reason.REFUSED_ADDRESS, "not a valid URL")
        except (httpx.HTTPError, h11.ProtocolError) as error:
            # the text of these may quote the URL
            return Failure(Reason.PROTOCOL, f"the question cannot be sent ({type(error).__name__})")

    async def _follow(self, request: Request, current: Call) -> Answer:
        proves = request.credential is not None or (request.tls is not None and request.tls.certificate)
        if not request.verify and proves:
            raise Trouble(
                Reason.TLS,
                "a credential is not sent to a host whose certificate is not checked (verify_tls: false)",
            )
        current.verify, current.tls, current.apart = request.verify, request.tls, request.apart
        started = time.monotonic()
        question = self._question(request)
        place = request.url
        for _ in range(REDIRECT_LIMIT + 1):
            answer = await self._ask(request, question, place, current, started)
            location = next(iter(answer.values("location")), "")
            if answer.status not in _REDIRECTS or not location or not request.follow:
                return answer
            question = self._build(request, _next_url(question.url, location, request))
            place = str(question.url)
        raise Trouble(Reason.REDIRECT, f"more than {REDIRECT_LIMIT} redirects")

    async def _ask(
        self, request: Request, question: httpx.Request, place: str, current: Call, started: float
    ) -> Answer:
        """One question and its answer; asked again in full when a 304 belongs to something else."""
        key = key_of(request, place)
        current.conditions = self._validators.conditions(key, request.whole_within) if request.conditional else []
        while True:
            # stream: there is no body left to read, and reading nothing would cost ten microseconds
            response = await self._client.send(question, stream=True)
            raw: RawAnswer = response.extensions[RAW]
            answer = _answer(raw, question.url, time.monotonic() - started)
            if request.credential is not None:
                answer = _without(answer, request.credential)
            if request.method != "GET" or request.once:
                return answer
            settled = self._validators.settle(key, answer, asked_about=bool(current.conditions))
            if settled is not None:
                return settled
            current.conditions = []

    def _question(self, request: Request) -> httpx.Request:
        """The request as httpx wants it; built once for each URL, for building costs more than asking."""
        if request.credential is not None or request.once:
            return self._build(request, httpx.URL(request.url))  # a secret may change
        key = (request.method, request.url, request.headers)
        question = self._questions.get(key)
        if question is None:
            if len(self._questions) >= _QUESTIONS_LIMIT:
                self._questions.clear()
            question = self._questions[key] = self._build(request, httpx.URL(request.url))
        return question

    def _build(self, request: Request, url: httpx.URL) -> httpx.Request:
        _check(url)
        headers = list(request.headers)
        if request.credential is not None:
            _, host, port = origin_of(url)
            if not request.credential.is_for(host, port):
                raise Trouble(
                    Reason.UNAUTHORIZED,
                    f"credential '{request.credential.name}' is not bound to {host}; add it to its hosts"
                    " in your configuration if it is meant",
                )
            headers.append((request.credential.header, request.credential.value.reveal()))
        return self._client.build_request(request.method, url, headers=headers)


def _check(url: httpx.URL) -> None:
    if url.scheme not in PORTS:
        raise Trouble(Reason.REFUSED_ADDRESS, "only http and https URLs are asked")
    if not url.host:
        raise Trouble(Reason.REFUSED_ADDRESS, "the URL names no host")
    if url.userinfo:
        raise Trouble(
            Reason.REFUSED_ADDRESS, "the URL holds a user name or password; name a credential with `auth:` instead"
        )


def _next_url(url: httpx.URL, location: str, request: Request) -> httpx.URL:
    """Where a redirect leads, if it may be followed. Raises Trouble naming the other origin if not."""
    try:
        target = url.join(location)
        there = origin_of(target)
    except (httpx.InvalidURL, ValueError):
        raise Trouble(Reason.REDIRECT, "redirects to an invalid URL") from None
    here = origin_of(url)
    proves = request.credential is not None or request.tls is not None
    upgrade = here[:2] == ("http", here[1]) and there[:2] == ("https", here[1]) and not proves
    if there != here and not upgrade:
        raise Trouble(Reason.REDIRECT, f"redirects to {_origin_text(there)}")
    return target


def _answer(raw: RawAnswer, url: httpx.URL, elapsed: float) -> Answer:
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw.headers)
    encoding = next((value for name, value in headers if name == "content-encoding"), "")
    return Answer(
        status=raw.status,
        headers=headers,
        body=decoded(raw.body, encoding),
        url=_public(url),
        elapsed=elapsed,
        phrase=clean(raw.phrase.decode("latin-1"), 80),
    )


_MASK = "***"


def _without(answer: Answer, credential: Credential) -> Answer:
    """The answer without the secret it was asked with: an error page may repeat it, and would be shown."""
    body, headers, phrase = answer.body, answer.headers, answer.phrase
    for secret in credential.spellings():
        body = body.replace(secret.encode(), _MASK.encode())
        headers = tuple((name, value.replace(secret, _MASK)) for name, value in headers)
        phrase = phrase.replace(secret, _MASK)
    return replace(answer, body=body, headers=headers, phrase=phrase)
