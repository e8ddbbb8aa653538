"""A cache in front, several instances behind one URL: what is old, or one of many, lets nobody go."""

import grp
import http.server
import itertools
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.conftest import Here, Release, account
from gonogo.errors import ExitCode
from support.servers import Canned, Fixture, free_port, program, serving
from support.waiting import until

_PLAN = """\
release: now
environments: [staging, production]
people: {{me: {{name: Me, account: {account}, shared: false}}}}
products:
  web:
    version: 1.3.0
    probes: {{staging: {staging}, production: {{url: "{production}", instances: 1}}}}
rules: {{release.draft: off}}
"""

_NGINX = """
user {user} {group}; worker_processes 1; daemon off; pid {dir}/nginx.pid; error_log {dir}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f;
  uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  proxy_cache_path {dir}/cache keys_zone=all:1m;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass {backend};
      proxy_cache all; proxy_cache_valid 200 1h; proxy_ignore_headers Cache-Control Expires;
      proxy_cache_use_stale error timeout invalid_header updating http_500 http_502 http_503 http_504;
      proxy_connect_timeout 1s;
    }}
  }}
}}
"""


def planned(release: Release, staging: str) -> None:
    """One product whose staging is asked like that; production runs the version before."""
    here = release.fleet.url("/production/version")
    text = _PLAN.format(account=account(), staging=staging, production=here)
    release.plan.write_text(text, encoding="utf-8")


@contextmanager
def cached(backend: str, directory: Path) -> Iterator[str]:
    """A real nginx that keeps each answer for an hour and hides how old it is."""
    port, base = free_port(), directory / "nginx"
    base.mkdir()
    conf = base / "nginx.conf"
    conf.write_text(
        _NGINX.format(
            dir=base, port=port, backend=backend, user=account(), group=grp.getgrgid(os.getgid()).gr_name
        )
    )
    argv = ["nginx", "-p", str(base), "-e", str(base / "error.log"), "-c", str(conf)]
    with program(argv, f"http://127.0.0.1:{port}/version", base):
        yield f"http://127.0.0.1:{port}/version"


def runs(fixture: Fixture, version: str) -> None:
    """What the backend says from now on."""
    fixture.answers["/version"] = Canned(f'{{"version": "{version}"}}'.encode())


def goes(gonogo: Here) -> bool:
    """Whether a go for production can be had; it is confirmed where it is offered."""
    shown = gonogo("go", "production")
    if "to do it: " not in shown.out:
        return False
    command = shown.out.partition("to do it: ")[2].split()
    return gonogo(*command[1:]).code == ExitCode.OK


@pytest.mark.needs("nginx")
@pytest.mark.parametrize("instances", ["", ", instances: 1"], ids=["sampled", "one process"])
def test_a_cache_that_hides_its_age_lets_nobody_go(
    gonogo: Here, release: Release, tmp_path: Path, instances: str
) -> None:
    """The backend was rolled back, then it is dead; what nginx kept says 1.3.0 all the time."""
    with serving({}) as backend:
        runs(backend, "1.3.0")
        with cached(backend.url("").rstrip("/"), tmp_path) as url:
            planned(release, f'{{url: "{url}"{instances}}}')
            gonogo("start")
            assert gonogo("status", "--env", "production").code == ExitCode.OK
            runs(backend, "1.2.0")
            assert not any(goes(gonogo) for _ in range(10))
            assert gonogo("status", "--env", "production").code == ExitCode.NO_GO
            runs(backend, "1.3.0")
            assert gonogo("status", "--env", "production").code == ExitCode.OK
            backend.stop()
            assert not any(goes(gonogo) for _ in range(10))
            assert gonogo("status", "--env", "production").code == ExitCode.UNKNOWN
            told = gonogo("matrix", "web", "staging").out
            assert "out of a cache" in told


@pytest.mark.needs("nginx")
def test_whoever_switches_it_off_is_told_what_the_cache_says(
    gonogo: Here, release: Release, tmp_path: Path
) -> None:
    """`vary_query: false` is the plan's own word: then nobody looks past it."""
    with serving({}) as backend:
        runs(backend, "1.3.0")
        with cached(backend.url("").rstrip("/"), tmp_path) as url:
            planned(release, f'{{url: "{url}", instances: 1, vary_query: false}}')
            assert gonogo("status", "--env", "production").code == ExitCode.OK
            runs(backend, "1.2.0")
            asked = len(backend.asked)
            assert gonogo("status", "--env", "production").code == ExitCode.OK
            assert len(backend.asked) == asked


