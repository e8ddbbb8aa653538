"""The user's kubeconfig: a cluster by its name, and a token that never leaves its server."""

import base64
import json
import os
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gonogo.errors import UsageError
from gonogo.io.config.kubeconfig import find_cluster

CONFIG = """
apiVersion: v1
kind: Config
current-context: dev
contexts:
  - {name: prod, context: {cluster: c-prod, user: me}}
  - {name: bare, context: {cluster: c-bare}}
clusters:
  - {name: c-prod, cluster: {server: "https://api.prod.example.com:6443"}}
  - {name: c-bare, cluster: {server: "https://api.bare.example.com"}}
users:
  - {name: me, user: {token: t0ken-of-mine}}
"""


def given(tmp_path: Path, text: str = CONFIG) -> dict[str, str]:
    """An environment with this kubeconfig."""
    path = tmp_path / "config"
    path.write_text(text, encoding="utf-8")
    return {"KUBECONFIG": str(path)}


def test_a_context_leads_to_its_server_and_its_token_is_bound_to_it(tmp_path: Path) -> None:
    """Whatever a plan says, the token goes to that host and port only, and does not print itself."""
    found = find_cluster("prod", given(tmp_path))
    assert found.server == "https://api.prod.example.com:6443"
    assert found.credential is not None
    assert found.credential.value.reveal() == "Bearer t0ken-of-mine"
    assert found.credential.is_for("api.prod.example.com", 6443)
    assert not found.credential.is_for("api.prod.example.com", 443)
    assert not found.credential.is_for("evil.example.com", 6443)
    assert "t0ken" not in repr(found)


def test_a_cluster_may_be_named_itself_and_have_no_token(tmp_path: Path) -> None:
    """Then the plan's `auth:`, or nothing."""
    assert find_cluster("c-bare", given(tmp_path)).credential is None
    assert find_cluster("bare", given(tmp_path)).server == "https://api.bare.example.com"


def test_the_default_place_and_a_token_file(tmp_path: Path) -> None:
    """~/.kube/config, and a token beside it."""
    kube = tmp_path / ".kube"
    kube.mkdir()
    kube.joinpath("token").write_text("from-a-file\n")
    kube.joinpath("config").write_text(CONFIG.replace("token: t0ken-of-mine", "tokenFile: token"))
    found = find_cluster("prod", {"HOME": str(tmp_path)})
    assert found.credential is not None
    assert found.credential.value.reveal() == "Bearer from-a-file"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("prd", CONFIG, "did you mean 'prod'?"),
        ("prod", "[]", "names no cluster"),
        ("a", "contexts: [{name: a, context: {cluster: [a]}}]", "context 'a' of your kubeconfig names no cluster"),
        ("a", "contexts: [{name: a, context: {cluster: a}}]", "is of cluster 'a', which it does not have"),
        ("prod", "a: [", "is not YAML"),
        ("prod", "contexts: {a: b}\nclusters: 7\nusers: [1]\n", "names no cluster"),
    ],
)
def test_what_is_not_there_is_said(tmp_path: Path, name: str, text: str, message: str) -> None:
    """With the nearest name, and never with what stands in the file."""
    with pytest.raises(UsageError) as error:
        find_cluster(name, given(tmp_path, text))
    assert message in error.value.message
    assert "t0ken" not in error.value.message


def test_no_kubeconfig_at_all(tmp_path: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(UsageError) as error:
        find_cluster("prod", {"HOME": str(tmp_path)})
    assert "no kubeconfig" in error.value.message


def one(**parts: Any) -> str:
    """A kubeconfig with one context, prod; `parts` are its `server`, `cluster` and `user`."""
    cluster = {"server": parts.get("server", "https://api.example"), **parts.get("cluster", {})}
    return json.dumps({
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "me"}}],
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "me", "user": parts.get("user", {})}],
    })  # fmt: skip


def refusal(environ: dict[str, str], name: str = "prod") -> str:
    """What is said instead of a cluster."""
    with pytest.raises(UsageError) as error:
        find_cluster(name, environ)
    return error.value.message


@pytest.mark.parametrize(
    "server",
    [
        "https://a:99999", "https://a:x", "https://[::1", "https://", "api.example", "file:///etc/passwd", "7",
        "https://a\u0000b", "https://a b", "https://p\u00e4y.example", "https://me:s3cret@a", ["https://a"],
    ],
)  # fmt: skip
def test_a_server_nobody_can_ask_is_said_without_quoting_it(tmp_path: Path, server: object) -> None:
    """It stood in the way of all other cells; and one that carries a password is not repeated."""
    said = refusal(given(tmp_path, one(server=server, user={"token": "t"})))
    assert said.startswith("kubeconfig prod: its `server` ")
    assert "s3cret" not in said


def test_a_server_by_its_ipv6_address_gets_its_token(tmp_path: Path) -> None:
    """The host is what stands between the brackets."""
    found = find_cluster("prod", given(tmp_path, one(server="https://[::1]:6443", user={"token": "t"})))
    assert found.credential is not None
    assert found.credential.is_for("::1", 6443)
    assert not found.credential.is_for("::1", 443)


