"""What a preset takes, out of what a plan writes."""

from typing import Any

import pytest

from gonogo.io.plan_file.options import PROBES_BY_USE, filled, options_of
from gonogo.io.plan_file.parsing import parse_plan
from gonogo.io.sharing.keys import keys_of
from gonogo.plan.probes import (
    GithubOptions,
    HeaderOptions,
    JsonOptions,
    KubernetesOptions,
    Options,
    PrometheusTable,
    SpringInfoOptions,
    TextOptions,
)


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ({"transform": "strip_v"}, TextOptions(transform=("strip_v",))),
        ({"transform": ["basename", "strip_v"]}, TextOptions(transform=("basename", "strip_v"))),
        ({"accept_status": "404"}, TextOptions(accept_status=(404,))),
        ({"accept_status": ["200", 503]}, TextOptions(accept_status=(200, 503))),
        ({"header": "X-V"}, HeaderOptions(header="X-V")),
        ({"status_map": {"GREEN": "succeeded"}}, JsonOptions(status_map={"GREEN": "succeeded"})),
        ({"health": "none"}, SpringInfoOptions(health="none")),
        ({"namespace": 7, "deployment": None}, KubernetesOptions(namespace="7")),
        ({"repo": "a/b", "task": "deploy"}, GithubOptions(repo="a/b", task=("deploy",))),
        (
            {"query": "up", "products": {"pay": "payments"}},
            PrometheusTable(query="up", products={"pay": "payments"}),
        ),
    ],
)
def test_each_key_is_read_by_the_type_of_its_field(said: dict[str, Any], options: Options) -> None:
    """One name is one of several, a number is a text, and nothing is what the plan does not say."""
    assert options_of(type(options), said) == options


@pytest.mark.parametrize("kind", PROBES_BY_USE.values(), ids=PROBES_BY_USE)
def test_what_the_plan_does_not_say_is_not_said(kind: type[Options]) -> None:
    """Two sessions whose plans say the same ask the same question, whatever the defaults are called."""
    assert options_of(kind, {}) == kind()
    assert kind().said() == {}
    assert options_of(kind, {"transform": ["strip_v"]}).said() == {"transform": "strip_v"}


def test_placeholders_are_filled_in_at_all_levels() -> None:
    """Texts, lists of them, and what a mapping leads to."""
    given = JsonOptions(version="{x}", transform=("before:{x}",), status_map={"{x}": "{x}"}, accept_status=(404,))

    found = filled(given, lambda text: text.replace("{x}", "web"))

    assert found == JsonOptions(
        version="web", transform=("before:web",), status_map={"{x}": "web"}, accept_status=(404,)
    )


PLAN = b"""release: r
environments: [staging]
products:
  web: {version: 1.0.0, probes: {staging: "https://a.example/{product}"}}
  api:
    version: 1.0.0
    probe:
      {use: json, url: "https://a.example/v", version: build.version, status_map: {GREEN: succeeded},
       transform: strip_v, accept_status: [200, 503], instances: 1}
  pay:
    version: 1.0.0
    probe:
      {use: kubernetes, cluster: eu, namespace: "{environment}", deployment: pay, transform: [image_tag, strip_v],
       auth: kube}
sources:
  - {use: prometheus, id: prom, url: "https://p.example", query: up, map: {product: app},
     environments: {stg: staging}}
"""


def test_sessions_of_an_earlier_version_ask_the_same_questions() -> None:
    """They share answers by these keys, beside each other, while one of them is older."""
    found = keys_of(parse_plan(PLAN, "release.yaml", "/srv"))

    assert {name: one.key for name, one in found.items()} == {
        "web/staging": "bb654aad6c6eefb0fd7d476299fe170c",
        "api/staging": "2a6d57d8621a53a4b84e834f03bafd3a",
        "pay/staging": "04f5be41c8e3677d03ffd03c51c51361",
        "source prom": "95360627268d264d8abe7b861c72a051",
    }
    assert found["pay/staging"].needs == ("kube", "kubeconfig eu")
