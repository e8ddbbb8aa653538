"""Real remotes on loopback: a bare repository over ssh, git http-backend behind nginx, hooks that say no."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.repositories import git

_READY = 20.0


def bare_clone(source: Path, target: Path) -> Path:
    """A bare repository with everything `source` has, as a server would hold it."""
    git(source, "clone", "--quiet", "--bare", str(source), str(target))
    git(target, "config", "http.receivepack", "true")
    git(target, "config", "receive.denyDeletes", "true")
    return target


def hook(repository: Path, name: str, script: str) -> None:
    """Let the repository run a hook."""
    path = repository / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def refs(repository: Path) -> dict[str, str]:
    """Every reference and where it is."""
    rows = (
        line.split() for line in git(repository, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    )
    return {row[0]: row[1] for row in rows}


@contextmanager
def smart_http(root: Path, directory: Path) -> Iterator[str]:
    """git http-backend behind nginx; yields the address under which `root` is served."""
    directory.mkdir()
    port, sock = _free_port(), directory / "fcgi.sock"
    # root serves for the test alone: repositories below a test's folder are not everybody's
    config = directory / "nginx.conf"
    config.write_text(
        f"daemon off; pid {directory}/pid; error_log {directory}/error.log; user root;\n"
        "events {}\n"
        f"http {{ access_log off; client_body_temp_path {directory}/body; fastcgi_temp_path {directory}/fcgi;\n"
        f"proxy_temp_path {directory}/proxy; uwsgi_temp_path {directory}/uwsgi; scgi_temp_path {directory}/scgi;\n"
        f"server {{ listen 127.0.0.1:{port}; location / {{ fastcgi_pass unix:{sock};\n"
        "fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend; fastcgi_param GIT_HTTP_EXPORT_ALL 1;\n"
        f"fastcgi_param GIT_PROJECT_ROOT {root}; fastcgi_param PATH_INFO $uri; fastcgi_param REMOTE_USER ana;\n"
        "fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;\n"
        "fastcgi_param CONTENT_TYPE $content_type; fastcgi_param CONTENT_LENGTH $content_length;\n"
        "} } }\n"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory)}
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    wrapper = shutil.which("fcgiwrap", path="/usr/sbin:/usr/bin")
    assert nginx is not None
    assert wrapper is not None
    with (
        subprocess.Popen([wrapper, "-s", f"unix:{sock}"], env=environment) as cgi,
        subprocess.Popen([nginx, "-c", str(config), "-p", str(directory)], env=environment) as server,
    ):
        try:
            _wait_until_open(port, sock)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            cgi.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_open(port: int, sock: Path) -> None:
    deadline = time.monotonic() + _READY
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 and sock.exists():
                return
        time.sleep(0.05)
    raise AssertionError("nginx did not open its port")