def test_nobody_waits_for_a_pipe(tmp_path: Path) -> None:
    """Neither in the place of a file it names nor in its own: the cockpit would stand still."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for parts in (
        {"cluster": {"certificate-authority": "pipe"}},
        {"user": {"client-certificate": "pipe"}},
        {"user": {"client-key": "pipe"}},
        {"user": {"tokenFile": "pipe"}},
    ):
        assert refusal(given(tmp_path, one(**parts))).endswith("cannot be read: not a regular file")
    assert refusal({"KUBECONFIG": str(pipe)}) == f"{pipe} cannot be read: not a regular file"
    assert refusal({"KUBECONFIG": str(tmp_path)}) == f"{tmp_path} cannot be read: not a regular file"


def test_a_kubeconfig_out_of_reach_is_said(tmp_path: Path) -> None:
    """Looking whether it is there may be refused already, as in the home of another account."""
    beyond = tmp_path / ("x" * 300)
    assert refusal({"KUBECONFIG": str(beyond)}).endswith("cannot be read: File name too long")


def bomb(start: str, item: str, count: int) -> str:
    """Each line stands for nine of the one before."""
    names = [f"n{at}" for at in range(count)]
    lines = [item.format(name, ",".join([f"*{before}"] * 9)) for before, name in pairwise(names)]
    return "\n".join([f"n0: &n0 {start}", *lines])


@pytest.mark.parametrize(
    "text",
    [
        bomb("[x, x]", "{0}: &{0} [{1}]", 10) + "\nclusters: [{name: *n9, cluster: {server: s}}]",
        bomb("{k: v}", "{0}: &{0} {{<<: [{1}]}}", 10),
        "- " * 300_000 + "a",
        "[" * 300_000,
        "!!timestamp soon",
        "!!int ''",
        "a: &a [*a]",
        "a: \x00",
        "a: \ud800",
    ],
)
def test_a_hostile_kubeconfig_is_refused_at_once(tmp_path: Path, text: str) -> None:
    """It is not built, nor does its depth take the program down."""
    path = tmp_path / "config"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert refusal({"KUBECONFIG": str(path)}).startswith(str(path))


def test_several_files_are_one(tmp_path: Path) -> None:
    """A context, its cluster and its user may stand in different ones; what a file names lies beside it."""
    first, second = tmp_path / "1" / "config", tmp_path / "2" / "config"
    for path in (first, second):
        path.parent.mkdir()
    first.write_text("contexts: [{name: prod, context: {cluster: c, user: me}}]\ncurrent-context: prod\n")
    second.write_text(
        "clusters: [{name: c, cluster: {server: 'https://api.example'}}]\n"
        "users: [{name: me, user: {tokenFile: t}}]\n"
    )
    assert "of cluster 'c', which it does not have" in refusal({"KUBECONFIG": str(first)})
    assert refusal({"KUBECONFIG": str(second)}, "") == "your kubeconfig names no current context"
    (second.parent / "t").write_text("beside-it\n")
    missing = tmp_path / "none"
    found = find_cluster("", {"KUBECONFIG": f"{missing}:{first}:{second}"})
    assert found.server == "https://api.example"
    assert found.credential is not None
    assert found.credential.value.reveal() == "Bearer beside-it"


def test_a_token_file_counts_before_the_token_beside_it(tmp_path: Path) -> None:
    """It may have been made anew since; one that is gone leaves the token."""
    environ = given(tmp_path, one(user={"token": "plain", "tokenFile": "t"}))
    for text in ("plain", "newer"):
        if text == "newer":
            (tmp_path / "t").write_text("newer")
        found = find_cluster("prod", environ)
        assert found.credential is not None
        assert found.credential.value.reveal() == f"Bearer {text}"


@pytest.mark.parametrize("token", ["a\nb", "t\u00f6ken", "a\u0000"])
def test_a_token_no_header_can_carry_is_said(tmp_path: Path, token: str) -> None:
    """Without it the cluster would be asked as nobody."""
    assert "its token holds characters" in refusal(given(tmp_path, one(user={"token": token})))


def test_data_over_several_lines_with_remarks_is_the_same_certificate(tmp_path: Path) -> None:
    """As people write it by hand, and as bundles of authorities are."""
    encoded = base64.b64encode("# Autorit\u00e9\n-----BEGIN CERTIFICATE-----\n".encode()).decode()
    cluster = {"certificate-authority-data": f"{encoded[:20]}\n{encoded[20:]}\n"}
    found = find_cluster("prod", given(tmp_path, one(cluster=cluster)))
    assert found.tls is not None
    assert found.tls.authorities == "# Autorit\n-----BEGIN CERTIFICATE-----\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"args": "a b"}, "the `args` of its `exec` are no list of texts"),
        ({"args": [["a"]]}, "the `args` of its `exec` are no list of texts"),
        ({"env": {"A": "b"}}, "the `env` of its `exec` is no list"),
        ({"env": [{"value": "b"}]}, "the `env` of its `exec` is no list"),
    ],
)
def test_a_command_that_is_not_what_is_meant_is_not_run(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    """A word less, or a variable less, is another command."""
    command = {"apiVersion": "client.authentication.k8s.io/v1", "command": "x", **more}
    assert said in refusal(given(tmp_path, one(user={"exec": command})))


def test_what_a_command_is_given_does_not_print_itself(tmp_path: Path) -> None:
    """Its words and variables hold client secrets often enough."""
    env = [{"name": "SECRET", "value": "s3cret"}]
    command = {"apiVersion": "client.authentication.k8s.io/v1", "command": "x", "args": ["--s3cret"], "env": env}
    found = find_cluster("prod", given(tmp_path, one(user={"exec": command})))
    assert found.plugin is not None
    assert "s3cret" not in repr(found)