def test_an_answer_that_says_its_age_is_as_old_as_that(gonogo: Here, release: Release) -> None:
    """Beyond `stale_after` it counts for nothing; and the marks of the cache are shown."""
    planned(release, f'{{url: "{release.fleet.url("/staging/version")}", instances: 1}}')
    body = b'{"version": "1.3.0"}'
    release.fleet.answers["/staging/version"] = Canned(body, {"Age": "20", "X-Cache": "HIT"})
    assert gonogo("status", "--env", "production").code == ExitCode.OK
    shown = gonogo("matrix", "web", "staging").out
    assert "x-cache: HIT" in shown
    assert "20s old when it came" in shown
    for headers in (
        {"Age": "40"}, {"Date": "Tue, 24 Nov 2020 20:00:00 GMT"}, {"Warning": '110 - "Response is Stale"'},
    ):  # fmt: skip
        release.fleet.answers["/staging/version"] = Canned(body, headers)
        assert gonogo("status", "--env", "production").code == ExitCode.UNKNOWN, headers


def test_caches_are_asked_not_to_answer_by_themselves(gonogo: Here, release: Release) -> None:
    """Every request says so."""
    gonogo("status")
    asked = [one.headers for one in release.fleet.asked]
    assert asked
    assert all(
        {name.lower(): value for name, value in one.items()}["cache-control"] == "no-cache" for one in asked
    )


def test_an_endpoint_that_knows_no_parameters_is_taken_at_its_word(gonogo: Here, release: Release) -> None:
    """An error of the varied form alone is told and not counted."""
    planned(release, f'{{url: "{release.fleet.url("/staging/version")}", instances: 1}}')
    release.fleet.strict = True
    assert gonogo("status", "--env", "production").code == ExitCode.OK
    assert "not counted" in gonogo("matrix", "web", "staging").out


def test_where_a_redirect_led_stands_in_the_cell(gonogo: Here, release: Release) -> None:
    """A log-in page of another path, say, that happens to name a version."""
    release.fleet.answers["/staging/version"] = Canned(b"", {"Location": "/elsewhere"}, 302)
    release.fleet.answers["/elsewhere"] = Canned(b'{"version": "1.3.0"}')
    assert f"answered by {release.fleet.url('/elsewhere')}" in gonogo("matrix", "web", "staging").out


class Balancer:
    """One URL in front of instances, each connection given to one of them by chance."""

    def __init__(self, versions: Callable[[], str]) -> None:
        self.versions = versions
        self.asked = 0
        self.connections = 0


@contextmanager
def balanced(versions: Callable[[], str]) -> Iterator[tuple[str, Balancer]]:
    """Serve what `versions` draws for each *connection*: who keeps one always meets the same instance."""
    balancer = Balancer(versions)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            balancer.connections += 1
            self.version_here = balancer.versions()

        def do_GET(self) -> None:
            balancer.asked += 1
            body = f'{{"version": "{self.version_here}"}}'.encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # http.server's name
            """A test's output belongs to the test."""

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/version", balancer
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.mark.parametrize(("old_share", "most"), [(0.2, 1), (0.1, 5)])
def test_a_share_of_the_old_version_lets_nobody_go(
    gonogo: Here, release: Release, old_share: float, most: int
) -> None:
    """30 looks of `status` at one URL: as often wrong as was said (5 % at 10 %), give or take chance."""
    rng = random.Random(7)
    with balanced(lambda: "1.2.0" if rng.random() < old_share else "1.3.0") as (url, _):
        planned(release, f'"{url}"')
        codes = [gonogo("status", "--env", "production").code for _ in range(30)]
        gonogo("start")
        gone = [goes(gonogo) for _ in range(6)]
    assert codes.count(ExitCode.OK) <= most
    assert gone.count(True) <= most


@pytest.mark.parametrize(
    ("old_share", "trials"),
    [
        (0.2, 15),
        (0.1, 15),
        pytest.param(0.2, 200, marks=pytest.mark.full),
        pytest.param(0.1, 200, marks=pytest.mark.full),
    ],
)
def test_at_999_in_a_thousand_a_share_lets_nobody_go_at_all(
    gonogo: Here, release: Release, old_share: float, trials: int
) -> None:
    """88 looks in a row: 200 looks of `status` at a real URL, and none says GO."""
    rng = random.Random(11)
    with balanced(lambda: "1.2.0" if rng.random() < old_share else "1.3.0") as (url, balancer):
        planned(release, f'{{url: "{url}", confidence: 99.9%}}')
        codes = [gonogo("status", "--env", "production").code for _ in range(trials)]
    assert ExitCode.OK not in codes
    assert balancer.asked == balancer.connections


def test_at_999_in_a_thousand_it_goes_after_88_looks(gonogo: Here, release: Release) -> None:
    """The key is no way never to go."""
    with balanced(lambda: "1.3.0") as (url, balancer):
        planned(release, f'{{url: "{url}", confidence: 99.9%}}')
        assert gonogo("status", "--env", "production").code == ExitCode.OK
    assert (balancer.asked, balancer.connections) == (88, 88)


