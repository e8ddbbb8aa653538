"""Expressions from a plan: what is let through, what is refused before it is evaluated, and the transforms."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonogo.errors import UsageError
from gonogo.io.probes.extraction import (
    NotExtracted,
    compile_expression,
    transform,
)

PRESETS = (
    "version || build.version || data.version || app.version",
    "data.result[].{app: metric.app, env: metric.env, version: metric.version, weight: value[1]}",
    "spec.template.spec.containers[?name=='app'].image | [0]",
    "status.canary.weights.{canary: canary.podTemplateHash, stable: stable.podTemplateHash}",
    "status.summary.images[?contains(@, 'example/web')] | [0]",
    "status.history[0].{chart: chartVersion, app: appVersion, digest: ociDigest}",
    "[].{version: Service.Meta.version, status: Checks[0].Status}",
    "environments[?name=='production'].enabled | [0]",
    'labels."app.kubernetes.io/version"',
    "join('.', [major, minor, patch])",
)


@pytest.mark.parametrize("text", PRESETS)
def test_honest_expressions_pass(text: str) -> None:
    """What people read out of Kubernetes, Argo CD, Prometheus and Consul is let through."""
    assert compile_expression(text).text == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the expression is empty"),
        (" ", "the expression is empty"),
        ("a." * 300 + "a", "the expression has 601 characters, the limit is 512"),
        ("|".join(["[@,@]"] * 12), "the expression could copy its input more than 64 times"),
        ("|".join(["to_string(@)"] * 8), "the expression could copy its input more than 64 times"),
        ("map(&`[0,0,0,0,0,0,0,0,0]`, @)[] | map(&`[0,0,0,0,0,0,0,0,0]`, @)[]",
         "the expression could copy its input more than 64 times"),
        ("!" * 500 + "a", "the expression is nested too deep"),
        ("!" * 30 + "a", "the expression is nested more than 24 deep"),
        ("[" + ",".join(["a.b"] * 50) + "]", "the expression has more than 96 parts"),
        ("lenght(a)", "unknown function 'lenght', did you mean 'length'?"),
        ("join(a, b)", "join takes a literal of at most 8 characters to put between the words"),
        ("join('123456789', b)", "join takes a literal of at most 8 characters to put between the words"),
    ],
)  # fmt: skip
def test_a_bomb_is_refused_before_it_is_evaluated(text: str, reason: str) -> None:
    """Length, parts, depth, growth and functions are measured on the parsed expression."""
    with pytest.raises(UsageError) as refused:
        compile_expression(text)
    assert refused.value.message == reason


@pytest.mark.parametrize("text", ["a[", "a..b", "a b", "'open", "@@", "[?a", "a.1"])
def test_what_is_not_jmespath_says_so(text: str) -> None:
    """A syntax error is one line, in our words and the library's."""
    with pytest.raises(UsageError) as refused:
        compile_expression(text)
    assert refused.value.message.startswith("the expression is not JMESPath: ")
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("document", [None, 1, "x", [1, "a"], {"a": None}])
def test_an_answer_that_does_not_fit_is_named(document: object) -> None:
    """A function that got another type than it takes ends in one kind of error only."""
    with pytest.raises(NotExtracted, match="does not fit the answer"):
        compile_expression("length(a)").search({"a": 1, "document": document})


def test_nothing_there_is_none() -> None:
    """A path that leads nowhere is no error."""
    assert compile_expression("a.b[0].c").search({"a": {}}) is None


@given(st.text(alphabet="abc.[]{}()|&*?@!`'\"0123,: \\", max_size=40))
def test_any_text_compiles_or_is_refused(text: str) -> None:
    """No text from a plan raises anything but UsageError."""
    with contextlib.suppress(UsageError):
        compile_expression(text)


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (["image_tag"], "registry.example.com:5000/team/app:1.2.3@sha256:abc", "1.2.3"),
        (["image_tag"], "registry.example.com:5000/team/app", ""),
        (["image_digest"], "app:1@sha256:abc", "sha256:abc"),
        (["image_digest"], "app:1", ""),
        (["strip_v"], "v1.2.3", "1.2.3"),
        (["strip_v"], "very", "very"),
        (["first_token"], " 1.2.3 (build 7)\n", "1.2.3"),
        (["first_token"], "", ""),
        (["basename"], "refs/tags/v1.2.3", "v1.2.3"),
        (["before:+"], "2.42.0+ds", "2.42.0"),
        (["after:@", "strip_v"], "web@v1.2.3", "1.2.3"),
        (["after:@"], "v1.2.3", ""),
        (["basename", "strip_v", "before:-"], "refs/tags/v1.2.3-rc.1", "1.2.3"),
        ([], "as it is ", "as it is "),
    ],
)
def test_transforms(names: list[str], text: str, expected: str) -> None:
    """Each transform cuts one thing; several are applied in order."""
    assert transform(names)(text) == expected


def test_an_unknown_transform_gets_a_suggestion() -> None:
    """The remedy names the nearest transform, or all of them."""
    with pytest.raises(UsageError) as near:
        transform(["stripv"])
    assert str(near.value) == "unknown transform 'stripv'\n  did you mean 'strip_v'?"
    with pytest.raises(UsageError) as far:
        transform(["before:"])
    assert "before:" in far.value.remedy
