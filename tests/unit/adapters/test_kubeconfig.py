"""The user's kubeconfig: a cluster by its name, and a token that never leaves its server."""

from pathlib import Path

import pytest

from gonogo.adapters.kubeconfig import find_cluster
from gonogo.errors import UsageError

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