def test_all_looks_agree_and_it_goes(gonogo: Here, release: Release) -> None:
    """29 looks on 29 connections, quickly, and the cell says how sure that is."""
    with balanced(lambda: "1.3.0") as (url, balancer):
        planned(release, f'"{url}"')
        began = time.monotonic()
        assert gonogo("status", "--env", "production").code == ExitCode.OK
        took = time.monotonic() - began
        assert (balancer.asked, balancer.connections) == (29, 29)
        shown = gonogo("matrix", "web", "staging").out
    assert "29 in a row say so: an old share above 10 % is excluded at 95 %" in shown
    assert took < 20  # measured: 0.4 s


def test_a_version_that_is_not_planned_is_not_looked_at_many_times(gonogo: Here, release: Release) -> None:
    """Nothing rests on it."""
    with balanced(lambda: "1.2.0") as (url, balancer):
        planned(release, f'"{url}"')
        assert gonogo("status", "--env", "production").code == ExitCode.NO_GO
    assert balancer.asked <= 2


def test_one_old_instance_among_the_looks_is_no_go(gonogo: Here, release: Release) -> None:
    """Every eighth connection meets it."""
    turns = itertools.cycle(["1.3.0"] * 7 + ["1.2.0"])
    with balanced(lambda: next(turns)) as (url, _):
        planned(release, f'"{url}"')
        assert gonogo("status", "--env", "production").code != ExitCode.OK
        assert "of " in gonogo("matrix", "web", "staging").out


def staging_asked(balancer: Balancer) -> int:
    """How often staging was asked since the last time."""
    asked, balancer.asked = balancer.asked, 0
    return asked


def test_a_verb_that_looks_uses_what_an_open_session_has_looked_at(gonogo: Here, release: Release) -> None:
    """`status` beside a `watch` of the same account asks once; a decision looks anew."""
    with balanced(lambda: "1.3.0") as (url, balancer):
        planned(release, f'"{url}"')
        gonogo("start")
        watch = subprocess.Popen(
            [sys.executable, "-m", "gonogo", "watch", "--json"],
            cwd=release.directory, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            until(lambda: balancer.asked >= 29, "the session has looked")
            staging_asked(balancer)
            until(lambda: _settles(gonogo, balancer), "status uses its window")
            gonogo("go", "production")
            assert balancer.asked >= 29
        finally:
            watch.terminate()
            watch.wait(20)
        staging_asked(balancer)
        assert gonogo("status", "--env", "production").code == ExitCode.OK
        assert balancer.asked >= 29


def _settles(gonogo: Here, balancer: Balancer) -> bool:
    """Whether `status` says GO and takes hardly a look of its own."""
    staging_asked(balancer)
    code = gonogo("status", "--env", "production").code
    return code == ExitCode.OK and staging_asked(balancer) <= 4


def test_an_endpoint_that_says_it_is_somebody_else_lets_nobody_go(gonogo: Here, release: Release) -> None:
    """Staging's URL leads to production's instance; what runs there is not recorded as staging's."""
    planned(release, f'{{url: "{release.fleet.url("/staging/version")}", instances: 1}}')
    say = release.fleet.answers
    say["/staging/version"] = Canned(b'{"version": "1.3.0", "environment": "Production"}')
    gonogo("start")
    assert gonogo("status", "--env", "production").code == ExitCode.NO_GO
    assert "this endpoint says it is Production" in gonogo("matrix", "web", "staging").out
    assert "1.3.0" not in gonogo("log").out.partition("staging")[2].partition("\n")[0]
    say["/staging/version"] = Canned(b'{"version": "1.3.0", "environment": "staging", "service": "web-service"}')
    assert gonogo("status", "--env", "production").code == ExitCode.OK


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"version": "1.3.0", "status": "ok", "error": "no database"}', ExitCode.NO_GO),
        (b'{"version": "1.3.0", "healthy": false}', ExitCode.NO_GO),
        (b'{"version": "1.3.0", "version": "1.2.0"}', ExitCode.UNKNOWN),
        (b'{"version": "1.3.0", "error": 0, "errors": []}', ExitCode.OK),
    ],
)
def test_an_answer_that_contradicts_itself_lets_nobody_go(
    gonogo: Here, release: Release, body: bytes, code: ExitCode
) -> None:
    """The version is right, and something else in the answer is not."""
    planned(release, f'{{url: "{release.fleet.url("/staging/version")}", instances: 1}}')
    release.fleet.answers["/staging/version"] = Canned(body)
    assert gonogo("status", "--env", "production").code == code
